/**
 * From arguments to a command to an exit status.
 *
 * @module
 */
import type { DebuggerPort } from "../runtime/debugger_port.ts";
import { CommandError } from "../runtime/command_error.ts";
import { ListenError } from "../runtime/net.ts";
import { check } from "./check.ts";
import { completions } from "./completions.ts";
import { type CommandLine, parseCommandLine, UsageError } from "./command_line.ts";
import { ConfigError, FileAccessError } from "./configuration.ts";
import { outputWidth, print, printToStderr, tell } from "./console.ts";
import { configHelpText, helpText } from "./help.ts";
import { init } from "./init.ts";
import { COMMANDS, CONFIG_TOPIC } from "./options.ts";
import { suggestion } from "../config/suggestion.ts";
import { StartError } from "../supervisor/supervisor.ts";
import { permissions } from "./permissions.ts";
import { serve } from "./serve.ts";
import { versionText } from "./version.ts";

/** The exit statuses: stopped as asked; failed while running; wrong usage or configuration. A command has its own. */
const SUCCESS = 0, FAILURE = 1, WRONG_USAGE = 2;

/** Runs the program. Resolves with its exit status; says on standard error what is wrong. */
export async function run(args: readonly string[], debuggerPort: DebuggerPort): Promise<number> {
  try {
    const commandLine = parseCommandLine(args);
    if (commandLine.switches.has("help")) {
      print(helpText(commandLine.explicit ? commandLine.command : undefined, outputWidth()));
      return SUCCESS;
    }
    if (commandLine.switches.has("version")) {
      print(`${versionText()}\n`);
      return SUCCESS;
    }
    return await runCommand(commandLine, debuggerPort) ?? SUCCESS;
  } catch (error) {
    if (error instanceof ConfigError) printToStderr(error.message);
    else if (error instanceof UsageError) printToStderr(`webserv: ${error.message}`);
    else if (
      error instanceof FileAccessError || error instanceof ListenError || error instanceof StartError
    ) {
      await tell(`webserv: ${error.message}`);
      return FAILURE;
    } else if (error instanceof CommandError) {
      await tell(`webserv: ${error.message}`);
      return error.status;
    } else throw error;
    return WRONG_USAGE;
  }
}

/** What comes of it may be an exit status. */
function runCommand(
  commandLine: CommandLine,
  debuggerPort: DebuggerPort,
): Promise<number | void> | void {
  switch (commandLine.command) {
    case "serve":
      return serve(commandLine, debuggerPort);
    case "app":
      return import("./app_configuration.ts").then(({ loadAppConfiguration }) =>
        serve(commandLine, debuggerPort, loadAppConfiguration)
      );
    case "check":
      return check(commandLine);
    case "init":
      return init(commandLine);
    case "permissions":
      return permissions(commandLine);
    case "trust":
      // Loaded when it is asked for, as everything of certificates is.
      return import("./trust.ts").then(({ trust }) => trust(commandLine));
    case "requests":
      return import("./requests.ts").then(({ requests }) => requests(commandLine));
    case "explain":
      return import("./explain.ts").then(({ explainUrl }) => explainUrl(commandLine));
    case "passwd":
      return import("./passwd.ts").then(({ passwd }) => passwd(commandLine));
    case "completions":
      return completions(commandLine);
    case "help":
      return help(commandLine);
  }
}

/** @throws {UsageError} */
function help({ operand }: CommandLine): void {
  const command = COMMANDS.find(({ name }) => name === operand);
  if (operand === CONFIG_TOPIC) print(configHelpText(outputWidth()));
  else if (operand === undefined || command !== undefined) print(helpText(command?.name, outputWidth()));
  else {
    const topics = [...COMMANDS.map(({ name }) => name), CONFIG_TOPIC];
    const hint = suggestion(operand, topics) || `: name one of ${topics.join(", ")}`;
    throw new UsageError(`there is no help for "${operand}"${hint}`);
  }
}
