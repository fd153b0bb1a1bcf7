import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import type { Request } from "../../lib/http/message.ts";
import { requestFor, site } from "../support/site.ts";
import { toText } from "../support/wire.ts";

const SITE = `
servers:
  - listen: 8080
    root: www
    error_page: { 5xx: /sorry.html }
    locations:
      /cgi/: { alias: programs, cgi: { .sh: sh, .cgi: true }, cgi_debug: on }
      /off/: { alias: programs, cgi: { .sh: sh } }
      /fast/: { alias: programs, fastcgi: { .sh: "unix:fast.sock" }, cgi_debug: on }
`;
const FILES = {
  "www/sorry.html": "sorry",
  "programs/bad.sh": "echo bad\n",
  "programs/data.cgi": "#!/bin/sh\n",
};
const SHOWN = /Output:\n {2}no header block/;

type Ends = Partial<Pick<Request, "remote" | "forwarded" | "fields">>;

const LOOPBACK = { hostname: "127.0.0.1", port: 1 }, FAR = { hostname: "203.0.113.9", port: 2 };

Deno.test("only who connects from this machine sees the failure of a program, whatever a request claims", async () => {
  const { handler } = site(SITE, FILES, () => "no header block");
  const text = async (ends: Ends) => {
    const { body } = await handler({ ...requestFor("/cgi/bad.sh", {}), ...ends });
    return toText(body as Uint8Array);
  };
  const seen: Ends[] = [
    { remote: LOOPBACK },
    { remote: { hostname: "::1", port: 1 } },
    // A proxy on this machine that is believed.
    { remote: FAR, forwarded: { client: FAR, scheme: undefined, peer: LOOPBACK } },
  ];
  for (const ends of seen) assertMatch(await text(ends), SHOWN);
  const plain: Ends[] = [
    { remote: FAR },
    // A proxy that is believed says that it is this machine that asks.
    { remote: LOOPBACK, forwarded: { client: LOOPBACK, scheme: undefined, peer: FAR } },
  ];
  for (const ends of plain) assertEquals(await text(ends), "sorry");
});

Deno.test("a page of another origin does not read it, though its browser is on this machine", async () => {
  const { ask } = site(SITE, FILES, () => "no header block");
  const cases: [Record<string, string>, boolean][] = [
    [{ Origin: "http://evil.test" }, false],
    [{ Origin: "null" }, false],
    [{ "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors" }, false],
    [{ "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors" }, false],
    [{ Origin: "http://localhost" }, true],
    [{ "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors" }, true],
    [{ "Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate" }, true],
    // A link: whoever it is of does not see where it leads.
    [{ "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate" }, true],
  ];
  for (const [fields, isShown] of cases) {
    assertEquals(SHOWN.test((await ask("/cgi/bad.sh", { fields })).text), isShown, JSON.stringify(fields));
  }
});

Deno.test("without cgi_debug there is nothing of it, and a FastCGI server's program has it, too", async () => {
  const { ask, log } = site(SITE, FILES, () => "no header block");
  assertEquals((await ask("/off/bad.sh")).text, "sorry");
  const fast = await ask("/fast/bad.sh");
  assertEquals(fast.status, 502);
  assertMatch(fast.text, SHOWN);
  assertMatch(fast.text, /FastCGI server: +unix:\/site\/fast\.sock/);
  // It is in the log as before, with the reference of the page.
  const reference = /Reference: +(\w{8})/.exec(fast.text)?.[1];
  assertEquals(log.some((line) => line.includes(reference!)), true);
});

Deno.test("a program that may not be executed is shown with the remedy, on this machine alone", async () => {
  const { ask } = site(SITE, FILES);
  const here = await ask("/cgi/data.cgi");
  assertEquals(here.status, 403);
  assertMatch(here.text, /data\.cgi has no execute bit\n.*chmod \+x data\.cgi/);
  assertNotMatch((await ask("/cgi/data.cgi", { client: "203.0.113.9" })).text, /chmod/);
});

Deno.test("what a program answers properly stays what it is, an error with content among it", async () => {
  const says = "Status: 502 Mine\nContent-Type: text/plain\n\nmy own words";
  const { ask } = site(SITE, FILES, () => says);
  const { status, text } = await ask("/cgi/bad.sh");
  assertEquals([status, text], [502, "my own words"]);
});

Deno.test("an error without a word is told with what the program said on standard error", async () => {
  const { ask } = site(SITE, FILES, () => "Status: 500\n\n");
  const { status, text } = await ask("/cgi/bad.sh");
  assertEquals(status, 500);
  assertMatch(text, /the program answered 500 without a word/);
  assertMatch(text, /Command: +sh \/site\/programs\/bad\.sh/);
});
