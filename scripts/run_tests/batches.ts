/**
 * Several files of tests in one isolate. The runtime loads and compiles all modules anew for each file, a quarter of a
 * second of CPU for one that takes in half of lib: a sixth of what the whole suite costs.
 *
 * @module
 */
import { join, toFileUrl } from "@std/path";

/** Folders whose tests are all calls of functions: no programs, threads or sockets, nothing that is the process's. */
const TOGETHER: readonly string[] = [
  "bytes",
  "coding",
  "config",
  "fastcgi",
  "files",
  "http",
  "http1",
  "pages",
  "proxy",
  "site",
];

/** Files of one batch. More would leave a core idle at the end, while the last batch runs. */
const MOST = 8;

/** One module that is given to `deno test`, and the files that it imports. */
export interface Batch {
  readonly name: string;
  readonly files: readonly string[];
}

/** What `deno test` is to run for a folder: the files that run by themselves, and the batches of the others. */
export interface Plan {
  readonly alone: readonly string[];
  readonly batches: readonly Batch[];
}

/** @param files below `tests/`, separated by `/` */
export function planOf(files: readonly string[]): Plan {
  const alone: string[] = [];
  const byFolder = new Map<string, string[]>();
  for (const file of [...files].sort()) {
    const folder = TOGETHER.find((folder) => file.startsWith(`tests/${folder}/`));
    if (folder === undefined) alone.push(file);
    else byFolder.set(folder, [...byFolder.get(folder) ?? [], file]);
  }
  return { alone, batches: [...byFolder].flatMap(([folder, files]) => split(folder, files)) };
}

function split(folder: string, files: readonly string[]): Batch[] {
  const count = Math.ceil(files.length / MOST);
  return Array.from({ length: count }, (_, at) => ({
    name: `${folder}_${at + 1}.test.ts`,
    // Each takes every COUNTth, so that neighbours, which are alike, do not all fall into one.
    files: files.filter((_, index) => index % count === at),
  }));
}

/** Writes the modules of the batches into a folder; resolves with their paths. */
export async function writeBatches(
  batches: readonly Batch[],
  root: string,
  folder: string,
): Promise<string[]> {
  return await Promise.all(batches.map(async ({ name, files }) => {
    const path = join(folder, name);
    const lines = files.map((file) => `import ${JSON.stringify(toFileUrl(join(root, file)).href)};\n`);
    await Deno.writeTextFile(path, lines.join(""));
    return path;
  }));
}
