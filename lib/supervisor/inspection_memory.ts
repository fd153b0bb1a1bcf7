/**
 * The memory that workers take requests down in, as the main thread hands it out.
 *
 * @module
 */
import type { Config } from "../config/types.ts";
import { counterMemory, endGauges, MOST_PLACES } from "../inspector/counters.ts";
import { idMemory } from "../inspector/ids.ts";
import type { MetricsMemory, Place } from "../inspector/metrics.ts";
import { placeKey, placesOf } from "../inspector/places.ts";
import type { Inspection } from "./messages.ts";

/** Owns it, for as long as the server runs: there is as much of it as workers have ever served at one time. */
export class InspectionMemory {
  readonly #ids = idMemory();
  readonly #threads: SharedArrayBuffer[] = [];
  /** Whose workers are gone. */
  readonly #free: SharedArrayBuffer[] = [];
  /** The first is for what has no row. */
  readonly #places: Place[] = [{ server: "", location: "" }];
  readonly #known = new Set(this.#places.map(placeKey));
  readonly #changed: (memory: MetricsMemory) => void;

  /** @param changed is told of another place or thread */
  constructor(changed: (memory: MetricsMemory) => void) {
    this.#changed = changed;
  }

  /** As it is now. */
  get metrics(): MetricsMemory {
    return { places: [...this.#places], threads: [...this.#threads] };
  }

  /** For a worker that is to be started: release() takes its memory back. */
  open(config: Config): Inspection {
    const isNew = this.#add(config);
    let metrics = this.#free.pop();
    if (metrics === undefined) this.#threads.push(metrics = counterMemory());
    else if (!isNew) return this.#inspection(metrics);
    this.#changed(this.metrics);
    return this.#inspection(metrics);
  }

  /** The same for a worker that goes over to another configuration. */
  change(config: Config, { metrics }: Inspection): Inspection {
    if (this.#add(config)) this.#changed(this.metrics);
    return this.#inspection(metrics);
  }

  /** The worker is gone. */
  release({ metrics }: Inspection): void {
    endGauges(metrics);
    this.#free.push(metrics);
  }

  #inspection(metrics: SharedArrayBuffer): Inspection {
    return { metrics, places: [...this.#places], ids: this.#ids };
  }

  /** Places are never forgotten, since what was counted there stays. */
  #add(config: Config): boolean {
    const before = this.#places.length;
    for (const place of placesOf(config)) {
      if (this.#places.length > MOST_PLACES) break;
      const key = placeKey(place);
      if (this.#known.has(key)) continue;
      this.#known.add(key);
      this.#places.push(place);
    }
    return this.#places.length > before;
  }
}
