import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DialError, type UpstreamAddress } from "../../lib/ports.ts";
import { SystemDialer } from "../../lib/runtime/dial.ts";
import { Bound } from "../../lib/runtime/dial_bound.ts";
import { dialError } from "../../lib/runtime/dial_errors.ts";
import { isAtLeast } from "../../lib/runtime/version.ts";
import { temporaryFolder } from "../support/launch.ts";
import { inTime, PATIENCE, waitUntil } from "../support/wait.ts";
import type { DialOrder } from "./dial_entry.ts";
import {
  authorities,
  converse,
  echo,
  LATE,
  PATIENT,
  problem,
  readAll,
  socketsTo,
  UNSANITIZED,
} from "./dialling.ts";

const encoder = new TextEncoder();

Deno.test("connect() leads to a port, under an address, localhost, and any name below localhost", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  for (const hostname of ["127.0.0.1", "localhost", "app.localhost", "A.B.LocalHost"]) {
    const serving = echo(listener);
    const duplex = await new SystemDialer().connect({ hostname, port }, PATIENT);
    assertEquals(await converse(duplex), "Hello!", hostname);
    await serving;
  }
  listener.close();
});

Deno.test("connect() leads to a socket that has a path", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/up.sock`;
  const listener = Deno.listen({ transport: "unix", path });
  const serving = echo(listener);
  assertEquals(await converse(await new SystemDialer().connect({ path }, PATIENT)), "Hello!");
  await serving;
  listener.close();
});

Deno.test("close() ends a pending read and a pending write", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const duplex = await new SystemDialer().connect(listener.addr, PATIENT);
  const peer = await listener.accept();
  const reading = assertRejects(() => duplex.read(new Uint8Array(1)));
  const writing = assertRejects(async () => {
    for (;;) await duplex.write(new Uint8Array(1024 * 1024));
  });
  // As much as there is room for is taken at once.
  await peer.read(new Uint8Array(1));
  duplex.close();
  await inTime(Promise.all([reading, writing]), "both have ended");
  peer.close();
  listener.close();
});

// Deno before 2.9 keeps what could have cancelled an attempt that has failed (some 20 bytes).
const KEEPS_SOME = { sanitizeResources: isAtLeast(2, 9) };

Deno.test("connect() says what is wrong with an address", KEEPS_SOME, async () => {
  await using folder = await temporaryFolder();
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  free.close();
  const { port } = free.addr;
  await Deno.writeTextFile(`${folder.path}/file`, "");
  const tls = { serverName: "localhost", verify: true };
  for (
    const [address, expected] of [
      [{ hostname: "127.0.0.1", port }, "refused"],
      [{ hostname: "localhost", port }, "refused"],
      [{ hostname: "x.localhost", port }, "refused"],
      [{ path: `${folder.path}/file` }, "refused"],
      [{ path: `${folder.path}/none` }, "not found"],
      [{ path: `${folder.path}/${"x".repeat(200)}` }, "failed"],
      [{ hostname: "nobody.invalid", port: 80 }, "not found"],
    ] as const
  ) {
    for (const options of [PATIENT, { ...PATIENT, tls }]) {
      // With node:net a path that is too long is not found.
      if (expected === "failed" && options !== PATIENT) continue;
      const error = await problem(address, options);
      assertEquals(error.problem, expected, `${JSON.stringify(address)}: ${error.message}`);
      const name = "path" in address ? address.path : `${address.hostname}:${address.port}`;
      assertStringIncludes(error.message, name);
    }
  }
});

Deno.test("each of the system's errors is one of a few problems", () => {
  const coded = (code: string, message = "") => Object.assign(new Error(message), { code });
  for (
    const [error, expected] of [
      [coded("EHOSTUNREACH"), "unreachable"],
      [coded("ENETUNREACH"), "unreachable"],
      [coded("EADDRNOTAVAIL"), "unreachable"],
      [coded("ETIMEDOUT"), "late"],
      [new Deno.errors.TimedOut(), "late"],
      [coded("EACCES"), "denied"],
      [coded("EPERM"), "denied"],
      [new Deno.errors.PermissionDenied(), "denied"],
      [new Deno.errors.NotCapable(), "denied"],
      [coded("EMFILE"), "failed"],
      [coded("ECONNRESET"), "failed"],
      [coded("CERT_HAS_EXPIRED"), "untrusted"],
      [coded("DEPTH_ZERO_SELF_SIGNED_CERT"), "untrusted"],
      [coded("UNABLE_TO_GET_ISSUER_CERT_LOCALLY"), "untrusted"],
      [coded("EAI_AGAIN"), "not found"],
      [new Deno.errors.InvalidData("invalid peer certificate: Expired"), "untrusted"],
      ["something", "failed"],
    ] as const
  ) {
    const { problem, cause } = dialError(error, { hostname: "up.test", port: 80 });
    assertEquals(problem, expected, String(error));
    assertEquals(cause, error);
  }
});

Deno.test("connect() keeps its time where nobody answers, and leaves no descriptor", async () => {
  // Whom the system has no more room for gets no answer.
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
  const { port } = listener.addr;
  const waiting: Deno.Conn[] = [];
  for (let isFull = false; !isFull;) {
    const signal = AbortSignal.timeout(200);
    await Deno.connect({ hostname: "127.0.0.1", port, signal })
      .then((connection) => waiting.push(connection), () => isFull = true);
    assert(waiting.length < 10);
  }
  const before = await socketsTo(port);
  for (const tls of [undefined, { serverName: "localhost", verify: true }]) {
    const begun = performance.now();
    const error = await problem({ hostname: "127.0.0.1", port }, { timeout: LATE, ...tls && { tls } });
    assertEquals(error.problem, "late");
    assertStringIncludes(error.message, `${LATE} ms`);
    assert(performance.now() - begun >= LATE - 1);
  }
  await waitUntil(async () => await socketsTo(port) <= before, "nothing is on its way any more");
  waiting.forEach((connection) => connection.close());
  listener.close();
});

Deno.test("connect() waits for room on a socket that has a path, up to its time", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/full.sock`;
  // Deno has no backlog for such a socket.
  const server = new Deno.Command("python3", {
    args: ["-c", FULL_SERVER, path],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const said = server.stdout.getReader(), orders = server.stdin.getWriter();
  await said.read();
  const dialer = new SystemDialer();
  const first = await dialer.connect({ path }, PATIENT);
  assertEquals((await problem({ path }, { timeout: LATE })).problem, "late");
  const second = dialer.connect({ path }, PATIENT);
  await orders.write(encoder.encode("\n"));
  (await inTime(second, "there is room")).close();
  first.close();
  await orders.close();
  await said.cancel();
  await server.status;
});

/** Accepts one connection for each line that it gets. */
const FULL_SERVER = `
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(0)
print("listens", flush=True)
kept = []
while sys.stdin.readline():
    kept.append(s.accept())
`;

Deno.test("what is connected after its time is discarded", async () => {
  const slow = Promise.withResolvers<string>(), discarded: string[] = [];
  const bound = new Bound(1, () => new DialError("late", "late"));
  const waiting = assertRejects(() => bound.race(slow.promise, (value) => discarded.push(value)), DialError);
  await waiting;
  assertEquals(bound.signal.aborted, true);
  slow.resolve("connection");
  await slow.promise;
  assertEquals(discarded, ["connection"]);
  // There is no time left for anything.
  await assertRejects(() => bound.race(new Promise<void>(() => {}), () => {}), DialError);
  await assertRejects(() => bound.pause(PATIENCE), DialError);
  bound.end();
});

Deno.test("a thread connects to what it is allowed to, and to nothing else", UNSANITIZED, async () => {
  await using made = await authorities();
  await using folder = await temporaryFolder();
  const { certificate: cert, key } = made.server;
  const path = `${folder.path}/up.sock`, other = `${folder.path}/other.sock`;
  const plain = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const encrypted = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key });
  const sockets = [path, other].map((path) => Deno.listen({ transport: "unix", path }));
  void (async () => {
    for await (const connection of encrypted) void readAll(connection).catch(() => {});
  })().catch(() => {});
  const address = (hostname: string, port: number) => ({ hostname, port });
  const tls = { serverName: "localhost", verify: true };
  const orders: [UpstreamAddress, typeof tls | undefined, string][] = [
    [address("127.0.0.1", plain.addr.port), undefined, "connected"],
    [address("up.localhost", plain.addr.port), undefined, "connected"],
    [address("localhost", plain.addr.port), undefined, "denied"],
    [address("127.0.0.1", encrypted.addr.port), undefined, "denied"],
    [address("localhost", encrypted.addr.port), tls, "connected"],
    [address("127.0.0.1", encrypted.addr.port), tls, "denied"],
    [{ path }, undefined, "connected"],
    [{ path: other }, undefined, "denied"],
  ];
  const net = [`127.0.0.1:${plain.addr.port}`, `localhost:${encrypted.addr.port}`];
  if (isAtLeast(2, 9)) net.push(`unix:${path}`);
  const outcomes = await inThread(
    { net, read: [path], write: [path] },
    orders.map(([address, tls]) => ({
      address,
      options: { ...PATIENT, ...tls && { tls } },
      authorities: [made.authority.certificate],
    })),
  );
  assertEquals(outcomes, orders.map(([, , outcome]) => outcome));
  for (const listener of [plain, encrypted, ...sockets]) listener.close();
});

async function inThread(permissions: Deno.PermissionOptionsObject, orders: DialOrder[]): Promise<string[]> {
  const worker = new Worker(new URL("./dial_entry.ts", import.meta.url), {
    type: "module",
    // @ts-ignore: an option of the runtime.
    deno: { permissions },
  });
  const { promise, resolve, reject } = Promise.withResolvers<string[]>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => reject(new Error(event.message));
  worker.postMessage(orders);
  try {
    return await inTime(promise, "a thread has dialled");
  } finally {
    worker.terminate();
  }
}
