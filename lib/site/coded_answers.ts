/**
 * Answers in a content coding, whoever makes them: programs, other servers, and this one's own pages. (In which coding a
 * file is sent is decided where it is found, since its conditions depend on that.)
 *
 * @module
 */
import { BytesSource } from "../http/bytes_source.ts";
import { codedBytes } from "../coding/coded_bytes.ts";
import { type Coder, LARGEST_WHOLE } from "../coding/coded_file.ts";
import { codedStream } from "../coding/coded_stream.ts";
import { type CodableFields, type CodingRules, LEAST_CODED, wantedCoding } from "../coding/rules.ts";
import { passedTag, tagOfUnchanged, withPlainTags } from "../coding/tags.ts";
import { NoRoomError } from "../http/few.ts";
import type { FieldBlock } from "../http/fields.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import { type BodySource, type Request, requestWith, type Response } from "../http/message.ts";
import { withVary } from "../http/vary.ts";
import type { ContentCoding } from "../ports.ts";
import type { Exchange } from "./exchange.ts";
import { liveReloadOf } from "./live_reload.ts";

/** An answer as it is sent to this client. */
export function coded(exchange: Exchange, response: Response): MaybePromise<Response> {
  const { location: { coding: rules }, request } = exchange;
  if (rules === undefined || response.hasCodingChosen) return response;
  const { status, raw, tunnel } = response;
  if (status < 200 || raw || tunnel) return response;
  const passed = withPassedTag(response);
  if (status === 304) return unchanged(exchange, rules, response, passed.fields);
  const isHead = request.method === "HEAD";
  const length = status === 206 ? undefined : lengthOf(response, isHead);
  if (status === 204 || status === 205 || length !== undefined && length < LEAST_CODED) return passed;
  const fields = rules.codable(response.fields);
  if (fields === undefined) return passed;
  // PERF: what codes is loaded for clients that want it.
  const { codings } = exchange.services.compression;
  if (status === 206 || wantedCoding(request, rules.codings) === undefined) return plain(rules, passed);
  if (codings !== undefined) return codedBy(exchange, rules, response, fields, codings);
  return exchange.services.compression.load().then((made) =>
    codedBy(exchange, rules, response, fields, made)
  );
}

/** A request as it goes to whoever knows nothing of codings and scripts, with the tags of the content as it is. */
export function asPlain(exchange: Exchange): Request {
  const request = asUncoded(exchange, exchange.request);
  return liveReloadOf(exchange)?.asPlain(request) ?? request;
}

/** A request with the tags of content that is not coded. */
export function asUncoded({ location, services }: Exchange, request: Request): Request {
  const { coding: rules } = location;
  if (rules === undefined) return request;
  const { codings } = services.compression;
  const available = codings === undefined ? rules.codings : rules.available(codings);
  const fields = withPlainTags(request, wantedCoding(request, available));
  return fields === request.fields ? request : requestWith(request, { fields });
}

function withPassedTag(response: Response): Response {
  const tag = response.fields.get("etag");
  if (tag === undefined) return response;
  const passed = passedTag(tag);
  return passed === tag ? response : { ...response, fields: response.fields.with("ETag", passed) };
}

function plain(rules: CodingRules, response: Response): Response {
  const fields = rules.codable(response.fields);
  return fields === undefined ? response : { ...response, fields: fields.plain };
}

/** Bytes of content, as far as they are known. */
function lengthOf({ body, isByProgram }: Response, isHead: boolean): number | undefined {
  if (!isHead || isByProgram === undefined && body instanceof Uint8Array) {
    return body === undefined ? 0 : body.length;
  }
  // What a program does not say to HEAD, it may say to GET.
  return body === undefined || body.length === 0 ? undefined : body.length;
}

/** Somebody else's 304. Of its content nothing is known but what it says. */
function unchanged(
  { request, services, location }: Exchange,
  rules: CodingRules,
  response: Response,
  passed: FieldBlock,
): Response {
  const type = response.fields.get("content-type");
  if (type !== undefined && !rules.includes(type)) return { ...response, fields: passed };
  const { codings } = services.compression;
  const available = codings === undefined ? rules.codings : location.coding!.available(codings);
  const tag = response.fields.get("etag");
  const fields = tag === undefined ? response.fields : response.fields.with(
    "ETag",
    tagOfUnchanged(tag, request.fields.joined("if-none-match"), wantedCoding(request, available)),
  );
  return { ...response, fields: withVary(fields, "Accept-Encoding") };
}

function codedBy(
  { request: { method, fields: asked }, services: { compression, files: { turns } } }: Exchange,
  rules: CodingRules,
  response: Response,
  fields: CodableFields,
  codings: ReadonlySet<ContentCoding>,
): MaybePromise<Response> {
  const coding = wantedCoding({ method, fields: asked }, rules.available(codings));
  const asItIs = () => plain(rules, withPassedTag(response));
  if (coding === undefined) return asItIs();
  const { body } = response, isHead = method === "HEAD";
  const complete = (content: Response["body"]): Response => ({
    ...response,
    fields: fields.coded(coding, isHead || method === "GET"),
    body: content,
  });
  if (isHead) return complete(new Uncounted(body));
  const coder: Coder = { createEncoder: (size) => compression.encoder(coding, size), turns };
  if (body instanceof Uint8Array && body.length <= LARGEST_WHOLE) {
    const content = codedBytes(body, coding, coder);
    if (!(content instanceof Promise)) return complete(content);
    return content.then(complete, (error) => {
      if (error instanceof NoRoomError) return asItIs();
      throw error;
    });
  }
  if (turns.streams.isFull) return asItIs();
  // What has no content has no length that would be worth it.
  const source = body instanceof Uint8Array ? new BytesSource(body) : body!;
  return complete(codedStream(source, coder.createEncoder, turns));
}

/** The content of an answer to HEAD: how long it would be once it is coded, nobody knows. */
class Uncounted implements BodySource {
  readonly length = undefined;
  readonly prompt = false;

  constructor(readonly content: Response["body"]) {}

  read(): Promise<null> {
    return Promise.resolve(null);
  }

  close(): void {
    if (this.content !== undefined && !(this.content instanceof Uint8Array)) this.content.close();
  }
}
