import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { GoneError, HttpError } from "../../lib/http/errors.ts";
import { type BodySource, InternalRedirect, type Response } from "../../lib/http/message.ts";
import { DialError, ProcessError } from "../../lib/ports.ts";
import { fakeBody } from "../cgi/fakes.ts";
import { settle } from "../support/fakes.ts";
import { concat, end, record, STDERR, STDOUT } from "./fastcgi_server.ts";
import { read, startGateway } from "./fakes.ts";

const DOCUMENT = "Content-Type: text/plain\r\n\r\n";

/** What an answer fails with, and what the log would say. */
async function failure(outcome: Promise<unknown>): Promise<[status: number, log: string | undefined]> {
  const { status, log } = await assertRejects(() => outcome, HttpError);
  return [status, log];
}

Deno.test("a request gets the environment of CGI, the script as the server sees it, and nothing of the body's", async () => {
  const { server, gateway, ask } = startGateway();
  const { outcome } = await ask({ query: "a=b", fields: [["Host", "x"], ["X-A", "ä"], ["Proxy", "p"]] }, {
    script: { file: "/var/www/a.php", name: "/a.php", pathInfo: "/more" },
    documentRoot: "/var/www",
    environment: { OWN: "1", SERVER_PORT: "1" },
  });
  const { params, body, role, keeps, isWhole } = server.last.request;
  assertEquals([body, role, keeps, isWhole], ["", 1, true, true]);
  assertEquals(params, {
    GATEWAY_INTERFACE: "CGI/1.1",
    SERVER_SOFTWARE: "webserv/1.2.3",
    SERVER_NAME: "localhost",
    SERVER_PORT: "1",
    SERVER_PROTOCOL: "HTTP/1.1",
    REQUEST_METHOD: "GET",
    REQUEST_URI: "/a.php?a=b",
    QUERY_STRING: "a=b",
    SCRIPT_NAME: "/a.php",
    SCRIPT_FILENAME: "/var/www/a.php",
    DOCUMENT_ROOT: "/var/www",
    PATH_INFO: "/more",
    PATH_TRANSLATED: "/var/www/more",
    REMOTE_ADDR: "192.0.2.7",
    REMOTE_HOST: "192.0.2.7",
    REMOTE_PORT: "54321",
    REDIRECT_STATUS: "200",
    PATH: "/usr/bin",
    HTTP_HOST: "x",
    HTTP_X_A: "ä",
    OWN: "1",
  });
  await server.last.answer(`Status: 201 Made\n${DOCUMENT}hello`);
  const { status, reason, fields, isByProgram } = await outcome as Response;
  assertEquals([status, reason, [...fields], isByProgram], [
    201,
    "Made",
    [["Content-Type", "text/plain"]],
    true,
  ]);
  assertEquals(await read(outcome), "201 hello");
  gateway.stop();
});

Deno.test("where no file stands for a program it is told none", async () => {
  const { server, gateway, ask } = startGateway();
  await ask({}, { script: { file: undefined, name: "/app", pathInfo: "/x" }, documentRoot: undefined });
  const { params } = server.last.request;
  const { SCRIPT_FILENAME, DOCUMENT_ROOT, PATH_TRANSLATED, SCRIPT_NAME, PATH_INFO } = params;
  assertEquals([SCRIPT_FILENAME, DOCUMENT_ROOT, PATH_TRANSLATED], [undefined, undefined, undefined]);
  assertEquals([SCRIPT_NAME, PATH_INFO], ["/app", "/x"]);
  gateway.stop();
});

Deno.test("an answer that has come whole is content of a known length, another is a source", async () => {
  const cases: readonly [how: string, pieces: (id: number) => Uint8Array[], kind: string, text: string][] = [
    ["whole", (id) => [concat(record(STDOUT, `${DOCUMENT}abc`, { id }), end({ id }))], "bytes", "200 abc"],
    [
      "whole in several records",
      (id) => [
        concat(
          record(STDOUT, DOCUMENT, { id }),
          record(STDOUT, "a", { id }),
          record(STDOUT, "b", { id }),
          end({ id }),
        ),
      ],
      "bytes",
      "200 ab",
    ],
    ["empty", (id) => [concat(record(STDOUT, DOCUMENT, { id }), end({ id }))], "bytes", "200 "],
    [
      "an error without a word",
      (id) => [concat(record(STDOUT, `Status: 500\n${DOCUMENT}`, { id }), end({ id }))],
      "source",
      "500 ",
    ],
    [
      "in pieces",
      (id) => [
        concat(record(STDOUT, `${DOCUMENT}a`, { id }), record(STDOUT, "b", { id })),
        record(STDOUT, "c", { id }),
        end({ id }),
      ],
      "source",
      "200 abc",
    ],
    [
      "less than it announced",
      (id) => [concat(record(STDOUT, `Content-Length: 5\n${DOCUMENT}abc`, { id }), end({ id }))],
      "source of 5",
      "200 abc",
    ],
  ];
  for (const [how, pieces, kind, text] of cases) {
    const { server, gateway, ask } = startGateway();
    const { outcome } = await ask();
    const [first, ...rest] = pieces(1);
    await server.last.say(first!);
    const { body } = await outcome as Response;
    const length = body instanceof Uint8Array ? undefined : body?.length;
    assertEquals(
      body instanceof Uint8Array ? "bytes" : `source${length === undefined ? "" : ` of ${length}`}`,
      kind,
      how,
    );
    await server.last.say(...rest);
    assertEquals(await read(outcome), text, how);
    gateway.stop();
  }
});

Deno.test("HEAD and answers without content announce nothing that was not announced", async () => {
  const { server, gateway, ask } = startGateway();
  for (
    const [method, head, length] of [
      ["HEAD", DOCUMENT, undefined],
      ["HEAD", `Content-Length: 7\n${DOCUMENT}`, 7],
      ["GET", `Status: 204\n${DOCUMENT}`, 0],
    ] as const
  ) {
    const { outcome } = await ask({ method });
    await server.last.answer(head);
    const body = (await outcome as Response).body as BodySource | Uint8Array;
    assertEquals(body.length, length);
    if (!(body instanceof Uint8Array)) body.close();
    await settle();
  }
  assertEquals(server.connections.length, 1, "it is kept");
  gateway.stop();
});

Deno.test("redirects and what cannot be redirected to are as with CGI", async () => {
  const { server, gateway, ask } = startGateway();
  const redirected = await ask();
  await server.last.answer("Location: /other?x\n\n");
  const redirect = await redirected.outcome;
  assert(redirect instanceof InternalRedirect);
  assertEquals([redirect.path, redirect.query, redirect.as], ["/other", "x", "GET"]);
  const outside = await ask();
  await server.last.answer("Location: /../x\n\n");
  assertEquals((await outside.outcome as HttpError).status, 404);
  gateway.stop();
});

Deno.test("a body goes out as it comes, in records that the server takes, and its length is told before", async () => {
  const { server, gateway, ask } = startGateway();
  const more = Promise.withResolvers<string>();
  const body = fakeBody(["x".repeat(70_000), more.promise], 70_003);
  const { outcome } = await ask({ method: "POST", body, fields: [["Content-Length", "70003"]] });
  assertEquals(server.last.request.params.CONTENT_LENGTH, "70003");
  assertEquals([server.last.request.body.length, server.last.request.isWhole], [70_000, false]);
  more.resolve("end");
  await settle();
  assertEquals([server.last.request.body.slice(-4), server.last.request.isWhole], ["xend", true]);
  await server.last.answer(`${DOCUMENT}ok`);
  assertEquals(await read(outcome), "200 ok");
  gateway.stop();
});

Deno.test("a chunked body is collected first, and no connection waits for it", async () => {
  const { server, gateway, ask, spooler } = startGateway();
  const more = Promise.withResolvers<string>();
  const body = fakeBody(["x".repeat(300_000), more.promise], "chunked");
  const { outcome } = await ask({ method: "POST", body });
  assertEquals(server.connections.length, 0);
  more.resolve("end");
  await settle();
  assertEquals(server.last.request.params.CONTENT_LENGTH, "300003");
  await server.last.answer(`${DOCUMENT}ok`);
  assertEquals(await read(outcome), "200 ok");
  assertEquals([server.last.request.body.length, server.last.request.isWhole], [300_003, true]);
  assertEquals([spooler.created, spooler.open], [1, 0]);
  gateway.stop();
});

Deno.test("a chunked body without a byte ends at once", async () => {
  const { server, gateway, ask } = startGateway();
  const { outcome } = await ask({ method: "POST", body: fakeBody([], "chunked") });
  await settle();
  const { params, body, isWhole } = server.last.request;
  assertEquals([params.CONTENT_LENGTH, body, isWhole], ["0", "", true]);
  await server.last.answer(`${DOCUMENT}ok`);
  assertEquals(await read(outcome), "200 ok");
  gateway.stop();
});

Deno.test("chunked bodies that are collected at once are bounded, those over the limit are refused", async () => {
  const { gateway, ask, spooler } = startGateway();
  const never = new Promise<string>(() => {});
  for (let i = 0; i < 2; i++) {
    await ask({ method: "POST", body: fakeBody(["x".repeat(300_000), never], "chunked") });
  }
  const third = await ask({ method: "POST", body: fakeBody(["x".repeat(70_000), never], "chunked") });
  assertEquals((await failure(third.outcome))[0], 503);
  const large = await ask({ method: "POST", body: fakeBody(["12345"], "chunked") }, { bodyLimit: 4 });
  assertEquals((await failure(large.outcome))[0], 413);
  assertEquals(spooler.open, 2);
  gateway.stop();
});

Deno.test("a body that breaks off ends its request", async () => {
  for (const error of [new GoneError(), new HttpError(400, "a bad chunk")]) {
    const { server, gateway, ask } = startGateway();
    const { outcome } = await ask({ method: "POST", body: fakeBody(["x".repeat(70_000), error], 80_000) });
    assertEquals(await assertRejects(() => outcome), error);
    assertEquals([server.last.isClosed, server.last.request.isWhole], [true, false]);
    gateway.stop();
  }
});

Deno.test("what the server does not take of a body is dropped, and its answer stands", async () => {
  const { server, gateway, ask } = startGateway();
  const more = Promise.withResolvers<string>();
  const { outcome } = await ask({
    method: "POST",
    body: fakeBody(["x".repeat(70_000), more.promise], 70_003),
  });
  await server.last.answer(`Status: 403\n${DOCUMENT}no`);
  assertEquals(await read(outcome), "403 no");
  assertEquals(server.last.isClosed, true, "what it did not take would be the next request's");
  more.resolve("end");
  await settle();
  gateway.stop();
});

Deno.test("standard error goes to the error log line by line, and too much of it makes nobody wait in vain", async () => {
  const { server, gateway, ask, errorLog, clock } = startGateway();
  const { outcome } = await ask();
  await server.last.say(record(STDERR, "one\ntw"), record(STDERR, "o\nrest\x1b"));
  const flood = record(STDERR, `${"y".repeat(59)}\n`.repeat(1000));
  for (let i = 0; i < 30; i++) await server.last.say(flood);
  await server.last.answer(`${DOCUMENT}ok`);
  for (let i = 0; i < 20; i++) await clock.advance(5);
  assertEquals(await read(outcome), "200 ok");
  assertEquals(errorLog.lines.slice(0, 3).map((line) => line.slice(0, 20)), [
    "/a.php: one",
    "/a.php: two",
    `/a.php: rest\\x1Byyyyyyy`.slice(0, 20),
  ]);
  assertMatch(errorLog.lines.at(-1)!, /\/a\.php: \d+ bytes of its standard error were not logged/);
  gateway.stop();
});

const BROKEN:
  readonly (readonly [how: string, pieces: (Uint8Array | null)[], status: number, log: RegExp])[] = [
    ["no answer", [null], 502, /unix:\/run\/php\.sock: it ended the connection without an answer/],
    [
      "half a header block",
      [record(STDOUT, "Content-Ty"), null],
      502,
      /ended the connection within its answer/,
    ],
    [
      "an end without a header block",
      [record(STDOUT, "A: b\n"), end()],
      502,
      /before its header block did, .*"A: b"/,
    ],
    ["an end without a word", [end({}, 1)], 502, /before its header block did, and printed nothing/],
    ["no header block", [record(STDOUT, "<html>\n\n"), end()], 502, /"<html>" is no field/],
    ["an endless header block", [record(STDOUT, "A: b\n".repeat(8000))], 502, /no end of the header block/],
    ["CR within a field", [record(STDOUT, "A: b\rc: d\n\n"), end()], 502, /control character/],
    ["NUL within a field", [record(STDOUT, "A: b\0c\n\n"), end()], 502, /control character/],
    ["two lengths", [record(STDOUT, "Content-Length: 1\nContent-Length: 2\n\n"), end()], 502, /there twice/],
    ["HTTP", [new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n")], 502, /no record of FastCGI/],
    [
      "another request's answer",
      [record(STDOUT, "A: b\n\nx", { id: 2 })],
      502,
      /request 2, which is not asked/,
    ],
    ["half a record", [record(STDOUT, "A: b\n\nx").slice(0, 4), null], 502, /within its answer/],
    ["that it is overloaded", [end({}, 0, 2)], 503, /it is overloaded/],
    ["that it cannot multiplex", [end({}, 0, 1)], 502, /cannot multiplex/],
    ["that it does not know the role", [end({}, 0, 3)], 502, /unknown role/],
  ];

for (const [how, pieces, status, log] of BROKEN) {
  Deno.test(`a server that answers with ${how} is ${status}, and the log says why`, async () => {
    const { server, gateway, ask, clock } = startGateway();
    const { outcome } = await ask();
    await server.last.say(...pieces);
    const [actual, text] = await failure(outcome);
    assertEquals(actual, status);
    assertMatch(text!, log);
    assertMatch(text!, /^\/a\.php, FastCGI server unix:\/run\/php\.sock: /);
    // What the server said in order leaves the connection as good as any.
    await clock.advance(5000);
    assertEquals([server.open, clock.running], [0, 0]);
    gateway.stop();
  });
}

Deno.test("a server that breaks within an answer cuts it, and the log says why", async () => {
  for (
    const [pieces, log] of [
      [[null], /within its answer/],
      [[new Error("reset")], /broke within its answer/],
      [[record(STDOUT, "more", { id: 9 })], /request 9/],
    ] as const
  ) {
    const { server, gateway, ask } = startGateway();
    const { outcome } = await ask();
    await server.last.say(record(STDOUT, `${DOCUMENT}abc`));
    const response = await outcome as Response;
    assertEquals(response.status, 200);
    await server.last.say(...pieces);
    const { message } = await assertRejects(() => read(outcome));
    assertMatch(message, log);
    assertEquals(server.last.isClosed, true);
    gateway.stop();
  }
});

Deno.test("a silent server is 504, and a cut within an answer; whoever waits for its client has time", async () => {
  const { server, gateway, ask, clock } = startGateway();
  const silent = await ask();
  await clock.advance(9_800);
  assertEquals(server.open, 1);
  await clock.advance(300);
  assertMatch(String(await failure(silent.outcome)), /^504,.*silent for longer than timeouts\.cgi/);
  const begun = await ask();
  await server.last.say(record(STDOUT, `${DOCUMENT}abc`));
  const text = read(begun.outcome);
  text.catch(() => {});
  await settle();
  await clock.advance(10_200);
  assertMatch((await assertRejects(() => text)).message, /silent/);
  const never = new Promise<string>(() => {});
  await ask({ method: "POST", body: fakeBody(["x".repeat(70_000), never], 80_000) });
  await clock.advance(60_000);
  assertEquals(server.open, 1, "it is the client who is slow");
  gateway.stop();
  assertEquals([server.open, clock.running], [0, 0]);
});

Deno.test("a server that cannot be reached is 502, one that does not let in 503 or 504", async () => {
  const cases: readonly [Error, server: "unix" | "tcp", status: number][] = [
    [new DialError("refused", "nobody listens on unix:/run/php.sock"), "unix", 502],
    [new DialError("not found", "there is no unix:/run/php.sock"), "unix", 502],
    [new DialError("denied", "the sandbox does not allow it"), "unix", 502],
    [new DialError("late", "it was not connected to within 5000 ms"), "unix", 503],
    [new DialError("late", "it was not connected to within 5000 ms"), "tcp", 504],
  ];
  for (const [error, kind, status] of cases) {
    const { server, gateway, ask, clock } = startGateway(
      kind === "tcp" ? { server: { address: { hostname: "::1", port: 9000 } } } : {},
    );
    server.failures.push(error);
    const { outcome } = await ask();
    const { log, status: actual, hint, fields } = await assertRejects(() => outcome, HttpError);
    assertEquals(actual, status);
    assertEquals(
      log,
      `/a.php, FastCGI server ${kind === "tcp" ? "[::1]:9000" : "unix:/run/php.sock"}: ${error.message}`,
    );
    assertEquals([hint !== undefined, fields.has("retry-after")], [status === 502, status === 503]);
    await clock.advance(100);
    assertEquals(clock.running, 0);
    gateway.stop();
  }
});

Deno.test("when the client leaves, its request is given up, wherever it is", async () => {
  const { server, gateway, ask, clock } = startGateway();
  const running = [await ask(), await ask()], waiting = await ask(), other = await ask();
  waiting.leave();
  await assertRejects(() => waiting.outcome, GoneError);
  running[0]!.leave();
  await assertRejects(() => running[0]!.outcome, GoneError);
  await settle();
  assertEquals(server.connections.map(({ isClosed }) => isClosed), [true, false, false]);
  await server.last.answer(`${DOCUMENT}ok`);
  assertEquals(await read(other.outcome), "200 ok");
  server.isSlow = true;
  running[1]!.leave();
  await assertRejects(() => running[1]!.outcome, GoneError);
  await clock.advance(500);
  const dialling = await ask();
  dialling.leave();
  server.dialled();
  await assertRejects(() => dialling.outcome, GoneError);
  await settle();
  assertEquals(server.open, 0);
  gateway.stop();
});

Deno.test("a pool that is started here is asked where it listens, and looked after once if nobody is there", async () => {
  const { server, gateway, ask } = startGateway({ server: { spawn: ["php-cgi", "-q"], processes: 3 } });
  server.failures.push(new DialError("refused", "nobody listens"));
  const { outcome } = await ask();
  const pool = { command: ["php-cgi", "-q"], processes: 3 };
  assertEquals([server.wanted, server.failedPools], [[pool, pool], [pool]]);
  assertEquals(server.addresses, [{ path: "/pool.sock" }, { path: "/pool.sock" }]);
  await server.last.answer(`${DOCUMENT}ok`);
  assertEquals(await read(outcome), "200 ok");
  gateway.stop();
});

Deno.test("a pool that cannot be started, or does not stay, is 502", async () => {
  const { server, gateway, ask } = startGateway({ server: { spawn: ["php-cgi"], processes: 3 } });
  const refused = () => new DialError("refused", "nobody listens");
  server.failures.push(refused(), refused());
  assertEquals(await failure((await ask()).outcome), [
    502,
    "/a.php, FastCGI server php-cgi (3 processes): nobody listens",
  ]);
  server.poolFailure = new ProcessError("not found", "php-cgi");
  assertEquals(await failure((await ask()).outcome), [
    502,
    "/a.php, FastCGI server php-cgi (3 processes): it cannot be started: php-cgi cannot be started: not found",
  ]);
  gateway.stop();
});

Deno.test("a pool whose new connection breaks is looked after, and asked once more if the request can be repeated", async () => {
  const start = () => startGateway({ server: { spawn: ["php-cgi"], processes: 3 } });
  const { server, gateway, ask } = start();
  const { outcome } = await ask();
  await server.last.say(null);
  assertEquals([server.connections.length, server.failedPools.length], [2, 1]);
  await server.last.say(new Error("reset"));
  assertEquals((await failure(outcome))[0], 502);
  assertEquals(server.connections.length, 2);
  gateway.stop();
  // Also where it was a kept one that broke first: nothing is asked three times.
  const third = start(), before = await third.ask();
  await third.server.last.answer(`${DOCUMENT}ok`);
  await read(before.outcome);
  const again = await third.ask();
  await third.server.last.say(null);
  await third.server.last.say(null);
  assertEquals((await failure(again.outcome))[0], 502);
  assertEquals(third.server.connections.length, 2);
  third.gateway.stop();
  const other = start(), posted = await other.ask({ method: "POST" });
  await other.server.last.say(null);
  assertEquals((await failure(posted.outcome))[0], 502);
  assertEquals(other.server.connections.length, 1);
  other.gateway.stop();
});
