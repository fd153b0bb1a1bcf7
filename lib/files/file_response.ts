/**
 * A file as a response: preconditions, ranges, content (RFC 9110 sections 13 and 14).
 *
 * @module
 */
import { fieldLine, type Request, type Response } from "../http/message.ts";
import { byterangesParts } from "../http/multipart_ranges.ts";
import { evaluatePreconditions, ifRangeHolds } from "../http/preconditions.ts";
import { type ByteRange, contentRange, parseRange, unsatisfiedRange } from "../http/ranges.ts";
import { refusal } from "../http/refusal.ts";
import { FileError } from "../ports.ts";
import type { FileCache, KnownFile } from "./file_cache.ts";
import { ByterangesSource, FileSource } from "./file_source.ts";

/**
 * Answers GET or HEAD with a file.
 *
 * @param path as it was given to FileCache.find(), which gave `file`
 * @throws {FileError} if the file can not be read, or changed while it was looked at
 */
export function fileResponse(request: Request, files: FileCache, path: string, file: KnownFile): Response {
  const current = { etag: file.etag, modified: file.stat.modified };
  const verdict = evaluatePreconditions(request, current);
  if (verdict === "not modified") return { status: 304, fields: file.validators, body: undefined };
  if (verdict === "failed") return refusal(412);
  const range = request.method === "GET" ? request.fields.get("range") : undefined;
  if (range !== undefined && ifRangeHolds(request.fields.getList("if-range"), current, files.clock.now())) {
    const ranges = parseRange(range, file.stat.size);
    if (ranges === "unsatisfiable") {
      return refusal(416, fieldLine("Content-Range", unsatisfiedRange(file.stat.size)));
    }
    if (ranges) return partialResponse(files, file, ranges);
  }
  return wholeResponse(files, path, file, 200);
}

/** A file's whole content under any status: for error pages as well. @throws {FileError} */
export function wholeResponse(files: FileCache, path: string, file: KnownFile, status: number): Response {
  const content = files.content(path);
  if (content) return { status, fields: file.fields, body: content };
  const body = new FileSource(open(files, file), { start: 0, end: file.stat.size });
  return { status, fields: file.fields, body };
}

function partialResponse(files: FileCache, file: KnownFile, ranges: readonly ByteRange[]): Response {
  const [first] = ranges;
  if (ranges.length === 1) {
    const fields = file.fields + fieldLine("Content-Range", contentRange(first!, file.stat.size));
    return { status: 206, fields, body: new FileSource(open(files, file), first!) };
  }
  const boundary = crypto.randomUUID().replaceAll("-", "");
  const frame = byterangesParts(ranges, file.stat.size, file.contentType, boundary);
  return {
    status: 206,
    fields: fieldLine("Content-Type", frame.contentType) + file.validators,
    body: new ByterangesSource(open(files, file), frame),
  };
}

function open(files: FileCache, file: KnownFile) {
  const opened = files.open(file);
  if (!opened) throw new FileError("changed", file.path);
  return opened;
}
