/**
 * What a location says about the servers that its requests go on to.
 *
 * @module
 */
import type { Request, Response } from "../http/message.ts";
import type { DialError, UpstreamAddress } from "../ports.ts";

/** Where an upstream is. */
export interface Server {
  readonly address: UpstreamAddress;
  /** TLS is spoken to it. */
  readonly tls: boolean;
  /** The name that its certificate has to be for. */
  readonly hostname: string;
}

/** One upstream. */
export interface Target extends Server {
  /** What takes the place of the location's prefix in a request's path. */
  readonly uri?: string;
}

/** What is asked for, as an upstream's path tells it. */
export interface AskedPath {
  /** The path that the location was found by: decoded and normalised. */
  readonly path: string;
  /** The path as it was sent; undefined where something in this server has chosen another. */
  readonly sent: string | undefined;
  /** How much of the path is the location's prefix. */
  readonly prefix: number;
  readonly query: string | undefined;
}

/** A field that is sent in place of the client's; an empty value: none is sent. */
export interface SetField {
  readonly name: string;
  value(request: Request, asked: AskedPath): string;
}

/** Where requests go, and how. */
export interface Route {
  /** Not empty. */
  readonly targets: readonly Target[];
  /** The certificate of an https upstream has to be one that is believed. */
  readonly verify: boolean;
  /** In milliseconds. */
  readonly timeouts: { readonly connect: number; readonly read: number };
  /** Bytes of a body of which no length is announced. */
  readonly bodyLimit: number;
  readonly fields: readonly SetField[];
  readonly whileUnreachable?: WhileUnreachable | undefined;
}

/**
 * Asked where no upstream can be connected to: what is answered instead, or that they are to be tried again; undefined: 502,
 * or 504. Whoever says "try again" waits before, and for no longer than somebody would; no content has been asked for yet.
 */
export type WhileUnreachable = (
  request: Request,
  error: DialError,
) => Promise<Response | "try again" | undefined> | Response | "try again" | undefined;
