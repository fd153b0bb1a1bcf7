/**
 * What the server would answer to a request, and why: the site itself answers, over services that do nothing, and what it
 * decides is taken down.
 *
 * @module
 */
import type { Config, LocationConfig, ServerConfig } from "../config/types.ts";
import { type Endpoint, endpointKey } from "../http/endpoint.ts";
import { HttpError } from "../http/errors.ts";
import type { Response } from "../http/message.ts";
import { errorResponse } from "../pages/error_response.ts";
import { toHttps } from "../server/to_https.ts";
import { AUTHORITY_PAGE } from "../site/authority_pages.ts";
import type { AnsweredBy } from "../site/trace.ts";
import { createSite } from "../site/site.ts";
import { dryServices, type ExplainPorts, hasUnknownContent, isUnknown } from "./dry_services.ts";
import { type ExplainedField, explainFields } from "./fields.ts";
import { type Choice, chooseLocation, chooseServer } from "./matches.ts";
import { listenLine } from "./places.ts";
import { type Question, readQuestion } from "./question.ts";
import { type Hop, Recorder } from "./recorder.ts";

/** One hop with why the path is in its location. */
export interface ExplainedHop extends Hop {
  readonly choice: Choice;
}

/** An answer, and how it comes about. */
export interface Explanation {
  readonly endpoint: Endpoint;
  /** Where the endpoint is written. */
  readonly listenLine: number | undefined;
  /** Undefined where the request comes to none. */
  readonly server: { readonly config: ServerConfig; readonly choice: Choice } | undefined;
  readonly hops: readonly ExplainedHop[];
  readonly by: AnsweredBy;
  /** Other servers, one of which is asked. */
  readonly upstreams: readonly string[];
  /** Undefined: it is up to a program or another server. */
  readonly status: number | undefined;
  readonly fields: readonly ExplainedField[];
  /** Why it is an error, as the error log has it. */
  readonly why: string | undefined;
}

/** Answers a question. Nothing is written, run or connected to. @throws {Error} if the endpoint is none of the configuration */
export async function explain(
  config: Config,
  question: Question,
  ports: ExplainPorts,
): Promise<Explanation> {
  const recorder = new Recorder(), { endpoint } = question;
  const request = readQuestion(question, config.limits);
  const response = request instanceof HttpError
    ? errorResponse(request)
    : await handlerFor(config, question, ports)(request, recorder);
  const isOpen = isUnknown(response);
  const asked = request instanceof HttpError
    ? { version: "HTTP/1.1" as const, method: "GET", host: undefined }
    : request;
  const isLengthKnown = !hasUnknownContent(response) &&
    (request instanceof HttpError || !request.path.startsWith(AUTHORITY_PAGE));
  const fields = explainFields(asked, response, recorder, { now: ports.clock.now(), isLengthKnown });
  const { body } = response;
  if (body !== undefined && !(body instanceof Uint8Array)) body.close();
  const { serverConfig, hops } = recorder;
  return {
    endpoint,
    listenLine: listenLine(config, endpoint),
    server: serverConfig && {
      config: serverConfig,
      choice: chooseServer(config, endpoint, asked.host ?? "", serverConfig),
    },
    hops: hops.map((hop) => ({ ...hop, choice: chooseLocation(serverConfig!, hop.path, hop.config) })),
    by: recorder.by,
    upstreams: recorder.upstreams,
    status: isOpen ? undefined : response.status,
    fields,
    why: response.status >= 400 ? response.why ?? whyOf(hops.at(-1)?.config) : undefined,
  };
}

type Answer = (
  request: Parameters<ReturnType<typeof toHttps>>[0],
  recorder: Recorder,
) => Response | Promise<Response>;

function handlerFor(config: Config, { endpoint, tls }: Question, ports: ExplainPorts): Answer {
  const key = endpointKey(endpoint),
    { handlers, plainHandlers } = createSite(config, dryServices(ports, config));
  const plain = endpoint.tls && !tls ? plainHandlers.get(key) : undefined;
  const handler = plain === undefined ? handlers.get(key) : toHttps(plain);
  if (handler === undefined) throw new Error(`Nobody listens on ${key}`);
  return handler;
}

function whyOf(config: LocationConfig | undefined): string | undefined {
  return config?.answer.return === undefined ? undefined : "the location says so";
}
