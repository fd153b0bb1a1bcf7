/**
 * What passes requests on to other servers, as a site knows it: lib/proxy, which is loaded when it is needed.
 *
 * @module
 */
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Request, Response } from "../http/message.ts";
import type { AskedPath, Route, WhileUnreachable } from "../proxy/route.ts";

/** Passes requests on. */
export interface Forwarder {
  /** @param told the URL of each upstream that is about to be asked @throws as Proxy.answer() */
  answer(
    request: Request,
    route: Route,
    asked: AskedPath,
    told?: (url: string) => void,
  ): MaybePromise<Response>;
  /** What is done where no upstream can be connected to. */
  readonly whileUnreachable?: WhileUnreachable | undefined;
}
