import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Endpoint } from "../../lib/http/endpoint.ts";
import type { ByteConnection, ConnectionListener, IncomingConnection, TlsSession } from "../../lib/ports.ts";
import { ListenError } from "../../lib/runtime/net.ts";
import {
  connectTls,
  makeCertificate,
  NO_TLS,
  openssl,
  type TestCertificate,
} from "../support/certificates.ts";
import { temporaryFolder } from "../support/launch.ts";
import { waitUntil } from "../support/wait.ts";

const LOOPBACK: Endpoint = { hostname: "127.0.0.1", port: 0, tls: true };
const encoder = new TextEncoder(), decoder = new TextDecoder();

/** A listener with certificates by name; "slow.test" has one after a while, "none.test" has none. */
interface Fixture extends AsyncDisposable {
  readonly listener: ConnectionListener<IncomingConnection>;
  readonly port: number;
  readonly certificate: TestCertificate;
  readonly other: TestCertificate;
  readonly asked: string[];
  /** The next connection, open. */
  accept(): Promise<ByteConnection>;
  connect(name?: string, protocols?: string[]): Promise<Deno.TlsConn>;
}

async function fixture(protocols: readonly TlsSession["protocol"][] = ["h2", "http/1.1"]): Promise<Fixture> {
  // Only where it can be loaded.
  const { listenTls, TlsIdentity } = await import("../../lib/runtime/tls.ts");
  const folder = await temporaryFolder();
  const certificate = await makeCertificate(folder.path, "first", {
    names: ["localhost", "slow.test", "*.wild.test"],
  });
  const other = await makeCertificate(folder.path, "second", { names: ["other.test"] });
  const first = new TlsIdentity(certificate.certificate, certificate.key, [
    "localhost",
    "slow.test",
    "*.wild.test",
  ]);
  const second = new TlsIdentity(other.certificate, other.key, ["other.test"]);
  const asked: string[] = [];
  const listener = await listenTls(LOOPBACK, true, {
    protocols: () => protocols,
    identityFor(name) {
      asked.push(name);
      if (name === "none.test") return undefined;
      if (name === "never.test") return Promise.reject(new Error("never"));
      if (name === "slow.test") return new Promise((resolve) => setTimeout(() => resolve(first), 50));
      return name === "other.test" ? second : first;
    },
  });
  const { port } = listener.address;
  const accepted: IncomingConnection[] = [];
  return {
    listener,
    port,
    certificate,
    other,
    asked,
    async accept() {
      const incoming = (await listener.accept())!;
      accepted.push(incoming);
      return await incoming.open();
    },
    connect: (name, protocols) =>
      connectTls({
        trusted: [certificate.certificate, other.certificate],
        port,
        ...(name !== undefined && { name }),
        ...(protocols && { protocols }),
      }),
    async [Symbol.asyncDispose]() {
      for (const connection of accepted) connection.close();
      listener.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function test(name: string, run: (fixture: Fixture) => Promise<void>): void {
  // node:tls leaves timers of the session behind, and sockets that end in a later turn.
  Deno.test({
    name,
    ignore: NO_TLS,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using made = await fixture();
      await run(made);
    },
  });
}

function countDescriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

test("listenTls() gives each client the certificate for the name that it asks for", async (tls) => {
  for (
    const [name, host, covered] of [
      ["localhost", "localhost", true],
      ["localhost", "other.test", false],
      ["other.test", "other.test", true],
      ["a.wild.test", "b.wild.test", true],
      ["slow.test", "slow.test", true],
    ] as const
  ) {
    const [client, server] = await Promise.all([tls.connect(name), tls.accept()]);
    assertEquals(server.tls!.serverName, name);
    assertEquals(server.tls!.covers(host), covered, `${name} ${host}`);
    assertEquals(server.remote.port, (client.localAddr as Deno.NetAddr).port);
    assertEquals(server.local, { hostname: "127.0.0.1", port: tls.port });
    server.close();
    client.close();
  }
});

test("listenTls() has no name where a client gives none", async (tls) => {
  const said = openssl(["s_client", "-connect", `127.0.0.1:${tls.port}`, "-noservername"]);
  const server = await tls.accept();
  assertEquals(server.tls!.serverName, undefined);
  server.close();
  await said;
  assertEquals(tls.asked, [""]);
});

test("listenTls() chooses a protocol that both know", async (tls) => {
  for (
    const [offered, chosen] of [
      [undefined, "http/1.1"],
      [["http/1.1"], "http/1.1"],
      [["h2", "http/1.1"], "h2"],
      [["http/1.1", "h2"], "h2"],
    ] as const
  ) {
    const [client, server] = await Promise.all([
      tls.connect("localhost", offered && [...offered]),
      tls.accept(),
    ]);
    assertEquals(server.tls!.protocol, chosen, String(offered));
    server.close();
    client.close();
  }
});

test("a handshake that comes to nothing rejects, and leaves nothing behind", async (tls) => {
  const before = countDescriptors();
  const bytes: Record<string, Uint8Array | "leaves"> = {
    "another protocol": encoder.encode("\x80\x01\x02"),
    "no handshake": encoder.encode("\x16nonsense that is none"),
    "a client that leaves": "leaves",
  };
  for (const [what, sent] of Object.entries(bytes)) {
    const client = await Deno.connect({ hostname: "127.0.0.1", port: tls.port });
    if (sent === "leaves") client.closeWrite();
    else await client.write(sent);
    const incoming = (await tls.listener.accept())!;
    await assertRejects(() => incoming.open(), Error, undefined, what);
    incoming.close();
    await client.read(new Uint8Array(100)).catch(() => {});
    client.close();
  }
  for (const name of ["none.test", "never.test"]) {
    const incoming = tls.listener.accept();
    const refused = assertRejects(() => tls.connect(name));
    await assertRejects(() => incoming.then((connection) => connection!.open()), Error, undefined, name);
    (await incoming)!.close();
    await refused;
  }
  await waitUntil(() => countDescriptors() <= before, "all sockets are closed");
});

test("close() lets go of a client that is silent, also within a handshake", async (tls) => {
  const before = countDescriptors();
  const clients: Deno.Conn[] = [];
  for (const sent of ["", "\x16\x03\x01\x02\x00\x01"]) {
    const client = await Deno.connect({ hostname: "127.0.0.1", port: tls.port });
    await client.write(encoder.encode(sent));
    const incoming = (await tls.listener.accept())!;
    const opening = incoming.open();
    const rejected = assertRejects(() => opening);
    incoming.close();
    incoming.close();
    await rejected;
    assertEquals(await client.read(new Uint8Array(1)).catch(() => null), null, "the client is told");
    clients.push(client);
  }
  clients.forEach((client) => client.close());
  await waitUntil(() => countDescriptors() <= before, "all sockets are closed");
});

test("plain HTTP comes as it was sent, and without a session", async (tls) => {
  const client = await Deno.connect({ hostname: "127.0.0.1", port: tls.port });
  await client.write(encoder.encode("GET / HTTP/1.1\r\n"));
  const server = await tls.accept();
  assertEquals(server.tls, undefined);
  const buffer = new Uint8Array(100);
  assertEquals(decoder.decode(buffer.subarray(0, (await server.read(buffer))!)), "GET / HTTP/1.1\r\n");
  assertEquals(await server.write(encoder.encode("answer")), 6);
  await server.closeWrite();
  assertEquals(decoder.decode(buffer.subarray(0, (await client.read(buffer))!)), "answer");
  assertEquals(await client.read(buffer), null);
  client.close();
  assertEquals(await server.read(buffer), null);
  server.close();
});

test("read() takes what there is room for, and all of it in the end", async (tls) => {
  const [client, server] = await Promise.all([tls.connect(), tls.accept()]);
  const sent = crypto.getRandomValues(new Uint8Array(60_000));
  const sending = (async () => {
    for (let rest = sent; rest.length > 0;) rest = rest.subarray(await client.write(rest));
    await client.closeWrite();
  })();
  const received = new Uint8Array(sent.length), sizes = [1, 100, 7000, 20_000];
  let filled = 0;
  for (let turn = 0;; turn++) {
    const size = Math.min(sizes[turn % sizes.length]!, received.length - filled || 1);
    const count = await server.read(received.subarray(filled, filled + size));
    if (count === null) break;
    assert(count > 0 && count <= size);
    filled += count;
  }
  await sending;
  assertEquals(received, sent);
  assertEquals(await server.read(new Uint8Array(1)), null);
  server.close();
  client.close();
});

test("a client that sends on and on is not read without end", async (tls) => {
  const [client, server] = await Promise.all([tls.connect(), tls.accept()]);
  const piece = new Uint8Array(1024 * 1024);
  let sent = 0, isWriting = false;
  const sending = (async () => {
    try {
      while (true) {
        isWriting = true;
        sent += await client.write(piece);
        isWriting = false;
      }
    } catch {
      // The server has closed.
    }
  })();
  let before = -1;
  await waitUntil(
    () => {
      const same = sent === before && isWriting;
      before = sent;
      return same;
    },
    "the client has to wait",
  );
  assert(sent < 32 * 1024 * 1024, String(sent));
  server.close();
  client.close();
  await sending;
});

test("write() waits for a client that reads nothing, and close() ends the wait", async (tls) => {
  const before = countDescriptors();
  const [client, server] = await Promise.all([tls.connect(), tls.accept()]);
  const piece = new Uint8Array(512 * 1024);
  let taken = 0;
  const writing = (async () => {
    while (true) taken += await server.write(piece);
  })();
  const ended = assertRejects(() => writing);
  let last = -1;
  await waitUntil(
    () => {
      const same = taken === last;
      last = taken;
      return same;
    },
    "the server has to wait",
  );
  assert(taken < 32 * 1024 * 1024, String(taken));
  const reading = assertRejects(() => server.read(new Uint8Array(1)));
  server.close();
  await Promise.all([ended, reading]);
  await assertRejects(() => server.write(piece));
  await assertRejects(() => server.read(piece));
  client.close();
  await waitUntil(() => countDescriptors() <= before, "the socket is closed, though much was not sent");
});

test("closeWrite() says that this was all, and reads on", async (tls) => {
  const [client, server] = await Promise.all([tls.connect(), tls.accept()]);
  await server.write(encoder.encode("all"));
  await server.closeWrite();
  const buffer = new Uint8Array(100);
  assertEquals(await client.read(buffer), 3);
  assertEquals(await client.read(buffer), null, "an orderly end, not a cut");
  await client.write(encoder.encode("more"));
  assertEquals(await server.read(buffer), 4);
  await client.closeWrite();
  assertEquals(await server.read(buffer), null);
  server.close();
  client.close();
});

test("only TLS 1.2 and 1.3 are spoken, with ciphers that nobody calls weak", async (tls) => {
  const shake = async (...args: string[]) => {
    const said = openssl([
      "s_client",
      "-connect",
      `127.0.0.1:${tls.port}`,
      "-servername",
      "localhost",
      ...args,
    ]);
    const incoming = (await tls.listener.accept())!;
    await incoming.open().catch(() => {});
    incoming.close();
    return await said;
  };
  assertMatch(await shake("-tls1_3"), /New, TLSv1\.3, Cipher is TLS_/);
  assertMatch(await shake("-tls1_2"), /New, TLSv1\.2, Cipher is ECDHE-ECDSA-AES\d+-GCM/);
  for (
    const args of [
      ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
      ["-tls1", "-cipher", "ALL:@SECLEVEL=0"],
      ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-CCM8"],
      ["-tls1_2", "-cipher", "AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256"],
    ]
  ) assertMatch(await shake(...args), /Cipher is \(NONE\)/, args.join(" "));
});

test("a session is taken up again", async (tls) => {
  const file = await Deno.makeTempFile();
  const accepting = (async () => {
    for (let count = 0; count < 4; count++) {
      const server = await tls.accept();
      await server.write(encoder.encode("hello"));
      await server.closeWrite();
    }
  })();
  for (const version of ["-tls1_2", "-tls1_3"]) {
    const connect = (...args: string[]) =>
      openssl(["s_client", "-ign_eof", "-connect", `127.0.0.1:${tls.port}`, version, ...args]);
    assertMatch(await connect("-sess_out", file), /^New, TLS/m);
    assertMatch(await connect("-sess_in", file), /^Reused, TLS/m, version);
  }
  await accepting;
  await Deno.remove(file);
});

test("listenTls() says why an address cannot be listened on, and shares one that it has", async (tls) => {
  const { listenTls } = await import("../../lib/runtime/tls.ts");
  const options = { protocols: () => [] as const, identityFor: () => undefined };
  const problem = async (endpoint: Partial<Endpoint>, reusePort = false) => {
    const error = await assertRejects(
      () => listenTls({ ...LOOPBACK, ...endpoint }, reusePort, options),
      ListenError,
    );
    return error.problem;
  };
  assertEquals(await problem({ port: tls.port }), "taken");
  assertEquals(await problem({ hostname: "192.0.2.1" }), "foreign");
  const shared = await listenTls({ ...LOOPBACK, port: tls.port }, true, options);
  assertEquals(shared.address.port, tls.port);
  shared.close();
  shared.close();
  assertEquals(await shared.accept(), undefined);
});

test("finish() gives out what has come before it closes", async (tls) => {
  const client = await Deno.connect({ hostname: "127.0.0.1", port: tls.port });
  tls.listener.finish();
  const incoming = await tls.listener.accept();
  assert(incoming !== undefined);
  assertEquals(await tls.listener.accept(), undefined);
  // The runtime closes the listener's socket once the accept that is under way has been given up, some turns later.
  const isRefused = async () => {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port: tls.port })).close();
      return false;
    } catch (error) {
      return error instanceof Deno.errors.ConnectionRefused;
    }
  };
  await waitUntil(isRefused, "nobody listens there any more");
  incoming.close();
  client.close();
});
