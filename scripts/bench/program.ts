/**
 * The CGI program of the benchmark: the least that one can be, so that what is measured is the server.
 *
 * @module
 */
import { join } from "@std/path";
import { findExecutable } from "./find.ts";

/** Its file name. */
export const PROGRAM = "hello.cgi";

/** All that it prints but its header block. */
export const GREETING = "Hello from a CGI program\n";

const SOURCE = `#include <stdio.h>
int main(void) {
  fputs("Content-Type: text/plain\\n\\n${GREETING.trimEnd()}\\n", stdout);
  return 0;
}
`;

/** Compiles it into a new folder. Gives what hinders that; undefined if nothing did. */
export async function compileProgram(folder: string): Promise<string | undefined> {
  await Deno.mkdir(folder);
  const compiler = findExecutable("cc");
  if (compiler === undefined) return "cc is not installed";
  const source = join(folder, "hello.c");
  await Deno.writeTextFile(source, SOURCE);
  const { success, stderr } = await new Deno.Command(compiler, {
    args: ["-O2", "-o", join(folder, PROGRAM), source],
    stdin: "null",
  }).output();
  return success ? undefined : `cc failed: ${new TextDecoder().decode(stderr).trim()}`;
}
