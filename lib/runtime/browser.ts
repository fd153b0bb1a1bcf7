/**
 * Opens the browser of this machine.
 *
 * @module
 */

import type { System } from "../ports.ts";
import { SYSTEM } from "./system.ts";

/**
 * What opens an address that is put behind its arguments. SECURITY: no shell, to which the & of a query would be the end of
 * a command: `cmd /c start` is one.
 */
export const OPENERS: Readonly<Record<System, readonly [program: string, ...args: string[]]>> = {
  linux: ["xdg-open"],
  darwin: ["open"],
  windows: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Asks the system to show an address; says why if that cannot be done, which is no reason to stop serving. */
export async function openBrowser(url: string, report: (line: string) => void): Promise<void> {
  const [program, ...args] = OPENERS[SYSTEM];
  try {
    const command = new Deno.Command(program, {
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
