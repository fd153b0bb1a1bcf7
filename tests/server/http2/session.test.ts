/** What streams are to a handler and its answers to the wire. */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { GoneError, HttpError } from "../../../lib/http/errors.ts";
import { FieldBlock } from "../../../lib/http/fields.ts";
import type { BodySource, Handler, Request, Response } from "../../../lib/http/message.ts";
import { toText } from "../../support/wire.ts";
import { data, Peer, request, rstStream, takeFrames, text, windowUpdate } from "./peer.ts";

const OK: Handler = () => text("hello");

/** Answers with the content that was sent. */
const echo: Handler = async ({ body }: Request) => {
  let all = "";
  for (let piece = await body.read(); piece !== null; piece = await body.read()) all += toText(piece);
  return text(all);
};

/** Gives `piece` so many times. */
class Source implements BodySource {
  closed = 0;
  prompt = false;
  failure: Error | undefined;

  constructor(readonly length: number | undefined, public pieces: number) {}

  read(buffer: Uint8Array): Promise<number | null> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    if (this.pieces-- <= 0) return Promise.resolve(null);
    buffer.set(new TextEncoder().encode("piece").subarray(0, buffer.length));
    return Promise.resolve(Math.min(5, buffer.length));
  }

  close(): void {
    this.closed++;
  }
}

const withSource = (body: BodySource, status = 200): Response => ({ status, fields: FieldBlock.EMPTY, body });

Deno.test("a request is answered in one write, with a line in the access log", async () => {
  const peer = await Peer.greeted(({ method, target, host, version, path, query, form }) =>
    text([method, target, host, version, path, query, form].join(" "))
  );
  const { writes } = peer.connection, before = peer.connection.output.length;
  await peer.send(request(1, { path: "/a?b" }));
  const { frames } = takeFrames(peer.connection.output.slice(before));
  const fields = peer.fieldsOf(frames[0]!.payload);
  assertEquals([...fields.keys()].sort(), [
    ":status",
    "content-length",
    "date",
    "server",
    "x-content-type-options",
  ]);
  const content = "GET /a?b a.test HTTP/2.0 /a b origin";
  assertEquals(frames[1]!.payload, content);
  assertEquals(fields.get("content-length"), String(content.length));
  assertEquals(peer.connection.writes - writes, 1);
  assertEquals(peer.log.lines.length, 1);
  assertStringIncludes(peer.log.lines[0]!, `"GET /a?b HTTP/2.0" 200 ${content.length} "-" "-"`);
  await peer.end();
});

Deno.test("what is asked together is answered in one write, and what is answered first leaves first", async () => {
  const slow = Promise.withResolvers<Response>();
  const peer = await Peer.greeted(({ path }) => path === "/slow" ? slow.promise : text("x"));
  const { writes } = peer.connection;
  await peer.send(
    request(1, { path: "/slow" }),
    ...Array.from({ length: 20 }, (_, i) => request(2 * i + 3)),
  );
  assertEquals([peer.seen().length, peer.connection.writes - writes, peer.session.answering], [40, 1, 1]);
  slow.resolve(text("late"));
  await peer.send();
  assertEquals([peer.seen(), peer.session.answering], [["HEADERS 1 200", "DATA 1 4 END"], 0]);
  await peer.end();
});

const empty = (status: number, body?: Uint8Array | BodySource): Response => ({
  status,
  fields: FieldBlock.EMPTY,
  body,
});
const BARE: readonly (readonly [string, string, () => Response, string | undefined])[] = [
  ["HEAD", "bytes", () => text("hello"), "5"],
  ["HEAD", "a source", () => withSource(new Source(10, 2)), "10"],
  ["HEAD", "a source of unknown length", () => withSource(new Source(undefined, 2)), undefined],
  ["GET", "204", () => empty(204), undefined],
  ["GET", "304", () => empty(304, new Uint8Array(3)), undefined],
  ["GET", "304 of a source", () => withSource(new Source(10, 2), 304), undefined],
  ["GET", "nothing", () => empty(200), "0"],
  ["GET", "no bytes", () => text(""), "0"],
];
for (const [method, what, answer, length] of BARE) {
  Deno.test(`the answer to ${method} of ${what} has no content`, async () => {
    const response = answer();
    const peer = await Peer.greeted(() => response);
    const before = peer.connection.output.length;
    await peer.send(request(1, { method }));
    const { frames } = takeFrames(peer.connection.output.slice(before));
    assertEquals(frames.map(({ type, flags }) => [type, flags & 1]), [["HEADERS", 1]]);
    assertEquals(peer.fieldsOf(frames[0]!.payload).get("content-length"), length);
    if (response.body instanceof Source) assertEquals([response.body.closed, response.body.pieces], [1, 2]);
    assertMatch(peer.log.lines[0]!, / \d{3} 0 "-" "-"$/);
    await peer.end();
  });
}

Deno.test("a handler that throws is answered 500 and logged, and other streams go on", async () => {
  const bug = new Error("a bug at /secret/path");
  const peer = await Peer.greeted(({ path }) => {
    if (path === "/now") throw bug;
    return path === "/later" ? Promise.reject(bug) : text("x");
  });
  await peer.send(request(1, { path: "/now" }), request(3, { path: "/later" }), request(5));
  const seen = peer.seen();
  assertEquals(seen.filter((line) => line.startsWith("HEADERS")).sort(), [
    "HEADERS 1 500",
    "HEADERS 3 500",
    "HEADERS 5 200",
  ]);
  assertEquals(peer.errors.length, 2);
  assertStringIncludes(peer.errors[0]!, "a bug at /secret/path");
  assert(!peer.connection.output.includes("secret"));
  await peer.end();
});

Deno.test("content reaches its handler piece by piece, whatever way it is cut", async () => {
  const peer = await Peer.greeted(echo);
  await peer.send(
    request(1, { method: "POST", ends: false }),
    request(3, { method: "POST", ends: false, "content-length": "4" }),
  );
  await peer.send(data(1, "ab"), data(3, "wx"), data(1, ""));
  await peer.send(data(3, "yz", true), data(1, "cd"));
  await peer.send(data(1, "", true));
  peer.seen();
  assertEquals([peer.contents.get(1), peer.contents.get(3)], ["abcd", "wxyz"]);
  await peer.end();
});

Deno.test("the length of a request's content is told where it is known", async () => {
  const lengths: unknown[] = [];
  const peer = await Peer.greeted(({ body }) => {
    lengths.push(body.length);
    return text("");
  });
  await peer.send(
    request(1),
    request(3, { ends: false, "content-length": "5" }),
    request(5, { ends: false }),
  );
  assertEquals(lengths, [0, 5, undefined]);
  await peer.end();
});

Deno.test("100 Continue is sent when the content is first asked for, and only then", async () => {
  const asked = Promise.withResolvers<void>();
  const peer = await Peer.greeted(async (incoming) => {
    await asked.promise;
    return incoming.path === "/unread" ? text("no") : echo(incoming);
  });
  const expecting = { method: "POST", ends: false, expect: "100-continue", "content-length": "2" };
  await peer.send(
    request(1, expecting),
    request(3, { ...expecting, path: "/unread" }),
    request(5, expecting),
  );
  await peer.send(data(5, "ab", true));
  assertEquals(peer.seen(), []);
  asked.resolve();
  await peer.send();
  assertEquals(peer.seen().sort(), [
    "DATA 3 2 END",
    "DATA 5 2 END",
    "HEADERS 1 100",
    "HEADERS 3 200",
    "HEADERS 5 200",
  ]);
  await peer.send(data(1, "cd", true));
  assertEquals(peer.seen(), ["HEADERS 1 200", "DATA 1 2 END"]);
  await peer.end();
});

/** How a client leaves in the middle of its request, and what its handler learns. */
const LEAVING: Readonly<Record<string, (peer: Peer) => Promise<void>>> = {
  "resets the stream": (peer) => peer.send(rstStream(1, 8)),
  "sends more than it announced": (peer) => peer.send(data(1, "x".repeat(101))),
  "breaks a rule of the connection": (peer) => peer.send(data(0, "x")),
  "ends its side": (peer) => peer.connection.push(null),
  "is cut off": (peer) => Promise.resolve(peer.session.abort()),
};
for (const [how, leave] of Object.entries(LEAVING)) {
  Deno.test(`a handler that reads a request whose client ${how} gets a GoneError, and nothing is logged`, async () => {
    const gone = Promise.withResolvers<unknown>(), told = Promise.withResolvers<void>();
    const peer = await Peer.greeted(async ({ body, onGone }, ...rest) => {
      void rest;
      void onGone;
      const first = await body.read();
      assertEquals(toText(first!), "begun");
      const error = await assertRejects(() => body.read());
      gone.resolve(error);
      throw error;
    });
    void told;
    await peer.send(request(1, { method: "PUT", ends: false, "content-length": "100" }), data(1, "begun"));
    await leave(peer);
    assert(await gone.promise instanceof GoneError);
    assert(!peer.seen().some((line) => line.startsWith("HEADERS")));
    assertEquals([peer.log.lines, peer.errors], [[], []]);
    await peer.end();
  });

  Deno.test(`whoever works for a client that ${how} is told once`, async () => {
    let told = 0;
    const never = Promise.withResolvers<Response>();
    const peer = await Peer.greeted((incoming) => {
      incoming.onGone(() => told++);
      incoming.onGone(() => told += 100)();
      return never.promise;
    });
    await peer.send(request(1, { method: "PUT", ends: false, "content-length": "100" }));
    await leave(peer);
    await peer.send();
    assertEquals([told, peer.session.answering], [1, 0]);
    const late = new Source(10, 2);
    never.resolve(withSource(late));
    await peer.send();
    assertEquals([late.closed, peer.log.lines], [1, []]);
    await peer.end();
  });
}

Deno.test("content of unknown length is sent as it comes, and ended by an empty frame", async () => {
  const source = new Source(undefined, 2);
  const peer = await Peer.greeted(() => withSource(source));
  await peer.send(request(1));
  assertEquals(peer.seen(), ["HEADERS 1 200", "DATA 1 5", "DATA 1 5", "DATA 1 0 END"]);
  assertEquals(source.closed, 1);
  assertMatch(peer.log.lines[0]!, / 200 10 /);
  await peer.end();
});

for (const prompt of [true, false]) {
  Deno.test(`a source that is ${prompt ? "" : "not "}prompt leaves with its head: ${prompt}`, async () => {
    const source = new Source(5, 1);
    source.prompt = prompt;
    if (!prompt) source.read = () => new Promise(() => {});
    const peer = await Peer.greeted(() => withSource(source));
    const { writes } = peer.connection;
    await peer.send(request(1));
    assertEquals(peer.seen(), prompt ? ["HEADERS 1 200", "DATA 1 5 END"] : ["HEADERS 1 200"]);
    assertEquals(peer.connection.writes - writes, 1);
    await peer.end();
  });
}

/** What is wrong, what is said of it, how much is sent, and whether that is a whole answer to the client. */
const BROKEN: readonly (readonly [string, () => Source, RegExp, number, boolean])[] = [
  [
    "ends before its announced length",
    () => new Source(100, 2),
    /ended before its announced length/,
    10,
    false,
  ],
  [
    "is longer than announced",
    () => Object.assign(new Source(5, 2), { isAtEnd: () => Promise.resolve(false) }),
    /longer than announced/,
    5,
    // As over HTTP/1.1.
    true,
  ],
  ["fails", () => Object.assign(new Source(5, 2), { failure: new Error("a bug") }), /a bug/, 0, false],
];
for (const [what, make, message, sent, isWhole] of BROKEN) {
  Deno.test(`content that ${what} ends its stream alone, with a line in the error log`, async () => {
    const source = make();
    const peer = await Peer.greeted(({ path }) => path === "/bad" ? withSource(source) : text("x"));
    await peer.send(request(1, { path: "/bad" }), request(3));
    const seen = peer.seen();
    assertEquals(seen.includes("RST_STREAM 1 INTERNAL_ERROR"), !isWhole, seen.join());
    assertEquals(seen.some((line) => /DATA 1 .*END/.test(line)), isWhole, seen.join());
    assert(seen.includes("DATA 3 1 END"));
    assertEquals([source.closed, peer.errors.length], [1, 1]);
    assertMatch(peer.errors[0]!, message);
    const line = peer.log.lines.find((line) => line.includes("/bad"));
    assertStringIncludes(line!, ` 200 ${sent} `);
    await peer.end();
  });
}

Deno.test("content is cut at its announced length where its source says nothing of more", async () => {
  const peer = await Peer.greeted(() => withSource(new Source(7, 9)));
  await peer.send(request(1));
  peer.seen();
  assertEquals(peer.contents.get(1), "piecepi");
  await peer.end();
});

for (const [how, leave] of Object.entries(LEAVING)) {
  if (how === "ends its side" || how === "sends more than it announced") continue;
  Deno.test(`the source of an answer to a client that ${how} is closed, and what it got is logged`, async () => {
    const source = new Source(undefined, Infinity);
    const peer = await Peer.greeted(() => withSource(source));
    await peer.send(request(1));
    await leave(peer);
    await peer.send();
    assertEquals(source.closed, 1);
    assertMatch(peer.log.lines[0]!, / 200 65535 /);
    assertEquals(peer.errors, []);
    await peer.end();
  });
}

Deno.test("a head that is refused is answered, and the connection goes on", async () => {
  const peer = await Peer.greeted(OK);
  await peer.send(request(1, { path: "/" + "x".repeat(2000) }), request(3));
  const seen = peer.seen();
  assert(seen.some((line) => /^HEADERS 1 4(14|31)$/.test(line)), seen.join());
  assert(seen.includes("HEADERS 3 200"));
  assertEquals(peer.log.lines.length, 2);
  await peer.end();
});

Deno.test("an answer that is larger than the window goes on when there is more", async () => {
  const peer = await Peer.greeted(() => text("x".repeat(100_000)));
  await peer.send(request(1));
  peer.seen();
  assertEquals([peer.contents.get(1)!.length, peer.log.lines.length], [65_535, 0]);
  await peer.send(windowUpdate(0, 1e6), windowUpdate(1, 1e6));
  peer.seen();
  assertEquals(peer.contents.get(1)!.length, 100_000);
  assertMatch(peer.log.lines[0]!, / 200 100000 /);
  await peer.end();
});

Deno.test("an error of a handler's is answered with its status", async () => {
  const peer = await Peer.greeted(() => Promise.reject(new HttpError(413)));
  await peer.send(request(1, { method: "PUT", ends: false, "content-length": "100" }));
  assertEquals(peer.seen().map((line) => line.replace(/ \d+ END/, "")), [
    "HEADERS 1 413",
    "DATA 1",
  ]);
  await peer.end();
});
