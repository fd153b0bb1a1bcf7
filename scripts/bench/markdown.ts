/**
 * Puts the report into a document that says more than the report.
 *
 * @module
 */

/** What stands around a report in a document. */
export interface Marks {
  readonly begin: string;
  readonly end: string;
}

/** Those of the benchmark's report, and of the soak's. */
export const BENCH = marks("benchmark");
export const SOAK = marks("soak");

function marks(of: string): Marks {
  return { begin: `<!-- The ${of}'s report begins. -->`, end: `<!-- The ${of}'s report ends. -->` };
}

/**
 * Replaces what stands between the marks.
 *
 * @throws {Error} if there are not exactly one begin and one end, in this order
 */
export function insertReport(document: string, report: string, marks: Marks): string {
  const begin = document.indexOf(marks.begin), end = document.indexOf(marks.end);
  const isSingle = begin === document.lastIndexOf(marks.begin) && end === document.lastIndexOf(marks.end);
  if (begin < 0 || end < begin || !isSingle) {
    throw new Error(
      `The document has no single place for the report: it wants the lines ${marks.begin} and ${marks.end}`,
    );
  }
  return `${document.slice(0, begin)}${marks.begin}\n\n${report.trim()}\n\n${document.slice(end)}`;
}

/** Throws if the report could not be written there, which is better known before the measuring. */
export async function checkPlace(path: string, marks: Marks): Promise<void> {
  insertReport(await read(path, marks), "", marks);
}

/** Writes the report into a file: between the marks if there is one, else a new file. */
export async function writeReport(path: string, report: string, marks: Marks): Promise<void> {
  await Deno.writeTextFile(path, insertReport(await read(path, marks), report, marks));
}

async function read(path: string, { begin, end }: Marks): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `${begin}\n${end}\n`;
    throw error;
  }
}
