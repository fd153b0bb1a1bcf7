/**
 * From arguments to a command to an exit status.
 *
 * @module
 */
import { ListenError } from "../runtime/net.ts";
import { check } from "./check.ts";
import { completions } from "./completions.ts";
import { type CommandLine, parseCommandLine, UsageError } from "./command_line.ts";
import { ConfigError, UnreadableError } from "./configuration.ts";
import { print, say } from "./console.ts";
import { helpText } from "./help.ts";
import { init } from "./init.ts";
import { StartError } from "../supervisor/supervisor.ts";
import { permissions } from "./permissions.ts";
import { serve } from "./serve.ts";
import { versionText } from "./version.ts";

/** Stopped as asked; failed while running; wrong usage or configuration. */
const DONE = 0, FAILED = 1, WRONG = 2;

/** Runs the program. Resolves with its exit status; says on standard error what is wrong. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    const line = parseCommandLine(args);
    if (line.switches.has("help")) print(helpText(line.explicit ? line.command : undefined));
    else if (line.switches.has("version")) print(`${versionText()}\n`);
    else await runCommand(line);
    return DONE;
  } catch (error) {
    if (error instanceof ConfigError) say(error.message);
    else if (error instanceof UsageError) say(`webserv: ${error.message}`);
    else if (
      error instanceof UnreadableError || error instanceof ListenError || error instanceof StartError
    ) {
      say(`webserv: ${error.message}`);
      return FAILED;
    } else throw error;
    return WRONG;
  }
}

function runCommand(line: CommandLine): Promise<void> | void {
  switch (line.command) {
    case "serve":
      return serve(line);
    case "check":
      return check(line);
    case "init":
      return init(line);
    case "permissions":
      return permissions(line);
    case "completions":
      return completions(line);
  }
}
