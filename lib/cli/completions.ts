/**
 * `webserv completions SHELL`: a script that teaches a shell the commands, options and values of the one table.
 *
 * @module
 */
import { type CommandLine, UsageError } from "./command_line.ts";
import { bashScript } from "./completions_bash.ts";
import { fishScript } from "./completions_fish.ts";
import { zshScript } from "./completions_zsh.ts";
import { print } from "./console.ts";
import { SHELLS } from "./options.ts";

const SCRIPTS: Readonly<Record<typeof SHELLS[number], () => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** @throws {UsageError} for a shell that is not known */
export function completions({ operand }: CommandLine): void {
  const shell = SHELLS.find((known) => known === operand);
  if (shell === undefined) {
    const what = operand === undefined ? "no shell is named" : `there are no completions for "${operand}"`;
    throw new UsageError(`${what}: name bash, zsh or fish`);
  }
  print(SCRIPTS[shell]());
}
