/**
 * TCP over Deno's API.
 *
 * @module
 */
import { type Endpoint, formatEndpoint } from "../http/endpoint.ts";
import { AcceptError, type ByteConnection, type ConnectionListener, type System } from "../ports.ts";
import { lastCall, sleep } from "./last_call.ts";
import { Stream } from "./stream.ts";
import { SYSTEM } from "./system.ts";

/**
 * Why an address cannot be listened on: another program has it, this user may not, it is none of this machine, a name has
 * no address, the runtime was not given the permission.
 */
export type ListenProblem = "taken" | "denied" | "foreign" | "unresolved" | "permission" | "failed";

/** An address could not be listened on. The message says why, without the system's words. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  constructor(
    message: string,
    readonly problem: ListenProblem,
    readonly endpoint: Pick<Endpoint, "hostname" | "port">,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Connections that the system keeps for us until we accept them. */
export const BACKLOG = 1024;

/** Listens on an endpoint. @throws {ListenError} */
export function listen(endpoint: Endpoint, reusePort: boolean): ConnectionListener {
  const { hostname, port } = endpoint;
  try {
    return new Listener(Deno.listen({ hostname, port, reusePort, tcpBacklog: BACKLOG }));
  } catch (error) {
    throw listenError(error, endpoint);
  }
}

/**
 * The address that a name stands for, as the system has it. It is asked by listening there for a moment: a look-up by
 * itself would need the permission to connect to that host on any port, this needs permissionToLookUp() only.
 *
 * @throws {ListenError}
 */
export function addressOf(name: string): string {
  try {
    const listener = Deno.listen({ hostname: name, port: 0 });
    listener.close();
    return listener.addr.hostname;
  } catch (error) {
    const endpoint = { hostname: name, port: 0 }, cause = { cause: error };
    if (error instanceof Deno.errors.NotCapable) {
      const flag = `--allow-net=${permissionToLookUp(name)}`;
      throw new ListenError(`${flag} is missing`, "permission", endpoint, cause);
    }
    if (error instanceof Deno.errors.AddrNotAvailable) throw listenError(error, endpoint);
    throw new ListenError(`the name ${name} cannot be resolved`, "unresolved", endpoint, cause);
  }
}

/** What addressOf() needs of the permission to use the network. */
export function permissionToLookUp(name: string): string {
  return `${name}:0`;
}

/** What the system's error means, be it the runtime's own or one that node:net has made of it. */
export function listenError(error: unknown, endpoint: Pick<Endpoint, "hostname" | "port">): ListenError {
  const { hostname, port } = endpoint;
  const failure = (message: string, problem: ListenProblem) =>
    new ListenError(message, problem, { hostname, port }, { cause: error });
  const is = (kind: new () => Error, ...codes: string[]) =>
    error instanceof kind || codes.includes(String((error as { code?: unknown } | null)?.code));
  if (is(Deno.errors.AddrInUse, "EADDRINUSE")) return failure(`port ${port} is taken`, "taken");
  if (is(Deno.errors.AddrNotAvailable, "EADDRNOTAVAIL", "EINVAL")) {
    return failure(`${hostname} is no address of this machine`, "foreign");
  }
  if (is(Deno.errors.PermissionDenied, "EACCES")) {
    return failure(`port ${port} may not be used by this user`, "denied");
  }
  if (error instanceof Deno.errors.NotCapable) {
    // Which port stands for 0 is only known later.
    const address = formatEndpoint(endpoint).replace(/:0$/, "");
    return failure(`--allow-net=${address} is missing`, "permission");
  }
  return failure(`${hostname} cannot be listened on`, "failed");
}

/** EMFILE, ENFILE, ENOMEM and ENOBUFS by the numbers of each system; of Windows also those of Winsock. */
const SCARCE: Readonly<Record<System, RegExp>> = {
  linux: /os error (23|24|12|105)\b/,
  darwin: /os error (23|24|12|55)\b/,
  windows: /os error (4|8|14|10024|10055)\b/,
};

/** True if the system has no descriptor or memory left for now. */
export function isScarce(error: unknown, system: System): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as Error & { code?: string };
  return ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"].includes(code ?? "") || SCARCE[system].test(error.message);
}

class Listener implements ConnectionListener {
  readonly address: { readonly hostname: string; readonly port: number };
  #finishing = false;
  #closed = false;
  #accepted = 0;
  /** What was queued when it closed. */
  readonly #last: Deno.TcpConn[] = [];

  constructor(readonly listener: Deno.TcpListener) {
    this.address = { hostname: listener.addr.hostname, port: listener.addr.port };
  }

  async accept(): Promise<ByteConnection | undefined> {
    try {
      const connection = this.#last.shift() ?? await this.listener.accept();
      this.#accepted++;
      if (this.#finishing && !this.#closed) await this.#takeLast();
      return open(connection);
    } catch (error) {
      if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) {
        return undefined;
      }
      throw new AcceptError(isScarce(error, SYSTEM), { cause: error });
    }
  }

  /**
   * Closing a listener resets what the system has queued on it, so it has to be empty then. That is only known for the
   * few microseconds after an attempt to accept found nothing, and the attempt under way is of no use: it was made
   * before. The one after the next connection is the first that tells. Where none comes, none is lost either.
   */
  finish(): void {
    if (this.#finishing) return;
    this.#finishing = true;
    void this.#finishLater();
  }

  /** For when no connection comes. */
  async #finishLater(): Promise<void> {
    await lastCall(() => this.#accepted);
    this.close();
  }

  /** Takes what is queued, and closes as soon as there is nothing. */
  async #takeLast(): Promise<void> {
    // Nothing else is to be done in this turn: the runtime closes at its end.
    await sleep(0);
    while (!this.#closed) {
      const accepting = this.listener.accept();
      if (await isSettled(accepting)) this.#last.push(await accepting);
      else {
        this.close();
        // Only then has the runtime let go of it. What was taken can wait, and so can what came at the last moment.
        const late = await accepting.catch(() => undefined);
        if (late) this.#last.push(late);
      }
    }
  }

  close(): void {
    this.#closed = true;
    try {
      this.listener.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}

/** A connection that broke before it could be set up has to be closed all the same. */
function open(connection: Deno.TcpConn): ByteConnection {
  try {
    return new Connection(connection);
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** True if a promise was settled when it was made: a few turns of the queue of microtasks tell. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = () => settled = true;
  promise.then(note, note);
  for (let turn = 0; turn < 4 && !settled; turn++) await undefined;
  return settled;
}

class Connection extends Stream implements ByteConnection {
  readonly remote: Deno.NetAddr;
  readonly local: Deno.NetAddr;

  constructor(connection: Deno.TcpConn) {
    // Answers leave in one write each; waiting for more to send would only delay them.
    connection.setNoDelay(true);
    super(connection);
    this.remote = connection.remoteAddr;
    this.local = connection.localAddr;
  }
}
