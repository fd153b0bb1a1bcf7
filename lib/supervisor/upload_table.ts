/**
 * Which request works on which upload, in all threads: one at a time, and the newest. SECURITY: what a worker says is
 * bounded, and gives it nothing that it could not do itself.
 *
 * @module
 */

/** A claim that is waited for this long, in milliseconds: whoever had it before has left, or will not. */
export const PATIENCE = 10_000;

/** Claims at one time: each is a request that is being answered. */
const MOST_CLAIMS = 20_000;

/** Whose claim it is. */
interface Holder {
  readonly id: string;
  readonly worker: number;
}

/** A request that waits until another gives an upload back. */
interface Waiter extends Holder {
  /** @param claim its number; undefined: it does not get it */
  settle(claim: number | undefined, isSuperseded: boolean): void;
}

/** What the table needs. */
export interface UploadTablePorts {
  /** A request is to give its upload back. */
  readonly end: (worker: number, claim: number) => void;
  /** Calls back after so many milliseconds; the returned function takes it back. */
  readonly after: (milliseconds: number, callback: () => void) => () => void;
}

/** What a claim was answered with. */
export type Granted = number | "busy" | "superseded";

/** Who has which upload, and who waits for it: one at the most, since a newer one is what the client has sent last. */
export class UploadTable {
  readonly #ports: UploadTablePorts;
  readonly #claims = new Map<number, Holder>();
  readonly #held = new Map<string, number>();
  readonly #waiting = new Map<string, Waiter>();
  #given = 0;

  constructor(ports: UploadTablePorts) {
    this.#ports = ports;
  }

  /** True while a request works on an upload, or waits for it. */
  isClaimed(id: string): boolean {
    return this.#held.has(id);
  }

  /** The upload of a claim of a worker's; undefined if it has none such. */
  uploadOf(claim: number, worker: number): string | undefined {
    const holder = this.#claims.get(claim);
    return holder?.worker === worker ? holder.id : undefined;
  }

  /** Gives an upload to a request, once whoever has it has let go. */
  claim(id: string, worker: number): Promise<Granted> {
    if (this.#claims.size + this.#waiting.size >= MOST_CLAIMS) return Promise.resolve("busy");
    const held = this.#held.get(id);
    if (held === undefined) return Promise.resolve(this.#give({ id, worker }));
    this.#waiting.get(id)?.settle(undefined, true);
    const { promise, resolve } = Promise.withResolvers<Granted>();
    const cancel = this.#ports.after(PATIENCE, () => waiter.settle(undefined, false));
    const waiter: Waiter = {
      id,
      worker,
      settle: (claim, isSuperseded) => {
        cancel();
        if (this.#waiting.get(id) === waiter) this.#waiting.delete(id);
        resolve(claim ?? (isSuperseded ? "superseded" : "busy"));
      },
    };
    this.#waiting.set(id, waiter);
    this.#ports.end(this.#claims.get(held)!.worker, held);
    return promise;
  }

  /** A request has let go. */
  release(claim: number): void {
    const holder = this.#claims.get(claim);
    if (holder === undefined) return;
    this.#claims.delete(claim);
    this.#held.delete(holder.id);
    const waiter = this.#waiting.get(holder.id);
    waiter?.settle(this.#give(waiter), false);
  }

  /** A worker is gone, and with it all of its requests. */
  gone(worker: number): void {
    for (const waiter of [...this.#waiting.values()]) {
      if (waiter.worker === worker) waiter.settle(undefined, false);
    }
    for (const [claim, holder] of [...this.#claims]) if (holder.worker === worker) this.release(claim);
  }

  #give({ id, worker }: Holder): number {
    const claim = ++this.#given;
    this.#claims.set(claim, { id, worker });
    this.#held.set(id, claim);
    return claim;
  }
}
