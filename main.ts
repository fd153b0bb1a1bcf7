/**
 * webserv: a web server for a developer's machine. Command line to exit status, nothing else.
 *
 * @module
 */
import { run } from "./lib/cli/run.ts";

if (import.meta.main) Deno.exit(await run(Deno.args));
