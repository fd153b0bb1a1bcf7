/**
 * Puts the report into a document that says more than the report.
 *
 * @module
 */

/** What stands around the report in a document. */
export const BEGIN = "<!-- The benchmark's report begins. -->";
export const END = "<!-- The benchmark's report ends. -->";

/**
 * Replaces what stands between the marks.
 *
 * @throws {Error} if there are not exactly one begin and one end, in this order
 */
export function insertReport(document: string, report: string): string {
  const begin = document.indexOf(BEGIN), end = document.indexOf(END);
  const isSingle = begin === document.lastIndexOf(BEGIN) && end === document.lastIndexOf(END);
  if (begin < 0 || end < begin || !isSingle) {
    throw new Error(
      `The document has no single place for the report: it wants the lines ${BEGIN} and ${END}`,
    );
  }
  return `${document.slice(0, begin)}${BEGIN}\n\n${report.trim()}\n\n${document.slice(end)}`;
}

/** Throws if the report could not be written there, which is better known before the measuring. */
export async function checkPlace(path: string): Promise<void> {
  insertReport(await read(path), "");
}

/** Writes the report into a file: between the marks if there is one, else a new file. */
export async function writeReport(path: string, report: string): Promise<void> {
  await Deno.writeTextFile(path, insertReport(await read(path), report));
}

async function read(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `${BEGIN}\n${END}\n`;
    throw error;
  }
}
