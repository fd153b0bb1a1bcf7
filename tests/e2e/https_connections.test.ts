/**
 * What happens on a port that speaks TLS besides requests: plain HTTP, silence, clients that take nothing, and how many
 * there may be.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { connectTls, NO_TLS } from "../support/certificates.ts";
import { only } from "../support/systems.ts";
import { waitUntil } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";
import { curl, type HttpsServer, httpsServer } from "./https_support.ts";

const ignore = NO_TLS;
const withoutProc = ignore || only(["linux"], "only Linux tells of a port's sockets (/proc/net/tcp)").ignore;
const NAMES = { one: ["localhost", "127.0.0.1"] };

/** A server with further keys at the top, and of the server. */
function start(top = "", keys = "root: ., autoindex: on", prepare?: (folder: string) => Promise<unknown>) {
  return httpsServer(
    (folder) =>
      `${top}
servers: [{ listen: "127.0.0.1:0 ssl", ssl_certificate: ${folder}/one.pem, ssl_certificate_key: ${folder}/one.key, ${keys} }]
`,
    NAMES,
    [],
    prepare,
  );
}

function trusting({ port, certificates }: HttpsServer, protocols?: string[]): Promise<Deno.TlsConn> {
  return connectTls({ port, trusted: [certificates.one!.certificate], ...(protocols && { protocols }) });
}

/** Connections to a port of this machine that a process still has, other than those that nobody has accepted. */
function sockets(port: number): number {
  const local = port.toString(16).toUpperCase().padStart(4, "0");
  return Deno.readTextFileSync("/proc/net/tcp").split("\n").filter((line) => {
    const [, address = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    return address.endsWith(`:${local}`) && state !== LISTEN && inode !== "0";
  }).length;
}

/** As /proc/net/tcp has it. */
const LISTEN = "0A";

Deno.test({
  name: "plain HTTP is sent to https, or told of it",
  ignore,
  async fn() {
    await using server = await start();
    const { port } = server;
    /** What is sent, and what comes back. */
    const cases: readonly (readonly [request: string, answer: RegExp])[] = [
      [
        `GET /a?b HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`,
        new RegExp(`^HTTP/1.1 308 [^]*Location: https://localhost:${port}/a\\?b\r\n`),
      ],
      [
        `HEAD / HTTP/1.0\r\nHost: localhost:${port}\r\n\r\n`,
        new RegExp(`^HTTP/1.[01] 308 [^]*Location: https://localhost:${port}/\r\n`),
      ],
      [
        `POST / HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: 2\r\n\r\nab`,
        new RegExp(`^HTTP/1.1 400 [^]*https://localhost:${port}/`),
      ],
      ["GET / HTTP/1.0\r\n\r\n", /^HTTP\/1\.[01] 400 [^]*https:\/\//],
      ["\r\nGET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", /^HTTP\/1\.1 308 /],
      ["GET / HTTP/1.1\r\nHost: a b\r\n\r\n", /^HTTP\/1\.1 400 /],
      ["nonsense\r\n\r\n", /^HTTP\/1\.1 400 /],
    ];
    for (const [request, answer] of cases) {
      using client = await WireClient.connect(port);
      await client.send(request);
      await client.closeWrite();
      assertMatch(new TextDecoder().decode(await client.rest()), answer, request);
    }
    // What is neither is closed without a word.
    for (const bytes of [[0x80, 0x2e, 1, 3, 1], [0], [0xff, 0xff]]) {
      using client = await WireClient.connect(port);
      await client.send(Uint8Array.from(bytes));
      assert(await client.isClosed(), String(bytes));
    }
  },
});

Deno.test({
  name: "who says nothing, or stops in the middle of the handshake, is closed after timeouts.header",
  ignore: withoutProc,
  async fn() {
    await using server = await start("timeouts: { header: 300ms }");
    const hello = Uint8Array.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]);
    const clients: WireClient[] = [];
    try {
      for (const bytes of [[], hello, hello.subarray(0, 1), [0x47], [0x47, 0x45, 0x54]]) {
        const client = await WireClient.connect(server.port);
        clients.push(client);
        if (bytes.length > 0) await client.send(Uint8Array.from(bytes));
      }
      // Plain HTTP that has begun gets 408.
      await Promise.all(clients.map(async (client) => {
        await client.rest().catch(() => {});
        client[Symbol.dispose]();
      }));
      await waitUntil(
        () => sockets(server.port) === 0,
        "all sockets are closed",
      );
    } finally {
      for (const client of clients) {
        client[Symbol.dispose]();
      }
    }
    assertEquals((await curl(server, "localhost", "/")).status, 200);
  },
});

for (const protocols of [["http/1.1"], ["h2"]]) {
  Deno.test({
    name: `who reads nothing of an answer is cut after timeouts.send, and its socket is gone: ${protocols}`,
    ignore: withoutProc,
    async fn() {
      await using server = await start("timeouts: { send: 300ms }\nlimits: { send_rate: 0 }", undefined);
      await Deno.writeFile(`${server.folder}/large.bin`, new Uint8Array(30_000_000));
      const connection = await trusting(server, protocols);
      try {
        if (protocols[0] === "h2") await connection.write(h2Get("/large.bin"));
        else {await connection.write(
            new TextEncoder().encode("GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n"),
          );}
        await waitUntil(() => sockets(server.port) > 0, "the connection is there");
        await waitUntil(() => sockets(server.port) === 0, "its socket is closed");
      } finally {
        connection.close();
      }
    },
  });
}

Deno.test({
  name: "handshakes count among limits.connections, and what is more is answered 503",
  ignore,
  async fn() {
    await using server = await start("limits: { connections: 3 }\ntimeouts: { header: 20s }");
    const silent = await Promise.all([1, 2, 3].map(() => WireClient.connect(server.port)));
    try {
      // Until they have been accepted, one more may still be the third.
      await waitUntil(
        async () => (await curl(server, "localhost", "/", ["--http1.1"])).status === 503,
        "a 503",
      );
    } finally {
      for (const client of silent) client[Symbol.dispose]();
    }
    await waitUntil(
      async () => (await curl(server, "localhost", "/", ["--http1.1"])).status === 200,
      "a 200 again",
    );
  },
});

Deno.test({
  name: "programs are told of TLS, hsts is sent over it, and absolute addresses begin with https",
  ignore,
  async fn() {
    await using server = await httpsServer((folder) => `
servers:
  - listen: ["127.0.0.2:0", "127.0.0.1:0 ssl"]
    ssl_certificate: ${folder}/one.pem
    ssl_certificate_key: ${folder}/one.key
    hsts: max-age=3600
    root: .
    cgi: { .sh: sh }
`, NAMES);
    await Deno.writeTextFile(
      `${server.folder}/show.sh`,
      `printf 'Content-Type: text/plain\\n\\n%s %s %s %s' "\${HTTPS-none}" "$SERVER_PORT" "$SERVER_PROTOCOL" "$SERVER_NAME"`,
    );
    await Deno.writeTextFile(`${server.folder}/local.sh`, `printf 'Location: http://other.test/\\n\\n'`);
    await Deno.mkdir(`${server.folder}/folder`);
    const said = server.output().stderr;
    const tls = Number(/https:\/\/127\.0\.0\.1:(\d+)\//.exec(said)![1]);
    const plain = Number(/http:\/\/127\.0\.0\.2:(\d+)\//.exec(said)![1]);
    for (const [protocol, name] of [["--http1.1", "HTTP/1.1"], ["--http2", "HTTP/2.0"]] as const) {
      const { text } = await curl({ ...server, port: tls }, "localhost", "/show.sh", [protocol]);
      assertEquals(text, `on ${tls} ${name} localhost`);
      const head = await curl({ ...server, port: tls }, "localhost", "/folder", [protocol, "-i"]);
      assertMatch(head.text, /strict-transport-security: max-age=3600\r\n/i);
      assertMatch(head.text, /location: (\/folder\/|https:\/\/)/i);
      const missing = await curl({ ...server, port: tls }, "localhost", "/none", [protocol, "-i"]);
      assertMatch(missing.text, /strict-transport-security: max-age=3600\r\n/i);
    }
    const response = await fetch(`http://127.0.0.2:${plain}/show.sh`);
    assertEquals(await response.text(), `none ${plain} HTTP/1.1 127.0.0.2`);
    assertEquals(response.headers.get("strict-transport-security"), null);
  },
});

Deno.test({
  name: "with http2: off neither is offered h2 nor taken",
  ignore,
  async fn() {
    await using server = await start("http2: off");
    assertEquals((await curl(server, "localhost", "/", ["--http2"])).version, "1.1");
    const connection = await trusting(server, ["h2", "http/1.1"]);
    assertEquals((await connection.handshake()).alpnProtocol, "http/1.1");
    connection.close();
  },
});

Deno.test({
  name: "SIGTERM ends connections over TLS gently",
  ignore,
  async fn() {
    await using server = await start();
    const kept = await trusting(server, ["http/1.1"]);
    await kept.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    const buffer = new Uint8Array(65536);
    const count = await kept.read(buffer);
    assertStringIncludes(new TextDecoder().decode(buffer.subarray(0, count ?? 0)), "200 OK");
    server.kill("SIGTERM");
    // Not a reset.
    while (await kept.read(buffer) !== null);
    kept.close();
    assertEquals(await server.status, 0);
  },
});

/** The preface, SETTINGS with the largest windows, and a GET without anything of HPACK's tables. */
function h2Get(path: string): Uint8Array<ArrayBuffer> {
  const frame = (type: number, flags: number, stream: number, payload: readonly number[]) => [
    ...[payload.length >> 16, payload.length >> 8 & 255, payload.length & 255, type, flags],
    ...[stream >> 24, stream >> 16 & 255, stream >> 8 & 255, stream & 255],
    ...payload,
  ];
  const text = (value: string) => [value.length, ...new TextEncoder().encode(value)];
  const block = [0x82, 0x87, 0x04, ...text(path), 0x01, ...text("localhost")];
  return Uint8Array.from([
    ...new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ...frame(4, 0, 0, [0, 4, 0x7f, 0xff, 0xff, 0xff]),
    ...frame(8, 0, 0, [0x7f, 0xfe, 0, 0]),
    ...frame(1, 5, 1, block),
  ]);
}
