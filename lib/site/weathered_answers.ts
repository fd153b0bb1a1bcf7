/**
 * Answers of a location with weather: failures by chance, answers that are kept back, content that is sent slowly or cut.
 *
 * @module
 */
import { BytesSource } from "../http/bytes_source.ts";
import { hasStore } from "../config/places.ts";
import { GoneError, HttpError } from "../http/errors.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import { type BodySource, InternalRedirect, type Outcome, type Response } from "../http/message.ts";
import type { Exchange } from "./exchange.ts";
import { statusOnPurpose } from "./failing_on_purpose.ts";
import type { LocationWeather, Weather } from "./weather.ts";
import { CutSource, RatedSource } from "./weathered_sources.ts";

/**
 * The answer, or the failure that chance puts in its place. Where answering means that something is run, stored or asked of
 * another server, that is not done.
 */
export async function unlessItFails(
  exchange: Exchange,
  answer: (exchange: Exchange) => MaybePromise<Outcome>,
): Promise<Outcome> {
  const status = statusOnPurpose(exchange);
  if (status === undefined) return await answer(exchange);
  if (!alwaysActs(exchange)) {
    const outcome = await answer(exchange);
    // Where it is sent on to another location, that one answers.
    if (outcome instanceof InternalRedirect) return outcome;
    if ("body" in outcome) close(outcome.body);
  }
  exchange.trace?.because?.("it fails on purpose", "fail");
  return new HttpError(status, "it fails on purpose", {
    hint: "This server answers so on purpose: it has `fail` in its configuration.",
  });
}

/** Whatever the path is, something is run, asked or written. Where that is found out on the way, it is not done there. */
function alwaysActs(
  { request: { method }, location: { config } }: Exchange,
): boolean {
  const { programs, proxy } = config;
  return (programs.cgiScript ?? programs.fastcgiPass ?? proxy.proxyPass) !== undefined ||
    hasStore(config) && method !== "GET" && method !== "HEAD";
}

/** Keeps a complete answer back, and has its content sent slowly, or cut. @throws {GoneError} */
export async function weathered(
  exchange: Exchange,
  response: Response,
  config: LocationWeather,
  weather: Weather,
): Promise<Response> {
  const { request } = exchange, { delay } = config;
  const marks: string[] = [];
  if (delay > 0) {
    marks.push(`delay ${formatDuration(delay)}`);
    if (!(await weather.until(weather.now + delay, request))) {
      close(response.body);
      response.tunnel?.peer.close();
      throw new GoneError();
    }
  }
  const failed = statusOnPurpose(exchange);
  if (failed !== undefined) marks.push(`fail ${failed}`);
  const body = bodyOf(exchange, response, config, weather, marks);
  return marks.length === 0 ? response : { ...response, body, weather: marks.join(", ") };
}

function bodyOf(
  { request, luck }: Exchange,
  { status, body, raw }: Response,
  { limitRate, fail }: LocationWeather,
  weather: Weather,
  marks: string[],
): Response["body"] {
  const isSent = body !== undefined && body.length !== 0 && request.method !== "HEAD" && status !== 204 &&
    status !== 304;
  if (!isSent) return body;
  let sent: BodySource | Uint8Array = body;
  if (limitRate < Infinity) {
    marks.push(`limit_rate ${formatSize(limitRate)}`);
    sent = new RatedSource(asSource(sent), limitRate, weather, request);
  }
  if (fail === undefined || !("cut" in fail) || luck === undefined || luck >= fail.rate) return sent;
  // What is not longer is whole.
  if (raw === undefined && body.length !== undefined && body.length <= fail.cut) return sent;
  marks.push(`cut ${formatSize(fail.cut)}`);
  return new CutSource(asSource(sent), { cut: fail.cut, isMessage: raw === true }, weather, request);
}

function asSource(body: BodySource | Uint8Array): BodySource {
  return body instanceof Uint8Array ? new BytesSource(body) : body;
}

function close(body: Response["body"]): void {
  if (body !== undefined && !(body instanceof Uint8Array)) body.close();
}

/** As the configuration would have it: `300ms`, `2s`. */
function formatDuration(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}

/** As the configuration would have it: `50k`, `1M`. */
function formatSize(bytes: number): string {
  if (bytes > 0 && bytes % (1024 * 1024) === 0) return `${bytes / (1024 * 1024)}M`;
  return bytes > 0 && bytes % 1024 === 0 ? `${bytes / 1024}k` : String(bytes);
}
