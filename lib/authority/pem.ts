/**
 * PEM (RFC 7468): DER between lines that say what it is.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** A block of PEM, with the line end behind it. @param label e.g. `CERTIFICATE` */
export function toPem(label: string, der: Uint8Array): string {
  const lines = Buffer.from(der).toString("base64").match(/.{1,64}/g)!;
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** The first block of a kind; undefined where there is none, or its base64 is broken. */
export function fromPem(label: string, text: string): Uint8Array<ArrayBuffer> | undefined {
  const match = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`).exec(text);
  if (match === null) return undefined;
  const base64 = match[1]!.replace(/\s/g, "");
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64)) return undefined;
  return new Uint8Array(Buffer.from(base64, "base64"));
}
