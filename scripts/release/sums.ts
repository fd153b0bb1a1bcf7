/**
 * SHA256SUMS, as `sha256sum -c` reads it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Sums } from "./release.ts";

/** The text of SHA256SUMS, by name. */
export function sumsText(sums: Sums): string {
  return [...sums].sort(([a], [b]) => a < b ? -1 : 1).map(([name, sum]) => `${sum}  ${name}\n`).join("");
}

/** Those of a few files alone; names that are not there are left out. */
export function sumsOf(sums: Sums, names: readonly string[]): Sums {
  return new Map([...sums].filter(([name]) => names.includes(name)));
}

/** The SHA-256 of a file in lower hexadecimal digits, read piece by piece. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1 << 20);
  for (let read; (read = await file.read(buffer)) !== null;) hash.update(buffer.subarray(0, read));
  return hash.digest("hex");
}
