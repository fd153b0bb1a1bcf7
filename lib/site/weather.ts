/**
 * Slow and broken networks on purpose: the chance by which answers fail, and the waits of those that are kept back or
 * sent slowly. What is done with an answer is in weathered_answers.ts, which is loaded where a location has any.
 *
 * @module
 */
import type { LocationConfig } from "../config/types.ts";
import type { Failing } from "../config/value_types.ts";
import type { Request } from "../http/message.ts";
import type { Clock } from "../ports.ts";

/** The weather of one thread. Owns the waits: after stop() nobody waits any more. */
export class Weather {
  readonly #clock: Clock;
  readonly #waits = new Set<() => void>();
  #isStopped = false;

  /** @param chance a number from 0 to 1 (exclusive), another one at each call */
  constructor(clock: Clock, public chance: () => number = random) {
    this.#clock = clock;
  }

  /** On the monotonic clock, in milliseconds. */
  get now(): number {
    return this.#clock.monotonic();
  }

  /**
   * Waits until a time on the monotonic clock, or until the client leaves, or the server ends.
   *
   * @returns false where the client has left
   */
  async until(time: number, client: Pick<Request, "onGone">): Promise<boolean> {
    const left = time - this.now;
    if (left <= 0 || this.#isStopped) return true;
    const over = Promise.withResolvers<boolean>(), end = () => over.resolve(true);
    const cancel = this.#clock.after(left, end), takeBack = client.onGone(() => over.resolve(false));
    this.#waits.add(end);
    try {
      return await over.promise;
    } finally {
      this.#waits.delete(end);
      cancel();
      takeBack();
    }
  }

  /** The server ends: what is kept back leaves at once, and the rest as fast as it can. */
  stop(): void {
    this.#isStopped = true;
    for (const end of this.#waits) end();
  }
}

/** What a location does to its answers. */
export interface LocationWeather extends Pick<LocationConfig["weather"], "delay" | "limitRate"> {
  readonly fail: Failing | undefined;
}

/** Undefined where that is nothing. */
export function weatherOf({ weather }: LocationConfig): LocationWeather | undefined {
  const { delay, limitRate, fail: written } = weather;
  const fail = written === "off" || written?.rate === 0 ? undefined : written;
  return delay > 0 || limitRate < Infinity || fail !== undefined ? { delay, limitRate, fail } : undefined;
}

const number = new Uint32Array(1);

function random(): number {
  return crypto.getRandomValues(number)[0]! / 2 ** 32;
}
