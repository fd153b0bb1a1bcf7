/**
 * The port that a container platform, or whoever starts programs by its conventions, gives in the environment: `PORT`.
 *
 * @module
 */
import { type CommandLine, parsePort } from "./command_line.ts";
import { mayRead } from "./named_variables.ts";

const VARIABLE = "PORT";

/**
 * The port for a folder or a file; undefined where nothing says one. An option beats it, a configuration file names the
 * variable itself (`${PORT}`), and where a command runs beside the server it is that command's.
 *
 * @throws {UsageError} if it is no port
 */
export function environmentPort({ port, command, beside }: CommandLine): number | undefined {
  if (port !== undefined || command !== "serve" || beside !== undefined || !mayRead(VARIABLE)) {
    return undefined;
  }
  const text = Deno.env.get(VARIABLE);
  return text ? parsePort(text, `${VARIABLE} of the environment`) : undefined;
}
