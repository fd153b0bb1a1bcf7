/**
 * Requests that come through a proxy that is believed: who asks is told to programs and logs.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { ask } from "../support/ask.ts";
import { test } from "../support/protocols.ts";
import { startServer } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { PLAIN, sharedCgiServer } from "./cgi_support.ts";

const PROGRAM =
  `${PLAIN}printf '%s|%s|%s|%s' "$REMOTE_ADDR" "$REMOTE_HOST" "\${REMOTE_PORT-none}" "$HTTPS"\n`;

const trusting = await sharedCgiServer({ "who.sh": PROGRAM }, {
  top: 'trusted_proxies: [127.0.0.0/8, "::1"]',
});
const doubting = await sharedCgiServer({ "who.sh": PROGRAM }, { top: "trusted_proxies: 10.0.0.0/8" });

/** What a program is told. */
const who = async (fields: Readonly<Record<string, string>>, server = trusting): Promise<string> => {
  const { status, text } = await ask(server.port, "/cgi-bin/who.sh", { fields });
  return `${status} ${text}`;
};

test("a program is told the client that a proxy names, its port and its scheme", async () => {
  assertEquals(
    await who({ "X-Forwarded-For": "1.1.1.1, 192.0.2.7:555, 127.0.0.9", "X-Forwarded-Proto": "https" }),
    "200 192.0.2.7|192.0.2.7|555|on",
  );
  assertEquals(await who({ "X-Forwarded-For": "2001:DB8::7" }), "200 2001:db8::7|2001:db8::7|none|");
  assertEquals(
    await who({ Forwarded: 'for="[2001:db8::7]:555";proto=https;host=a.test' }),
    "200 2001:db8::7|2001:db8::7|555|on",
  );
});

test("a Forwarded that nobody can read is refused, and nothing is run", async () => {
  const { status } = await ask(trusting.port, "/cgi-bin/who.sh", {
    fields: { Forwarded: 'for=", for="192.0.2.1"' },
  });
  assertEquals(status, 400);
});

test("who is not named is not believed, and refused nothing", async () => {
  for (
    const fields of [{ "X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https" }, { Forwarded: 'for="' }]
  ) {
    const told = await who(fields, doubting);
    assertEquals(told.replace(/\|[0-9]+\|/, "|PORT|"), "200 127.0.0.1|127.0.0.1|PORT|");
  }
});

test("the access log has the client that a proxy names", async () => {
  for (const [format, line] of [["common", "192.0.2.7 - - ["], ["json", '"remote":"192.0.2.7"']] as const) {
    await using server = await startServer({
      config:
        `trusted_proxies: 127.0.0.1\naccess_log: stdout\nlog_format: ${format}\nservers: [{ listen: LISTEN, root: www }]`,
      files: { "www/ok.txt": "fine" },
    });
    const { status } = await ask(server.port, "/ok.txt", { fields: { "X-Forwarded-For": "192.0.2.7" } });
    assertEquals(status, 200);
    await waitUntil(() => server.output().stdout.includes("\n"), "the log has a line");
    assertStringIncludes(server.output().stdout, line);
  }
});

test("who is believed may change while the server runs", async () => {
  const config = (proxy: string) =>
    `trusted_proxies: ${proxy}\naccess_log: stdout\nlog_format: common\nservers: [{ listen: LISTEN, root: www }]`;
  await using server = await startServer({ config: config("192.0.2.1"), files: { "www/ok.txt": "fine" } });
  const asked = async () => {
    const before = server.output().stdout.length;
    await ask(server.port, "/ok.txt", { fields: { "X-Forwarded-For": "192.0.2.7" } });
    await waitUntil(() => server.output().stdout.indexOf("\n", before) >= 0, "the log has a line");
    return server.output().stdout.slice(before).split(" ")[0];
  };
  assertEquals(await asked(), "127.0.0.1");
  const file = `${server.folder}/webserv.yaml`;
  await Deno.writeTextFile(file, config("127.0.0.1").replace("LISTEN", '"127.0.0.1:0"'));
  server.kill("SIGHUP");
  await waitUntil(async () => await asked() === "192.0.2.7", "the proxy is believed");
});
