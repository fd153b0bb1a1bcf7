import { assert, assertEquals } from "@std/assert";
import { ask, get } from "../support/ask.ts";
import { keptServer } from "../support/kept_server.ts";
import { test } from "../support/protocols.ts";

/** A program that says its path, and has something in it that nobody may read. */
const PROGRAM = `# secret
printf 'Content-Type: text/plain\\n\\nran %s%s' "$SCRIPT_NAME" "$PATH_INFO"
`;

test("a program is run and never sent, whatever leads to it", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: .
    index: [index.sh]
    cgi: { .sh: sh }
    locations:
      /suffix/: { try_files: [$uri, $uri.sh, =404] }
      /fixed/: { try_files: [$uri, /run.sh] }
      /folder/: { try_files: [$uri, $uri/, =404] }
      /elsewhere/: { cgi: {}, try_files: [$uri, /run.sh] }
      /plain/: { alias: plain, cgi: {} }
`,
    files: {
      "run.sh": PROGRAM,
      "dir/index.sh": PROGRAM,
      "suffix/a.sh": PROGRAM,
      "folder/sub/index.sh": PROGRAM,
      "plain/index.html": "plain",
    },
  });
  const runs: Record<string, string> = {
    "/run.sh": "ran /run.sh",
    "/run.sh/more": "ran /run.sh/more",
    "/dir/": "ran /dir/index.sh",
    "/suffix/a": "ran /suffix/a.sh",
    "/suffix/a.sh": "ran /suffix/a.sh",
    "/fixed/missing": "ran /run.sh",
    "/folder/sub/": "ran /folder/sub/index.sh",
    "/elsewhere/missing": "ran /run.sh",
  };
  for (const [target, text] of Object.entries(runs)) {
    assertEquals(await get(server.port, target), `200 ${text}`, target);
    const posted = await ask(server.port, target, { method: "POST", body: "x" });
    assert(!posted.text.includes("secret"), target);
  }
});
