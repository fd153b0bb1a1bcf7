/**
 * Opens the browser of this machine.
 *
 * @module
 */

const OPENERS: Partial<Record<typeof Deno.build.os, readonly string[]>> = {
  darwin: ["open"],
  windows: ["cmd", "/c", "start", ""],
};

/** Asks the system to show an address; says why if that cannot be done, which is no reason to stop serving. */
export async function openBrowser(url: string, report: (line: string) => void): Promise<void> {
  const [program, ...args] = OPENERS[Deno.build.os] ?? ["xdg-open"];
  try {
    const command = new Deno.Command(program!, {
      args: [...args, url],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    });
    const { success } = await command.output();
    if (!success) report(`warning: ${program} could not open ${url}`);
  } catch (error) {
    report(
      `warning: the browser could not be opened: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
