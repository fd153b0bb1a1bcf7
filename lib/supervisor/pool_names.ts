/**
 * How pools of FastCGI servers are called between the main thread and its workers, and in the file system: by what they
 * are, so that the same pool has the same name at every start and in every configuration. Pure.
 *
 * @module
 */
import { basename } from "@std/path";
import type { Pool } from "../ports.ts";

/** Characters of the program's name that are taken: a socket's path must be short. */
const LONGEST_PROGRAM = 16;

/** The name of its socket, which is its own. */
export function poolName({ command, processes }: Pool): string {
  const program = basename(command[0]!).replace(/[^A-Za-z0-9._-]/g, "_").slice(0, LONGEST_PROGRAM);
  return `${program}-${hash(JSON.stringify([command, processes]))}.sock`;
}

/** True for what could be the name of a pool. */
export function isPoolName(text: string): boolean {
  return text.length <= LONGEST_PROGRAM + 22 && /^[A-Za-z0-9._-]+-[0-9a-f]{16}\.sock$/.test(text);
}

/** FNV-1a of 64 bits: nobody but the configuration's owner chooses what goes in. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  }
  return value.toString(16).padStart(16, "0");
}
