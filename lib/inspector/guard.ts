/**
 * Who may see the inspector: somebody on this machine who has the token. SECURITY: three things keep pages of others away,
 * each by itself. A page whose own name leads here (DNS rebinding) is betrayed by Host; what a page of another origin has a
 * browser send says so in Origin or Sec-Fetch-Site; and nobody gets anything without the token, which no page can read.
 *
 * @module
 */
import { HttpError } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { isLoopback } from "../http/endpoint.ts";
import type { Request, Response } from "../http/message.ts";

/** Where a browser says that it knows the token: cookies go to all ports of a host, so each inspector has its own. */
export function cookieName(port: number): string {
  return `webserv_inspector_${port}`;
}

/** What a request is found to be. */
export type Verdict =
  /** It may have everything. @param fields to be sent with the answer */
  | { readonly kind: "welcome"; readonly fields: FieldBlock }
  /** It knows no token, and is nobody's foreign page. */
  | { readonly kind: "unknown"; readonly error: HttpError }
  /** Nothing at all is for it. */
  | { readonly kind: "refused"; readonly error: HttpError }
  /** The token is to leave the address. */
  | { readonly kind: "redirect"; readonly response: Response };

const UNKNOWN =
  "The inspector wants its token: open the whole address that the server has printed when it started, or send " +
  "Authorization: Bearer TOKEN. On this machine, webserv requests knows it.";

/** Looks at requests. */
export class Guard {
  /** @param token of this start, ASCII */
  constructor(readonly token: string, readonly port: number) {}

  /** @param isPage an address for people: what stands in its place in a browser's list is to have no token */
  judge(request: Request, isPage: boolean): Verdict {
    const foreign = this.#foreign(request);
    if (foreign !== undefined) return { kind: "refused", error: foreign };
    const given = tokenInQuery(request);
    if (given !== undefined) {
      if (!this.#knows(given)) return unknown();
      const cookie = FieldBlock.of(["Set-Cookie", this.#cookie()]);
      return isPage
        ? { kind: "redirect", response: withoutToken(request, cookie) }
        : { kind: "welcome", fields: cookie };
    }
    const { fields } = request;
    const bearer = /^Bearer +(\S+)$/i.exec(fields.get("authorization") ?? "")?.[1];
    if (bearer !== undefined) return this.#knows(bearer) ? WELCOME : unknown();
    const name = cookieName(this.port);
    const cookies = (fields.joined("cookie") ?? "").split(/[;,] */).map((cookie) => cookie.split("="));
    return cookies.some(([key, value]) => key === name && this.#knows(value ?? "")) ? WELCOME : unknown();
  }

  /** Why a request is a foreign page's; undefined if it is none. */
  #foreign({ fields, host, form }: Request): HttpError | undefined {
    if (form === "authority" || form === "asterisk" || !isLoopbackName(host)) {
      return new HttpError(421, `The inspector was asked for by the name ${host}`, {
        advice:
          "The inspector is at a name or an address of this machine alone, such as localhost or 127.0.0.1.",
      });
    }
    const site = fields.joined("sec-fetch-site");
    if (site !== undefined && site !== "same-origin" && site !== "none") return foreignPage();
    const origin = fields.joined("origin");
    return origin === undefined || origin === `http://${fields.get("host") ?? ""}`
      ? undefined
      : foreignPage();
  }

  /** SECURITY: Strict, so that a link on another's page does not carry it; no script can read it. */
  #cookie(): string {
    return `${cookieName(this.port)}=${this.token}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /** SECURITY: takes as long for a token that is nearly right as for any other of its length. */
  #knows(given: string): boolean {
    const { token } = this;
    if (given.length !== token.length) return false;
    let difference = 0;
    for (let i = 0; i < token.length; i++) difference |= given.charCodeAt(i) ^ token.charCodeAt(i);
    return difference === 0;
  }
}

const WELCOME: Verdict = { kind: "welcome", fields: FieldBlock.EMPTY };

function unknown(): Verdict {
  const fields = FieldBlock.of(["WWW-Authenticate", 'Bearer realm="webserv inspector"']);
  return {
    kind: "unknown",
    error: new HttpError(401, "No token, or a wrong one", { advice: UNKNOWN, fields }),
  };
}

function foreignPage(): HttpError {
  return new HttpError(403, "A page of another origin asked for it", {
    advice: "The inspector is for its own page alone, and not for pages of others.",
  });
}

/** RFC 6761 section 6.3: no resolver may have them lead elsewhere. */
function isLoopbackName(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || isLoopback({ hostname: host });
}

/** An empty one is one, too. With GET and HEAD alone: nobody links to a request that changes something. */
function tokenInQuery({ method, query }: Request): string | undefined {
  if (query === undefined || (method !== "GET" && method !== "HEAD")) return undefined;
  return new URLSearchParams(query).get("token") ?? undefined;
}

/** RFC 9110 section 15.4.3. */
function withoutToken({ path, query = "" }: Request, cookie: FieldBlock): Response {
  const rest = query.split("&").filter((parameter) => !/^token(?:=|$)/i.test(parameter)).join("&");
  // SECURITY: with two slashes in front it would be another host.
  const target = path.replace(/^\/[/\\]+/, "/") + (rest === "" ? "" : `?${rest}`);
  return { status: 302, fields: FieldBlock.of(["Location", target]).concat(cookie), body: undefined };
}
