/**
 * A proxy before upstreams in memory, each of which does what its test says.
 *
 * @module
 */
import type { Request, Response } from "../../lib/http/message.ts";
import type { DialOptions, UpstreamAddress } from "../../lib/ports.ts";
import { Proxy } from "../../lib/proxy/proxy.ts";
import type { AskedPath, Route, Target } from "../../lib/proxy/route.ts";
import { Deadlines } from "../../lib/server/deadlines.ts";
import { fakeRequest, type FakeRequestOptions } from "../cgi/fakes.ts";
import { FakeDialer, type MemoryDuplex } from "../support/fake_dialer.ts";
import { FakeClock } from "../support/fakes.ts";
import { toBytes, toText } from "../support/wire.ts";

export const LIMITS = { requestLine: 8192, headerFields: 32768, headerCount: 100 };

/** `a:80` as a target. */
export function target(name = "a:80", uri?: string): Target {
  const [hostname, port] = name.split(":") as [string, string];
  return { address: { hostname, port: Number(port) }, tls: false, hostname, ...uri !== undefined && { uri } };
}

export function route(changes: Partial<Route> = {}): Route {
  return {
    targets: [target()],
    verify: true,
    timeouts: { connect: 5000, read: 60_000 },
    bodyLimit: Infinity,
    fields: [],
    ...changes,
  };
}

export function asked(path: string, changes: Partial<AskedPath> = {}): AskedPath {
  return { path, sent: path, prefix: 1, query: undefined, ...changes };
}

/** The upstream's end of one connection. */
export class Peer {
  #rest = "";

  constructor(readonly stream: MemoryDuplex) {}

  /** What comes up to a text, that included; what came if the other side ends before. */
  async until(text: string): Promise<string> {
    const buffer = new Uint8Array(64 * 1024);
    while (!this.#rest.includes(text)) {
      const count = await this.stream.read(buffer).catch(() => null);
      if (count === null) return this.#take(this.#rest.length);
      this.#rest += toText(buffer.subarray(0, count));
    }
    return this.#take(this.#rest.indexOf(text) + text.length);
  }

  /** The next head; empty if there is none. */
  head(): Promise<string> {
    return this.until("\r\n\r\n");
  }

  async say(text: string): Promise<void> {
    for (let rest = toBytes(text); rest.length > 0;) rest = rest.subarray(await this.stream.write(rest));
  }

  #take(length: number): string {
    const text = this.#rest.slice(0, length);
    this.#rest = this.#rest.slice(length);
    return text;
  }
}

/** Says the same to every request of a connection, and ends it after those that it says so of. */
export function answers(text: string, ends = false): (peer: Peer) => Promise<void> {
  return async (peer) => {
    while (await peer.head() !== "") {
      await peer.say(text);
      if (ends) return peer.stream.close();
    }
  };
}

export const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** A proxy and what it is connected to. */
export class Bench {
  readonly dialer = new FakeDialer();
  readonly clock = new FakeClock();
  readonly proxy = new Proxy({
    dialer: this.dialer,
    clock: this.clock,
    deadlines: new Deadlines(this.clock),
    limits: () => LIMITS,
  });

  /** @param serve gets each connection, with its number from 0 on */
  listen(name: string, serve: (peer: Peer, count: number) => Promise<unknown> | void): void {
    let count = 0;
    this.dialer.listen(name, (stream) => void serve(new Peer(stream), count++));
  }

  get dialled(): readonly { readonly address: UpstreamAddress; readonly options: DialOptions }[] {
    return this.dialer.dialled;
  }

  ask(request: FakeRequestOptions = {}, changes: Partial<Route> = {}): Promise<Response> {
    return this.answer(fakeRequest({ path: "/", ...request }).request, changes);
  }

  answer(request: Request, changes: Partial<Route> = {}): Promise<Response> {
    return this.proxy.answer(request, route(changes), asked(request.path, { query: request.query }));
  }
}

/** A response as text: its status, its fields, its content, or why that ends; its source is closed. */
export async function told(response: Response | Promise<Response>): Promise<string> {
  const { status, fields, body } = await response;
  const lines = [...fields].map(([name, value]) => `${name}: ${value}\n`).join("");
  return `${status}\n${lines}\n${await contentOf(body)}`;
}

export async function contentOf(body: Response["body"]): Promise<string> {
  if (body === undefined) return "";
  if (body instanceof Uint8Array) return toText(body);
  const buffer = new Uint8Array(4096);
  let text = "";
  try {
    for (let count = await body.read(buffer); count !== null; count = await body.read(buffer)) {
      text += toText(buffer.subarray(0, count));
    }
  } catch (error) {
    text += `<${error instanceof Error ? error.name : error}>`;
  }
  body.close();
  return text;
}
