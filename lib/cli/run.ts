/**
 * From arguments to a command to an exit status.
 *
 * @module
 */
import type { DebuggerPort } from "../runtime/debugger_port.ts";
import { CommandError } from "../runtime/command_error.ts";
import { ListenError } from "../runtime/net.ts";
import { type CommandLine, parseCommandLine, UsageError } from "./command_line.ts";
import { ConfigError, FileAccessError } from "./file_problems.ts";
import { outputWidth, print, printToStderr, tell } from "./console.ts";
import { StartError } from "../supervisor/start_error.ts";

/** The exit statuses: stopped as asked; failed while running; wrong usage or configuration. A command has its own. */
const SUCCESS = 0, FAILURE = 1, WRONG_USAGE = 2;

/** Runs the program. Resolves with its exit status; says on standard error what is wrong. */
export async function run(args: readonly string[], debuggerPort: DebuggerPort): Promise<number> {
  try {
    const commandLine = parseCommandLine(args);
    if (commandLine.switches.has("help")) {
      const { helpText } = await import("./help.ts");
      print(helpText(commandLine.explicit ? commandLine.command : undefined, outputWidth()));
      return SUCCESS;
    }
    if (commandLine.switches.has("version")) {
      const { versionText } = await import("./version.ts");
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

/** What comes of it may be an exit status. PERF: each command is loaded when it is asked for. */
async function runCommand(commandLine: CommandLine, debuggerPort: DebuggerPort): Promise<number | void> {
  switch (commandLine.command) {
    case "serve":
      return (await import("./serve.ts")).serve(commandLine, debuggerPort);
    case "app": {
      const { loadAppConfiguration } = await import("./app_configuration.ts");
      return (await import("./serve.ts")).serve(commandLine, debuggerPort, loadAppConfiguration);
    }
    case "check":
      return (await import("./check.ts")).check(commandLine);
    case "init":
      return (await import("./init.ts")).init(commandLine);
    case "permissions":
      return (await import("./permissions.ts")).permissions(commandLine);
    case "trust":
      return (await import("./trust.ts")).trust(commandLine);
    case "requests":
      return (await import("./requests.ts")).requests(commandLine);
    case "explain":
      return (await import("./explain.ts")).explainUrl(commandLine);
    case "health":
      return (await import("./health.ts")).health(commandLine);
    case "passwd":
      return (await import("./passwd.ts")).passwd(commandLine);
    case "completions":
      return (await import("./completions.ts")).completions(commandLine);
    case "help":
      return (await import("./help.ts")).help(commandLine);
  }
}
