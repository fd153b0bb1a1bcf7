/**
 * Live reload of one worker, loaded with the first configuration that has it on.
 *
 * @module
 */
import { hasLiveReload } from "../config/places.ts";
import type { Config } from "../config/types.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Clock, LiveFeed } from "../ports.ts";
import type { LivePages } from "../site/live_pages.ts";

/** Owns what pages listen to, once there is something. */
export class LazyLive {
  /** Undefined until a configuration has wanted it. */
  pages: LivePages | undefined;
  readonly #feed: LiveFeed;
  readonly #clock: Clock;
  #loading: Promise<void> | undefined;
  #hasStopped = false;

  constructor(feed: LiveFeed, clock: Clock) {
    this.#feed = feed;
    this.#clock = clock;
  }

  /** Has it at hand where a configuration wants it. */
  prepare(config: Config): MaybePromise<void> {
    if (this.pages === undefined && hasLiveReload(config)) return this.#loading ??= this.#load();
  }

  /** Pages ask again, and whoever serves then answers. */
  hangUp(): void {
    this.pages?.hangUp();
  }

  stop(): void {
    this.#hasStopped = true;
    this.pages?.stop();
  }

  async #load(): Promise<void> {
    const [{ LivePages }, { SystemDecompression }] = await Promise.all([
      import("../site/live_pages.ts"),
      import("../runtime/decompression.ts"),
    ]);
    this.pages = new LivePages({
      feed: this.#feed,
      clock: this.#clock,
      decompression: new SystemDecompression(),
    });
    if (this.#hasStopped) this.pages.stop();
  }
}
