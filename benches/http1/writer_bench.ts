/**
 * Heads of responses, as text and as bytes.
 *
 * @module
 */
import { encodeLatin1Into } from "../../lib/bytes/latin1.ts";
import { type Field, FieldBlock } from "../../lib/http/fields.ts";
import { type HeadParts, keptHead, responseHead } from "../../lib/http1/writer.ts";
import { compare, type Subject } from "../support.ts";

const NOW = Date.UTC(2026, 10, 22);
const FILE_FIELDS: readonly Field[] = [
  ["Content-Type", "text/html; charset=utf-8"],
  ["Last-Modified", "Sun, 22 Nov 2026 00:00:00 GMT"],
  ["ETag", '"1-400-1"'],
  ["Accept-Ranges", "bytes"],
];
const FILE: HeadParts = {
  version: "HTTP/1.1",
  status: 200,
  reason: undefined,
  fields: FieldBlock.of(...FILE_FIELDS),
  length: 1024,
  chunked: false,
  keepAlive: true,
  now: NOW,
};

/** A head into a buffer, and its length with that of the fields which each has. */
function written(parts: (run: number) => Partial<HeadParts>, rest: string): Subject {
  const buffer = new Uint8Array(64 * 1024);
  let runs = 0;
  const common =
    "Server: webserv\r\nDate: Sun, 22 Nov 2026 00:00:00 GMT\r\nX-Content-Type-Options: nosniff\r\n";
  const length = common.length + rest.length;
  return [() => encodeLatin1Into(responseHead({ ...FILE, ...parts(runs++) }), buffer, 0), length];
}

/** The lines of some fields as they are sent. */
const lines = (fields: readonly Field[]) => fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");

/** Blocks that nobody has sent yet, one for each run: what is kept of them is no use to the next. */
function unsent(fields: readonly Field[]): () => Partial<HeadParts> {
  const names = fields.map(([name]) => name), values = fields.map(([, value]) => value);
  return () => ({ fields: new FieldBlock(names, values) });
}

const long = "v".repeat(80);
const many = [
  ...FILE_FIELDS,
  ...Array.from({ length: 100 }, (_, index): Field => [`X-Field-${index}`, long]),
];
const odd = many.with(FILE_FIELDS.length, ["X-Field-0", long.replace("vv", "v\xe9")]);
const program = unsent(FILE_FIELDS);
const OK = "HTTP/1.1 200 OK\r\n";
const LENGTH = "Content-Length: 1024\r\n\r\n";
const RANGE = ["Content-Range", "bytes 0-1023/2048"] as const;

/** The same as written(), where a head may have been sent before. */
function sent(parts: (run: number) => Partial<HeadParts>, length: number): Subject {
  const buffer = new Uint8Array(64 * 1024);
  let runs = 0;
  return [() => {
    const all = { ...FILE, ...parts(runs++) }, kept = keptHead(all);
    if (kept === undefined) return encodeLatin1Into(responseHead(all), buffer, 0);
    buffer.set(kept);
    return kept.length;
  }, length];
}

const FILE_LENGTH = encodeLatin1Into(responseHead(FILE), new Uint8Array(1024), 0);

compare("a response's head that may be kept", {
  "sent a moment ago": sent(() => ({}), FILE_LENGTH),
  "another each time": sent((run) => ({ length: 1000 + run % 9000 }), FILE_LENGTH),
});

compare("a response's head", {
  "of a file": written(() => ({}), OK + lines(FILE_FIELDS) + LENGTH),
  "of a file, each in another second": written(
    (run) => ({ now: NOW + run % 3600 * 1000 }),
    OK + lines(FILE_FIELDS) + LENGTH,
  ),
  "of a file, for the first time": written(unsent(FILE_FIELDS), OK + lines(FILE_FIELDS) + LENGTH),
  "of a file's range": written(
    () => ({ fields: FILE.fields.append(...RANGE) }),
    OK + lines([...FILE_FIELDS, RANGE]) + LENGTH,
  ),
  "of a file, connection closes": written(
    () => ({ keepAlive: false }),
    `${OK}${lines(FILE_FIELDS)}Connection: close\r\n${LENGTH}`,
  ),
  "of a program, with a reason of its own": written(
    () => ({ ...program(), reason: "Fine", length: undefined, chunked: true }),
    `HTTP/1.1 200 Fine\r\n${lines(FILE_FIELDS)}Transfer-Encoding: chunked\r\n\r\n`,
  ),
  "100 fields": written(unsent(many), OK + lines(many) + LENGTH),
  "100 fields, one character not ASCII": written(unsent(odd), OK + lines(odd) + LENGTH),
});
