/**
 * The link that logs in: what is answered at it. Each link works once, and which ones do the main thread knows.
 *
 * @module
 */
import type { RunCookie } from "../access/run_cookie.ts";
import { HttpError } from "../http/errors.ts";
import { type Field, FieldBlock } from "../http/fields.ts";
import { LOGIN_PATH } from "../http/login_path.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import { type Request, type Response, schemeOf } from "../http/message.ts";
import type { MainThread } from "../ports.ts";
import { NOT_FRAMED } from "../pages/framing.ts";
import { usedLinkPage, welcomePage } from "../pages/login_page.ts";

/** Characters of a link's secret, at most. */
const LONGEST_SECRET = 100;

/** Logs in by a link, in one worker. */
export class LoginPage {
  /** @param authority where the page of the local authority is; undefined where the server has no certificate of that */
  constructor(
    readonly cookie: RunCookie,
    readonly main: MainThread,
    readonly authority: string | undefined,
  ) {}

  /** The answer to a request for the link; undefined for any other. */
  answer(request: Request): HttpError | MaybePromise<Response> | undefined {
    if (request.path !== LOGIN_PATH) return undefined;
    const { method, fields } = request;
    if (method === "OPTIONS") return { status: 204, fields: ALLOWED, body: undefined };
    if (method !== "GET" && method !== "HEAD") return NOT_ALLOWED;
    // Whoever has it needs no link; and a page that is loaded again is not to say that the link has been used.
    if (this.cookie.userOf(request) !== undefined) return this.#welcome(request);
    // What a browser or a messenger looks at before somebody has opened it is not to use it up.
    if (method === "HEAD" || !isOpened(fields)) return NOT_OPENED;
    return this.#logIn(request);
  }

  async #logIn(request: Request): Promise<Response> {
    const { query = "" } = request;
    const value = query === "" || query.length > LONGEST_SECRET
      ? undefined
      : await this.main.ask("link", query);
    return value === undefined ? LINK_IS_USED : this.#welcome(request, value);
  }

  /** @param value of the cookie, for whoever does not have it */
  #welcome(request: Request, value?: string): Response {
    const { cookie: { facts: { name } } } = this;
    const isSecure = schemeOf(request) === "https";
    const given: Field[] = value === undefined
      ? []
      : [["Set-Cookie", `${name}=${value}; Path=/; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`]];
    return {
      status: 200,
      fields: FieldBlock.of(...PAGE, ...given),
      body: encoder.encode(welcomePage(isSecure ? this.authority : undefined)),
    };
  }
}

const encoder = new TextEncoder();

/** Opened by a person: neither ahead of that, nor as a part of another page. */
function isOpened(fields: FieldBlock): boolean {
  const purpose = `${fields.joined("sec-purpose") ?? ""} ${fields.joined("purpose") ?? ""} ${
    fields.joined("x-moz") ?? ""
  }`;
  if (/prefetch|prerender|preview/i.test(purpose)) return false;
  return (fields.get("sec-fetch-dest") ?? "document") === "document" ||
    fields.get("sec-fetch-dest") === "empty";
}

const NOT_STORED: Field = ["Cache-Control", "no-store"];

/** SECURITY: the address of the page is a secret, until it has been used. */
const PAGE: readonly Field[] = [
  ["Content-Type", "text/html; charset=utf-8"],
  NOT_STORED,
  ["Referrer-Policy", "no-referrer"],
  [
    "Content-Security-Policy",
    `default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; ${
      NOT_FRAMED[1]
    }`,
  ],
];

const ALLOW: Field = ["Allow", "GET, HEAD, OPTIONS"];
const ALLOWED = FieldBlock.of(ALLOW);
const NOT_ALLOWED = new HttpError(405, "The link that logs in is opened", { fields: ALLOWED });

/** RFC 9110 section 15.6.4: it may be tried again. */
const NOT_OPENED: Response = {
  status: 503,
  fields: FieldBlock.of(NOT_STORED, ["Retry-After", 0]),
  body: undefined,
};

/** RFC 9110 section 15.5.11. */
const LINK_IS_USED: Response = {
  status: 410,
  fields: FieldBlock.of(...PAGE),
  body: encoder.encode(usedLinkPage()),
};
