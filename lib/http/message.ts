/**
 * A request as a handler sees it and a response as a handler makes it (RFC 9110 section 3.4), without any of the
 * wire's framing. A handler that has its answer at hand returns it at once, not as a promise: a promise costs about
 * as much as reading the whole request.
 *
 * @module
 */
import type { Duplex, TlsSession } from "../ports.ts";
import type { HttpError } from "./errors.ts";
import type { FieldBlock } from "./fields.ts";
import type { DecodedPath } from "./path.ts";
import type { ProgramFailure } from "./program_failure.ts";
import type { Forwarded } from "./trusted_proxies.ts";

/** Answers a request. Must not throw for anything that a client did; a throw is answered 500. */
export type Handler = (request: Request) => Response | Promise<Response>;

/** One request. */
export interface Request {
  /** A token, not necessarily a known method. */
  readonly method: string;
  /** The request target as it was sent. */
  readonly target: string;
  /** RFC 9112 section 3.2. */
  readonly form: "origin" | "absolute" | "authority" | "asterisk";
  /** The target's path, still encoded; `*` for the asterisk form, empty for the authority form. */
  readonly path: string;
  /** What follows the first `?`, still encoded; undefined without one. */
  readonly query: string | undefined;
  /** Path and query as they were sent, where something in this server has put another query in the place of that one. */
  readonly uri?: string | undefined;
  /** The host asked for: lower case, no port, no trailing dot; empty where HTTP/1.0 sent none. */
  readonly host: string;
  readonly version: "HTTP/1.0" | "HTTP/1.1" | "HTTP/2.0";
  readonly fields: FieldBlock;
  readonly body: RequestBody;
  /** The client, as proxies that are believed tell it (port 0: they do not tell that); else the connection's other end. */
  readonly remote: { readonly hostname: string; readonly port: number };
  readonly local: { readonly hostname: string; readonly port: number };
  /** Undefined where the connection is not encrypted. */
  readonly tls?: TlsSession | undefined;
  /** Undefined where the connection's other end is no proxy that is believed: what it says of itself is anybody's word. */
  readonly forwarded?: Forwarded | undefined;
  /**
   * What the client wants to speak instead from now on: the value of Upgrade (RFC 9110 section 7.8) of a request of
   * HTTP/1.1 whose Connection names it, or `:protocol` of an extended CONNECT (RFC 8441), whose method is then told as GET,
   * which it is for HTTP/1.1. A handler that cannot switch answers as if it had not been asked.
   */
  readonly upgrade?: string | undefined;
  /**
   * Sends an interim response (RFC 9110 section 15.2; not 101) before the final one. Does nothing where the client does not
   * understand them (HTTP/1.0), or once the final one has begun. Waits for nobody: whoever sends many bounds their number.
   */
  inform?(status: number, fields: FieldBlock): void;
  /** Set by whoever takes it down: undefined where nobody does. */
  record?: Recording | undefined;
  /** Calls back once if the client leaves before the response is complete; the returned function takes it back. */
  onGone(callback: () => void): () => void;
}

/** One request that is being taken down. It ends once: with the answer that is logged, or like this. */
export interface Recording {
  /** No answer will be logged. Does nothing where one was. */
  left(): void;
}

/** The same request but for some of it. What the client is told, and tells by leaving, goes through the first one. */
export function requestWith(
  request: Request,
  changes: Partial<Omit<Request, "inform" | "onGone" | "record">>,
): Request {
  const { method, target, form, path, query, uri, host, version, fields, body } = request;
  const { remote, local, tls, forwarded, upgrade } = request;
  return {
    method,
    target,
    form,
    path,
    query,
    uri,
    host,
    version,
    fields,
    body,
    remote,
    local,
    tls,
    forwarded,
    upgrade,
    ...changes,
    inform: (status, fields) => request.inform?.(status, fields),
    onGone: (callback) => request.onGone(callback),
  };
}

/** How the client asked: with TLS to us, or to a proxy that is believed. */
export function schemeOf({ forwarded, tls }: Pick<Request, "forwarded" | "tls">): "http" | "https" {
  return forwarded?.scheme ?? (tls === undefined ? "http" : "https");
}

/** Path and query as they were sent, still encoded: nginx's `$request_uri`. */
export function requestUri({ uri, path, query }: Pick<Request, "uri" | "path" | "query">): string {
  return uri ?? (query === undefined ? path : `${path}?${query}`);
}

/** The content of a request, read piece by piece as it arrives. */
export interface RequestBody {
  /** Bytes announced by Content-Length, 0 if there is no body, undefined if it is chunked. */
  readonly length: number | undefined;
  /**
   * The next piece, valid until the next call; null at the end. Sends `100 Continue` first where the client waits
   * for it. Rejects with an HttpError where the body breaks its framing or stalls, with a GoneError where the client
   * leaves.
   *
   * @param most bytes that may still come: as soon as more are announced, by a chunk's size, it is 413. Whoever reads
   *   counts what comes nevertheless
   */
  read(most?: number): Promise<Uint8Array | null>;
}

/** What a connection (HTTP/1.1) or a stream (HTTP/2) becomes after its answer. */
export interface Tunnel {
  /** Bytes go between the client and this unchanged, an end of either side as an end of that side. */
  readonly peer: Duplex;
  /** The time without a byte in any direction after which it is ended, in milliseconds. */
  readonly idle: number;
}

/** One response. */
export interface Response {
  readonly status: number;
  /** In place of the usual reason phrase. */
  readonly reason?: string;
  /** Without those of the framing, Date and Server. */
  readonly fields: FieldBlock;
  /** Undefined: no content. For HEAD the body is given all the same, and its length is sent alone. */
  readonly body: Uint8Array | BodySource | undefined;
  /**
   * With the status 101, for a request that has `upgrade` and is whole; the fields have Upgrade, `Connection: Upgrade` is
   * written by whoever sends it. Over HTTP/2 it is sent as 200, without the fields of the switch (RFC 8441 section 5); there
   * a request with `upgrade` that is answered with another status below 300 gets 501 in its place, since any 2xx would mean
   * a tunnel. The one who sends the response closes the peer, on every path.
   */
  readonly tunnel?: Tunnel;
  /** The body is the whole message, head and all; the connection closes after it. */
  readonly raw?: true;
  /** A program made it, and its status is the program's word. */
  readonly isByProgram?: true;
  /** The program has named its status; where it has not, a 200 is taken for granted. */
  readonly isStatusNamed?: true;
  /** What can be told of that program if the answer is an error without a word. */
  readonly failure?: ProgramFailure | undefined;
  /** In which content coding it is sent has been decided already, with the fields that tell so. */
  readonly hasCodingChosen?: true;
  /** Why it is an error: for the access log on a terminal, never for a client. */
  readonly why?: string | undefined;
  /** Whose name and password were right: for log and inspector. */
  readonly user?: string | undefined;
  /** What was slow or broken on purpose, in the configuration's words: for log and inspector, e.g. `delay 300ms, cut 2k`. */
  readonly weather?: string | undefined;
}

/** A body that is read as it is sent. The one who sends it closes it, on every path. */
export interface BodySource {
  /** Bytes to come; undefined if that is not known before the end. */
  readonly length: number | undefined;
  /** The first read() gives its bytes without waiting for anyone, so that they may leave together with the head. */
  readonly prompt: boolean;
  /** Fills the buffer from its start, with one byte at least; null at the end. @throws {BodyError} */
  read(buffer: Uint8Array): Promise<number | null>;
  /** After `length` bytes: whether that was really all. A source that may say more than it announced has this. */
  isAtEnd?(): Promise<boolean>;
  close(): void;
}

/** In place of a response: another path of this server is to answer. The client does not learn of it. */
export class InternalRedirect {
  /**
   * @param query in place of the request's own; where the path is asked for anew (see `as`), undefined is no query
   * @param as the path is asked for anew, with GET and without the request's content (HEAD stays HEAD)
   */
  constructor(readonly path: DecodedPath, readonly query?: string, readonly as?: "GET") {}
}

/** What an answer can be. An error is returned where it is found at hand, and thrown from further below. */
export type Outcome = Response | InternalRedirect | HttpError;
