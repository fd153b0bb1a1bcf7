/**
 * Request bodies on their way to programs, and output on its way back, as they come.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ask } from "../support/ask.ts";
import { http1Test, test } from "../support/protocols.ts";
import { toBytes, toText, WireClient } from "../support/wire.ts";
import { assertLives, assertLogged, needs, PLAIN, sharedCgiServer } from "./cgi_support.ts";
import { sha256 } from "./wire_support.ts";

const server = await sharedCgiServer({
  "sum.sh": `${PLAIN}printf '%s ' "\${CONTENT_LENGTH-none}"\nsha256sum | cut -d' ' -f1 | tr -d '\\n'\n`,
  "unread.sh": `${PLAIN}printf '%s' "\${CONTENT_LENGTH-none}"\n`,
  "closed.sh": `exec 0<&-\n${PLAIN}sleep 0.3\nprintf closed\n`,
  "lines.sh": `${PLAIN}while read line; do echo "got $line"; done\n`,
  "events.sh": "printf 'Content-Type: text/event-stream\\n\\n'\nfor n in 1 2 3; do\n" +
    'printf "data: $n\\n\\n"\nwhile [ ! -e go-$n ]; do sleep 0.02; done\ndone\n',
  "late.sh":
    "sleep 0.2\nprintf 'Content-Type: text/plain\\n'\nsleep 0.2\nprintf '\\n'\nsleep 0.2\nprintf late\n",
  "later.sh": `${PLAIN}sleep 0.2\ncat\n`,
  "complain.sh": `echo "first warning" >&2\n${PLAIN}printf 'second\\033[0m' >&2\necho fine\n`,
}, { server: "client_max_body_size: 4M" });

const HEAD = (target: string, fields: string): string =>
  `POST ${target} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`;

const content = (size: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 255);

/** The chunks of a body. */
function chunks(body: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < body.length; at += size) {
    const piece = body.subarray(at, at + size);
    pieces.push(toBytes(`${piece.length.toString(16)}\r\n`), piece, toBytes("\r\n"));
  }
  return [...pieces, toBytes("0\r\nX-Trailer: dropped\r\n\r\n")];
}

const needsSum = needs(["sha256sum"], "");

for (const size of [0, 1, 5000, 70_000, 256 * 1024, 256 * 1024 + 1, 3_000_000]) {
  for (const framing of ["of known length", "in chunks"] as const) {
    test({
      name: `a body of ${size} bytes ${framing} reaches its program whole${needsSum.name}`,
      ignore: needsSum.ignore,
      fn: async () => {
        using client = await WireClient.connect(server.port);
        const body = content(size);
        for (let i = 0; i < 2; i++) {
          if (framing === "in chunks") {
            await client.send(HEAD("/cgi-bin/sum.sh", "Transfer-Encoding: chunked\r\n"));
            for (const piece of chunks(body, 50_000)) await client.send(piece);
          } else {
            await client.send(HEAD("/cgi-bin/sum.sh", `Content-Length: ${size}\r\n`));
            await client.send(body);
          }
          assertEquals((await client.response())?.text, `${size} ${sha256(body)}`);
          // A large body of known length is still being read when the head leaves, and so may end the connection.
          if (framing === "of known length" && size > 60_000) break;
        }
      },
    });
  }
}

test("a request without a body gives its program an empty input at once", async () => {
  const response = await ask(server.port, "/cgi-bin/sum.sh");
  assertEquals(response.text, `none ${sha256(new Uint8Array())}`);
});

test("after a small body that the program leaves unread the connection goes on", async () => {
  using client = await WireClient.connect(server.port);
  for (const fields of ["Content-Length: 9\r\n", "Transfer-Encoding: chunked\r\n"]) {
    await client.send(HEAD("/cgi-bin/unread.sh", fields));
    await client.send(fields.startsWith("T") ? "9\r\nsomething\r\n0\r\n\r\n" : "something");
    assertEquals((await client.response())?.text, "9");
    await client.get("/ok.txt");
    assertEquals((await client.response())?.text, "fine");
  }
});

test("the next request does not get into the body before it, however late that is read", async () => {
  using client = await WireClient.connect(server.port);
  const next = "GET /ok.txt?2 HTTP/1.1\r\nHost: localhost\r\n\r\n";
  await client.send(HEAD("/cgi-bin/later.sh", "Content-Length: 9\r\n") + "something" + next);
  assertEquals((await client.response())?.text, "something");
  assertEquals((await client.response())?.text, "fine");
  for (let i = 0; i < 2; i++) {
    await client.send(HEAD("/cgi-bin/later.sh", "Content-Length: 9\r\n") + "something");
  }
  await client.send(next.repeat(200));
  for (let i = 0; i < 2; i++) assertEquals((await client.response())?.text, "something");
  for (let i = 0; i < 200; i++) assertEquals((await client.response())?.text, "fine");
});

test("after a large body that the program leaves unread the connection goes on or is closed cleanly", async () => {
  for (const target of ["/cgi-bin/unread.sh", "/cgi-bin/closed.sh"]) {
    using client = await WireClient.connect(server.port);
    await client.send(HEAD(target, "Content-Length: 2000000\r\n"));
    const sent = client.send(content(2_000_000)).catch(() => {});
    const response = await client.response();
    assertEquals(response?.text, target.includes("unread") ? "2000000" : "closed");
    await sent;
    if (response?.field("connection") === "close") assert(await client.isClosed());
    else {
      await client.get("/ok.txt");
      assertEquals((await client.response())?.text, "fine");
    }
  }
  await assertLives(server, "/cgi-bin/unread.sh");
});

test("a client that waits for 100 Continue gets it before its body, of either framing", async () => {
  for (const fields of ["Content-Length: 9\r\n", "Transfer-Encoding: chunked\r\n"]) {
    using client = await WireClient.connect(server.port);
    await client.send(HEAD("/cgi-bin/lines.sh", `${fields}Expect: 100-continue\r\n`));
    assertEquals((await client.response())?.status, 100);
    await client.send(fields.startsWith("T") ? "9\r\nsome\nmore\r\n0\r\n\r\n" : "some\nmore");
    assertStringIncludes((await client.response())!.text, "got some\n");
  }
});

test("a client that waits for 100 Continue gets a refusal instead where there is no such program", async () => {
  using client = await WireClient.connect(server.port);
  await client.send(HEAD("/cgi-bin/none.sh", "Content-Length: 9\r\nExpect: 100-continue\r\n"));
  assertEquals((await client.response())?.status, 404);
});

/** Reads until something has come. */
async function readUntil(client: WireClient, received: string, wanted: string): Promise<string> {
  const buffer = new Uint8Array(4096);
  while (!received.includes(wanted)) {
    const count = await client.connection.read(buffer);
    assert(count !== null, `the answer ended before ${wanted}: ${received}`);
    received += toText(buffer.subarray(0, count));
  }
  return received;
}

http1Test(
  "halves",
  "a body reaches its program as it arrives, and the answer comes back while it does",
  async () => {
    using client = await WireClient.connect(server.port);
    await client.send(HEAD("/cgi-bin/lines.sh", "Content-Length: 15\r\nConnection: close\r\n"));
    let received = "";
    for (const line of ["one", "two", "six", "end"]) {
      await client.send(line === "end" ? "end" : `${line}\n`);
      if (line === "end") break;
      received = await readUntil(client, received, `got ${line}\n`);
    }
    assert(received.startsWith("HTTP/1.1 200 "));
  },
);

http1Test("halves", "events reach the client while their program still runs", async () => {
  using client = await WireClient.connect(server.port);
  await client.get("/cgi-bin/events.sh");
  let received = "";
  for (const n of [1, 2, 3]) {
    received = await readUntil(client, received, `data: ${n}\n\n`);
    assert(!received.includes(`data: ${n + 1}`), "it cannot be there yet");
    await Deno.writeTextFile(`${server.folder}/cgi-bin/go-${n}`, "");
  }
  await readUntil(client, received, "0\r\n\r\n");
});

test("a header block may come in pieces and its content late", async () => {
  assertEquals((await ask(server.port, "/cgi-bin/late.sh")).text, "late");
});

test("what a program says on standard error stands in the error log by line, with its name", async () => {
  assertEquals((await ask(server.port, "/cgi-bin/complain.sh")).text, "fine\n");
  await assertLogged(server, "second");
  // Each line begins with the time.
  const lines = server.output().stderr.split("\n").map((line) => line.replace(/^\S+Z /, ""));
  assert(lines.includes("/cgi-bin/complain.sh: first warning"));
  assert(lines.includes("/cgi-bin/complain.sh: second\\x1B[0m"));
});
