/**
 * The load of first requests: every run makes files that no server has seen, and asks for each of them once.
 *
 * @module
 */
import { join } from "@std/path";
import { parseCurl } from "./curl.ts";
import { runPinned } from "./process.ts";
import type { LoadProgram } from "./types.ts";

/** Files of one round. */
const COUNT = 40;

/** Older than any server takes for one that may still change, in seconds. */
const AGE = 60;

/** What curl says of every answer. */
const FORMAT = "%{http_code} %{size_header} %{size_download} %{time_total}\\n";

/** curl's command line: each URL once, on one connection. */
export function firstArguments(urls: readonly string[], fields: readonly string[]): string[] {
  return [
    ...["--silent", "--show-error", "--user-agent", "", "--header", "Accept:", "--write-out", FORMAT],
    ...fields.flatMap((field) => ["--header", field]),
    ...urls.flatMap((url) => ["--output", "/dev/null", url]),
  ];
}

/** Puts it on a core. A round is finished, so a run may be longer than it was asked to be. */
export function firstOn(core: number, curl: string, signal: AbortSignal): LoadProgram {
  let made = 0;
  return async ({ row, url, fields, folder, site }, seconds) => {
    const own = join(site, "first");
    const content = await Deno.readFile(join(site, row.path));
    let output = "", elapsed = 0;
    while (elapsed < seconds) {
      const names = Array.from({ length: COUNT }, () => `${++made}.js`);
      await Deno.mkdir(own);
      try {
        for (const name of names) await writeOld(join(own, name), content, name);
        const args = firstArguments(names.map((name) => new URL(`/first/${name}`, url).href), fields);
        const start = performance.now();
        output += await runPinned({ cores: String(core), program: curl, args, cwd: folder, signal });
        elapsed += (performance.now() - start) / 1000;
      } finally {
        await Deno.remove(own, { recursive: true });
      }
    }
    return parseCurl(output, elapsed);
  };
}

/** The same length as the row's file, and a content of its own. */
async function writeOld(path: string, content: Uint8Array, name: string): Promise<void> {
  const own = content.slice();
  own.set(new TextEncoder().encode(`// ${name}`));
  await Deno.writeFile(path, own);
  const time = Date.now() / 1000 - AGE;
  await Deno.utime(path, time, time);
}
