/**
 * Where a location's requests go on to: the URLs of `proxy_pass`, in nginx's notation.
 *
 * @module
 */
import { resolve } from "@std/path";
import type { UpstreamAddress } from "../ports.ts";
import { quote } from "./issues.ts";
import { parseHost, ValueError } from "./values.ts";

/** One upstream of a `proxy_pass`. Plain data, as everything in a Config is. */
export interface ProxyTarget {
  readonly address: UpstreamAddress;
  /** TLS is spoken to it. */
  readonly tls: boolean;
  /** As it was written, in lower case: the name that its certificate has to be for. `localhost` for a Unix socket. */
  readonly hostname: string;
  /** What takes the place of the location's prefix, begins with a slash; without it the path passes as it was sent. */
  readonly uri?: string;
}

const EXAMPLE =
  "an upstream such as http://127.0.0.1:3000, https://example.test/app/ or http://unix:/run/app.sock";

/** Of a path (RFC 3986 section 3.3). */
const URI = /^\/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*$/;

/**
 * An upstream: `http://HOST:PORT`, `https://HOST`, `http://unix:/PATH`, each with a path behind it or without
 * (`http://unix:/PATH:/uri/`).
 *
 * @param folder absolute: where the relative path of a socket starts
 * @throws {ValueError}
 */
export function parseUpstream(text: string, folder: string): ProxyTarget {
  // SECURITY: what may be a password is not shown again.
  if (/^[a-z]+:\/\/[^/]*@/i.test(text)) {
    throw new ValueError(
      "an upstream takes no user and no password: write proxy_set_header: { Authorization: ... }",
    );
  }
  const [, scheme, rest] = /^(https?):\/\/(.+)$/i.exec(text) ?? [];
  if (scheme === undefined || rest === undefined) {
    throw new ValueError(`expected ${EXAMPLE}, not ${quote(text)}`);
  }
  const tls = scheme.toLowerCase() === "https";
  return rest.startsWith("unix:") ? socketTarget(rest, tls, folder, text) : hostTarget(rest, tls, text);
}

function socketTarget(rest: string, tls: boolean, folder: string, text: string): ProxyTarget {
  const [, path, uri] = /^unix:([^:]+)(?::(.*))?$/.exec(rest) ?? [];
  // deno-lint-ignore no-control-regex
  if (path === undefined || path.endsWith("/") || /[\x00-\x1f\x7f,]/.test(path)) {
    throw new ValueError(
      `expected the path of a socket such as http://unix:/run/app.sock, not ${quote(text)}`,
    );
  }
  return { address: { path: resolve(folder, path) }, tls, hostname: "localhost", ...parseUri(uri, text) };
}

function hostTarget(rest: string, tls: boolean, text: string): ProxyTarget {
  const [, host, port, uri] = /^(\[[^\]]*\]|[^:/?#]*)(?::([^/?#]*))?([^]*)$/.exec(rest) ?? [];
  const hostname = host === undefined ? undefined : parseHost(host.replace(/\.$/, ""));
  if (hostname === undefined) throw new ValueError(`expected ${EXAMPLE}, not ${quote(text)}`);
  const number = port === undefined ? (tls ? 443 : 80) : /^\d{1,5}$/.test(port) ? Number(port) : NaN;
  if (!(number >= 1 && number <= 65535)) {
    throw new ValueError(`expected a port from 1 to 65535, not ${quote(text)}`);
  }
  return {
    address: { hostname, port: number },
    tls,
    hostname,
    ...parseUri(uri === "" ? undefined : uri, text),
  };
}

function parseUri(uri: string | undefined, text: string): { readonly uri?: string } {
  if (uri === undefined) return {};
  if (/^[^?#]*[?#]/.test(uri)) {
    throw new ValueError(`expected an upstream without a query or a fragment, not ${quote(text)}`);
  }
  if (/\$[a-z_{]/i.test(uri)) throw new ValueError(`an upstream knows no variables: ${quote(text)}`);
  if (URI.test(uri)) return { uri };
  throw new ValueError(`expected a path that starts with "/" behind the upstream, not ${quote(text)}`);
}
