/**
 * `webserv init`: a starter configuration, a page and a CGI program. Never writes over anything.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { type CommandLine, UsageError } from "./command_line.ts";
import { FileAccessError, readingProblem, writingProblem } from "./file_problems.ts";
import { printToStderr } from "./console.ts";
import { fullStarter } from "./full_starter.ts";
import { STARTER } from "./starter.ts";

const CONFIGURATION = "webserv.yaml";

/** @throws {UsageError} if one of the files is there already; then none is written */
export function init(commandLine: CommandLine): void {
  const folder = commandLine.operand ?? ".";
  const isFull = commandLine.switches.has("full");
  const files = STARTER.map((file) => ({
    ...file,
    text: isFull && file.name === CONFIGURATION ? fullStarter() : file.text,
    path: join(folder, file.name),
  }));
  for (const { path } of files) {
    if (exists(path, folder)) throw new UsageError(`${path} is there already: nothing was written`);
  }
  for (const { path, text, executable } of files) {
    try {
      Deno.mkdirSync(dirname(path), { recursive: true });
      Deno.writeTextFileSync(path, text, { createNew: true, mode: executable ? 0o755 : 0o644 });
    } catch (error) {
      throw new FileAccessError(`${path} ${writingProblem(error, folder)}`);
    }
    printToStderr(`wrote ${path}`);
  }
  printToStderr(folder === "." ? "now run: webserv" : `now run: webserv -c ${join(folder, "webserv.yaml")}`);
}

function exists(path: string, folder: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    if (error instanceof Deno.errors.NotADirectory) {
      throw new UsageError(`${path}: a part of this path is no folder`);
    }
    throw new FileAccessError(`${path} ${readingProblem(error, folder)}`);
  }
}
