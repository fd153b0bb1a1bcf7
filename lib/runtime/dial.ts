/**
 * Connects to servers of somebody else: TCP and sockets that have a path over Deno's API, TLS (`dial_tls`, loaded where it
 * is spoken) over node:tls. Whatever way it ends, nothing is left open: an attempt that is late is given up at the system.
 *
 * @module
 */
import { hostToDial } from "../http/endpoint.ts";
import { type Dialer, DialError, type DialOptions, type Duplex, type UpstreamAddress } from "../ports.ts";
import { Bound } from "./dial_bound.ts";
import { dialError, nameOf } from "./dial_errors.ts";
import type { DialerSettings } from "./dial_tls.ts";
import { Stream } from "./stream.ts";
import { isAtLeast } from "./version.ts";

/**
 * A server that has as many connections waiting as it lets the system keep turns down one more on a socket with a path:
 * after so many milliseconds it is asked again, as a connection over TCP would wait.
 */
const FULL = 10;

/**
 * Before Deno 2.9 an attempt of node:net goes on when its socket is destroyed, for as long as the system tries: two minutes
 * for a server that is not there. So it is first seen that there is one.
 */
const CANCELS = isAtLeast(2, 9);

/** The dialer over the runtime. */
export class SystemDialer implements Dialer {
  constructor(readonly settings: DialerSettings = {}) {}

  async connect(address: UpstreamAddress, options: DialOptions): Promise<Duplex> {
    const bound = new Bound(options.timeout, () => lateError(address, options));
    try {
      if (options.tls === undefined) return await dialPlain(toDial(address), bound);
      const { dialTls } = await import("./dial_tls.ts");
      if (!CANCELS) (await dialPlain(toDial(address), bound)).close();
      return await dialTls(toDial(address), options.tls, bound, this.settings);
    } catch (error) {
      throw error instanceof DialError ? error : dialError(error, address);
    } finally {
      bound.end();
    }
  }
}

/** With what the system has. */
export const systemDialer: Dialer = new SystemDialer();

function toDial(address: UpstreamAddress): UpstreamAddress {
  return "path" in address ? address : { hostname: hostToDial(address.hostname), port: address.port };
}

function lateError(address: UpstreamAddress, { timeout }: DialOptions): DialError {
  return new DialError("late", `${nameOf(address)} was not connected to within ${timeout} ms`);
}

async function dialPlain(address: UpstreamAddress, bound: Bound): Promise<Duplex> {
  if ("path" in address) return new Stream(await dialPath(address.path, bound), true);
  const { hostname, port } = address;
  const connection = await bound.race(
    Deno.connect({ hostname, port, signal: bound.signal }),
    (late) => late.close(),
  );
  return new Stream(withoutDelay(connection), true);
}

/** Requests leave in one write each; waiting for more to send would only delay them. */
function withoutDelay(connection: Deno.TcpConn): Deno.TcpConn {
  try {
    connection.setNoDelay(true);
    return connection;
  } catch (error) {
    // It broke at once.
    connection.close();
    throw error;
  }
}

async function dialPath(path: string, bound: Bound): Promise<Deno.UnixConn> {
  for (;;) {
    try {
      return await bound.race(Deno.connect({ transport: "unix", path }), (late) => late.close());
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
    }
    await bound.pause(FULL);
  }
}
