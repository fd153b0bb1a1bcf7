/**
 * The first line of a program, which says what runs it where it is run by itself.
 *
 * @module
 */
import { FileError, type FileSystem } from "../ports.ts";

/** Bytes of it that systems heed. */
const LONGEST = 256;

/** The first line, with the CR that may stand at its end. Empty where it cannot be read: what may be run need not be readable. */
export function firstLine(files: Pick<FileSystem, "openSync">, path: string): string {
  try {
    const file = files.openSync(path);
    try {
      const buffer = new Uint8Array(LONGEST);
      const text = new TextDecoder().decode(buffer.subarray(0, file.readAtSync(buffer, 0)));
      return text.split("\n", 1)[0]!;
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof FileError) return "";
    throw error;
  }
}
