/**
 * The field Destination of COPY and MOVE (RFC 4918 section 10.3).
 *
 * @module
 */
import { HttpError, refusal } from "./errors.ts";
import { type Request, schemeOf } from "./message.ts";
import { type DecodedPath, decodePath } from "./path.ts";

const MISSING = new HttpError(400, "COPY or MOVE without a usable field Destination", {
  advice: "The field Destination has to say where it is to go: an address of this server, or a path.",
});

/** RFC 4918 section 9.8.5. */
const ELSEWHERE = new HttpError(502, "the field Destination names another server", {
  advice: "The field Destination names another server: nothing is copied or moved there.",
});

/**
 * The path that a request's Destination means: an absolute URI of the host that was asked, or a path with a slash at its
 * beginning. A query and a fragment mean nothing there.
 *
 * @returns 400 for one that cannot be read, 404 for one that leads out, 502 for another server
 */
export function destinationOf(
  request: Pick<Request, "fields" | "tls" | "forwarded">,
): DecodedPath | HttpError {
  const { fields } = request, written = fields.joined("destination");
  const [, scheme, authority, path = ""] =
    /^(?:(https?):\/\/([^/?#]+))?(\/[^?#\s]*)?(?:[?#].*)?$/i.exec(written ?? "") ?? [];
  // Two slashes begin a host's name.
  if (written === undefined || (authority === undefined && !/^\/(?!\/)/.test(path))) return MISSING;
  if (authority !== undefined && scheme !== undefined) {
    // Whether there is TLS in front of this server is not always known here, so the scheme is not compared.
    const isSame =
      withoutPort(authority, scheme) === withoutPort(fields.get("host") ?? "", schemeOf(request));
    if (!isSame) return ELSEWHERE;
  }
  const decoded = decodePath(path === "" ? "/" : path);
  if (decoded === "malformed") return MISSING;
  return decoded === "outside" ? refusal(404) : decoded;
}

/** Without the port that the scheme has anyway (RFC 9110 section 4.2.3). */
function withoutPort(authority: string, scheme: string): string {
  const usual = scheme.toLowerCase() === "https" ? ":443" : ":80", lower = authority.toLowerCase();
  return lower.endsWith(usual) ? lower.slice(0, -usual.length) : lower;
}
