/**
 * Live reload as clients see it: the script at the end of every page, whoever makes it, and the stream of what has changed.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import zlib from "node:zlib";
import { isAtLeast } from "../../lib/runtime/version.ts";
import { findProgram } from "../../lib/runtime/find_program.ts";
import { ask } from "../support/ask.ts";
import { decoded } from "../support/coded.ts";
import { joined, toText } from "../support/latin1.ts";
import { temporaryFolder } from "../support/launch.ts";
import { http1Test, protocolOfTest, test } from "../support/protocols.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { inTime, waitUntil } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";
import { needsFcgiwrap, needsFpm, startFcgiwrap, startFpm } from "./fastcgi_support.ts";
import { byPath, TestUpstream, type UpstreamPeer } from "./proxy_support.ts";

const SCRIPT = '<script src="/.webserv/live.js"></script>';
const PAGE = Array.from({ length: 4000 }, (_, i) => `<p>line ${i} of a page\n`).join("");
const BYTES = new TextEncoder().encode(PAGE);
const PHP = '<?php header("ETag: \\"v1\\""); echo "<p>made by PHP";';

const CODED: Record<string, () => Uint8Array> = {
  "gzip": () => zlib.gzipSync(BYTES),
  "x-gzip": () => zlib.gzipSync(BYTES),
  "deflate": () => zlib.deflateSync(BYTES),
  "deflate raw": () => zlib.deflateRawSync(BYTES),
  "br": () => zlib.brotliCompressSync(BYTES),
  "gzip, br": () => zlib.brotliCompressSync(zlib.gzipSync(BYTES)),
  ...isAtLeast(2, 9) && Deno.env.get("WEBSERV") === undefined &&
    { "zstd": () => zlib.zstdCompressSync(BYTES) },
};

/** Lets the streams of the other server go on. */
let goOn = Promise.withResolvers<void>();

async function sayCoded(peer: UpstreamPeer, head: string): Promise<void> {
  const name = decodeURIComponent(/\?(\S+)/.exec(head)![1]!), bytes = CODED[name]!();
  const coding = name.replace(" raw", "");
  await peer.say(
    `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: "v1"\r\nContent-Encoding: ${coding}\r\n` +
      `Content-Length: ${bytes.length}\r\n\r\n${/^HEAD/.test(head) ? "" : toText(bytes)}`,
  );
}

const UPSTREAM: Parameters<typeof byPath>[0] = {
  "/proxied/coded": sayCoded,
  "/proxied/plain": (peer) =>
    peer.say("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n<p>"),
  "/proxied/range": (peer, head) =>
    peer.say(
      /^range:/im.test(head)
        ? "HTTP/1.1 206 Partial Content\r\nContent-Type: text/html\r\nContent-Range: bytes 0-1/3\r\nContent-Length: 2\r\n\r\n<p"
        : "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n<p>",
    ),
  "/proxied/short": async (peer) => {
    await peer.say("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 99\r\n\r\n<p>");
    peer.connection.close();
  },
  "/proxied/cut": async (peer) => {
    const bytes = zlib.gzipSync(BYTES);
    await peer.say(
      `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: ${
        bytes.length - 9
      }\r\n\r\n` +
        toText(bytes.subarray(0, -9)),
    );
  },
  "/proxied/dripping": async (peer) => {
    const gzip = zlib.createGzip(), next = () => new Promise<void>((resolve) => gzip.flush(() => resolve()));
    await peer.say(
      "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    const saying = (async () => {
      for await (const piece of gzip) {
        await peer.say(`${piece.length.toString(16)}\r\n${toText(piece)}\r\n`);
      }
      await peer.say("0\r\n\r\n");
    })();
    gzip.write("<p>first");
    await next();
    await goOn.promise;
    gzip.end("<p>last");
    await saying;
  },
};

interface Shared extends AsyncDisposable {
  readonly server: TestServer;
}

let shared: Promise<Shared> | undefined;
Deno.test.afterAll(async () => await (await shared)?.[Symbol.asyncDispose]());
const started = async () => (await (shared ??= start())).server;

const hasFpm = !needsFpm("").ignore, hasWrap = !needsFcgiwrap("").ignore;
const hasPhpCgi = findProgram("php-cgi", "/usr/bin") !== undefined;

async function start(): Promise<Shared> {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await temporaryFolder());
  const fpm = hasFpm ? resources.use(await startFpm(folder.path)) : undefined;
  const wrap = hasWrap ? resources.use(await startFcgiwrap(folder.path)) : undefined;
  const upstream = resources.use(TestUpstream.tcp(byPath(UPSTREAM)));
  const server = resources.use(
    await startServer({
      config: `access_log: off
servers:
  - listen: LISTEN
    root: www
    autoindex: on
    live_reload: on
    cgi: { .php: php-cgi, .sh: sh }
    cgi_debug: on
    locations:
      /proxied/: { proxy_pass: "http://127.0.0.1:${upstream.port}" }
      /raw/: { alias: raw, cgi: { .sh: sh } }
      ${fpm ? `/fpm/: { alias: www, fastcgi: { .php: "unix:${fpm.socket}" } }` : ""}
      ${wrap ? `/wrap/: { alias: www, fastcgi: { .sh: "unix:${wrap.socket}" } }` : ""}
`,
      files: {
        "www/page.html": PAGE,
        "www/page.html.gz": "stale",
        "www/utf16.html": new Uint8Array([0xff, 0xfe, 0x3c, 0, 0x70, 0, 0x3e, 0]),
        "www/a.php": PHP,
        "www/a.sh": "#!/bin/sh\nprintf 'Content-Type: text/html\\n\\n<p>made by sh'\n",
        "www/drip.sh": `#!/bin/sh
printf 'Content-Type: text/html\\n\\n<p>first'
until [ -e "$(dirname "$SCRIPT_FILENAME")/$QUERY_STRING" ]; do sleep 0.02; done
printf '<p>last'
`,
        "raw/nph-a.sh":
          "#!/bin/sh\nprintf 'HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\nConnection: close\\r\\n\\r\\n<p>'\n",
        "www/sub/a.txt": "a",
        "www/broken.sh": "echo no header block; exit 3\n",
      },
    }),
  );
  await Deno.chmod(`${server.folder}/www/a.sh`, 0o755);
  const owned = resources.move();
  return { server, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const CASES: readonly (readonly [target: string, text: string, needed?: boolean])[] = [
  ["/page.html", PAGE + SCRIPT],
  ["/a.php", `<p>made by PHP${SCRIPT}`, hasPhpCgi],
  ["/a.sh", `<p>made by sh${SCRIPT}`],
  ["/fpm/a.php", `<p>made by PHP${SCRIPT}`, hasFpm],
  ["/wrap/a.sh", `<p>made by sh${SCRIPT}`, hasWrap],
  ["/proxied/plain", `<p>${SCRIPT}`],
  [
    "/utf16.html",
    toText(new Uint8Array([0xff, 0xfe])) + [...`<p>${SCRIPT}`].map((each) => `${each}\0`).join(""),
  ],
  ...Object.keys(CODED).map((name) => [`/proxied/coded?${encodeURIComponent(name)}`, PAGE + SCRIPT] as const),
];

test("live reload: the script is at the very end of every page, whoever makes it, in every coding", async () => {
  const { port } = await started();
  for (const [target, text, needed = true] of CASES) {
    if (!needed) continue;
    const plain = await ask(port, target);
    assertEquals([plain.status, plain.field("content-encoding")], [200, undefined], target);
    assert(plain.text === text, `${target}: ${plain.text.slice(-200)}`);
    const length = plain.field("content-length");
    if (length !== undefined) assertEquals(Number(length), text.length, target);
    const coded = await ask(port, target, { fields: { "Accept-Encoding": "gzip" } });
    assert(toText(decoded(coded.body, coded.field("content-encoding"))) === text, target);
    const ranged = await ask(port, target, { fields: { Range: "bytes=0-1" } });
    assert(ranged.status === 200 && ranged.text === text, `${target} with a range: ${ranged.status}`);
    const head = await ask(port, target, { method: "HEAD" });
    assertEquals([head.status, head.field("content-encoding"), head.text], [200, undefined, ""], target);
    const promised = head.field("content-length");
    if (promised !== undefined) assertEquals(Number(promised), text.length, `HEAD ${target}`);
  }
  const part = await ask(port, "/proxied/range", { fields: { Range: "bytes=0-1" } });
  assertEquals([part.status, part.text], [200, `<p>${SCRIPT}`]);
});

test("live reload: what is cut short before never looks whole, and what a program says as a whole is left alone", async () => {
  const { port } = await started();
  for (const target of ["/proxied/short", "/proxied/cut"]) {
    const answer = await ask(port, target).catch(() => undefined);
    assert(!answer?.text.includes(SCRIPT), target);
  }
  const raw = await ask(port, "/raw/nph-a.sh");
  assertEquals(raw.text, "<p>");
});

test("live reload: listings and pages of errors and failures have it, too", async () => {
  const { port } = await started();
  for (const [target, status] of [["/sub/", 200], ["/nothing", 404], ["/broken.sh", 502]] as const) {
    const page = await ask(port, target, { fields: { Accept: "text/html" } });
    // A policy of ours lets it be by a nonce.
    const text = page.text.replace(/ nonce="[\w+\/=]+"(?=><\/script>$)/, "");
    assertEquals([page.status, text.endsWith(SCRIPT)], [status, true], target);
  }
});

/** Reads what curl gets, as it comes. */
class Stream {
  text = "";
  readonly child: Deno.ChildProcess;
  /** curl's exit status. */
  readonly ended: Promise<number>;

  constructor(url: string) {
    const protocol = protocolOfTest() === "HTTP/2" ? "--http2-prior-knowledge" : "--http1.1";
    this.child = new Deno.Command("curl", {
      args: ["-sN", "--max-time", "20", protocol, url],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    this.ended = this.#read();
  }

  async #read(): Promise<number> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.child.stdout) {
      pieces.push(piece);
      this.text = toText(joined(pieces));
    }
    return (await this.child.status).code;
  }
}

test("live reload: what drips keeps dripping, and the script comes at its end", async () => {
  const { port, folder } = await started(), name = `go${protocolOfTest().replace(/\W/g, "")}`;
  goOn = Promise.withResolvers();
  for (
    const [target, next] of [
      [`/drip.sh?${name}`, () => Deno.writeTextFileSync(`${folder}/www/${name}`, "")],
      ["/proxied/dripping", () => goOn.resolve()],
    ] as const
  ) {
    const stream = new Stream(`http://localhost:${port}${target}`);
    await waitUntil(() => stream.text === "<p>first", () => `${target} drips: ${stream.text}`);
    next();
    assertEquals([await stream.ended, stream.text], [0, `<p>first<p>last${SCRIPT}`], target);
  }
});

test("live reload: the stream of changes greets, and ends with the configuration and with the server", async () => {
  await using server = await startServer({
    config: "servers: [{ listen: LISTEN, root: www, live_reload: on }]",
    files: { "www/index.html": "<p>" },
  });
  const url = `http://localhost:${server.port}/.webserv/live?age=10`, first = new Stream(url);
  await waitUntil(
    () => first.text.includes("event: hello"),
    "the greeting",
  );
  assertMatch(first.text, /^retry: \d+\n\nevent: hello\nid: (\w+)-0\ndata: \{"epoch":"\1","age":\d+\}\n\n$/);
  server.kill("SIGHUP");
  assertEquals(await inTime(first.ended, "the reload ends the stream"), 0);
  const second = new Stream(url);
  await waitUntil(() => second.text.includes("event: hello"), "the greeting");
  server.kill("SIGTERM");
  assertEquals(await inTime(second.ended, "the end of the server ends the stream"), 0);
  assertEquals(await inTime(server.status, "the server ends at once"), 0);
});

test("live reload: a script of its own that no page of another origin may listen to", async () => {
  const { port } = await started();
  const script = await ask(port, "/.webserv/live.js");
  assertEquals([script.status, script.field("content-type")], [200, "text/javascript; charset=utf-8"]);
  assertStringIncludes(script.text, "EventSource");
  for (const fields of [{ Origin: "http://evil.example" }, { "Sec-Fetch-Site": "cross-site" }]) {
    assertEquals((await ask(port, "/.webserv/live", { fields })).status, 403);
  }
  assertEquals((await ask(port, "/.webserv/live", { host: "evil.example" })).status, 421);
});

http1Test(
  "version",
  "live reload: a page that is made piece by piece has it over HTTP/1.0, where the end is its end",
  async () => {
    const { port } = await started();
    for (const target of ["/a.sh", "/proxied/coded?gzip", "/page.html"]) {
      using client = await WireClient.connect(port);
      await client.send(`GET ${target} HTTP/1.0\r\nHost: localhost\r\n\r\n`);
      const text = toText(await client.rest());
      assertMatch(text, /^HTTP\/1\.0 200 /, target);
      assert(text.endsWith(SCRIPT) && !/transfer-encoding/i.test(text), target);
    }
  },
);
