/**
 * The gateway to FastCGI servers of one worker. PERF: its code is loaded where a configuration has such servers, and with
 * the first request at the latest.
 *
 * @module
 */
import type { FastcgiGateway, FastcgiOptions, FastcgiProgram } from "../fastcgi/gateway.ts";
import type { Outcome, Request } from "../http/message.ts";

/** Owns the gateway, once there is one. */
export class LazyFastcgi {
  readonly #options: FastcgiOptions;
  #gateway: FastcgiGateway | undefined;
  #loading: Promise<FastcgiGateway> | undefined;

  constructor(options: FastcgiOptions) {
    this.#options = options;
  }

  /** As FastcgiGateway.answer(). */
  answer(request: Request, program: FastcgiProgram): Promise<Outcome> {
    if (this.#gateway !== undefined) return this.#gateway.answer(request, program);
    return this.load().then((gateway) => gateway.answer(request, program));
  }

  /** Has it at hand for the first request. */
  load(): Promise<FastcgiGateway> {
    return this.#loading ??= import("../fastcgi/gateway.ts").then(({ FastcgiGateway }) =>
      this.#gateway = new FastcgiGateway(this.#options)
    );
  }

  /** No request is being answered. */
  get isUnused(): boolean {
    return this.#gateway?.isUnused ?? true;
  }

  /** Ends every request. */
  stop(): void {
    this.#gateway?.stop();
  }
}
