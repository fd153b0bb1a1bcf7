/**
 * Heads of responses, as text and as bytes.
 *
 * @module
 */
import { encodeLatin1Into } from "../../lib/bytes/latin1.ts";
import { type HeadParts, responseHead } from "../../lib/http1/writer.ts";
import { compare, repeat, type Subject } from "../support.ts";

const NOW = Date.UTC(2026, 10, 22);
const FILE_FIELDS = "Content-Type: text/html; charset=utf-8\r\n" +
  "Last-Modified: Sun, 22 Nov 2026 00:00:00 GMT\r\n" +
  'ETag: "1-400-1"\r\n' +
  "Accept-Ranges: bytes\r\n";
const FILE: HeadParts = {
  version: "HTTP/1.1",
  status: 200,
  reason: undefined,
  fields: FILE_FIELDS,
  length: 1024,
  chunked: false,
  keepAlive: true,
  now: NOW,
};

/** A head into a buffer, and its length with that of Server and Date, which each has. */
function written(parts: (run: number) => Partial<HeadParts>, rest: string): Subject {
  const buffer = new Uint8Array(64 * 1024);
  let runs = 0;
  const length = "Server: webserv\r\nDate: Sun, 22 Nov 2026 00:00:00 GMT\r\n".length + rest.length;
  return [() => encodeLatin1Into(responseHead({ ...FILE, ...parts(runs++) }), buffer, 0), length];
}

const many = FILE_FIELDS + repeat(100, (index) => `X-Field-${index}: ${"v".repeat(80)}\r\n`);
const OK = "HTTP/1.1 200 OK\r\n";
const LENGTH = "Content-Length: 1024\r\n\r\n";

compare("a response's head", {
  "of a file": written(() => ({}), OK + FILE_FIELDS + LENGTH),
  "of a file, each in another second": written(
    (run) => ({ now: NOW + run % 3600 * 1000 }),
    OK + FILE_FIELDS + LENGTH,
  ),
  "of a file, connection closes": written(
    () => ({ keepAlive: false }),
    `${OK}${FILE_FIELDS}Connection: close\r\n${LENGTH}`,
  ),
  "of a program, with a reason of its own": written(
    () => ({ reason: "Fine", length: undefined, chunked: true }),
    `HTTP/1.1 200 Fine\r\n${FILE_FIELDS}Transfer-Encoding: chunked\r\n\r\n`,
  ),
  "100 fields": written(() => ({ fields: many }), OK + many + LENGTH),
  "100 fields, one character not ASCII": written(
    () => ({ fields: many.replace("vv", "v\xe9") }),
    OK + many + LENGTH,
  ),
});
