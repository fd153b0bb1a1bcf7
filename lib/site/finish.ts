/**
 * What happens to every answer before it leaves the site.
 *
 * @module
 */
import { HttpError } from "../http/errors.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import { type Response, schemeOf } from "../http/message.ts";
import { coded } from "./coded_answers.ts";
import { errorPage } from "./error_page.ts";
import type { Exchange } from "./exchange.ts";
import { withScript } from "./live_reload.ts";
import { withPage } from "./program_error.ts";
import { protect } from "./protected_fields.ts";

type Step = (exchange: Exchange, response: Response) => MaybePromise<Response>;

/** From the first to the last; before them, an error gets its page, be it a program's. */
const STEPS: readonly Step[] = [addFields, protect, addHsts, withScript, coded, inWeather];

/** Completes the outcome of an exchange's last hop. */
export function finish(exchange: Exchange, outcome: Response | HttpError): MaybePromise<Response> {
  let response: MaybePromise<Response> = outcome instanceof HttpError
    ? errorPage(exchange, outcome)
    : outcome.isByProgram
    ? withPage(exchange, outcome)
    : outcome;
  for (const step of STEPS) {
    response = response instanceof Promise
      ? response.then((complete) => step(exchange, complete))
      : step(exchange, response);
  }
  return response;
}

/** RFC 6797 section 7.2: never without TLS. */
function addHsts({ server: { hsts }, request }: Exchange, response: Response): Response {
  if (hsts === undefined || schemeOf(request) === "http") return response;
  return { ...response, fields: hsts.addTo(response.fields) };
}

/** Slow or broken on purpose. */
function inWeather(exchange: Exchange, response: Response): MaybePromise<Response> {
  const { location: { weather: config }, services: { weather } } = exchange;
  if (config === undefined || weather === undefined) return response;
  return import("./weathered_answers.ts").then(({ weathered }) =>
    weathered(exchange, response, config, weather)
  );
}

function addFields({ location: { added } }: Exchange, response: Response): Response {
  return added === undefined ? response : { ...response, fields: added.addTo(response.fields) };
}
