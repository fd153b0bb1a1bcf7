/**
 * A request as it would come to the server: its text is read by the same code as that of any client.
 *
 * @module
 */
import { encodeLatin1 } from "../bytes/latin1.ts";
import type { Endpoint } from "../http/endpoint.ts";
import { HttpError } from "../http/errors.ts";
import type { Request } from "../http/message.ts";
import { ServerConnection } from "../http1/connection.ts";
import type { WireLimits } from "../http1/limits.ts";

/** What is asked, and of whom. */
export interface Question {
  /** The head of an HTTP/1.1 request with the empty line that ends it. */
  readonly head: string;
  /** Whom the client has connected to. */
  readonly endpoint: Endpoint;
  /** It speaks TLS, where the endpoint does. */
  readonly tls: boolean;
}

type ReadRequest = Request & { readonly version: "HTTP/1.0" | "HTTP/1.1" };

/** The request of a client on this machine, without content; the answer to what is none. */
export function readQuestion({ head, endpoint, tls }: Question, limits: WireLimits): ReadRequest | HttpError {
  const connection = new ServerConnection(limits);
  connection.receive(encodeLatin1(head));
  try {
    const event = connection.next();
    if (event.type !== "request") return new HttpError(400, "The request ends within its head");
    const { method, target, form, path, query, host, version, fields, upgrade } = event;
    const { body } = event;
    const length = body.kind === "chunked" ? undefined : body.kind === "none" ? 0 : body.length;
    return {
      method,
      target,
      form,
      path,
      query,
      host,
      version,
      fields,
      upgrade,
      body: { length, read: () => Promise.resolve(null) },
      remote: { hostname: LOOPBACK, port: 0 },
      local: { hostname: endpoint.hostname, port: endpoint.port },
      // The client makes a connection for this host, so that none is misdirected.
      tls: tls ? { serverName: host, protocol: "http/1.1", covers: () => true } : undefined,
      onGone: () => () => {},
    };
  } catch (error) {
    if (error instanceof HttpError) return error;
    throw error;
  }
}

const LOOPBACK = "127.0.0.1";
