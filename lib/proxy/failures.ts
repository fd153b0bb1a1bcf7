/**
 * What goes wrong between us and an upstream, as the client is told (502, 504) and as the error log has it.
 *
 * @module
 */
import { upstreamUrl } from "../http/upstream_url.ts";
import { HttpError } from "../http/errors.ts";
import type { UpstreamFault } from "../http1/client_connection.ts";
import type { DialError } from "../ports.ts";
import type { Server } from "./route.ts";

const HINTS: Readonly<Record<DialError["problem"], string>> = {
  refused: "Nobody listens at the upstream's address: is that program running?",
  unreachable: "No way leads to the upstream's address.",
  "not found": "The upstream's name has no address, or its socket is not there: is that program running?",
  late: "The upstream did not accept a connection in time.",
  untrusted: "The upstream's certificate is not one that is believed: proxy_ssl_verify: off takes any.",
  denied: "The system, or the sandbox, forbids a connection to the upstream.",
  failed: "The upstream could not be connected to.",
};

/** No connection came about. */
export function connectError(target: Server, error: DialError): HttpError {
  const status = error.problem === "late" ? 504 : 502;
  const log = `${upstreamUrl(target)} cannot be connected to: ${
    error.problem === "late" ? "no connection in time" : describe(error)
  }`;
  return new HttpError(status, undefined, { log, hint: HINTS[error.problem], cause: error });
}

function describe({ problem, message, cause }: DialError): string {
  return cause instanceof Error ? `${problem} (${cause.message})` : problem === "failed" ? message : problem;
}

/** It broke the protocol, or left. */
export function faultError(target: Server, fault: UpstreamFault): HttpError {
  return new HttpError(502, undefined, {
    log: `${upstreamUrl(target)}: ${fault.message}`,
    hint: "The upstream gave no answer, or none that is one: the error log says why.",
    cause: fault,
  });
}

/** It was silent for too long. */
export function silenceError(target: Server, milliseconds: number): HttpError {
  return new HttpError(504, undefined, {
    log: silence(target, milliseconds),
    hint: "The upstream did not answer in time (proxy_timeouts.read).",
  });
}

/** The same as a line of the log, for an answer that has begun. */
export function silence(target: Server, milliseconds: number): string {
  return `${upstreamUrl(target)} was silent for ${milliseconds / 1000} s, which is proxy_timeouts.read`;
}

/** It comes from ourselves, over and over. */
export function circleError(target: Server): HttpError {
  return new HttpError(502, undefined, {
    log: `${upstreamUrl(target)} passes requests back to this server: they go in a circle`,
    hint: "The upstream passes the request back to this server.",
  });
}
