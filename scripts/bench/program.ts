/**
 * The programs of the benchmark that are compiled. That for CGI is the least that one can be, so that what is measured
 * is the server.
 *
 * @module
 */
import { join } from "@std/path";
import { findExecutable } from "./find.ts";
import { TUNNEL, TUNNEL_SOURCE } from "./tunnel.ts";

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

/** Compiles them into a new folder. Gives what hinders that; undefined if nothing did. */
export async function compilePrograms(folder: string): Promise<string | undefined> {
  await Deno.mkdir(folder);
  const compiler = findExecutable("cc");
  if (compiler === undefined) return "cc is not installed";
  for (const [name, text] of [[PROGRAM, SOURCE], [TUNNEL, TUNNEL_SOURCE]] as const) {
    const source = join(folder, `${name}.c`);
    await Deno.writeTextFile(source, text);
    const { success, stderr } = await new Deno.Command(compiler, {
      args: ["-O2", "-o", join(folder, name), source],
      stdin: "null",
    }).output();
    if (!success) return `cc failed: ${new TextDecoder().decode(stderr).trim()}`;
  }
  return undefined;
}
