/**
 * `webserv trust` over a system that is all in one folder: what lies elsewhere is never touched. Arguments are the
 * options, the environment has HOME, TEST_ROOT, TEST_PATH and TEST_SUDOER.
 *
 * @module
 */
import { parseCommandLine, UsageError } from "../../lib/cli/command_line.ts";
import { FileAccessError } from "../../lib/cli/file_problems.ts";
import { trust } from "../../lib/cli/trust.ts";

try {
  await trust(parseCommandLine(["trust", ...Deno.args]), {
    home: Deno.env.get("HOME")!,
    root: Deno.env.get("TEST_ROOT")!,
    searchPath: Deno.env.get("TEST_PATH")!,
    user: Deno.uid() ?? undefined,
    sudoer: Deno.env.get("TEST_SUDOER"),
    administrators: "",
  });
} catch (error) {
  if (!(error instanceof UsageError || error instanceof FileAccessError)) throw error;
  console.error(`webserv: ${error.message}`);
  Deno.exit(error instanceof UsageError ? 2 : 1);
}
