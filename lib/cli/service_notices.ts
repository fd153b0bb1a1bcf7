/**
 * What a service manager is told of this server's life: ready, loading its configuration again, stopping (sd_notify(3)).
 * Loaded only where there is one that wants to be told.
 *
 * @module
 */
import type { ServiceSocket } from "../ports.ts";
import { openServiceSocket } from "../runtime/service_socket.ts";
import { notifyFolderOf } from "../supervisor/system_info.ts";

/** Characters of a status. It is one line, for people. */
const LONGEST_STATUS = 300;

/** Sends notices in their order. */
export class ServiceNotices {
  readonly #socket: ServiceSocket;
  readonly #failed: (why: string) => void;
  readonly #pid: number;
  #last: Promise<void> = Promise.resolve();
  #reloads = 0;
  #isStopping = false;
  #hasFailed = false;

  /**
   * @param failed is told why, once, where a notice could not be sent
   * @param pid of the process that is to be taken for the service's main one
   */
  constructor(socket: ServiceSocket, failed: (why: string) => void, pid: number) {
    this.#socket = socket;
    this.#failed = failed;
    this.#pid = pid;
  }

  /** All of what is served is accepted. */
  ready(status: string): void {
    this.#send(["READY=1", `MAINPID=${this.#pid}`, statusOf(status)]);
  }

  /** The configuration is read again. Each call is followed by one of reloaded(). */
  reloading(): void {
    this.#reloads++;
    // The manager matches the end of a reload with its beginning by the time, which therefore must be exact.
    const now = this.#socket.now();
    this.#send([
      "RELOADING=1",
      ...(now === undefined ? [] : [`MONOTONIC_USEC=${now}`]),
      statusOf("loading the configuration again"),
    ]);
  }

  /** It is served again, by the new configuration or the old one. A manager hears of it once no reload is under way. */
  reloaded(status: string): void {
    if (--this.#reloads === 0) this.#send(["READY=1", statusOf(status)]);
  }

  /** Resolves once this was sent, or could not be, with all before it. */
  async stopping(status: string): Promise<void> {
    this.#send(["STOPPING=1", statusOf(status)]);
    this.#isStopping = true;
    await this.#last;
  }

  #send(assignments: readonly string[]): void {
    // What comes late would have the manager wait for something else.
    if (this.#isStopping) return;
    this.#last = this.#last.then(async () => {
      const problem = await this.#socket.send(assignments).catch(String);
      if (problem === undefined || this.#hasFailed) return;
      this.#hasFailed = true;
      this.#failed(problem);
    });
  }
}

/** For an address of NOTIFY_SOCKET. @param warn is told, once, where it cannot be reached */
export function openServiceNotices(
  address: string,
  warn: (text: string) => void,
): ServiceNotices | undefined {
  const failed = (why: string) =>
    warn(`the service manager is not told how this server stands: NOTIFY_SOCKET is ${address}, and ${why}`);
  const socket = openServiceSocket(address, notifyFolderOf());
  if (typeof socket === "string") return void failed(socket);
  return new ServiceNotices(socket, failed, Deno.pid);
}

/** A newline would begin another assignment. */
function statusOf(text: string): string {
  // deno-lint-ignore no-control-regex
  const line = text.replace(/[\x00-\x1f\x7f]+/g, " ").trim();
  return `STATUS=${line.length > LONGEST_STATUS ? `${line.slice(0, LONGEST_STATUS - 3)}...` : line}`;
}
