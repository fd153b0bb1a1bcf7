/**
 * Answers of any length over TLS on connections that are kept: none waits for the client's acknowledgement, as the end
 * of one does where the system may save small packets up (Nagle's algorithm; RFC 9293 section 3.7.4).
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { connectTls, NO_TLS } from "../support/certificates.ts";
import { Http2Connection } from "../support/h2.ts";
import { ask, readUntil } from "./http2_support.ts";
import { type HttpsServer, httpsServer } from "./https_support.ts";

const KIB = 1024;
const SIZES = [1, KIB, 5 * KIB, 20 * KIB, 40 * KIB, 66 * KIB, 100 * KIB, 200 * KIB, 300 * KIB, 1024 * KIB];

/** How many answers of a length are looked at, at once. */
const COUNT = 8;

/** In milliseconds; a delayed acknowledgement comes after 40. */
const STALL = 35;

/** How often: a machine that is busy holds answers up as well, but hardly half of them every time. */
const ROUNDS = 6;

/** Asks for a file, and resolves when its content is there. */
type Fetch = (path: string, size: number) => Promise<void>;

interface Client extends Disposable {
  readonly fetch: Fetch;
}

const encoder = new TextEncoder();

function http1Client(connection: Deno.TlsConn): Client {
  const buffer = new Uint8Array(256 * KIB);
  return {
    fetch: async (path, size) => {
      await connection.write(encoder.encode(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`));
      let head = "", received = 0;
      while (!head.includes("\r\n\r\n") || received < size) {
        const count = await connection.read(buffer);
        assert(count !== null, `the connection ended after ${received} bytes`);
        received += count;
        if (head.includes("\r\n\r\n")) continue;
        head += new TextDecoder("latin1").decode(buffer.subarray(0, count));
        const end = head.indexOf("\r\n\r\n");
        if (end >= 0) received = head.length - end - 4;
      }
      assertEquals(received, size);
    },
    [Symbol.dispose]: () => connection.close(),
  };
}

async function http2Client(connection: Deno.TlsConn): Promise<Client> {
  const client = await Http2Connection.on(connection);
  return {
    fetch: async (path) => {
      const answer = await ask(client, path, { fields: { ":scheme": "https" } });
      await readUntil(client, () => answer.isEnded, "the answer was whole");
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}

const CLIENTS = { "http/1.1": http1Client, h2: http2Client } as const;

/** How many of some answers of a length came late. */
async function stalls(client: Client, size: number): Promise<number> {
  let late = 0;
  for (let i = 0; i < COUNT; i++) {
    const start = performance.now();
    await client.fetch(`/${size}.bin`, size);
    if (performance.now() - start > STALL) late++;
  }
  return late;
}

function start(): Promise<HttpsServer> {
  return httpsServer(
    (folder) =>
      `servers:
  - { listen: "127.0.0.1:0 ssl", ssl_certificate: ${folder}/one.pem, ssl_certificate_key: ${folder}/one.key, root: ${folder}/www }
`,
    { one: ["localhost"] },
    [],
    async (folder) => {
      await Deno.mkdir(`${folder}/www`);
      for (const size of SIZES) {
        await Deno.writeFile(`${folder}/www/${size}.bin`, new Uint8Array(size).fill(120));
      }
    },
  );
}

for (const [protocol, clientOf] of Object.entries(CLIENTS)) {
  Deno.test({
    name: `answers of 1 byte to 1 MB over TLS do not wait for acknowledgements: ${protocol}`,
    ignore: NO_TLS,
    fn: async () => {
      await using server = await start();
      const trusted = [server.certificates.one!.certificate];
      using client = await clientOf(await connectTls({ port: server.port, trusted, protocols: [protocol] }));
      for (const size of SIZES) {
        let late = COUNT;
        for (let round = 0; round < ROUNDS && late >= COUNT / 2; round++) late = await stalls(client, size);
        assert(
          late < COUNT / 2,
          `${late} of ${COUNT} answers of ${size} bytes took more than ${STALL} ms, every time`,
        );
      }
    },
  });
}
