/**
 * What a server with a certificate of the local authority has for those who are to trust it: the authority's own
 * certificate in several forms, and a page that says what to do with it. All of it is public, read-only, and to be had
 * over plain HTTP as well, since nothing else can be read before it is trusted.
 *
 * @module
 */
import { isLoopback } from "../http/endpoint.ts";
import { HttpError } from "../http/errors.ts";
import { type Field, FieldBlock } from "../http/fields.ts";
import { isAddress, parseHost } from "../http/host.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Request, Response } from "../http/message.ts";
import { authorityPage } from "../pages/authority_page.ts";
import { NOT_FRAMED } from "../pages/framing.ts";
import { mobileConfig } from "../pages/mobile_config.ts";
import { qrCode } from "../pages/qr_code.ts";

/** The authority as everybody may know it. */
export interface PublicAuthority {
  /** What it is called in lists. */
  readonly name: string;
  /** SHA-256 of its certificate, `0A:1B:...`. */
  readonly fingerprint: string;
  readonly pem: string;
  readonly der: Uint8Array;
  /** IP addresses by which others reach servers that listen on all addresses. */
  readonly addresses: readonly string[];
}

/** Below it lies what is made here, and nothing else. */
const FOLDER = "/.webserv/";

const encoder = new TextEncoder();

/** Its name may be another user's tomorrow, and an address another machine's. */
const NOT_STORED: Field = ["Cache-Control", "no-store"];

/** A file that the authority has, and how it is made. */
interface AuthorityFile {
  readonly type: string;
  readonly content: (authority: PublicAuthority) => Uint8Array;
}

const FILES: ReadonlyMap<string, AuthorityFile> = new Map([
  // Phones want DER.
  ["ca.crt", { type: "application/x-x509-ca-cert", content: ({ der }) => der }],
  ["ca.pem", { type: "application/x-pem-file", content: ({ pem }) => encoder.encode(pem) }],
  [
    "ca.mobileconfig",
    {
      type: "application/x-apple-aspen-config",
      content: (authority) => encoder.encode(mobileConfig(authority)),
    },
  ],
]);

/** Where the page is. */
export const AUTHORITY_PAGE = `${FOLDER}ca`;

/** True for a path that the server may have something of its own at. PERF: nearly none is. */
export function isOwnPath({ path }: Pick<Request, "path">): boolean {
  return path.startsWith(FOLDER);
}

/** How a server is reached over TLS. */
export interface SecureAddress {
  /** Undefined: the port that a request comes to is the one. */
  readonly port: number | undefined;
  /** It listens on all addresses, those included that other machines reach. */
  readonly isOpen: boolean;
}

/** The answer to a request for one of them; undefined for any other. */
export function answerForAuthority(
  request: Request,
  authority: PublicAuthority,
  secure: SecureAddress,
): HttpError | MaybePromise<Response> | undefined {
  const isPage = request.path === AUTHORITY_PAGE;
  const file = FILES.get(request.path.slice(FOLDER.length));
  if (!isPage && file === undefined) return undefined;
  if (request.method === "OPTIONS") return { status: 204, fields: ALLOWED, body: undefined };
  if (request.method !== "GET" && request.method !== "HEAD") return NOT_ALLOWED;
  if (file === undefined) return pageFor(request, authority, secure);
  return {
    status: 200,
    fields: FieldBlock.of(["Content-Type", file.type], NOT_STORED),
    body: file.content(authority),
  };
}

const ALLOW: Field = ["Allow", "GET, HEAD, OPTIONS"];
const ALLOWED = FieldBlock.of(ALLOW);
const NOT_ALLOWED = new HttpError(405, "The authority's certificate can be read only", { fields: ALLOWED });

const PAGE_FIELDS = FieldBlock.of(["Content-Type", "text/html; charset=utf-8"], NOT_STORED, NOT_FRAMED);

async function pageFor(
  request: Request,
  { name, fingerprint, addresses }: PublicAuthority,
  secure: SecureAddress,
): Promise<Response> {
  const { host = request.local.hostname, port: asked } = parseHost(request.fields.get("host") ?? "") ?? {};
  const port = secure.port ?? asked ?? PORT[request.tls === undefined ? "http" : "https"];
  const url = (scheme: Scheme, host: string) =>
    `${scheme}://${host.includes(":") ? `[${host}]` : host}${port === PORT[scheme] ? "" : `:${port}`}`;
  const reached = isOfThisMachine(host) ? (secure.isOpen ? addresses[0] : undefined) : host;
  const phone = reached === undefined ? undefined : `${url("http", reached)}${AUTHORITY_PAGE}`;
  const page = authorityPage({
    name,
    fingerprint,
    secure: `${url("https", host)}/`,
    phone: phone === undefined ? undefined : { url: phone, code: await qrCode(phone) },
    isOpen: secure.isOpen,
    userAgent: request.fields.get("user-agent") ?? "",
  });
  return { status: 200, fields: PAGE_FIELDS, body: encoder.encode(page) };
}

type Scheme = "http" | "https";

/** One port speaks both, and may be another one on the way here. */
const PORT: Readonly<Record<Scheme, number>> = { http: 80, https: 443 };

function isOfThisMachine(host: string): boolean {
  return isAddress(host)
    ? isLoopback({ hostname: host })
    : host === "localhost" || host.endsWith(".localhost");
}
