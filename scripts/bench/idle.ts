/**
 * Clients that hold connections and ask for nothing more, as a process of their own.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { sleep } from "./sleep.ts";

/** What a connection has had: nothing yet; an answer; a handshake and an answer over HTTP/1.1, or over HTTP/2. */
export type IdleKind = "silent" | "kept" | "tls" | "h2";

/** How long it may take until all are there, in milliseconds. */
const PATIENCE = 60_000;

/** Descriptors of a process that are no connection: more than any server or client of the benchmark has. */
const OTHER_DESCRIPTORS = 200;

export interface IdleOptions {
  readonly kind: IdleKind;
  readonly port: number;
  readonly count: number;
  /** The file of the servers' certificate. */
  readonly certificate: string;
  readonly core: number;
  readonly signal: AbortSignal;
}

/** Owns the process, which leaves at disposal at the latest. */
export class IdleClients implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #said: ReadableStreamDefaultReader<string>;
  #isOver = false;

  private constructor({ kind, port, count, certificate, core, signal }: IdleOptions) {
    const program = fromFileUrl(new URL("./peers/idle.ts", import.meta.url));
    this.#child = new Deno.Command("taskset", {
      args: [
        ...["-c", String(core), Deno.execPath(), "run", "-A", "--no-lock", "--no-check", program],
        ...[kind, String(port), String(count), certificate],
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
      signal,
    }).spawn();
    this.#said = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Resolves when all connections are there. @throws {Error} if they cannot be had */
  static async connect(options: IdleOptions): Promise<IdleClients> {
    const clients = new IdleClients(options);
    try {
      const over = new AbortController();
      const late = sleep(PATIENCE, AbortSignal.any([over.signal, options.signal])).then(() => {
        throw new Error(`${options.count} connections took longer than ${PATIENCE / 1000} s`);
      });
      const count = await Promise.race([clients.#number(), late]).finally(() => {
        over.abort();
        return late.catch(() => {});
      });
      if (count !== options.count) throw new Error(`${count} connections instead of ${options.count}`);
      return clients;
    } catch (error) {
      await clients[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Closes all connections. @throws {Error} if the server has closed any of them before */
  async leave(): Promise<void> {
    await this.#child.stdin.close();
    const lost = await this.#number();
    if (lost > 0) throw new Error(`the server has closed ${lost} connections that it should have kept`);
  }

  async #number(): Promise<number> {
    const { value, done } = await this.#said.read();
    if (done) throw new Error("the clients have ended without a word");
    return Number(value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has left.
    }
    await this.#child.status;
    await this.#said.cancel();
    await this.#child.stdin.close().catch(() => {});
  }
}

/** How many connections a process may hold, of so many that are wanted, by the text of /proc/self/limits. */
export function possibleConnections(wanted: number, limits: string): number {
  const most = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
  if (most === undefined) throw new Error("No limit of open files in /proc/self/limits");
  return most === "unlimited" ? wanted : Math.min(wanted, Number(most) - OTHER_DESCRIPTORS);
}
