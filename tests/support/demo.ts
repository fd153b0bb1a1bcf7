/**
 * The demo that comes with the program, on free ports and in a temporary folder, and the programs that visit it.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { startServer, type TestServer } from "./server.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

/** The folder of the demo's first site. */
export const MAIN_SITE = join(ROOT, "sites/main");

/** Starts the server with the demo's own configuration; what is uploaded stays in the temporary folder. */
export async function startDemo(): Promise<TestServer> {
  const config = await Deno.readTextFile(join(ROOT, "webserv.yaml"));
  return await startServer({
    config: config
      .replaceAll(/\b(listen): 8080\b/g, "$1: LISTEN")
      .replaceAll(/\b(root|alias|cgi_script): (?=[A-Za-z])/g, `$1: ${ROOT}`),
  });
}

/** True if a program is installed. */
export function hasProgram(name: string): boolean {
  try {
    return new Deno.Command(name, { args: ["--version"], stdin: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** Runs a program to its end. */
export async function runClient(
  name: string,
  args: readonly string[],
  cwd?: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const output = await new Deno.Command(name, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...(cwd !== undefined && { cwd }),
  }).output();
  const decoder = new TextDecoder();
  return { code: output.code, stdout: decoder.decode(output.stdout), stderr: decoder.decode(output.stderr) };
}
