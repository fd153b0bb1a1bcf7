/**
 * What the documents of cases have in common: where they are, and how limits are written in them.
 *
 * @module
 */

/** The Markdown documents of a folder but its README, by name, each taken apart. */
export function readDocuments<T>(folder: URL, parse: (document: string, text: string) => T[]): T[] {
  const names = [...Deno.readDirSync(folder)].map((entry) => entry.name)
    .filter((name) => name.endsWith(".md") && name !== "README.md").sort();
  return names.flatMap((name) => parse(name, Deno.readTextFileSync(new URL(name, folder))));
}

/**
 * Sets limits that are written as `request_line=100, header_count=3`.
 *
 * @param names of limits as the documents have them
 * @throws {Error} if there is no such limit
 */
export function setLimits<K extends string>(
  limits: Record<K, number>,
  names: Readonly<Record<string, K>>,
  written: string,
  document: string,
): void {
  for (const pair of written.split(", ")) {
    const [name = "", number] = pair.split("=");
    const limit = names[name];
    if (limit === undefined) throw new Error(`${document}: there is no limit "${name}"`);
    limits[limit] = Number(number);
  }
}
