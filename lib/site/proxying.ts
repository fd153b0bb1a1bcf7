/**
 * A location whose requests go on to other servers. What does that is loaded with the first configuration that wants it.
 *
 * @module
 */
import type { LocationConfig, ProxyFields, ProxyTarget } from "../config/types.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Outcome } from "../http/message.ts";
import type { AskedPath, Route, SetField } from "../proxy/route.ts";
import { asPlain } from "./coded_answers.ts";
import type { Answerer, Exchange } from "./exchange.ts";
import type { Forwarder } from "./forwarder.ts";
import { askForWhole } from "./live_reload.ts";
import { compose } from "./variables.ts";

/** Answers with what one of the upstreams answers. */
export function answerByProxy(config: LocationConfig, targets: readonly ProxyTarget[]): Answerer {
  return (exchange): MaybePromise<Outcome> => {
    const { forwarder } = exchange.services;
    if (forwarder === undefined) {
      throw new Error("A location passes requests on, and there is nothing to do it with");
    }
    const route = routeOf(config, targets, forwarder);
    const { trace } = exchange, asked = askedPath(exchange, config.path.length);
    const told = trace && ((upstream: string) => trace.answeredBy({ kind: "proxy", upstream }));
    return askForWhole(
      exchange,
      asPlain(exchange),
      (request) => forwarder.answer(request, route, asked, told),
    );
  };
}

/** PERF: made once for each location; what is kept for a route is found by it. */
const routes = new WeakMap<LocationConfig, Route>();

function routeOf(
  config: LocationConfig,
  targets: readonly ProxyTarget[],
  { whileUnreachable }: Forwarder,
): Route {
  let route = routes.get(config);
  if (route === undefined) {
    const { proxy, access } = config;
    route = {
      targets,
      verify: proxy.proxySslVerify,
      timeouts: proxy.proxyTimeouts,
      bodyLimit: access.clientMaxBodySize,
      fields: setFields(proxy.proxySetHeader),
      whileUnreachable,
    };
    routes.set(config, route);
  }
  return route;
}

function askedPath({ request, path, hops, isChosen }: Exchange, prefix: number): AskedPath {
  // What try_files or an index has chosen is another path than the one that was sent.
  const isSent = !(isChosen && hops > 0) && request.form !== "asterisk";
  return { path, sent: isSent ? request.path : undefined, prefix, query: request.query };
}

function setFields(fields: ProxyFields): SetField[] {
  return fields.map(([name, template]) => ({
    name,
    value: (request, { path }) => compose(template, request, path),
  }));
}
