import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { DialError } from "../../lib/ports.ts";
import { SystemDialer } from "../../lib/runtime/dial.ts";
import { NO_TLS } from "../support/certificates.ts";
import { inTime, PATIENCE, waitUntil } from "../support/wait.ts";
import {
  acceptTls,
  authorities,
  converse,
  echo,
  LATE,
  PATIENT,
  problem,
  socketsTo,
  UNSANITIZED,
} from "./dialling.ts";

const encoder = new TextEncoder();

Deno.test(
  "connect() believes a certificate that is for the name, and of an authority",
  UNSANITIZED,
  async () => {
    await using made = await authorities();
    const { server, expired, dialer } = made;
    const stranger = new SystemDialer();
    for (const { certificate, key } of [server, expired]) {
      const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert: certificate, key });
      const dial = (serverName: string, verify: boolean, by: SystemDialer, hostname = "127.0.0.1") =>
        by.connect({ hostname, port: listener.addr.port }, { ...PATIENT, tls: { serverName, verify } });
      /** What comes of it, `connected` where bytes go to and fro. */
      const outcome = async (...args: Parameters<typeof dial>) => {
        const serving = (async () => {
          const connection = await acceptTls(listener);
          try {
            const buffer = new Uint8Array(10);
            const count = await connection.read(buffer);
            if (count !== null) await connection.write(buffer.subarray(0, count));
          } catch {
            // It was not believed.
          } finally {
            connection.close();
          }
        })();
        let text = "connected";
        try {
          const duplex = await inTime(dial(...args), "a handshake is over");
          const buffer = new Uint8Array(10);
          assertEquals(await duplex.write(encoder.encode("Hello")), 5);
          assertEquals(await duplex.read(buffer), 5);
          duplex.close();
        } catch (error) {
          assertInstanceOf(error, DialError);
          text = error.problem;
        }
        await serving;
        return text;
      };
      const good = certificate === server.certificate ? "connected" : "untrusted";
      assertEquals(await outcome("up.localhost", true, dialer, "up.localhost"), good);
      assertEquals(await outcome("127.0.0.1", true, dialer), good);
      assertEquals(await outcome("other.test", true, dialer), "untrusted");
      assertEquals(await outcome("127.0.0.2", true, dialer), "untrusted");
      assertEquals(await outcome("localhost", true, stranger), "untrusted");
      assertEquals(await outcome("other.test", false, stranger), "connected");
      assertEquals(await outcome("127.0.0.2", false, stranger), "connected");
      listener.close();
    }
  },
);

Deno.test("a handshake has its part of the time, and leaves no descriptor", UNSANITIZED, async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const before = await socketsTo(port);
  const options = { timeout: LATE, tls: { serverName: "localhost", verify: true } };
  assertEquals((await problem(listener.addr, options)).problem, "late");
  (await acceptTls(listener)).close();
  for (const answer of ["HTTP/1.1 400 Bad Request\r\n\r\n", ""]) {
    const failing = problem(listener.addr, { ...PATIENT, ...options, timeout: PATIENCE });
    const peer = await acceptTls(listener);
    await peer.read(new Uint8Array(10_000));
    await peer.write(encoder.encode(answer));
    await peer.closeWrite();
    assertEquals((await failing).problem, "failed", answer);
    peer.close();
  }
  await waitUntil(async () => await socketsTo(port) <= before, "all sockets are closed");
  listener.close();
});

Deno.test("a server that sends on and on over TLS is not read without end", UNSANITIZED, async () => {
  await using made = await authorities();
  const { certificate: cert, key } = made.server;
  const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key });
  const tls = { serverName: "localhost", verify: true };
  const [duplex, peer] = await Promise.all([
    made.dialer.connect(listener.addr, { ...PATIENT, tls }),
    acceptTls(listener).then(async (connection) => (await connection.handshake(), connection)),
  ]);
  const piece = new Uint8Array(1024 * 1024);
  let sent = 0, looks = 0, before = -1;
  const sending = (async () => {
    for (;;) sent += await peer.write(piece);
  })().catch(() => {});
  await waitUntil(() => {
    looks = sent === before && sent > 0 ? looks + 1 : 0;
    before = sent;
    return looks > 5;
  }, "the server has to wait");
  assert(sent < 32 * 1024 * 1024, String(sent));
  // It goes on where it stopped.
  const buffer = new Uint8Array(1024 * 1024);
  for (let received = 0; received < before + 2 * piece.length;) received += (await duplex.read(buffer))!;
  duplex.close();
  peer.close();
  await sending;
  listener.close();
});

Deno.test(
  "half of a connection over TLS can end before the other",
  { ...UNSANITIZED, ignore: NO_TLS },
  async () => {
    await using made = await authorities();
    const { certificate: cert, key } = made.server;
    const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key });
    const serving = echo(listener);
    const tls = { serverName: "localhost", verify: true };
    assertEquals(await converse(await made.dialer.connect(listener.addr, { ...PATIENT, tls })), "Hello!");
    await serving;
    listener.close();
  },
);
