import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ask, get } from "../support/ask.ts";
import { makeCertificate } from "../support/certificates.ts";
import { temporaryFolder } from "../support/launch.ts";
import { byProtocol, test } from "../support/protocols.ts";
import { startServer } from "../support/server.ts";
import { inTime, waitUntil } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";
import { byPath, content, TestUpstream, type UpstreamPeer } from "./proxy_support.ts";

const echoHead = (peer: UpstreamPeer, head: string) => peer.say(content(head));

/** Says back what it is sent, as it comes. */
const echoBody = async (peer: UpstreamPeer, head: string) => {
  const length = /\r\nContent-Length: (\d+)/i.exec(head)?.[1];
  if (length === undefined) return peer.say(content("no length"));
  await peer.say(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`);
  for (let left = Number(length); left > 0;) {
    const piece = await peer.piece();
    if (piece === "") return;
    left -= piece.length;
    await peer.say(piece);
  }
};

test("requests go on over TCP, sockets with a path and TLS, from within the sandbox", async () => {
  await using folder = await temporaryFolder();
  const { certificate, key } = await makeCertificate(folder.path, "upstream", { names: ["up.localhost"] });
  const serve = byPath({ "/echo": echoBody, "*": echoHead });
  await using tcp = TestUpstream.tcp(serve);
  await using _unix = TestUpstream.unix(`${folder.path}/app.sock`, serve);
  await using tls = TestUpstream.tls(certificate, key, serve);
  await using server = await startServer({
    config: `
servers:
  - listen: LISTEN
    client_max_body_size: 0
    locations:
      /: { proxy_pass: "http://up.localhost:${tcp.port}" }
      /unix/: { proxy_pass: "http://unix:${folder.path}/app.sock:/" }
      /tls/: { proxy_pass: "https://up.localhost:${tls.port}/", proxy_ssl_verify: off }
      /verified/: { proxy_pass: "https://up.localhost:${tls.port}/" }
      /gone/: { proxy_pass: "http://unix:${folder.path}/gone.sock" }
`,
  });
  const { port } = server;
  const head = await get(port, "/a%2Fb//../c?d", "site.localhost");
  assertStringIncludes(head, "200 GET /a%2Fb//../c?d HTTP/1.1\r\nHost: site.localhost\r\n");
  assertStringIncludes(head, `Via: ${byProtocol("1.1", "2.0")} webserv\r\n`);
  assertStringIncludes(
    head,
    "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: site.localhost\r\n",
  );
  assertStringIncludes(await get(port, "/unix/x"), "200 GET /x HTTP/1.1\r\n");
  assertStringIncludes(await get(port, "/tls/x"), "200 GET /x HTTP/1.1\r\n");
  assertMatch(await get(port, "/verified/x"), /^502 [^]*certificate/);
  assertMatch(await get(port, "/gone/x"), /^502 [^]*is that program running/);
  for (
    const [path, size] of [["/echo", 1_500_000], ["/unix/echo", 300_000], ["/tls/echo", 300_000]] as const
  ) {
    const body = Array.from({ length: size }, (_, at) => String.fromCharCode(33 + at % 89)).join("");
    const { status, text } = await ask(port, path, { method: "POST", body });
    assertEquals([status, text === body], [200, true], path);
  }
  await server.waitFor(/GET \/verified\/x: https:\/\/up\.localhost:\d+ cannot be connected to: untrusted/);
  await server.waitFor(
    /GET \/gone\/x: http:\/\/unix:\S+gone\.sock cannot be connected to: (not found|refused)/,
  );
});

test("an answer streams as it comes, and interim ones come before it", async () => {
  const next = Promise.withResolvers<void>();
  await using upstream = TestUpstream.tcp(byPath({
    "/events": async (peer) => {
      await peer.say(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
      );
      await peer.say("9\r\ndata: 1\n\n\r\n");
      await next.promise;
      await peer.say("9\r\ndata: 2\n\n\r\n0\r\n\r\n");
    },
    "/hints": (peer) => peer.say(`HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n${content("page")}`),
  }));
  await using server = await startServer({
    config:
      `servers: [{ listen: LISTEN, locations: { /: { proxy_pass: "http://127.0.0.1:${upstream.port}" } } }]`,
  });
  using client = await WireClient.connect(server.port);
  await client.get("/hints");
  const hints = await client.response();
  assertEquals([hints?.status, hints?.field("link")], [103, "</a.css>"]);
  assertEquals((await client.response())?.text, "page");
  // fetch() reads as it comes.
  const events = await fetch(`${server.url}/events`);
  const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await inTime(reader.read(), "the first event")).value, "data: 1\n\n");
  next.resolve();
  assertEquals((await inTime(reader.read(), "the second event")).value, "data: 2\n\n");
  assertEquals((await reader.read()).done, true);
});

test("a client that leaves ends the upstream's work", async () => {
  const left = Promise.withResolvers<string>(), arrived = Promise.withResolvers<void>();
  await using upstream = TestUpstream.tcp(async (peer) => {
    await peer.head();
    arrived.resolve();
    left.resolve(await peer.until("never"));
  });
  await using server = await startServer({
    config:
      `servers: [{ listen: LISTEN, locations: { /: { proxy_pass: "http://127.0.0.1:${upstream.port}" } } }]`,
  });
  {
    using client = await WireClient.connect(server.port);
    await client.get("/");
    await inTime(arrived.promise, "the request");
  }
  assertEquals(await inTime(left.promise, "the end of the upstream's connection"), "");
});

test("of several upstreams those that are there answer, and one that comes back is asked again", async () => {
  const serve = (name: string) => byPath({ "*": (peer) => peer.say(content(name)) });
  await using one = TestUpstream.tcp(serve("one"));
  const gone = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  gone.close();
  await using server = await startServer({
    config: `
servers:
  - listen: LISTEN
    locations:
      /: { proxy_pass: ["http://127.0.0.1:${gone.addr.port}", "http://127.0.0.1:${one.port}"] }
`,
  });
  for (let i = 0; i < 4; i++) assertEquals(await get(server.port, "/"), "200 one");
  await waitUntil(() => one.count > 0, "a connection");
  assert(one.count <= 4);
});

test("a WebSocket goes through, whatever its messages", async () => {
  await using upstream = TestUpstream.tcp(async (peer) => {
    const key = /\r\nSec-WebSocket-Key: (\S+)\r\n/i.exec(await peer.head())![1]!;
    const digest = await crypto.subtle.digest(
      "SHA-1",
      new TextEncoder().encode(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`),
    );
    const accept = btoa(String.fromCharCode(...new Uint8Array(digest)));
    await peer.say(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    // A frame of text behind it, and the end of the WebSocket once something has come.
    await peer.say("\x81\x05hello");
    const buffer = new Uint8Array(1024);
    await peer.connection.read(buffer);
    await peer.say("\x88\x02\x03\xe8");
    await peer.until("never");
  });
  await using server = await startServer({
    config:
      `servers: [{ listen: LISTEN, locations: { /: { proxy_pass: "http://127.0.0.1:${upstream.port}" } } }]`,
  });
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/hmr`);
  const message = Promise.withResolvers<string>(), closed = Promise.withResolvers<number>();
  socket.onmessage = ({ data }) => message.resolve(data);
  socket.onerror = () => message.reject(new Error("The WebSocket broke"));
  socket.onclose = ({ code }) => closed.resolve(code);
  assertEquals(await inTime(message.promise, "a message"), "hello");
  socket.send("bye");
  assertEquals(await inTime(closed.promise, "the end"), 1000);
});
