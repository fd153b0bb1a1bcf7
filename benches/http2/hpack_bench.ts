/**
 * Header blocks of HTTP/2: requests decoded, responses encoded.
 *
 * @module
 */
import { encodeLatin1 } from "../../lib/bytes/latin1.ts";
import { DEFAULTS } from "../../lib/config/defaults.ts";
import type { Field } from "../../lib/http/fields.ts";
import { HpackDecoder } from "../../lib/http2/hpack/decoder.ts";
import { encodeField, encodeFields, encodeStatus } from "../../lib/http2/hpack/encoder.ts";
import { FieldList } from "../../lib/http2/hpack/field_list.ts";
import { decodeHuffman } from "../../lib/http2/hpack/huffman_decode.ts";
import { encodeHuffmanInto, huffmanLength } from "../../lib/http2/hpack/huffman_encode.ts";
import { block, HpackEncoder, indexed, literal } from "../../tests/support/hpack.ts";
import { BROWSER } from "../http1/requests.ts";
import { compare, type Subject } from "../support.ts";

const { limits } = DEFAULTS;

const PATH = "/assets/app.js?v=3";
const PSEUDO: readonly Field[] = [
  [":method", "GET"],
  [":scheme", "https"],
  [":authority", "127.0.0.1:8080"],
  [":path", PATH],
];
const BROWSER_LIST: readonly Field[] = [
  ...PSEUDO,
  ...BROWSER.split("\r\n").slice(3, -2).map((line): Field => {
    const [name = "", value = ""] = line.split(": ");
    return [name.toLowerCase(), value];
  }),
];

/** What became of a block, and how many fields it gave. */
function decode(decoder: HpackDecoder, bytes: Uint8Array, most: number): string {
  const list = new FieldList(limits);
  let state = "more";
  for (let at = 0; at < bytes.length && state === "more"; at += most) {
    const end = Math.min(at + most, bytes.length);
    state = decoder.decode(bytes, at, end, end === bytes.length, list);
  }
  return `${state} ${list.refusal} ${list.names.length}`;
}

/** The same block over and over, after another one that filled the table. */
function onConnection(first: Uint8Array, bytes: Uint8Array, expected: string, most = Infinity): Subject {
  const decoder = new HpackDecoder(Infinity);
  decode(decoder, first, Infinity);
  return [() => decode(decoder, bytes, most === Infinity ? bytes.length : most), expected];
}

/** A connection for each run. */
function onNewConnection(bytes: Uint8Array, expected: string, most = bytes.length): Subject {
  return [() => decode(new HpackDecoder(Infinity), bytes, most), expected];
}

const NONE = new Uint8Array();
const encoder = new HpackEncoder();
const first = encoder.encode(BROWSER_LIST), again = encoder.encode(BROWSER_LIST);
const isPath = ([name]: Field) => name === ":path";
const anotherPath = block(
  encoder.encode(BROWSER_LIST.filter((field) => !isPath(field))),
  literal(4, PATH, "not indexed", true),
);
const all = `whole undefined ${BROWSER_LIST.length}`;
const bomb = block(
  literal("a", "b".repeat(4000), "inserted"),
  ...Array.from({ length: 10_000 }, () => indexed(62)),
);
const hundred = block(
  ...Array.from({ length: 100 }, (_, i) => literal(`x-field-${100 + i}`, "v".repeat(200), "inserted", true)),
);
const longest = literal("a", "v".repeat(32_000), "inserted", true);

compare("a request's header block", {
  "a browser's, all indexed": onConnection(first, again, all),
  "the least: four indexed": onConnection(NONE, block(...[2, 4, 7, 32].map(indexed)), "whole undefined 4"),
  "a browser's, another path": onConnection(first, anotherPath, all),
  "a browser's first": onNewConnection(first, all),
  "a browser's first, a byte at a time": onNewConnection(first, all, 1),
  "100 fields, Huffman, each put into the table": onConnection(NONE, hundred, "whole undefined 100"),
  "one of 32,000 bytes, Huffman": onConnection(NONE, longest, "whole undefined 1"),
  "one of 32,000 bytes, Huffman, a byte at a time": onConnection(NONE, longest, "whole undefined 1", 1),
  "a bomb": onNewConnection(bomb, "excessive 431 8"),
});

function huffman(text: string): Subject {
  const bytes = new Uint8Array(huffmanLength(text));
  encodeHuffmanInto(text, bytes, 0);
  return [() => decodeHuffman(bytes, 0, bytes.length), text];
}

const AGENT = BROWSER_LIST.find(([name]) => name === "user-agent")![1];

compare("Huffman text", {
  "a user agent's name": huffman(AGENT),
  "a path": huffman(PATH),
  "a path, not ASCII": huffman(`${PATH}\xe9`),
});

const FILE: readonly Field[] = [
  ["Content-Type", "text/html; charset=utf-8"],
  ["Last-Modified", "Sun, 22 Nov 2026 00:00:00 GMT"],
  ["ETag", '"1-400-1"'],
  ["Accept-Ranges", "bytes"],
];
const names = FILE.map(([name]) => name), values = FILE.map(([, value]) => value);
const buffer = new Uint8Array(1024);

compare("a response's header block", {
  "status and length": [
    () => encodeField("content-length", "1024", buffer, encodeStatus(200, buffer, 0)),
    encodeField("content-length", "1024", buffer, encodeStatus(200, buffer, 0)),
  ],
  "a file's fields, made once": [
    () => encodeFields(names, values).length,
    encodeFields(names, values).length,
  ],
  "the same as it stands in HTTP/1.1": [
    () => encodeLatin1(FILE.map(([name, value]) => `${name}: ${value}\r\n`).join("")).length,
    names.join("").length + values.join("").length + 4 * FILE.length,
  ],
});
