/**
 * The first line of a program, which says what runs it where it is run by itself.
 *
 * @module
 */
import { decodeLatin1 } from "../bytes/latin1.ts";
import { FileError, type FileSystem } from "../ports.ts";

/** Bytes of it that systems heed. */
const LONGEST = 256;

/** The first line with its `#!`, and with the CR that may stand at its end; undefined where it begins with anything else. */
export function interpreterLine(files: Pick<FileSystem, "openSync">, path: string): string | undefined {
  const text = beginning(files, path);
  return text.startsWith("#!") ? text.split("\n", 1)[0]! : undefined;
}

function beginning(files: Pick<FileSystem, "openSync">, path: string): string {
  try {
    const file = files.openSync(path);
    try {
      const buffer = new Uint8Array(LONGEST);
      return decodeLatin1(buffer.subarray(0, file.readAtSync(buffer, 0)));
    } finally {
      file.close();
    }
  } catch (error) {
    // What may be run need not be readable.
    if (error instanceof FileError) return "";
    throw error;
  }
}
