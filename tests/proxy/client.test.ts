import { assert, assertEquals, assertRejects } from "@std/assert";
import { GoneError, HttpError } from "../../lib/http/errors.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import type { OwnAnswer, OwnContent, OwnRequest } from "../../lib/http/http_client.ts";
import { UpstreamClient } from "../../lib/proxy/client.ts";
import { Upstream } from "../../lib/proxy/upstream.ts";
import { Deadlines } from "../../lib/server/deadlines.ts";
import { FakeDialer } from "../support/fake_dialer.ts";
import { FakeClock, settle } from "../support/fakes.ts";
import { toBytes } from "../support/wire.ts";
import { answers, contentOf, LIMITS, OK, Peer, target } from "./support.ts";

/** A client, its one server, and time. */
class Desk {
  readonly dialer = new FakeDialer();
  readonly clock = new FakeClock();
  readonly upstream = new Upstream(target(), true, {
    dialer: this.dialer,
    clock: this.clock,
    limits: () => LIMITS,
  });
  readonly client = new UpstreamClient(this.upstream, {
    clock: this.clock,
    deadlines: new Deadlines(this.clock),
  });
  readonly peers: Peer[] = [];

  /** @param serve gets each connection, with its number from 0 on */
  constructor(serve?: (peer: Peer, count: number) => Promise<unknown>) {
    if (serve === undefined) return;
    this.dialer.listen("a:80", (stream) => {
      const peer = new Peer(stream);
      // Whom we leave may find out by a write.
      void serve(peer, this.peers.push(peer) - 1).catch(() => {});
    });
  }

  ask(changes: Partial<OwnRequest> = {}): Promise<OwnAnswer> {
    return this.client.ask({
      method: "GET",
      target: "/a?b=c",
      fields: FieldBlock.of(["Host", "a"]),
      timeouts: { connect: 5000, read: 60_000 },
      ...changes,
    });
  }

  /** Status and content; the body is closed. */
  async told(changes: Partial<OwnRequest> = {}): Promise<string> {
    const { status, body } = await this.ask(changes);
    return `${status} ${await contentOf(body)}`;
  }

  get connections(): number {
    return this.dialer.dialled.length;
  }
}

/** Content of these pieces, that cannot be had again; an error is thrown in its turn. */
function stream(pieces: readonly (string | Error | Promise<string>)[], length?: number): OwnContent {
  const left = [...pieces];
  const sum = left.reduce((sum: number, piece) => sum + (typeof piece === "string" ? piece.length : 0), 0);
  return {
    length: length ?? sum,
    read: async () => {
      const piece = await left.shift();
      if (piece instanceof Error) throw piece;
      return piece === undefined ? null : toBytes(piece);
    },
  };
}

function atHand(text: string): OwnContent {
  return { ...stream([text]), again: () => atHand(text) };
}

async function refusalOf(answer: Promise<unknown>): Promise<string> {
  const { status, log, message } = await assertRejects(() => answer, HttpError);
  return `${status} ${log ?? message}`;
}

Deno.test("a request goes out as it is, and its answer comes with its fields", async () => {
  let head = "";
  const desk = new Desk(async (peer) => {
    head = await peer.until("xyz");
    await peer.say(
      'HTTP/1.1 201 Made\r\nETag: "a"\r\nConnection: X-Hop\r\nX-Hop: 1\r\nContent-Length: 2\r\n\r\nok',
    );
  });
  const { status, fields, body } = await desk.ask({ method: "PUT", content: stream(["x", "yz"]) });
  assertEquals(head, "PUT /a?b=c HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nxyz");
  assertEquals([status, fields.get("etag"), body.length, await contentOf(body)], [201, '"a"', 2, "ok"]);
});

Deno.test("a connection is kept where an answer was read to its end, and given up where it was not", async () => {
  const cases: Readonly<Record<string, [answer: string, reads: boolean, connections: number]>> = {
    "it came whole": [OK, false, 1],
    "it came whole and was read": [OK, true, 1],
    "none comes": ["HTTP/1.1 204 No Content\r\n\r\n", false, 1],
    "more would come": ["HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nok", false, 3],
    "the server closes": ["HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", true, 3],
    "more comes than was announced": [`${OK}x`, true, 3],
  };
  for (const [what, [answer, reads, connections]] of Object.entries(cases)) {
    const desk = new Desk(answers(answer));
    for (let i = 0; i < 3; i++) {
      const { body } = await desk.ask();
      if (reads) await contentOf(body);
      body.close();
      await settle();
    }
    assertEquals(desk.connections, connections, what);
    assertEquals(desk.upstream.busy, 0, what);
    desk.upstream.stop();
    await settle();
    assertEquals(desk.clock.running, 0, what);
  }
});

Deno.test("HEAD is told fields, and no content is waited for", async () => {
  const desk = new Desk(answers("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n"));
  for (let i = 0; i < 2; i++) {
    const { fields, body } = await desk.ask({ method: "HEAD" });
    assertEquals([fields.get("content-length"), body.length, await contentOf(body)], ["12", 12, ""]);
  }
  assertEquals(desk.connections, 1);
});

Deno.test("content that is not read stops its server", async () => {
  let said = 0;
  const desk = new Desk(async (peer) => {
    await peer.head();
    await peer.say("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
    for (; said < 100_000_000; said += 65536) await peer.say("x".repeat(65536));
  });
  const { body } = await desk.ask();
  await body.read(new Uint8Array(10));
  await settle();
  assert(said < 1_000_000, `${said} bytes were taken`);
  body.close();
  assertEquals([desk.upstream.busy, desk.connections], [0, 1]);
});

Deno.test("a request whose kept connection broke is told again where that does no harm", async () => {
  const cases: Readonly<Record<string, [Partial<OwnRequest>, again: boolean]>> = {
    "GET": [{}, true],
    "DELETE": [{ method: "DELETE" }, true],
    "POST": [{ method: "POST" }, false],
    "PUT of content at hand": [{ method: "PUT", content: atHand("abc") }, true],
    "PUT of a stream": [{ method: "PUT", content: stream(["abc"]) }, false],
    "POST of content at hand": [{ method: "POST", content: atHand("abc") }, false],
    "PUT under a condition": [{
      method: "PUT",
      content: atHand("abc"),
      fields: FieldBlock.of(["Host", "a"], ["If-None-Match", "*"]),
    }, false],
  };
  for (const [what, [request, again]] of Object.entries(cases)) {
    const desk = new Desk(async (peer, count) => {
      await peer.head();
      await peer.say(OK);
      if (count > 0) return;
      // It is read, and the connection ends without a word.
      await peer.head();
      peer.stream.close();
    });
    assertEquals(await desk.told(), "200 ok");
    const told = desk.told(request);
    if (again) assertEquals(await told, "200 ok", what);
    else {assertEquals(
        await refusalOf(told),
        "502 http://a:80: The connection was closed without an answer",
        what,
      );}
    assertEquals(desk.connections, again ? 2 : 1, what);
    assertEquals(desk.upstream.busy, 0, what);
  }
});

Deno.test("content that is told again begins at its start", async () => {
  const bodies: string[] = [];
  const desk = new Desk(async (peer, count) => {
    await peer.head();
    if (count === 0) {
      await peer.say(OK);
      await peer.head();
      peer.stream.close();
    } else {
      bodies.push(await peer.until("cde"));
      await peer.say(OK);
    }
  });
  await desk.told();
  assertEquals(await desk.told({ method: "PUT", content: atHand("abcde") }), "200 ok");
  assertEquals(bodies, ["abcde"]);
});

Deno.test("a fresh connection that ends without an answer is not tried again", async () => {
  const desk = new Desk(async (peer) => {
    await peer.head();
    peer.stream.close();
  });
  assertEquals(await refusalOf(desk.told()), "502 http://a:80: The connection was closed without an answer");
  assertEquals(desk.connections, 1);
});

Deno.test("servers that cannot be reached, are silent, or break a rule", async () => {
  assertEquals(
    await refusalOf(new Desk().told()),
    "502 http://a:80 cannot be connected to: refused",
  );
  const silent = new Desk(async (peer) => void await peer.head());
  const late = refusalOf(silent.told());
  await settle();
  await silent.clock.advance(61_000);
  assertEquals(await late, "504 http://a:80 was silent for 60 s, which is proxy_timeouts.read");
  assertEquals(await silent.peers[0]!.head(), "");
  for (
    const answer of [
      "no HTTP at all\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nab",
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: a\r\n\r\n",
    ]
  ) {
    const desk = new Desk(answers(answer));
    assertEquals((await refusalOf(desk.told())).slice(0, 4), "502 ", answer);
    assertEquals([desk.upstream.busy, await desk.peers[0]!.head()], [0, ""], answer);
  }
});

Deno.test("a server that takes all of the content and is silent then is late as any other", async () => {
  const desk = new Desk(async (peer) => void await peer.until("xyz"));
  let late: string | undefined;
  void refusalOf(desk.told({ method: "PUT", content: stream(["x", "yz"]) })).then((told) => late = told);
  await settle();
  await desk.clock.advance(61_000);
  await settle();
  assertEquals(late, "504 http://a:80 was silent for 60 s, which is proxy_timeouts.read");
  assertEquals(desk.upstream.busy, 0);
});

Deno.test("an answer that is cut, or goes silent, breaks its body", async () => {
  const cut = new Desk(async (peer) => {
    await peer.head();
    await peer.say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nok");
    await settle();
    peer.stream.close();
  });
  assertEquals(await cut.told(), "200 ok<BodyError>");
  const silent = new Desk(answers("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nok"));
  const told = silent.told();
  await settle();
  await silent.clock.advance(61_000);
  assertEquals(await told, "200 ok<BodyError>");
  assertEquals([cut.upstream.busy, silent.upstream.busy], [0, 0]);
});

Deno.test("a server that answers before it has all of the content has answered, and its connection is given up", async () => {
  for (const waits of [true, false]) {
    const desk = new Desk(async (peer) => {
      await peer.head();
      await peer.say("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    });
    let reads = 0;
    // Either its next piece does not come, or it comes and is not taken.
    const content: OwnContent = {
      length: 1_000_000_000,
      read: () => {
        reads++;
        return waits && reads > 1 ? new Promise(() => {}) : Promise.resolve(new Uint8Array(65536));
      },
    };
    assertEquals(await desk.told({ method: "PUT", content }), "403 no");
    const sofar = reads;
    await settle();
    assertEquals([reads, desk.upstream.busy], [sofar, 0]);
    assertEquals(await desk.told(), "403 no");
    assertEquals(desk.connections, 2);
  }
});

Deno.test("success before all of the content was sent is none", async () => {
  const desk = new Desk(async (peer) => {
    await peer.head();
    await peer.say(OK);
  });
  const content: OwnContent = { length: 3, read: () => new Promise(() => {}) };
  assertEquals(
    await refusalOf(desk.told({ method: "PUT", content })),
    "502 http://a:80: 200 before all of the content was sent",
  );
});

Deno.test("what the content's reading rejects with is the request's error, and half of it never looks whole", async () => {
  const gone = new GoneError(), refused = new HttpError(413, "too much"), other = new RangeError("other");
  for (const error of [gone, refused, other]) {
    let got = "";
    const desk = new Desk(async (peer) => void (got = await peer.until("nothing like it")));
    const asked = desk.ask({ method: "PUT", content: stream(["abc", error], 5) });
    assertEquals(await asked.catch((error) => error), error);
    await settle();
    assertEquals(got.slice(-24), "Content-Length: 5\r\n\r\nabc");
    assertEquals([desk.peers[0]!.stream.closed, desk.upstream.busy], [false, 0]);
  }
});

Deno.test("content of another length than was announced breaks the request", async () => {
  for (const pieces of [["abc"], ["abc", "def"]]) {
    const desk = new Desk((peer) => peer.until("nothing like it"));
    await assertRejects(() => desk.ask({ method: "PUT", content: stream(pieces, 5) }), Error, "announced");
    assertEquals(desk.upstream.busy, 0);
  }
});
