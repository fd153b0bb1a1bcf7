/**
 * webserv: a web server for a developer's machine. Command line to exit status, nothing else.
 *
 * @module
 */
import { DebuggerPort } from "./lib/runtime/debugger_port.ts";
import { ignoreUserSignal } from "./lib/runtime/signals.ts";

if (import.meta.main) {
  // SECURITY: before anything else is loaded, which may take longer than the runtime waits.
  ignoreUserSignal();
  const debuggerPort = new DebuggerPort();
  debuggerPort.hold();
  const { run } = await import("./lib/cli/run.ts");
  Deno.exit(await run(Deno.args, debuggerPort));
}
