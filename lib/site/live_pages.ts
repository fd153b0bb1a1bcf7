/**
 * Live reload: pages get a script at their end, whoever makes them, and the script is told what has changed.
 *
 * Left alone: what is no HTML; XHTML, where nothing may stand behind the root element; what is to be saved, and not shown;
 * parts of a page; what is to be left as it is by `Cache-Control: no-transform`, or is in a coding that cannot be decoded,
 * which the error log says. Whoever asks for a page to change it and to store it again gets it without: by `no-transform` in
 * the request (RFC 9111 section 5.2.1.6), and as a program where `dav` is on.
 *
 * @module
 */
import { BytesSource } from "../http/bytes_source.ts";
import { forbidsTransforming } from "../coding/rules.ts";
import { HttpError } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { type BodySource, type Request, requestWith, type Response, schemeOf } from "../http/message.ts";
import type { Labels } from "../http/origin.ts";
import { LIVE_EVENTS_PATH, LIVE_SCRIPT_PATH } from "../live/addresses.ts";
import { LIVE_SCRIPT } from "../live/client.ts";
import { encodingOf, scriptElement } from "../live/element.ts";
import { LiveEvents } from "../live/events.ts";
import type { LivePosition } from "../live/messages.ts";
import { metaPolicies } from "../live/meta_policies.ts";
import { asText, type Ending, PageSource, pageWith } from "../live/page_source.ts";
import { judgePolicies } from "../live/policy.ts";
import { WholeSource } from "../live/whole_source.ts";
import { liveTag, plainConditions, tagOfUnchangedPage, unscriptedTag } from "../live/tags.ts";
import type { Clock, Decompression, LiveFeed } from "../ports.ts";
import type { Exchange, LiveReload } from "./exchange.ts";
import { isForeign } from "./foreign.ts";
import type { Location } from "./location.ts";

/** What it is made over. */
export interface LivePorts {
  readonly feed: LiveFeed;
  readonly clock: Pick<Clock, "every" | "now">;
  readonly decompression: Decompression;
}

/** Live reload of one thread. Its owner stops it. */
export class LivePages implements LiveReload {
  readonly #events: LiveEvents;
  readonly #decompression: Decompression;
  /** What has been said of the pages of a location: once is enough. */
  readonly #said = new WeakMap<Location, Set<string>>();

  constructor({ feed, clock, decompression }: LivePorts) {
    this.#events = new LiveEvents(feed, clock);
    this.#decompression = decompression;
  }

  /** Ends the streams of events: their pages come back, and get them from whoever serves then. */
  hangUp(): void {
    this.#events.end();
  }

  /** The same, for good. */
  stop(): void {
    this.#events.stop();
  }

  answer(request: Request): Response | HttpError | undefined {
    const { path, method } = request;
    if (path !== LIVE_SCRIPT_PATH && path !== LIVE_EVENTS_PATH) return undefined;
    if (method === "OPTIONS") return { status: 204, fields: ALLOWED, body: undefined };
    if (method !== "GET" && method !== "HEAD") return NOT_ALLOWED;
    if (path === LIVE_SCRIPT_PATH) return { status: 200, fields: SCRIPT_FIELDS, body: SCRIPT };
    return this.#openStream(request);
  }

  asPlain(request: Request): Request {
    return withConditions(request, namesHtml(request) && !forbidsTransforming(request.fields));
  }

  asPlainFor(request: Request, { contentType }: Labels): Request | undefined {
    const isPage = isHtml(contentType) && !forbidsTransforming(request.fields);
    return isPage ? withConditions(request, true) : undefined;
  }

  withScript(exchange: Exchange, response: Response): Response {
    const { status, fields, raw, tunnel } = response;
    if (status < 200 || raw || tunnel) return response;
    const tag = fields.get("etag");
    if (status === 304) {
      return tag === undefined
        ? response
        : withTag(response, tagOfUnchangedPage(tag, exchange.request.fields.joined("if-none-match")));
    }
    const contentType = fields.get("content-type");
    if (
      contentType === undefined || HAVE_NO_PAGE.has(status) || isToBeStored(exchange) ||
      !this.#isPage(exchange, contentType, fields)
    ) {
      return tag === undefined ? response : withTag(response, unscriptedTag(tag));
    }
    const plain = this.#decoded(exchange, response);
    return plain === undefined ? response : this.#scripted(exchange, contentType, plain);
  }

  /** True for what gets the script; where it would but for something that is looked at, the log is told why not. */
  #isPage(exchange: Exchange, contentType: string, fields: FieldBlock): boolean {
    if (/^attachment\b/i.test(fields.get("content-disposition") ?? "")) return false;
    if (/^application\/xhtml\+xml[ \t]*(?:;|$)/i.test(contentType)) {
      this.#say(exchange, "application/xhtml+xml has no place for a script behind its root element");
      return false;
    }
    if (!isHtml(contentType)) return false;
    if (!forbidsTransforming(fields)) return true;
    this.#say(exchange, "Cache-Control: no-transform says that it is to be left as it is");
    return false;
  }

  /** The page out of its content codings; undefined where one of them is not known. */
  #decoded(exchange: Exchange, response: Response): Response | undefined {
    const codings = response.fields.joined("content-encoding")?.toLowerCase().split(",")
      .map((coding) => coding.trim()).filter((coding) => coding !== "" && coding !== "identity") ?? [];
    if (codings.length === 0) return response;
    const { body } = response, isHead = exchange.request.method === "HEAD";
    const plain = { ...response, fields: response.fields.without("content-encoding") };
    const unknown = codings.find((coding) => !this.#decompression.codings.has(coding));
    if (unknown !== undefined || codings.length > MOST_CODINGS) {
      this.#say(exchange, `what is coded as ${unknown ?? codings.join(", ")} cannot be decoded here`);
      return undefined;
    }
    if (body === undefined || isHead) return { ...plain, ...body && { body: unmeasured(body) } };
    let source: BodySource = body instanceof Uint8Array ? new BytesSource(body) : new WholeSource(body);
    for (const coding of codings.reverse()) {
      const decoded = this.#decompression.decode(coding, source);
      source = {
        length: undefined,
        prompt: false,
        read: (buffer) => decoded.read(buffer),
        close: () => decoded.close(),
      };
    }
    return { ...plain, body: source };
  }

  #scripted(exchange: Exchange, contentType: string, response: Response): Response {
    const { hasCodingChosen: _, ...rest } = response;
    const { fields, body } = response, tag = fields.get("etag");
    const kept = fields.without("accept-ranges", "content-md5", "content-digest", "digest", "repr-digest");
    return {
      ...rest,
      fields: tag === undefined ? kept : kept.with("ETag", liveTag(tag)),
      body: this.#bodyWithScript(exchange, contentType, fields, body),
    };
  }

  #bodyWithScript(
    exchange: Exchange,
    contentType: string,
    fields: FieldBlock,
    body: Response["body"],
  ): Response["body"] {
    const isHead = exchange.request.method === "HEAD";
    // What would have been said to GET is not known.
    if (body === undefined && isHead) return undefined;
    const ending: Ending = (beginning) =>
      scriptElement(this.#nonceFor(exchange, fields, asText(beginning)), encodingOf(contentType, beginning));
    if (body === undefined || body instanceof Uint8Array) return pageWith(body ?? new Uint8Array(), ending);
    return new PageSource(body, ending);
  }

  /** What the script's element has to have, so that the page's policies let it be; where they do not, the log is told. */
  #nonceFor(exchange: Exchange, fields: FieldBlock, beginning: string): string | undefined {
    const header = valuesOf(fields, "content-security-policy"), meta = metaPolicies(beginning);
    const reported = valuesOf(fields, "content-security-policy-report-only");
    if (header.length + meta.length + reported.length === 0) return undefined;
    const { request } = exchange, host = request.fields.get("host") ?? request.host;
    const { nonce, forbids } = judgePolicies([...header, ...meta], reported, {
      scheme: schemeOf(request),
      host,
    });
    if (forbids !== undefined) {
      this.#say(
        exchange,
        `its Content-Security-Policy forbids it: ${
          forbids.slice(0, 200)
        } (script-src and connect-src would need 'self')`,
      );
    }
    return nonce;
  }

  #say({ location, request, services: { errorLog } }: Exchange, why: string): void {
    let said = this.#said.get(location);
    if (said === undefined) this.#said.set(location, said = new Set());
    if (said.has(why) || said.size >= MOST_SAID) return;
    said.add(why);
    errorLog.warning(`${request.method} ${request.target}: live_reload does not work in this page: ${why}`);
  }

  #openStream(request: Request): Response | HttpError {
    if (isForeign(request)) return FOREIGN;
    if (request.method === "HEAD") return { status: 200, fields: STREAM_FIELDS, body: undefined };
    const stream = this.#events.open(positionOf(request), (end) => request.onGone(end));
    return stream === undefined ? CROWDED : { status: 200, fields: STREAM_FIELDS, body: stream };
  }
}

/** Of these no page comes, whatever type they have. */
const HAVE_NO_PAGE: ReadonlySet<number> = new Set([204, 205, 206]);

/** More codings than this on top of each other are nobody's content. */
const MOST_CODINGS = 3;

/** So many different lines of one location. */
const MOST_SAID = 16;

const ALLOWED = FieldBlock.of(["Allow", "GET, HEAD, OPTIONS"]);
const NOT_ALLOWED = new HttpError(405, "What has changed can be read only", { fields: ALLOWED });
const FOREIGN = new HttpError(403, undefined, {
  log: "a page of another origin asked for what has changed",
});
const CROWDED = new HttpError(503, "Too many pages listen to what has changed", {
  fields: FieldBlock.of(["Retry-After", 5]),
});

const SCRIPT = new TextEncoder().encode(LIVE_SCRIPT);
const SCRIPT_FIELDS = FieldBlock.of(
  ["Content-Type", "text/javascript; charset=utf-8"],
  ["Cache-Control", "no-cache"],
  ["X-Content-Type-Options", "nosniff"],
);
const STREAM_FIELDS = FieldBlock.of(
  ["Content-Type", "text/event-stream"],
  ["Cache-Control", "no-store"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
  ["X-Content-Type-Options", "nosniff"],
);

/** What a page says of itself: a browser that asks again by itself knows better than the address that it was given. */
function positionOf({ fields, query }: Request): LivePosition {
  const parameters = new URLSearchParams(query), age = parameters.get("age");
  return {
    last: fields.get("last-event-id") ?? parameters.get("last") ?? undefined,
    age: age !== null && /^\d{1,15}$/.test(age) ? Number(age) : undefined,
  };
}

function isHtml(contentType: string): boolean {
  return /^[ \t]*text\/html[ \t]*(?:;|$)/i.test(contentType);
}

function namesHtml({ fields }: Request): boolean {
  return /(?:^|,)\s*text\/html\s*(?:[;,]|$)/i.test(fields.joined("accept") ?? "");
}

/** A page with the script in it would be stored with the script. */
function isToBeStored({ request, location: { config: { store } } }: Exchange): boolean {
  return forbidsTransforming(request.fields) || store.dav && !namesHtml(request);
}

function withConditions(request: Request, isPage: boolean): Request {
  const fields = plainConditions(request.fields, request.method, isPage);
  return fields === request.fields ? request : requestWith(request, { fields });
}

function withTag(response: Response, tag: string): Response {
  const { fields } = response;
  return fields.get("etag") === tag ? response : { ...response, fields: fields.with("ETag", tag) };
}

function valuesOf(fields: FieldBlock, name: string): string[] {
  return [...fields].flatMap(([its, value]) => its.toLowerCase() === name ? [value] : []);
}

/** The content of an answer to HEAD, of which nobody knows how long it is out of its codings. */
function unmeasured(body: Uint8Array | BodySource): BodySource {
  return {
    length: undefined,
    prompt: false,
    read: () => Promise.resolve(null),
    close: () => body instanceof Uint8Array ? undefined : body.close(),
  };
}
