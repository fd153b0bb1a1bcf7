/** What an idle tunnel holds: there may be thousands. */
import { fromFileUrl } from "@std/path";
import { assert, assertEquals } from "@std/assert";

/** In bytes, with the objects of four sockets: two of them are the test's own. */
const MOST = 16 * 1024;

Deno.test("a thousand idle tunnels hold less than 16 MiB", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", "--no-lock", "--v8-flags=--expose-gc"],
      fromFileUrl(new URL("tunnel_memory_entry.ts", import.meta.url)),
    ],
    stdout: "piped",
    stderr: "piped",
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  const each = Number(new TextDecoder().decode(stdout));
  assert(each > 0 && each < MOST, `each holds ${each} bytes`);
});
