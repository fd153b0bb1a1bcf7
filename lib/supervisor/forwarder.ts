/**
 * What passes requests on to other servers, loaded with the first configuration that wants it: a worker that serves files
 * does without.
 *
 * @module
 */
import { passesRequestsOn } from "../config/places.ts";
import type { Config } from "../config/types.ts";
import type { Proxy, ProxyPorts } from "../proxy/proxy.ts";
import type { WhileUnreachable } from "../proxy/route.ts";
import type { Forwarder } from "../site/forwarder.ts";

/** Owns the proxy of one thread, once there is one. */
export class LazyForwarder implements Forwarder {
  #proxy: Proxy | undefined;
  #loading: Promise<Proxy> | undefined;

  /**
   * @param ports is asked when the proxy is made
   * @param whileUnreachable is asked where no upstream can be connected to
   */
  constructor(readonly ports: () => ProxyPorts, readonly whileUnreachable?: WhileUnreachable) {}

  /** Loads it, where a configuration passes requests on. */
  async prepare(config: Config): Promise<void> {
    if (passesRequestsOn(config)) await this.#load();
  }

  answer(...given: Parameters<Proxy["answer"]>): ReturnType<Proxy["answer"]> {
    return this.#proxy?.answer(...given) ?? this.#load().then((proxy) => proxy.answer(...given));
  }

  /** Closes connections that nobody uses, and those that are given back from now on. */
  stop(): void {
    this.#proxy?.stop();
  }

  #load(): Promise<Proxy> {
    return this.#loading ??= import("../proxy/proxy.ts").then(({ Proxy }) =>
      this.#proxy = new Proxy(this.ports())
    );
  }
}
