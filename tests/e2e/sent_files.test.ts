/**
 * X-Sendfile and X-Accel-Redirect with real files, real programs and the sandbox: a large file in ranges, and nothing of
 * what lies beside the folder.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { ask } from "../support/ask.ts";
import { test } from "../support/protocols.ts";
import { assertLives, sharedCgiServer } from "./cgi_support.ts";

/** Larger than what is kept in memory, and different everywhere. */
const LARGE = Array.from({ length: 60_000 }, (_, index) => String(index).padStart(5, "0")).join("");

const server = await sharedCgiServer({
  // The query is the name: a client who chooses it is the worst case.
  "send.sh": `printf 'Content-Type: text/plain\\nX-Sendfile: %s\\n\\n' "$QUERY_STRING"\nexec cat /dev/zero\n`,
  "accel.sh": `printf 'X-Accel-Redirect: %s\\n\\nown' "$QUERY_STRING"\n`,
}, {
  location: "cgi: { .sh: sh }, sendfile_from: private",
  locations: "/plain/: { alias: cgi-bin, cgi: { .sh: sh } }",
  files: {
    "private/large.txt": LARGE,
    "private/größe é.txt": "UTF-8",
    "private.txt": "secret",
    "secret.txt": "secret",
  },
});
await Deno.symlink(`${server.folder}/secret.txt`, `${server.folder}/private/out.txt`);
await Deno.link(`${server.folder}/private/large.txt`, `${server.folder}/private/hard.txt`);

test("a large file is sent whole and in ranges, and the endless program is ended", async () => {
  const whole = await ask(server.port, "/cgi-bin/send.sh?large.txt");
  assertEquals([whole.status, whole.field("content-length"), whole.text === LARGE], [200, "300000", true]);
  const part = await ask(server.port, "/cgi-bin/send.sh?large.txt", {
    fields: { Range: "bytes=100000-100009" },
  });
  assertEquals([part.status, part.text], [206, LARGE.slice(100_000, 100_010)]);
  const head = await ask(server.port, "/cgi-bin/send.sh?large.txt", { method: "HEAD" });
  assertEquals([head.status, head.field("content-length"), head.text], [200, "300000", ""]);
  const etag = whole.field("etag")!;
  const unchanged = await ask(server.port, "/cgi-bin/send.sh?large.txt", {
    fields: { "If-None-Match": etag },
  });
  assertEquals([unchanged.status, unchanged.text], [304, ""]);
});

test("absolute paths and names in UTF-8 are taken as they are", async () => {
  for (const name of ["large.txt", "/large.txt", `${server.folder}/private/large.txt`, "hard.txt"]) {
    assertEquals((await ask(server.port, `/cgi-bin/accel.sh?${name}`)).text, LARGE, name);
  }
});

test("what lies beside the folder, or is led to by a link, is not sent", async () => {
  for (
    const name of [
      ..."out.txt ../secret.txt ../private.txt .. . large.txt/ large.txt/x ../private/large.txt".split(" "),
      `${server.folder}/secret.txt`,
      `${server.folder}/private.txt`,
      `${server.folder}/webserv.yaml`,
      "/etc/passwd",
      "/proc/self/environ",
      "gr%C3%B6%C3%9Fe",
    ]
  ) {
    const { status, text } = await ask(server.port, `/cgi-bin/send.sh?${name}`);
    assertEquals(status, 404, name);
    assert(!text.includes("secret") && !text.includes("listen"), name);
  }
  await assertLives(server);
});

test("without sendfile_from the fields are taken away and the content is the program's", async () => {
  const { status, text, fields } = await ask(server.port, "/plain/accel.sh?large.txt");
  assertEquals([status, text], [200, "own"]);
  assert(!fields.some(([name]) => name.toLowerCase() === "x-accel-redirect"));
});
