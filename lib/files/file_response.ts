/**
 * A representation as a response: preconditions, ranges, content (RFC 9110 sections 13 and 14). In which coding it is
 * sent has been chosen with it.
 *
 * @module
 */
import { type WantedDigests, wantedDigests } from "../http/digest_fields.ts";
import { HttpError, refusal } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { andThen, type MaybePromise } from "../http/maybe_promise.ts";
import type { BodySource, Request, Response } from "../http/message.ts";
import { byterangesParts } from "../http/multipart/byteranges.ts";
import type { Labels, Representation } from "../http/origin.ts";
import { evaluatePreconditions, ifRangeHolds } from "../http/preconditions.ts";
import { type ByteRange, contentRange, parseRange, unsatisfiedRange } from "../http/ranges.ts";
import type { Clock } from "../ports.ts";
import { ByterangesSource } from "./byteranges_source.ts";

/**
 * Answers GET or HEAD with a file.
 *
 * @param labels what is said of it, by default what it says itself
 * @throws {FileError} if the file cannot be read, or has changed since it was found
 */
export function fileResponse(
  request: Request,
  file: Representation,
  clock: Pick<Clock, "now">,
  labels: Labels = file,
): MaybePromise<Response | HttpError> {
  const answer = plainResponse(request, file, clock, labels), wanted = wantedDigests(request.fields);
  if (wanted === undefined) return answer;
  // PERF: hashing is loaded with the first who asks for it.
  return withWantedDigests(answer, file, wanted);
}

async function withWantedDigests(
  answer: MaybePromise<Response | HttpError>,
  file: Representation,
  wanted: WantedDigests,
): Promise<Response | HttpError> {
  const response = await answer;
  if (response instanceof HttpError) return response;
  const { withDigests } = await import("./digests.ts");
  return await withDigests(response, file, wanted);
}

function plainResponse(
  request: Request,
  file: Representation,
  clock: Pick<Clock, "now">,
  labels: Labels,
): MaybePromise<Response | HttpError> {
  const verdict = evaluatePreconditions(request, file, clock);
  if (verdict === "not modified") {
    return { status: 304, fields: labels.validators, body: undefined, hasCodingChosen: true };
  }
  if (verdict === "failed") return refusal(412);
  const range = request.method === "GET" ? request.fields.get("range") : undefined;
  if (
    range !== undefined && isOfThis(request, labels) && ifRangeHolds(ifRangeOf(request), file, clock.now())
  ) {
    const ranges = parseRange(range, file.size);
    if (ranges === "unsatisfiable") {
      const fields = FieldBlock.of(["Content-Range", unsatisfiedRange(file.size)]);
      return new HttpError(416, undefined, { fields });
    }
    if (ranges) return partialResponse(file, ranges, labels);
  }
  const content = file.content();
  if (content) return { status: 200, fields: labels.fields, body: content, hasCodingChosen: true };
  const announced = request.method === "HEAD" ? file.announced?.() : undefined;
  return withBody(200, labels.fields, announced ?? file.open([{ start: 0, end: file.size }]));
}

function ifRangeOf({ fields }: Request): string | undefined {
  return fields.joined("if-range");
}

/**
 * False where the date of If-Range may be that of a coding of the file, of which the client has a part: all of them have
 * the same one, so it is no strong validator (RFC 9110 section 8.8.2.2).
 */
function isOfThis(request: Request, { fields }: Labels): boolean {
  const date = ifRangeOf(request);
  if (date === undefined || date.endsWith('"') || !request.fields.has("accept-encoding")) return true;
  return !/accept-encoding/i.test(fields.joined("vary") ?? "");
}

function partialResponse(
  file: Representation,
  ranges: readonly ByteRange[],
  labels: Labels,
): MaybePromise<Response> {
  const [first] = ranges;
  if (ranges.length === 1) {
    return withBody(
      206,
      labels.fields.append("Content-Range", contentRange(first!, file.size)),
      file.open(ranges),
    );
  }
  const boundary = crypto.randomUUID().replaceAll("-", "");
  const frame = byterangesParts(ranges, file.size, labels.contentType, boundary);
  return withBody(
    206,
    labels.fields.with("Content-Type", frame.contentType),
    andThen(file.open(ranges), (source) => new ByterangesSource(source, frame)),
  );
}

function withBody(
  status: number,
  fields: FieldBlock,
  opened: MaybePromise<BodySource>,
): MaybePromise<Response> {
  return andThen(opened, (body) => ({ status, fields, body, hasCodingChosen: true as const }));
}
