/**
 * Opens tunnels over real sockets, and says how many bytes of live memory each of them holds while it is silent. Needs
 * --expose-gc.
 *
 * @module
 */
import { FieldBlock } from "../../lib/http/fields.ts";
import type { Handler } from "../../lib/http/message.ts";
import { endpointOf } from "../../lib/http/endpoint.ts";
import { clock } from "../../lib/runtime/clock.ts";
import { systemDialer } from "../../lib/runtime/dial.ts";
import { listen } from "../../lib/runtime/net.ts";
import { Acceptor } from "../../lib/server/acceptor.ts";
import { ServerContext } from "../../lib/server/context.ts";
import { Http1Session } from "../../lib/server/http1/session.ts";
import { FakeLog } from "../support/fakes.ts";
import { toBytes } from "../support/wire.ts";
import { LIMITS, TIMEOUTS } from "./fakes.ts";

const TUNNELS = 300;
const REQUEST = toBytes("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");

const upstream = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const address = { hostname: "127.0.0.1", port: upstream.addr.port };
const context = new ServerContext(
  {
    timeouts: TIMEOUTS,
    limits: { ...LIMITS, connections: 1e6 },
    http2: true,
    accessLog: undefined,
    handlers: new Map(),
  },
  clock,
  new FakeLog(),
);
const handler: Handler = async () => {
  const peer = await systemDialer.connect(address, { timeout: 10_000 });
  return {
    status: 101,
    fields: FieldBlock.of(["Upgrade", "echo"]),
    body: undefined,
    tunnel: { peer, idle: 1e6 },
  };
};
const listener = listen(endpointOf("127.0.0.1", 0), false);
void new Acceptor(listener, (connection) => new Http1Session(connection, handler, context), context, {
  open: 0,
  turnedAway: 0,
}).run();

/** The clients' and the upstream's sockets, of which nothing is read, so that they are no more than their objects. */
const others: Deno.Conn[] = [];
const buffer = new Uint8Array(1000);

async function open(): Promise<void> {
  const client = await Deno.connect({ hostname: "127.0.0.1", port: listener.address.port });
  await client.write(REQUEST);
  others.push(await upstream.accept(), client);
  await client.read(buffer);
}

/** Bytes that are live. */
function live(): number {
  const { gc } = globalThis as unknown as { gc(): void };
  gc();
  gc();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

for (let i = 0; i < 20; i++) await open();
const before = live();
for (let i = 0; i < TUNNELS; i++) await open();
console.log(Math.round((live() - before) / TUNNELS));
Deno.exit();
