/**
 * Checks what no single file of lib/ shows: that nothing imports in a circle, and that every file is reached from
 * main.ts or a worker's entry. (What a file imports and names is held by the lint plugin in scripts/floors.) Prints each
 * breach and exits with 1. `--picture` prints the floors for ARCHITECTURE.md instead.
 *
 * @module
 */
import { fromFileUrl, join, relative } from "@std/path";
import { picture } from "./floors/floors.ts";

/** A worker's entry is not imported but started; the manual is made when the executable is. */
const ENTRIES = [
  "main.ts",
  "lib/supervisor/worker.ts",
  "lib/supervisor/admin_worker.ts",
  "lib/supervisor/login_thread.ts",
  "scripts/man.ts",
];

/** Every file to the project's files that it imports, types included; all as paths from the root. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

interface InfoModule {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier: string };
    readonly type?: { readonly specifier: string };
  }[];
}

/** Reads the graph of an entry as the runtime sees it. @throws {Error} if it cannot */
async function readGraph(root: string, entry: string): Promise<ImportGraph> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", join(root, entry)],
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const { modules }: { modules: InfoModule[] } = JSON.parse(new TextDecoder().decode(stdout));
  const isOurs = (specifier: string | undefined) => specifier?.startsWith("file:") ?? false;
  const path = (specifier: string) => relative(root, fromFileUrl(specifier));
  return new Map(
    modules.filter(({ specifier }) => isOurs(specifier)).map(({ specifier, dependencies = [] }) => [
      path(specifier),
      dependencies.flatMap(({ code, type }) => [code?.specifier, type?.specifier])
        .filter((target) => target !== undefined && isOurs(target)).map((target) => path(target!)),
    ]),
  );
}

/** Each circle of imports, with its way. */
export function findCircles(graph: ImportGraph): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]) => {
    const start = path.indexOf(file);
    if (start >= 0) circles.push(`in a circle: ${[...path.slice(start), file].join(" -> ")}`);
    if (start >= 0 || done.has(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return circles;
}

/** Files that nothing leads to: dead code. */
export function findUnreached(files: readonly string[], graph: ImportGraph): string[] {
  return files.filter((file) => !graph.has(file)).map((file) => `${file}: nothing imports it`);
}

function* sources(root: string, folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(join(root, folder))) {
    const path = join(folder, name);
    if (isDirectory) yield* sources(root, path);
    else if (/\.[jt]s$/.test(name)) yield path;
  }
}

async function main(): Promise<number> {
  const root = fromFileUrl(new URL("../", import.meta.url));
  const graphs = await Promise.all(ENTRIES.map((entry) => readGraph(root, entry)));
  const graph: ImportGraph = new Map(graphs.flatMap((part) => [...part]));
  const breaches = [...findCircles(graph), ...findUnreached([...sources(root, "lib")], graph)];
  for (const breach of breaches) console.error(breach);
  console.log(`${graph.size} modules, ${breaches.length} breaches`);
  return breaches.length > 0 ? 1 : 0;
}

if (import.meta.main) {
  if (Deno.args.includes("--picture")) console.log(picture());
  else Deno.exit(await main());
}
