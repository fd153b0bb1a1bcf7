/**
 * Everything that HTTP/1.1 answers is answered over HTTP/2: files, listings, stores, programs.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Http2Client, testHttp2 } from "../support/http2_client.ts";
import { waitUntil } from "../support/wait.ts";
import { exchange } from "../support/wire.ts";
import { sharedCgiServer } from "./cgi_support.ts";
import { sharedServer } from "./wire_support.ts";

const server = await sharedServer({
  config: `servers:
  - listen: LISTEN
    root: www
    autoindex: on
    locations:
      /store/: { alias: store/, upload_store: store, overwrite: on }
`,
  files: {
    "www/a.txt": "hello",
    "www/folder/b.txt": "b",
    "www/large.bin": new Uint8Array(3_000_000),
    store: null,
  },
});

testHttp2("files, errors, ranges, conditions and listings are answered as over HTTP/1.1", async () => {
  await using client = new Http2Client(server.port);
  const { status, text, fields } = await client.ask("/a.txt");
  assertEquals([status, text, fields["content-length"]], [200, "hello", "5"]);
  assertEquals([fields["connection"], fields["transfer-encoding"]], [undefined, undefined]);
  const old = await exchange(server.port, "GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n");
  for (
    const name of [
      "etag",
      "last-modified",
      "content-type",
      "cache-control",
      "x-content-type-options",
      "server",
    ]
  ) {
    assertEquals(fields[name], old!.field(name), name);
  }
  const range = await client.ask("/a.txt", { fields: { range: "bytes=1-3" } });
  assertEquals([range.status, range.text, range.fields["content-range"]], [206, "ell", "bytes 1-3/5"]);
  const several = await client.ask("/a.txt", { fields: { range: "bytes=0-0,4-4" } });
  assertMatch(String(several.fields["content-type"]), /^multipart\/byteranges/);
  const known = await client.ask("/a.txt", { fields: { "if-none-match": String(fields["etag"]) } });
  assertEquals([known.status, known.text], [304, ""]);
  const head = await client.ask("/a.txt", { method: "HEAD" });
  assertEquals([head.status, head.text, head.fields["content-length"]], [200, "", "5"]);
  assertEquals((await client.ask("/nothing")).status, 404);
  assertEquals((await client.ask("/folder")).status, 301);
  assertMatch((await client.ask("/folder/")).text, /b\.txt/);
  assertEquals((await client.ask("/a.txt", { method: "DELETE" })).status, 405);
  assertEquals((await client.ask("/large.bin")).body.length, 3_000_000);
});

testHttp2("what is put, posted and deleted is stored and gone", async () => {
  await using client = new Http2Client(server.port);
  const content = new Uint8Array(900_000).fill(7);
  assertEquals((await client.ask("/store/x.bin", { method: "PUT", body: content })).status, 201);
  assertEquals((await client.ask("/store/x.bin")).body, content);
  assertEquals((await client.ask("/store/x.bin", { method: "PUT", body: "short" })).status, 204);
  assertEquals(await client.get("/store/x.bin"), "200 short");
  assertEquals((await client.ask("/store/x.bin", { method: "DELETE" })).status, 204);
  assertEquals((await client.ask("/store/x.bin")).status, 404);
});

testHttp2("an upload that is reset half way leaves nothing behind", async () => {
  await using client = new Http2Client(server.port);
  // Without a length what this client sends before its reset may be a whole upload: it ends its side first.
  const stream = client.open("/store/half.bin", { method: "PUT", fields: { "content-length": "200000" } });
  stream.on("error", () => {});
  stream.write(new Uint8Array(100_000));
  const files = () => [...Deno.readDirSync(`${server.folder}/store`)].map(({ name }) => name);
  await waitUntil(() => files().length > 0, "the upload has begun");
  stream.close(8);
  await waitUntil(() => files().length === 0, () => `nothing is left: ${files()}`);
  assertEquals((await client.ask("/a.txt")).status, 200);
});

testHttp2("a request that is refused before its content has come is answered", async () => {
  await using client = new Http2Client(server.port);
  const stream = client.open("/a.txt", { method: "PUT" });
  stream.on("error", () => {});
  const status = await new Promise((resolve) => {
    stream.on("response", (fields) => resolve(Number(fields[":status"])));
    stream.write(new Uint8Array(100_000));
  });
  assertEquals(status, 405);
  assertEquals((await client.ask("/a.txt")).status, 200);
});

testHttp2("100 streams at once on one connection are all answered", async () => {
  await using client = new Http2Client(server.port);
  const answers = await Promise.all(Array.from({ length: 100 }, () => client.ask("/large.bin")));
  assert(answers.every(({ status, body }) => status === 200 && body.length === 3_000_000));
});

testHttp2("the access log has a line for each stream", async () => {
  await using client = new Http2Client(server.port);
  await client.ask("/a.txt?logged");
  await server.waitFor(/"GET \/a\.txt\?logged HTTP\/2\.0" 200 5 /);
});

const programs = await sharedCgiServer({
  "env.cgi":
    `printf 'Content-Type: text/plain\\n\\n'; echo "$SERVER_PROTOCOL $HTTP_HOST $REQUEST_METHOD"; cat\n`,
  "events.cgi": `printf 'Content-Type: text/event-stream\\n\\n'; for i in 1 2 3; do echo "data: $i"; echo; ` +
    `until [ -e "$0.go$i" ]; do sleep 0.02; done; done\n`,
  "nph-raw.cgi": `printf 'HTTP/1.1 202 Fine\\r\\nConnection: close\\r\\nX-Raw: yes\\r\\n\\r\\nraw'\n`,
  "nph-bad.cgi": `printf 'no head at all'\n`,
  "slow.cgi": `echo $$ > "$0.pid"; printf 'Content-Type: text/plain\\n\\nbegun\\n'; exec sleep 60\n`,
});

testHttp2("a program learns of HTTP/2 and gets content of any length", async () => {
  await using client = new Http2Client(programs.port);
  const { text } = await client.ask("/cgi-bin/env.cgi", { method: "POST", body: "x".repeat(100_000) });
  const [first, rest] = text.split("\n");
  assertMatch(first!, /^HTTP\/2\.0 127\.0\.0\.1:\d+ POST$/);
  assertEquals(rest!.length, 100_000);
});

testHttp2("a program's events leave as they come", async () => {
  await using client = new Http2Client(programs.port);
  const go = `${programs.folder}/cgi-bin/events.cgi.go`;
  const stream = client.open("/cgi-bin/events.cgi");
  let got = "";
  stream.on("data", (piece: Uint8Array) => got += new TextDecoder().decode(piece));
  const ended = new Promise((resolve) => stream.on("end", resolve));
  let wanted = "";
  for (const event of [1, 2, 3]) {
    wanted += `data: ${event}\n\n`;
    await waitUntil(() => got === wanted, () => `${JSON.stringify(got)} is ${JSON.stringify(wanted)}`);
    await Deno.writeTextFile(`${go}${event}`, "");
  }
  await ended;
});

testHttp2(
  "a program that writes the whole message is answered with it, and with 502 where it is none",
  async () => {
    await using client = new Http2Client(programs.port);
    const { status, text, fields } = await client.ask("/cgi-bin/nph-raw.cgi");
    assertEquals([status, text, fields["x-raw"], fields["connection"]], [202, "raw", "yes", undefined]);
    assertEquals((await client.ask("/cgi-bin/nph-bad.cgi")).status, 502);
  },
);

testHttp2("a program ends when its stream is reset, while the connection goes on", async () => {
  await using client = new Http2Client(programs.port);
  const stream = client.open("/cgi-bin/slow.cgi");
  stream.on("error", () => {});
  await new Promise((resolve) => stream.on("data", resolve));
  const pid = Number(await Deno.readTextFile(`${programs.folder}/cgi-bin/slow.cgi.pid`));
  stream.close(8);
  const isAlive = () => {
    try {
      return !/\) Z /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
    } catch {
      return false;
    }
  };
  await waitUntil(() => !isAlive(), "the program has ended");
  assertEquals((await client.ask("/cgi-bin/env.cgi")).status, 200);
});
