/**
 * A representation as text.
 *
 * @module
 */
import type { Representation } from "../http/origin.ts";

/**
 * The text of a small file, by UTF-8; what is none of that is shown as what it is not.
 *
 * @param most bytes of it at most; what is behind them is left out
 * @throws {FileError} also if it is changed meanwhile
 */
export async function decodedText(file: Representation, most: number): Promise<string> {
  const size = Math.min(file.size, most), held = file.content();
  return new TextDecoder().decode(held?.subarray(0, size) ?? await bytesOf(file, size));
}

async function bytesOf(file: Representation, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  if (size === 0) return bytes;
  const source = await file.open([{ start: 0, end: size }]);
  try {
    let length = 0;
    for (let n = await source.read(bytes); n !== null; n = await source.read(bytes.subarray(length))) {
      length += n;
      if (length === size) break;
    }
    return bytes.subarray(0, length);
  } finally {
    source.close();
  }
}
