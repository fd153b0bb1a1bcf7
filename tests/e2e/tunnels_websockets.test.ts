/** WebSockets of real programs through the server: python3-websockets, ws of npm, Chromium over HTTP/2. */
import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { fromFileUrl } from "@std/path";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { WebSocket as WsClient, WebSocketServer } from "npm:ws@8.23.0";
import { hasBrowser, startBrowser } from "../support/browser.ts";
import { makeCertificate } from "../support/certificates.ts";
import { temporaryFolder } from "../support/launch.ts";
import { end, isFile, Output, startServer } from "../support/server.ts";
import { inTime, waitUntil } from "../support/wait.ts";
import { HAS_TLS } from "./clients_h2_support.ts";

const PYTHON = "/usr/bin/python3";
const SCRIPT = fromFileUrl(new URL("tunnels_websockets.py", import.meta.url));
const hasPython = isFile(PYTHON) && isFile("/usr/lib/python3/dist-packages/websockets/__init__.py");

/** Messages that each client sends, and bytes of the largest. */
const COUNT = 20, LARGEST = 1_000_000;

function python(...args: string[]): Output & AsyncDisposable {
  const child = new Deno.Command(PYTHON, {
    args: [SCRIPT, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return Object.assign(new Output(child), { [Symbol.asyncDispose]: () => end(child) });
}

const passing = (port: number, more = "") =>
  `access_log: access.log\nservers: [{ listen: LISTEN, root: .${more}, locations: { /ws: { proxy_pass: "http://127.0.0.1:${port}/chat" } } }]`;

/** What the echo needs of a socket of ws, which has no types. */
interface Echoed {
  on(event: "message", listener: (data: Uint8Array, isBinary: boolean) => void): void;
  send(data: Uint8Array, options: { readonly binary: boolean }): void;
}

/** An echo by ws, which notes the path and fields that it was asked with. */
async function wsServer() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", maxPayload: 0 });
  const asked: string[] = [];
  server.on("connection", (socket: Echoed, { url, headers }: IncomingMessage) => {
    asked.push(`${url} ${headers["x-forwarded-for"]} ${headers.origin ?? "-"}`);
    socket.on("message", (data: Uint8Array, isBinary: boolean) => socket.send(data, { binary: isBinary }));
  });
  await new Promise((resolve) => server.on("listening", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    [Symbol.asyncDispose]: async () => {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function askByWs(uri: string): Promise<void> {
  const socket = new WsClient(uri, { maxPayload: 0 });
  await inTime(
    new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject)),
    "the handshake",
  );
  for (let i = 0; i < COUNT; i++) {
    const size = [0, 125, 126, 65_536, LARGEST][i] ?? i * 1000;
    const message = Buffer.alloc(size, i + 32);
    const back = new Promise<Uint8Array>((resolve) => socket.once("message", resolve));
    socket.send(message, { binary: true });
    assert(message.equals(await inTime(back, `message ${i}`)), `message ${i} of ${size} bytes`);
  }
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.close(1000);
  assertEquals(await inTime(closed, "the close"), 1000);
}

Deno.test({
  name: "python3-websockets and ws talk to each other through the server, and every byte comes back",
  ignore: !hasPython,
  fn: async () => {
    await using pythonServer = python("server");
    await using ws = await wsServer();
    await pythonServer.waitFor(/^\d+\n/);
    await using behindPython = await startServer({ config: passing(Number(pythonServer.stdout)) });
    await using behindWs = await startServer({ config: passing(ws.port) });
    await Promise.all([
      ...[behindPython, behindWs].map(async ({ port }) => {
        await using client = python("client", `ws://127.0.0.1:${port}/ws?x`, String(COUNT), String(LARGEST));
        assertEquals([await client.status, client.stdout], [
          0,
          `${COUNT} messages, closed with 1000\n`,
        ], client.stderr);
      }),
      askByWs(`ws://127.0.0.1:${behindPython.port}/ws`),
    ]);
    assertEquals(ws.asked, ["/chat?x 127.0.0.1 -"]);
    const log = () => Deno.readTextFileSync(`${behindWs.folder}/access.log`);
    await waitUntil(
      () => /"GET \/ws\?x HTTP\/1\.1" 101 \d{6,} /.test(log()),
      () => `the line in the log: ${log()}`,
    );
  },
});

Deno.test({
  name: "Chromium opens a WebSocket on the connection of HTTP/2 that it has",
  ignore: !hasBrowser() || !HAS_TLS,
  fn: async () => {
    await using folder = await temporaryFolder();
    const { certificateFile, keyFile } = await makeCertificate(folder.path, "one");
    await using ws = await wsServer();
    const tls = `, ssl_certificate: ${certificateFile}, ssl_certificate_key: ${keyFile}`;
    await using server = await startServer({
      config: passing(ws.port, tls).replace("LISTEN", '"127.0.0.1:0 ssl"'),
      files: { "index.html": "<!DOCTYPE html><title>ws</title><link rel=icon href='data:,'>" },
    });
    await using browser = await startBrowser();
    const { page, problems } = await browser.open({ ignoreHTTPSErrors: true });
    await page.goto(`https://localhost:${server.port}/`);
    const back = await page.evaluate((port: number) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`wss://localhost:${port}/ws`);
        const sent = "é".repeat(100_000);
        socket.onopen = () => socket.send(sent);
        socket.onerror = reject;
        socket.onmessage = ({ data }) => {
          socket.close(1000);
          socket.onclose = ({ code }) => resolve([data === sent, code]);
        };
      }), server.port);
    assertEquals([back, problems], [[true, 1000], []]);
    assertMatch(ws.asked[0]!, new RegExp(`^/chat 127\\.0\\.0\\.1 https://localhost:${server.port}$`));
    const log = () => Deno.readTextFileSync(`${server.folder}/access.log`);
    await waitUntil(
      () => /"GET \/ws HTTP\/2\.0" 200 2\d{5} /.test(log()),
      () => `the line in the log: ${log()}`,
    );
  },
});
