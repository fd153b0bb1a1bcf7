/**
 * Checks that every import goes down: a floor of lib/ imports only from floors below it, nothing imports in a circle,
 * and only the floors that are doors to the outside use `Deno.`. Prints each breach and exits with 1.
 *
 * @module
 */
import { dirname, join, relative } from "@std/path";

/** From top to bottom; the folders of one floor do not import each other. */
const FLOORS: readonly (readonly string[])[] = [
  ["main.ts"],
  ["lib/cli"],
  ["lib/supervisor"],
  ["lib/runtime"],
  ["lib/server"],
  ["lib/site"],
  ["lib/cgi", "lib/store", "lib/files"],
  ["lib/config", "lib/pages"],
  ["lib/http1"],
  ["lib/http"],
  ["lib/bytes"],
  ["lib/ports.ts"],
];

const MAY_USE_DENO = ["main.ts", "lib/cli", "lib/supervisor", "lib/runtime"];

/** Imports and exports from a relative path; dynamic imports too. */
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)"(\.{1,2}\/[^"]+)"/g;
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/.*$/gm;

const isWithin = (file: string, place: string) => file === place || file.startsWith(place + "/");
const floorOf = (file: string) => FLOORS.findIndex((places) => places.some((place) => isWithin(file, place)));

/** All imports between the project's own files, as paths from the root. */
function readImports(root: string): Map<string, { imports: string[]; usesDeno: boolean }> {
  const modules = new Map<string, { imports: string[]; usesDeno: boolean }>();
  const visit = (file: string) => {
    const text = Deno.readTextFileSync(join(root, file));
    const code = text.replace(COMMENT, "");
    const imports = [...code.matchAll(IMPORT)].map(([, path]) =>
      relative(root, join(root, dirname(file), path!))
    );
    modules.set(file, { imports, usesDeno: /\bDeno\./.test(code) });
  };
  const walk = (folder: string) => {
    for (const entry of Deno.readDirSync(join(root, folder))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory) walk(path);
      else if (path.endsWith(".ts")) visit(path);
    }
  };
  walk("lib");
  visit("main.ts");
  return modules;
}

/** Every breach of the floors' rules, a line each. */
export function findBreaches(
  modules: ReadonlyMap<string, { imports: readonly string[]; usesDeno: boolean }>,
): string[] {
  const breaches: string[] = [];
  for (const [file, { imports, usesDeno }] of modules) {
    const floor = floorOf(file);
    if (floor < 0) breaches.push(`${file}: stands on no floor`);
    if (usesDeno && !MAY_USE_DENO.some((place) => isWithin(file, place))) {
      breaches.push(`${file}: uses Deno.`);
    }
    for (const target of imports.filter((path) => path.startsWith("lib/"))) {
      const sameFolder = FLOORS.flat().some((place) => isWithin(file, place) && isWithin(target, place));
      if (!sameFolder && floorOf(target) <= floor) {
        breaches.push(`${file}: imports ${target}, which is not below it`);
      }
    }
  }
  return [...breaches, ...findCycles(modules)];
}

function findCycles(modules: ReadonlyMap<string, { imports: readonly string[] }>): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]) => {
    const start = path.indexOf(file);
    if (start >= 0) cycles.push(`in a circle: ${[...path.slice(start), file].join(" -> ")}`);
    if (start >= 0 || done.has(file)) return;
    for (const target of modules.get(file)?.imports ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of modules.keys()) visit(file, []);
  return cycles;
}

if (import.meta.main) {
  const modules = readImports(Deno.cwd());
  const breaches = findBreaches(modules);
  for (const breach of breaches) console.error(breach);
  console.log(`${modules.size} modules, ${breaches.length} breaches of the floors' rules`);
  Deno.exit(breaches.length > 0 ? 1 : 0);
}
