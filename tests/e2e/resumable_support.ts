/**
 * What the tests of resumable uploads have in common: their requests, with the interim answers that come before the last.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { WireClient, type WireResponse } from "../support/wire.ts";
import { head } from "./store_support.ts";

/** Where a server is. */
export interface At {
  readonly port: number;
}

/** All answers to one request. */
export interface Answers {
  readonly interim: readonly WireResponse[];
  readonly last: WireResponse;
}

export type Fields = Readonly<Record<string, string>>;

/** Answers until the last one; undefined if the server ends the connection before. */
export async function answersOf(client: WireClient, method: string): Promise<Answers | undefined> {
  const interim: WireResponse[] = [];
  for (;;) {
    const answer = await client.response(method);
    if (answer === undefined) return undefined;
    if (answer.status >= 200) return { interim, last: answer };
    interim.push(answer);
  }
}

/** One request on a connection of its own. @throws if there is no answer */
export async function upload(
  { port }: At,
  method: string,
  target: string,
  fields: Fields,
  body: string | Uint8Array = "",
): Promise<Answers> {
  using client = await WireClient.connect(port);
  const length: Fields = { "Content-Length": String(body.length) };
  await client.send(head(method, target, { ...length, ...fields }));
  if (body.length > 0) await client.send(body);
  const answers = await answersOf(client, method);
  if (answers === undefined) throw new Error(`${method} ${target} got no answer`);
  return answers;
}

/** Begins an upload with a part of it, and gives its address. */
export async function begin(
  at: At,
  target: string,
  part: string | Uint8Array = "",
  fields: Fields = {},
): Promise<string> {
  const { last } = await upload(at, "PUT", target, { "Upload-Complete": "?0", ...fields }, part);
  assertEquals(last.status, 201);
  return last.field("location")!;
}

/** Goes on with one. */
export function append(
  at: At,
  target: string,
  offset: number,
  isLast: boolean,
  body: string | Uint8Array = "",
  fields: Fields = {},
): Promise<Answers> {
  return upload(at, "PATCH", target, {
    "Content-Type": "application/partial-upload",
    "Upload-Offset": String(offset),
    "Upload-Complete": isLast ? "?1" : "?0",
    ...fields,
  }, body);
}

/** Status, completeness and offset of an answer. */
export function stateOf({ last }: Answers): (string | number | undefined)[] {
  return [last.status, last.field("upload-complete"), last.field("upload-offset")];
}

/** Asks how far an upload is. */
export function ask(at: At, target: string, fields: Fields = {}): Promise<Answers> {
  return upload(at, "HEAD", target, fields);
}

/** Base64 of bytes. */
export function encodeBase64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}
