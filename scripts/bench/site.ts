/**
 * Makes the files that the servers serve, and a copy of webserv.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { FILES } from "./rows.ts";

/** So much of it is different: more than any coding looks back. */
const TEXT = 8 * 1024 * 1024;

/** The program's own source, over and over. */
export async function* sourceText(length: number): AsyncGenerator<Uint8Array> {
  const block = new Uint8Array(Math.min(length, TEXT));
  let filled = 0;
  while (filled < block.length) {
    for (const text of await sources(join(ROOT, "lib"))) {
      const piece = text.subarray(0, block.length - filled);
      block.set(piece, filled);
      filled += piece.length;
    }
  }
  for (let sent = 0; sent < length; sent += block.length) yield block.subarray(0, length - sent);
}

async function sources(folder: string): Promise<Uint8Array[]> {
  const found = [];
  for (
    const entry of [...await Array.fromAsync(Deno.readDir(folder))].sort((a, b) => a.name < b.name ? -1 : 1)
  ) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) found.push(...await sources(path));
    else found.push(await Deno.readFile(path));
  }
  return found;
}

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
    const content = /\.(?:js|txt)$/.test(name) ? ReadableStream.from(sourceText(length)) : contentOf(length);
    await Deno.writeFile(join(folder, name), content);
  }
}

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

/** What webserv runs from. */
const PROGRAM = ["main.ts", "deno.json", "lib"];

/** Copies the program into a new folder, so that all rows measure one state of it. Gives its main.ts. */
export async function copyProgram(folder: string): Promise<string> {
  await Deno.mkdir(folder);
  for (const name of PROGRAM) await copy(join(ROOT, name), join(folder, name));
  return join(folder, "main.ts");
}

async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copy(join(from, name), join(to, name));
}
