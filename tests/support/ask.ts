/**
 * One request on a connection of its own, for tests that look at the answer and not at the wire.
 *
 * @module
 */
import { exchange, type WireResponse } from "./wire.ts";

/** What differs from a plain GET for `localhost`. */
export interface Ask {
  readonly method?: string;
  readonly host?: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The answer to one request. @throws if there is none */
export async function ask(port: number, target: string, options: Ask = {}): Promise<WireResponse> {
  const { method = "GET", host = "localhost", fields = {}, body } = options;
  const lines = Object.entries({
    Host: host,
    Connection: "close",
    ...(body !== undefined && { "Content-Length": String(body.length) }),
    ...fields,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const response = await exchange(
    port,
    `${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`,
    method,
  );
  if (!response) throw new Error(`${method} ${target} got no answer`);
  return response;
}

/** Status and content of a GET, e.g. `200 Hello`. */
export async function get(port: number, target: string, host?: string): Promise<string> {
  const response = await ask(port, target, host === undefined ? {} : { host });
  return `${response.status} ${response.text}`;
}

/** Status and Location of a GET, e.g. `301 /new`. */
export async function redirect(port: number, target: string): Promise<string> {
  const response = await ask(port, target);
  return `${response.status} ${response.field("location")}`;
}
