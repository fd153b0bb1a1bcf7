import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { GoneError, HttpError } from "../../lib/http/errors.ts";
import { fakeBody, fakeRequest } from "../cgi/fakes.ts";
import { settle } from "../support/fakes.ts";
import { answers, Bench, contentOf, OK, type Peer, target, told } from "./support.ts";

const HOST = ["Host", "x"] as const;

/** Status and reason of a refusal. */
async function refusalOf(response: Promise<unknown>): Promise<string> {
  const error = await assertRejects(() => response, HttpError);
  return `${error.status} ${error.log ?? error.message}`;
}

Deno.test("answers of every framing come whole, with their fields and without their framing", async () => {
  const cases: readonly (readonly [answer: string, ends: boolean, expected: string])[] = [
    [OK, false, "200\n\nok"],
    [
      "HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
      false,
      "200\nX-A: b\n\nabc",
    ],
    [
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Trailer: b\r\n\r\n",
      false,
      "200\n\na",
    ],
    ["HTTP/1.0 200 OK\r\n\r\nup to the end", true, "200\n\nup to the end"],
    ["HTTP/1.1 200 OK\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n\r\nend", true, "200\n\nend"],
    ["HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", false, "204\n\n"],
    ['HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: "a"\r\n\r\n', false, '304\nETag: "a"\n\n'],
    ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false, "200\n\n"],
    ["HTTP/1.1 404 Gone Fishing\r\nContent-Length: 1\r\n\r\nx", false, "404\n\nx"],
    ["HTTP/1.1 999 \r\nContent-Length: 1\r\n\r\nx", false, "999\n\nx"],
  ];
  for (const [answer, ends, expected] of cases) {
    const bench = new Bench();
    bench.listen("a:80", answers(answer, ends));
    assertEquals(await told(bench.ask()), expected, answer);
  }
});

Deno.test("a request goes out once, rebuilt, and its answer keeps a reason of its own", async () => {
  const bench = new Bench();
  const heads: string[] = [];
  bench.listen("a:80", async (peer) => {
    heads.push(await peer.head());
    await peer.say("HTTP/1.1 200 Fine\r\nContent-Length: 0\r\n\r\n");
  });
  const { reason } = await bench.ask({
    path: "/a%2Fb",
    query: "c=d",
    fields: [HOST, ["Connection", "close"]],
  });
  assertEquals(reason, "Fine");
  assertEquals(heads, [
    "GET /a%2Fb?c=d HTTP/1.1\r\nHost: x\r\nVia: 1.1 webserv\r\nX-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: http\r\n" +
    "X-Forwarded-Host: x\r\nForwarded: for=192.0.2.7;host=x;proto=http\r\n\r\n",
  ]);
});

Deno.test("a request without a Host gets the upstream's", async () => {
  const bench = new Bench();
  const { promise, resolve } = Promise.withResolvers<string>();
  bench.listen("a:81", async (peer) => {
    resolve(await peer.head());
    await peer.say(OK);
  });
  await told(bench.ask({ version: "HTTP/1.0", fields: [] }, { targets: [target("a:81")] }));
  assertMatch(await promise, /\r\nHost: a:81\r\n/);
});

Deno.test("HEAD is told the length, and no content is waited for", async () => {
  const bench = new Bench();
  bench.listen("a:80", answers("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n"));
  const { body } = await bench.ask({ method: "HEAD" });
  assertEquals(body instanceof Uint8Array ? undefined : body?.length, 12);
  assertEquals(await contentOf(body), "");
  await told(bench.ask({ method: "HEAD" }));
  assertEquals(bench.dialled.length, 1);
});

Deno.test("a connection is used again, one after the other, and by several at a time only as several", async () => {
  const bench = new Bench();
  bench.listen("a:80", answers(OK));
  await Promise.all([1, 2, 3].map(() => told(bench.ask())));
  assertEquals(bench.dialled.length, 3);
  for (let i = 0; i < 5; i++) assertEquals(await told(bench.ask()), "200\n\nok");
  assertEquals(bench.dialled.length, 3);
});

Deno.test("a connection is not used again where the answer says so, is cut, or goes on", async () => {
  for (
    const answer of [
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
      "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
      `${OK}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\njunk`,
      `${OK}x`,
      "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok",
    ]
  ) {
    const bench = new Bench();
    bench.listen("a:80", answers(answer));
    for (let i = 0; i < 3; i++) {
      assertEquals(await told(bench.ask()), "200\n\nok", answer);
      await settle();
    }
    assertEquals(bench.dialled.length, 3, answer);
  }
});

Deno.test("what comes on an idle connection is nobody's answer", async () => {
  const bench = new Bench();
  const peers: Peer[] = [];
  bench.listen("a:80", async (peer) => {
    peers.push(peer);
    await answers(OK)(peer);
  });
  await told(bench.ask());
  await peers[0]!.say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
  await settle();
  assertEquals(await told(bench.ask()), "200\n\nok");
  assertEquals([bench.dialled.length, peers[0]!.stream.closed || await peers[0]!.head()], [2, ""]);
});

Deno.test("a kept connection is closed after its time, and when the proxy stops", async () => {
  const bench = new Bench();
  bench.listen("a:80", answers(OK));
  await told(bench.ask());
  await bench.clock.advance(14_000);
  await told(bench.ask());
  assertEquals(bench.dialled.length, 1);
  await bench.clock.advance(31_000);
  await told(bench.ask());
  assertEquals(bench.dialled.length, 2);
  bench.proxy.stop();
  await settle();
  assertEquals(bench.clock.running, 0);
});

/** An upstream whose first connection answers once and is then closed at the second request, which it has read. */
const closesAtSecond = async (peer: Peer, count: number) => {
  await peer.head();
  await peer.say(OK);
  if (count > 0) return await answers(OK)(peer);
  await peer.head();
  peer.stream.reset();
};

Deno.test("an idempotent request is told again where a kept connection turns out to be closed, and no other", async () => {
  for (const method of ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PROPFIND"]) {
    const bench = new Bench();
    bench.listen("a:80", closesAtSecond);
    await told(bench.ask({ method: "GET" }));
    assertEquals((await bench.ask({ method })).status, 200, method);
    assertEquals(bench.dialled.length, 2, method);
  }
  for (const method of ["POST", "PATCH", "LOCK", "FOO"]) {
    const bench = new Bench();
    bench.listen("a:80", closesAtSecond);
    await told(bench.ask());
    assertEquals(
      await refusalOf(bench.ask({ method })),
      "502 http://a:80: The connection broke without an answer",
    );
    assertEquals(bench.dialled.length, 1, method);
  }
});

Deno.test("a request whose content has been asked for is not told again", async () => {
  const bench = new Bench();
  bench.listen("a:80", closesAtSecond);
  await told(bench.ask());
  const body = fakeBody(["abc"], 3);
  assertMatch(await refusalOf(bench.ask({ method: "PUT", body })), /^502 /);
  assertEquals(bench.dialled.length, 1);
});

Deno.test("a fresh connection that is closed without an answer is not tried again", async () => {
  const bench = new Bench();
  bench.listen("a:80", async (peer) => {
    await peer.head();
    peer.stream.close();
  });
  assertEquals(await refusalOf(bench.ask()), "502 http://a:80: The connection was closed without an answer");
  assertEquals(bench.dialled.length, 1);
});

Deno.test("what is no answer is 502, with its reason for the log alone", async () => {
  const cases: readonly (readonly [answer: string, reason: RegExp])[] = [
    ["HTTP/1.1 200 OK\nContent-Length: 0\n\n", /./],
    ["HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", /twice/],
    ["HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx", /both/],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", /chunk/],
    ["HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", /./],
    [
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
      /101 without being asked/,
    ],
    ["HTTP/1.1 103 Early\r\n\r\n".repeat(17), /16 interim/],
    ["hello\r\n\r\n", /./],
    ["HTTP/1.1 200 OK\r\nX: " + "a".repeat(40_000) + "\r\n\r\n", /./],
    ["HTTP/1.1 200", /closed within/],
    ["HTTP/1.1 100 Continue\r\n\r\n", /closed after an interim/],
  ];
  for (const [answer, reason] of cases) {
    const bench = new Bench();
    bench.listen("a:80", answers(answer, true));
    const said = await refusalOf(bench.ask());
    assertMatch(said, /^502 http:\/\/a:80: /);
    assertMatch(said, reason, answer.slice(0, 60));
  }
});

Deno.test("an answer that breaks off is cut, and never ends as if it were whole", async () => {
  const cases: readonly string[] = [
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
  ];
  for (const answer of cases) {
    const bench = new Bench();
    bench.listen("a:80", answers(answer, true));
    assertEquals(await told(bench.ask()), "200\n\nab<BodyError>", answer);
  }
  const bench = new Bench();
  bench.listen("a:80", async (peer) => {
    await peer.head();
    await peer.say("HTTP/1.0 200 OK\r\n\r\nab");
    await settle();
    peer.stream.reset();
  });
  assertEquals(await told(bench.ask()), "200\n\nab<BodyError>", "up to a reset");
});

Deno.test("content that would end with its connection is cut where that is reset", async () => {
  for (const [end, expected] of [["close", "200\n\nab"], ["reset", "200\n\nab<BodyError>"]] as const) {
    const bench = new Bench();
    bench.listen("a:80", async (peer) => {
      await peer.head();
      await peer.say("HTTP/1.1 200 OK\r\n\r\nab");
      // What was not read is lost with a reset.
      await settle();
      peer.stream[end]();
    });
    assertEquals(await told(bench.ask()), expected);
  }
});

Deno.test("content that would end with its connection is cut where a write was the first to notice a reset", async () => {
  const bench = new Bench();
  const second = Promise.withResolvers<string>();
  bench.listen("a:80", async (peer) => {
    await peer.until("abc");
    await peer.say("HTTP/1.1 200 OK\r\n\r\nab");
    peer.stream.incoming.fail(new Error("Connection reset by peer"));
    second.resolve("def");
    await settle();
    await peer.stream.closeWrite();
  });
  const body = fakeBody(["abc", second.promise], 6);
  assertEquals(await told(bench.ask({ method: "POST", body })), "200\n\nab<BodyError>");
});

Deno.test("of a list the least busy one is asked, in turn, and one that refuses rests", async () => {
  const bench = new Bench();
  const asked: string[] = [];
  const serve = (name: string) => (peer: Peer) => {
    asked.push(name);
    return answers(OK)(peer);
  };
  bench.listen("a:80", serve("a"));
  bench.listen("b:80", serve("b"));
  const targets = [target("a:80"), target("b:80"), target("c:80")];
  const count = (name: string) =>
    bench.dialled.filter(({ address }) => "hostname" in address && address.hostname === name).length;
  const route = {
    targets,
    verify: true,
    timeouts: { connect: 5000, read: 60_000 },
    bodyLimit: 1,
    fields: [],
  };
  const ask = () =>
    bench.proxy.answer(fakeRequest({ path: "/" }).request, route, {
      path: "/",
      sent: "/",
      prefix: 1,
      query: undefined,
    });
  for (let i = 0; i < 9; i++) assertEquals((await ask()).status, 200);
  assertEquals([...new Set(asked)].sort(), ["a", "b"]);
  assertEquals(count("c"), 1);
  await bench.clock.advance(10_100);
  for (let i = 0; i < 3; i++) await ask();
  assertEquals(count("c"), 2);
});

Deno.test("a request that nobody takes is 502 and says who refused; late is 504", async () => {
  const bench = new Bench();
  const said = await refusalOf(bench.ask({}, { targets: [target("a:80"), target("b:81")] }));
  assertEquals(said, "502 http://a:80 cannot be connected to: refused");
  assertEquals(bench.dialled.length, 2);
});

Deno.test("while nobody can be reached, another may say what is answered", async () => {
  const bench = new Bench();
  const problems: string[] = [];
  const answer = await bench.ask({}, {
    whileUnreachable: (_, { problem }) => {
      problems.push(problem);
      if (problems.length === 3) bench.listen("a:80", answers(OK));
      return problems.length < 4 ? "try again" : undefined;
    },
  });
  assertEquals([answer.status, problems], [200, ["refused", "refused", "refused"]]);
});

Deno.test("content goes on as it comes, with its length or in chunks, while the answer is read", async () => {
  for (const length of [6, "chunked"] as const) {
    const bench = new Bench();
    const second = Promise.withResolvers<string>();
    bench.listen("a:80", async (peer) => {
      const head = await peer.head();
      assertMatch(head, length === 6 ? /\r\nContent-Length: 6\r\n/ : /\r\nTransfer-Encoding: chunked\r\n/);
      await peer.until("abc");
      await peer.say("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nABC");
      second.resolve("def");
      await peer.until(length === 6 ? "def" : "0\r\n\r\n");
      await peer.say("DEF");
      await answers(OK)(peer);
    });
    const body = fakeBody(["abc", second.promise], length);
    assertEquals(await told(bench.ask({ method: "POST", body })), "200\n\nABCDEF");
    await settle();
    await told(bench.ask());
    assertEquals(bench.dialled.length, 1, String(length));
  }
});

Deno.test("an answer before the end of the content is the answer, and the connection is given up", async () => {
  const bench = new Bench();
  bench.listen("a:80", async (peer, count) => {
    await peer.head();
    await peer.say("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    if (count === 0) assertEquals(await peer.until("never"), "abc");
  });
  const never = Promise.withResolvers<string>();
  const { status } = await bench.ask({ method: "POST", body: fakeBody(["abc", never.promise], 6) });
  assertEquals(status, 413);
  await settle();
  assertEquals((await bench.ask()).status, 413);
  assertEquals(bench.dialled.length, 2);
  never.resolve("def");
  await settle();
});

Deno.test("content that breaks is the client's fault, and half a request never looks whole", async () => {
  const cases = [
    [fakeBody(["abc", new HttpError(400, "bad chunk")], "chunked"), "400 bad chunk"],
    [fakeBody(["abc", "def"], "chunked"), "413 The body is longer than client_max_body_size"],
  ] as const;
  for (const [body, expected] of cases) {
    const bench = new Bench();
    const { promise, resolve } = Promise.withResolvers<string>();
    bench.listen("a:80", async (peer) => {
      await peer.head();
      resolve(await peer.until("0\r\n\r\n"));
    });
    assertEquals(await refusalOf(bench.ask({ method: "POST", body }, { bodyLimit: 5 })), expected);
    assertEquals(await promise, "3\r\nabc\r\n");
  }
});

Deno.test("silence is 504, and a cut where the answer has begun; the client's own is not counted", async () => {
  const bench = new Bench();
  bench.listen("a:80", async (peer) => void await peer.head());
  const late = refusalOf(bench.ask({}, { timeouts: { connect: 1, read: 5000 } }));
  await settle();
  await bench.clock.advance(5300);
  assertEquals(await late, "504 http://a:80 was silent for 5 s, which is proxy_timeouts.read");

  const half = new Bench();
  half.listen("a:80", answers("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"));
  const cut = told(half.ask());
  await settle();
  await half.clock.advance(60_300);
  assertEquals(await cut, "200\n\nab<BodyError>");

  const slow = new Bench(), piece = Promise.withResolvers<string>();
  slow.listen("a:80", async (peer) => {
    await peer.until("abc");
    await peer.say(OK);
  });
  const answer = told(slow.ask({ method: "POST", body: fakeBody([piece.promise], 3) }));
  await settle();
  await slow.clock.advance(100_000);
  piece.resolve("abc");
  assertEquals(await answer, "200\n\nok");
});

Deno.test("a client that leaves takes its upstream connection with it", async () => {
  const bench = new Bench();
  const ended = Promise.withResolvers<string>();
  bench.listen("a:80", async (peer) => {
    await peer.head();
    ended.resolve(await peer.until("never"));
  });
  const { request, leave } = fakeRequest({ path: "/" });
  const answer = assertRejects(() => bench.answer(request), GoneError);
  await settle();
  leave();
  await answer;
  assertEquals(await ended.promise, "");
});

Deno.test("interim answers are passed on, but 100, and only their own fields", async () => {
  const bench = new Bench();
  bench.listen(
    "a:80",
    answers(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x\r\nX: 1\r\n\r\n" +
        `HTTP/1.1 102 Processing\r\n\r\n${OK}`,
    ),
  );
  const informed: string[] = [];
  const { request } = fakeRequest({ path: "/" });
  await told(bench.answer({
    ...request,
    inform: (status, fields) => void informed.push(`${status} ${[...fields].join()}`),
  }));
  assertEquals(informed, ["103 Link,</a>", "102 "]);
});

Deno.test("who expects 100 Continue is asked for content when the upstream says so, or nothing for a second", async () => {
  const expecting = (read: () => void) => {
    const body = fakeBody(["abc"], 3);
    return {
      method: "POST",
      fields: [HOST, ["Expect", "100-continue"]] as const,
      body: { ...body, read: () => (read(), body.read()) },
    };
  };
  for (const says of [true, false]) {
    const bench = new Bench();
    let reads = 0;
    bench.listen("a:80", async (peer) => {
      assertMatch(await peer.head(), /\r\nExpect: 100-continue\r\n/);
      await settle();
      assertEquals(reads, 0);
      if (says) await peer.say("HTTP/1.1 100 Continue\r\n\r\n");
      else void bench.clock.advance(1000);
      await peer.until("abc");
      await peer.say(OK);
    });
    assertEquals(await told(bench.ask(expecting(() => reads++))), "200\n\nok");
  }
  const bench = new Bench();
  bench.listen("a:80", answers("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"));
  let reads = 0;
  assertEquals((await bench.ask(expecting(() => reads++))).status, 401);
  await settle();
  assertEquals([reads, bench.clock.running], [0, 0]);
});

Deno.test("a large answer streams in pieces and is not held", async () => {
  const bench = new Bench();
  const size = 3_000_000;
  let said = 0;
  bench.listen("a:80", async (peer) => {
    await peer.head();
    await peer.say(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
    for (const piece = "x".repeat(50_000); said < size; said += piece.length) await peer.say(piece);
  });
  const { body } = await bench.ask();
  await settle();
  assert(said < 500_000, String(said));
  assertEquals((await contentOf(body)).length, size);
});

Deno.test("a source that is closed early gives its connection up", async () => {
  const bench = new Bench();
  const ended = Promise.withResolvers<string>();
  bench.listen("a:80", async (peer) => {
    await peer.head();
    await peer.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
    ended.resolve(await peer.until("never"));
  });
  const { body } = await bench.ask();
  assert(body !== undefined && !(body instanceof Uint8Array));
  body.close();
  assertEquals(await ended.promise, "");
});
