/**
 * The head of a request that we send, and the framing of its content, as bytes (RFC 9112 sections 3, 6 and 7.1).
 *
 * @module
 */
import { isToken } from "../bytes/ascii.ts";
import { encodeLatin1, encodeLatin1Into, LATIN1_SPARE } from "../bytes/latin1.ts";
import { Slab } from "../bytes/slab.ts";
import type { FieldBlock } from "../http/fields.ts";
import type { BodyFraming } from "./framing.ts";
import { LAST_CHUNK } from "./writer.ts";

/** A request to be sent. */
export interface OutgoingHead {
  /** Any but CONNECT. */
  readonly method: string;
  /** The origin form or the asterisk form (RFC 9112 section 3.2). */
  readonly target: string;
  /** One Host, and Upgrade where that is wanted; none of Connection, Content-Length and Transfer-Encoding. */
  readonly fields: FieldBlock;
  readonly body: BodyFraming;
  /** The answer may be 101: `Connection: Upgrade` is sent. */
  readonly upgrades: boolean;
}

/** SECURITY: a space, a control character or anything that is not ASCII would be another request. */
const TARGET_TEXT = /^(?:\/|\*$)[!$-;=?-~]*$/;

/** Methods whose content has a meaning: without any, they say so (RFC 9110 section 8.6). */
const WITH_CONTENT = new Set(["POST", "PUT", "PATCH"]);

/**
 * The bytes of a request's head.
 *
 * SECURITY: whoever made it from what a client sent must not be able to make two requests of it, so it is looked through
 * once more.
 *
 * @throws {TypeError} if it would be no request, or another one: a bug of ours
 */
export function requestHead(
  { method, target, fields, body, upgrades }: OutgoingHead,
): Uint8Array<ArrayBuffer> {
  if (!isToken(method) || method === "CONNECT") throw new TypeError(`"${method}" is no method to send`);
  if (!TARGET_TEXT.test(target)) throw new TypeError(`"${target}" is no request target to send`);
  checkFields(fields, upgrades);
  const { names, values } = fields;
  let head = `${method} ${target} HTTP/1.1\r\n`;
  for (let i = 0; i < names.length; i++) head += `${names[i]}: ${values[i]}\r\n`;
  if (upgrades) head += "Connection: Upgrade\r\n";
  return bytesOf(head + framingField(method, body) + "\r\n");
}

/** Of heads, which are gone once they are written. */
const slab = new Slab();

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = slab.take(text.length + LATIN1_SPARE);
  return bytes.subarray(0, encodeLatin1Into(text, bytes, 0));
}

function framingField(method: string, body: BodyFraming): string {
  switch (body.kind) {
    case "chunked":
      return "Transfer-Encoding: chunked\r\n";
    case "length":
      return `Content-Length: ${body.length}\r\n`;
    case "none":
      return WITH_CONTENT.has(method) ? "Content-Length: 0\r\n" : "";
  }
}

function checkFields({ names }: FieldBlock, upgrades: boolean): void {
  let hosts = 0, upgrade = 0;
  // PERF: the length decides for nearly every field without folding its name.
  for (const name of names) {
    switch (name.length) {
      case 4:
        if (name.toLowerCase() === "host") hosts++;
        break;
      case 7:
        if (name.toLowerCase() === "upgrade") upgrade++;
        break;
      case 10:
      case 14:
      case 17:
        if (OURS.has(name.toLowerCase())) throw new TypeError(`${name} is written by the connection itself`);
        break;
    }
  }
  if (hosts !== 1) throw new TypeError(`${hosts} lines of Host in a request`);
  if (upgrade > 0 !== upgrades) throw new TypeError("Upgrade does not go with what may be answered");
}

const OURS: ReadonlySet<string> = new Set(["connection", "content-length", "transfer-encoding"]);

const CRLF: Uint8Array = encodeLatin1("\r\n");

/** What ends chunked content. */
export const LAST_CHUNK_BYTES: Uint8Array = encodeLatin1(LAST_CHUNK);

/** A piece of content as a chunk (RFC 9112 section 7.1). Must not be empty, since that would be the last one. */
export function chunkOf(bytes: Uint8Array): readonly Uint8Array[] {
  return [encodeLatin1(`${bytes.length.toString(16)}\r\n`), bytes, CRLF];
}
