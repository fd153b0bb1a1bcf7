import { assertEquals, assertStringIncludes } from "@std/assert";
import { asCurl, asFetch, shellWord } from "../../../lib/pages/inspector/copy.js";
import type { RequestRecord } from "../../../lib/inspector/record.ts";
import { toText } from "../../support/latin1.ts";
import { message, recordOf } from "../../support/fake_inspector.ts";

/** What a client has sent: without the fields that belong to its connection. */
interface Sent {
  readonly method: string;
  readonly target: string;
  readonly fields: readonly string[];
  readonly body: string;
}

const OF_CONNECTION = new Set(["connection", "content-length", "transfer-encoding"]);

/** Takes one request as it comes over the wire, byte for byte. */
async function takeOne(listener: Deno.TcpListener): Promise<Sent> {
  const connection = await listener.accept();
  try {
    let text = "";
    const buffer = new Uint8Array(65536);
    for (;;) {
      const end = text.indexOf("\r\n\r\n");
      const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, Math.max(end, 0)))?.[1] ?? 0);
      if (end >= 0 && text.length >= end + 4 + length) {
        await connection.write(
          new TextEncoder().encode("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"),
        );
        const [first = "", ...fields] = text.slice(0, end).split("\r\n");
        const [method = "", target = ""] = first.split(" ");
        const own = fields.filter((field) => !OF_CONNECTION.has(field.split(":")[0]!.toLowerCase()));
        return { method, target, fields: own, body: text.slice(end + 4) };
      }
      const count = await connection.read(buffer);
      if (count === null) throw new Error(`the request ends early: ${text}`);
      text += toText(buffer.subarray(0, count));
    }
  } finally {
    connection.close();
  }
}

const latin1 = (text: string) => toText(new TextEncoder().encode(text));

type Case = readonly [name: string, changes: (host: string) => Partial<RequestRecord>];

const HOSTILE =
  `'"\`$(touch /tmp/no)\\ \${HOME} !! %s %41 \t~ # & | ; < > * ? [a] {b,c} @file é 日本 \u{1f600}`;

/** Whatever a stranger may send, so that whoever pastes the command runs nothing of his. */
const CASES: readonly Case[] = [
  ["a plain GET", (host) => ({ url: `http://${host}/` })],
  ["signs of a shell in the path", (host) => ({ url: `http://${host}/'$(id)'\`id\`;x=!!&y=[1-3]{a,b}"\\` })],
  ["dot segments", (host) => ({ url: `http://${host}/a/../b/./c/..?d=/../e` })],
  ["another method", (host) => ({ url: `http://${host}/x`, method: "PURGE'X" })],
  ["HEAD", (host) => ({ url: `http://${host}/x`, method: "HEAD" })],
  ["POST without a body", (host) => ({ url: `http://${host}/x`, method: "POST" })],
  ["fields", (host) => ({
    url: `http://${host}/`,
    request: message({
      Host: "other.example",
      "User-Agent": "a'b\"c",
      Accept: "*/*",
      "X-Shell": "'$(id)' `id` \\ !! ; | & # ~ @/etc/passwd",
      "X-Empty": "",
      Cookie: "a=b; c='d'",
    }),
  })],
  ["neither Accept nor User-Agent", (host) => ({ url: `http://${host}/`, request: message({ Host: host }) })],
  ["a text", (host) => ({
    url: `http://${host}/`,
    method: "POST",
    request: message(
      { Host: host, Accept: "*/*", "User-Agent": "x", "Content-Type": "text/plain" },
      HOSTILE + "\n\r\n'",
    ),
  })],
  ["a body that begins like a file's name", (host) => ({
    url: `http://${host}/`,
    method: "PUT",
    request: message({ Host: host, Accept: "*/*", "User-Agent": "x" }, "@/etc/passwd"),
  })],
  ["a zero byte", (host) => ({
    url: `http://${host}/`,
    method: "POST",
    request: message({ Host: host, Accept: "*/*", "User-Agent": "x", "Content-Type": "a/b" }, "a\0b"),
  })],
  ["bytes", (host) => ({
    url: `http://${host}/`,
    method: "POST",
    request: {
      ...message({ Host: host, Accept: "*/*", "User-Agent": "x", "Content-Type": "a/b" }),
      body: new Uint8Array([0, 255, 10, 13, 39, 128, 254]).toBase64(),
      encoding: "base64",
      size: 7,
    },
  })],
  ["fields of the connection", (host) => ({
    url: `http://${host}/`,
    method: "POST",
    request: message({
      Host: host,
      Accept: "*/*",
      "User-Agent": "x",
      "Content-Type": "a/b",
      "Content-Length": "999",
      "Transfer-Encoding": "chunked",
      Connection: "keep-alive, Upgrade",
      Expect: "100-continue",
    }, "abc"),
  })],
];

/** What is to be sent for a record. */
function expected(record: RequestRecord, isGivenHost: string): Sent {
  const { method, url, request } = record;
  const left = new Set([...OF_CONNECTION, "expect", "upgrade"]);
  const fields = request.headers.filter(({ name }) => !left.has(name.toLowerCase()))
    .map(({ name, value }) => `${name}: ${value}`.trimEnd());
  const host = fields.some((field) => field.startsWith("Host:")) ? [] : [`Host: ${isGivenHost}`];
  return {
    method,
    target: /^http:\/\/[^/]*(.*)/.exec(url)![1]!,
    fields: [...host, ...fields],
    body: request.encoding === "base64" ? atob(request.body) : latin1(request.body),
  };
}

const sorted = (sent: Sent) => ({
  ...sent,
  fields: sent.fields.map((field) => field.replace(/^[^:]*/, (name) => name.toLowerCase()).trimEnd())
    .toSorted(),
});

Deno.test("asCurl() is a command of sh that sends the same bytes, whatever is in them", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const host = `127.0.0.1:${listener.addr.port}`;
  for (const [name, changes] of CASES) {
    const record = recordOf(1, { request: message({ Accept: "*/*", "User-Agent": "x" }), ...changes(host) });
    const command = asCurl(record);
    const taken = takeOne(listener);
    const { success, stderr } = await new Deno.Command("sh", {
      args: ["-eu", "-c", command.replace(/(^|\|\n)curl /, "$1curl -sS --max-time 5 ")],
      env: { HOME: "/nonexistent" },
      stdout: "null",
      stderr: "piped",
    }).output();
    assertEquals(success, true, `${name}: ${new TextDecoder().decode(stderr)}\n${command}`);
    assertEquals(sorted(await taken), sorted(expected(record, host)), `${name}\n${command}`);
  }
});

Deno.test("asFetch() is JavaScript that sends the same", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const host = `127.0.0.1:${listener.addr.port}`;
  const own = new Set(["host", "accept", "user-agent", "accept-encoding", "accept-language"]);
  const comparable = (sent: Sent) => ({
    ...sorted(sent),
    fields: sorted(sent).fields.filter((field) => !own.has(field.split(":")[0]!)),
    // It puts addresses in order.
    target: new URL(sent.target, "http://a").href,
  });
  for (const [name, changes] of CASES) {
    const record = recordOf(1, { request: message({ Accept: "*/*", "User-Agent": "x" }), ...changes(host) });
    if (record.method.includes("'")) continue;
    const call = asFetch(record);
    const taken = takeOne(listener);
    const { status } = await new Function(
      `return (async () => { return ${call.replace(/^await /m, "await ")} })()`,
    )();
    assertEquals(status, 204);
    assertEquals(comparable(await taken), comparable(expected(record, host)), `${name}\n${call}`);
  }
});

Deno.test("what is kept in part, or cannot be sent, is said above the copy", () => {
  const request = { ...message({}, "abc"), truncated: true };
  const record = recordOf(1, { method: "POST", request });
  assertEquals(asCurl(record).split("\n")[0], "# The body was longer: only its beginning is known.");
  assertEquals(asFetch(record).split("\n")[0], "// The body was longer: only its beginning is known.");
  assertEquals(asFetch({ ...record, method: "GET" }).split("\n")[1], "// fetch sends no body with GET.");
});

Deno.test("a word of a shell is quoted where it has to be", () => {
  assertEquals(shellWord("http://a/b?c=d".replace("?", "")), "http://a/bc=d");
  assertEquals(shellWord("a?b"), "'a?b'");
  assertEquals(shellWord("it's"), `'it'\\''s'`);
  assertEquals(shellWord(""), "''");
  assertStringIncludes(asCurl(recordOf(1)), "curl http://localhost:8080/");
});
