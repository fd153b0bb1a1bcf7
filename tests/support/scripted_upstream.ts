/**
 * A server that answers as a script says, however wrong that is: which one, the request's path says. Below `/mine/` it
 * answers as it should, with the path as its content.
 *
 * @module
 */
import { inTime } from "./wait.ts";
import { type Arrival, readRequest, RequestInput, valuesOf, writeAll } from "./recording_upstream.ts";

/** What is said to one request, and what becomes of the connection. */
export interface Script {
  /** Pieces, each a write of its own. */
  readonly says: string | readonly string[];
  /** By default it stays open for the next request. An early end is a reset. */
  readonly then?: "close" | "stay silent";
  /** It is said again and again, until nobody takes it. */
  readonly endlessly?: true;
  /** It is said once the head is there, and only then is the content read; it needs a length. */
  readonly early?: true;
}

/** Listens until it is disposed of. */
export class ScriptedUpstream implements AsyncDisposable {
  readonly port: number;
  readonly arrivals: Arrival[] = [];
  /** How many connections have been made. */
  accepted = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #serving: Promise<void>[] = [];
  readonly #ended: Promise<void>;

  /** @param scriptOf what is answered to a path; undefined: as it should be */
  constructor(readonly scriptOf: (path: string) => Script | undefined) {
    this.port = this.#listener.addr.port;
    this.#ended = this.#accept();
  }

  /** Says something on every open connection that nobody asked for. */
  async interrupt(text: string): Promise<void> {
    for (const connection of this.#connections) await writeAll(connection, text).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) close(connection);
    await inTime(this.#ended, "the upstream has ended");
  }

  async #accept(): Promise<void> {
    try {
      for await (const connection of this.#listener) {
        this.accepted++;
        connection.setNoDelay(true);
        this.#connections.add(connection);
        this.#serving.push(this.#serve(connection));
      }
    } catch {
      // The listener was closed.
    }
    await Promise.all(this.#serving);
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    const input = new RequestInput(connection);
    try {
      while (true) {
        let found: Script | undefined;
        const arrival = await readRequest(
          input,
          ({ target }) => (found = this.scriptOf(target))?.early === true,
        );
        if (arrival === undefined) break;
        this.arrivals.push(arrival);
        const script = found ?? wellFor(arrival);
        for (const piece of [script.says].flat()) await writeAll(connection, piece);
        while (script.endlessly) for (const piece of [script.says].flat()) await writeAll(connection, piece);
        if (script.then === "close") break;
        if (script.early) await input.take(Number(valuesOf(arrival, "content-length")[0]));
        if (script.then === "stay silent") { while (await input.take(input.rest.length + 1) !== undefined); }
      }
    } catch {
      // Nobody takes it any more, which is what we are for.
    } finally {
      this.#connections.delete(connection);
      close(connection);
    }
  }
}

function wellFor({ target }: Arrival): Script {
  return { says: `HTTP/1.1 200 OK\r\nContent-Length: ${target.length}\r\n\r\n${target}` };
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
