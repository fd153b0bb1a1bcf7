/**
 * The Content-Disposition of an answer that has a name, and that of a form's part (RFC 7578 section 4.2): its name and file name, plain as browsers write
 * them (WHATWG HTML, multipart/form-data encoding), encoded (RFC 8187) or in pieces (RFC 2231 section 3).
 *
 * Refuses as a whole: another disposition, parameters that break the grammar or come twice, an encoded value of another
 * charset than UTF-8 and ISO-8859-1 or with bytes that its charset does not have, pieces with a gap between them.
 *
 * @module
 */
import { decodeLatin1, encodeLatin1 } from "../bytes/latin1.ts";
import { type ParameterValue, parseParameters } from "./parameters.ts";

/** What a part says about itself. */
export interface FormDisposition {
  /** The name of the form's field. */
  readonly name?: string;
  /** As the client sent it, never to be used as a path; empty where no file was chosen. */
  readonly fileName?: string;
}

type Parameters = ReadonlyMap<string, ParameterValue>;

const ANY_TYPE = /^[ \t]*[\w!#$&+.^`|~-]+(?=[ \t;]|$)/;
const FORM_DATA = /^[ \t]*form-data(?=[ \t;]|$)/i;

// RFC 8187 section 3.2.1. The language in the middle does not matter to a name.
const EXTENDED = /^(utf-8|iso-8859-1)'[0-9A-Za-z-]*'/i;
const ENCODED = /^(?:[\w!#$&+.^`|~-]|%[0-9A-Fa-f]{2})*$/;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads a field value, one character a byte; undefined if it is malformed or no form-data. */
export function parseFormDisposition(value: string): FormDisposition | undefined {
  const type = FORM_DATA.exec(value);
  const parameters = type === null ? undefined : parseParameters(value, type[0].length);
  if (parameters === undefined) return undefined;
  const name = readText(parameters, "name");
  const fileName = readText(parameters, "filename");
  if (name === null || fileName === null) return undefined;
  return { ...name !== undefined && { name }, ...fileName !== undefined && { fileName } };
}

/** The file name that a request has for its content (RFC 6266), as the client sent it; undefined where it has none that can be read. */
export function parseFileName(value: string): string | undefined {
  const type = ANY_TYPE.exec(value);
  const parameters = type === null ? undefined : parseParameters(value, type[0].length);
  return parameters && (readText(parameters, "filename") ?? undefined);
}

/**
 * The value for a file that is shown, and saved under its name (RFC 6266; RFC 8187 where the name needs it). All of it is
 * ASCII.
 */
export function inlineDisposition(fileName: string): string {
  return disposition("inline", fileName);
}

/** The same for a file that is not shown. */
export function attachmentDisposition(fileName: string): string {
  return disposition("attachment", fileName);
}

function disposition(type: string, fileName: string): string {
  const plain = fileName.replace(/[^\x20-\x7e]/gu, "_").replace(/["\\%]/g, "_");
  if (plain === fileName) return `${type}; filename="${plain}"`;
  const encoded = encodeURIComponent(fileName.toWellFormed()).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${type}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/** A parameter in the best of its forms (RFC 6266 section 4.3); undefined if there is none, null if one is malformed. */
function readText(parameters: Parameters, name: string): string | undefined | null {
  const plain = parameters.get(name);
  const extended = parameters.get(`${name}*`);
  const pieces = joinPieces(parameters, name);
  const decoded = extended && (extended.quoted ? undefined : decodeExtended(extended.text));
  if (pieces === null || (extended && decoded === undefined)) return null;
  return decoded ?? pieces ?? (plain && decodePlain(plain));
}

function decodeExtended(text: string): string | undefined {
  const charset = EXTENDED.exec(text);
  const encoded = charset && decodePercent(text.slice(charset[0].length));
  return encoded ? decodeCharset(encoded, charset[1]!) : undefined;
}

/** `name*0`, `name*1*` and so on; undefined if there is none, null if they are malformed. */
function joinPieces(parameters: Parameters, name: string): string | undefined | null {
  let charset: string | undefined;
  let joined = "";
  let count = 0;
  for (; count <= parameters.size; count++) {
    const plain = parameters.get(`${name}*${count}`);
    const extended = parameters.get(`${name}*${count}*`);
    if (plain) joined += withoutEscapes(plain);
    else if (extended) {
      // Only the first piece names the charset, and then it is encoded itself.
      const start = count === 0 ? EXTENDED.exec(extended.text) : null;
      if (count === 0) charset = start?.[1];
      const encoded = decodePercent(extended.text.slice(start?.[0].length ?? 0));
      if (extended.quoted || charset === undefined || encoded === undefined) return null;
      joined += decodeLatin1(encoded);
    } else break;
  }
  // There is a gap, or one piece is there in both forms.
  const all = Array.from(parameters.keys()).filter((key) => isPiece(key, name)).length;
  if (all !== count) return null;
  if (count === 0) return undefined;
  return charset === undefined ? decodeBytes(joined) : decodeCharset(encodeLatin1(joined), charset) ?? null;
}

function isPiece(parameter: string, name: string): boolean {
  return parameter.startsWith(`${name}*`) && parameter.length > name.length + 1;
}

/** The bytes of `%41b`; undefined if it breaks the grammar. */
function decodePercent(text: string): Uint8Array | undefined {
  if (!ENCODED.test(text)) return undefined;
  return encodeLatin1(text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))));
}

function decodeCharset(bytes: Uint8Array, charset: string): string | undefined {
  if (charset.toLowerCase() !== "utf-8") return decodeLatin1(bytes);
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

// Browsers write `"`, CR and LF as %22, %0D and %0A and leave every other `%` alone.
function decodePlain(value: ParameterValue): string {
  return decodeBytes(withoutEscapes(value)).replace(/%(?:22|0D|0A)/g, decodeURIComponent);
}

/** UTF-8 where it is that, else ISO 8859-1 as older clients sent it. */
function decodeBytes(text: string): string {
  return decodeCharset(encodeLatin1(text), "utf-8") ?? text;
}

// Clients that do not escape send `C:\dir\x.txt`: only what needs a backslash has one.
function withoutEscapes({ text, quoted }: ParameterValue): string {
  return quoted ? text.replace(/\\(["\\])/g, "$1") : text;
}
