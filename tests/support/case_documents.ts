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

/** One case as it stands in a document. */
export interface Section {
  readonly title: string;
  /** Lines of a list, without the dash. */
  readonly options: readonly string[];
  /** Blocks by their names, in order: their lines. */
  readonly blocks: readonly (readonly [name: string, lines: readonly string[]])[];
}

/** The cases of a document. */
export function readSections(text: string): Section[] {
  const sections: { title: string; options: string[]; blocks: [string, string[]][] }[] = [];
  let block: string[] | undefined;
  for (const line of text.split("\n")) {
    const section = sections.at(-1);
    if (block !== undefined) {
      if (line === "```") block = undefined;
      else block.push(line);
    } else if (line.startsWith("## ")) {
      sections.push({ title: line.slice(3), options: [], blocks: [] });
    } else if (line.startsWith("- ")) section?.options.push(line.slice(2));
    else if (line.startsWith("```") && section) section.blocks.push([line.slice(3), block = []]);
  }
  return sections;
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
