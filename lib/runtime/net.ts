/**
 * TCP over Deno's API.
 *
 * @module
 */
import { AcceptError, type ByteConnection, type ConnectionListener } from "../ports.ts";

/** An address could not be listened on. The message says why, without the system's words. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  /** @param taken another program listens there */
  constructor(message: string, readonly taken: boolean, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Connections that the system keeps for us until we accept them. */
const BACKLOG = 1024;

/** Listens on an address. @throws {ListenError} */
export function listen(hostname: string, port: number, reusePort: boolean): ConnectionListener {
  try {
    return new Listener(Deno.listen({ hostname, port, reusePort, tcpBacklog: BACKLOG }));
  } catch (error) {
    throw listenError(error, hostname, port);
  }
}

function listenError(error: unknown, hostname: string, port: number): ListenError {
  const cause = { cause: error };
  if (error instanceof Deno.errors.AddrInUse) return new ListenError(`port ${port} is taken`, true, cause);
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return new ListenError(`${hostname} is no address of this machine`, false, cause);
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new ListenError(`port ${port} may not be used by this user`, false, cause);
  }
  if (error instanceof Deno.errors.NotCapable) {
    return new ListenError(`--allow-net=${hostname}:${port} is missing`, false, cause);
  }
  return new ListenError(`${hostname} can not be listened on`, false, cause);
}

class Listener implements ConnectionListener {
  readonly address: { readonly hostname: string; readonly port: number };

  constructor(readonly listener: Deno.TcpListener) {
    this.address = { hostname: listener.addr.hostname, port: listener.addr.port };
  }

  async accept(): Promise<ByteConnection | undefined> {
    try {
      return new Connection(await this.listener.accept());
    } catch (error) {
      if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) {
        return undefined;
      }
      const code = error instanceof Error ? (error as Error & { code?: string }).code : undefined;
      const text = error instanceof Error ? error.message : "";
      const scarce = ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"].includes(code ?? "") ||
        /os error (23|24|12|105)\b/.test(text);
      throw new AcceptError(scarce, { cause: error });
    }
  }

  close(): void {
    try {
      this.listener.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}

/**
 * Before Deno 2.9 close() leaves a pending write pending until the peer reads on or leaves, so a client that takes
 * nothing would hold its session, and all that belongs to it, for as long as it likes.
 */
const CLOSE_ENDS_WRITES = isAtLeast(2, 9);

function isAtLeast(wantedMajor: number, wantedMinor: number): boolean {
  const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

class Connection implements ByteConnection {
  readonly remote: Deno.NetAddr;
  readonly local: Deno.NetAddr;
  #failWrite: ((error: Error) => void) | undefined;

  constructor(readonly connection: Deno.TcpConn) {
    this.remote = connection.remoteAddr;
    this.local = connection.localAddr;
    // Answers leave in one write each; waiting for more to send would only delay them.
    connection.setNoDelay(true);
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.connection.read(buffer);
  }

  write(bytes: Uint8Array): Promise<number> {
    if (CLOSE_ENDS_WRITES) return this.connection.write(bytes);
    return new Promise((resolve, reject) => {
      this.#failWrite = reject;
      this.connection.write(bytes).then(resolve, reject);
    });
  }

  closeWrite(): Promise<void> {
    return this.connection.closeWrite();
  }

  close(): void {
    this.#failWrite?.(new Deno.errors.Interrupted("closed"));
    try {
      this.connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}
