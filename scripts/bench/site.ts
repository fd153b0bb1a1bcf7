/**
 * Makes the files that the servers serve, and a copy of webserv.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { FILES } from "./rows.ts";

/** Letters only for the bare loop's sake; a long file differs from place to place, so that a wrong part is seen. */
export function contentOf(length: number): Uint8Array<ArrayBuffer> {
  const content = new Uint8Array(length).fill("a".charCodeAt(0));
  if (length < 1_000_000) return content;
  for (let i = 0; i < length; i += 997) content[i] = i % 251;
  return content;
}

/** Writes all files into a new folder. */
export async function makeSite(folder: string): Promise<void> {
  await Deno.mkdir(folder);
  for (const [name, length] of Object.entries(FILES)) {
    await Deno.writeFile(join(folder, name), contentOf(length));
  }
}

/** What webserv runs from. */
const PROGRAM = ["main.ts", "deno.json", "lib"];

/** Copies the program into a new folder, so that all rows measure one state of it. Gives its main.ts. */
export async function copyProgram(folder: string): Promise<string> {
  await Deno.mkdir(folder);
  const root = fromFileUrl(new URL("../../", import.meta.url));
  for (const name of PROGRAM) await copy(join(root, name), join(folder, name));
  return join(folder, "main.ts");
}

async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copy(join(from, name), join(to, name));
}
