/**
 * The benches check what they measure as they are loaded; so nobody finds out only when measuring that one has rotted.
 *
 * @module
 */
import { assertGreater } from "@std/assert";

const BENCHES = new URL("../benches/", import.meta.url);

async function* benchFiles(folder: URL): AsyncGenerator<URL> {
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory) yield* benchFiles(new URL(`${entry.name}/`, folder));
    else if (entry.name.endsWith("_bench.ts")) yield new URL(entry.name, folder);
  }
}

Deno.test("every bench does what it says", async () => {
  let count = 0;
  for await (const file of benchFiles(BENCHES)) {
    await import(file.href);
    count++;
  }
  assertGreater(count, 0);
});
