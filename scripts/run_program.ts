/**
 * What the scripts that make executables, packages and releases have in common.
 *
 * @module
 */

/**
 * Runs a program to its end.
 *
 * @returns what it printed, without blanks at the end
 * @throws {Error} with what it said where it fails, or is not installed
 */
export async function runProgram(command: string, args: readonly string[], cwd: string): Promise<string> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(command, { args: [...args], cwd, stdin: "null" }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Error(`${command} is not installed: install it`);
    throw error;
  }
  const text = new TextDecoder();
  if (!output.success) throw new Error(`${command} ${args.join(" ")} failed:\n${text.decode(output.stderr)}`);
  return text.decode(output.stdout).trimEnd();
}

/** Runs a script: what it throws is said in one line, and its exit status is 1 then. */
export async function runScript(main: () => Promise<number | void>): Promise<never> {
  try {
    Deno.exit(await main() ?? 0);
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}

/** What went wrong. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
