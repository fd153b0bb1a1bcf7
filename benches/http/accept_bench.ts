/**
 * The field Accept, which decides between a listing as HTML and as JSON.
 *
 * @module
 */
import { prefers } from "../../lib/http/accept.ts";
import { compare, fromWire, type Subject } from "../support.ts";

/** As long as a field can be. */
const LONG = 32_000;

function chooses(accept: string, expected: string): Subject {
  const sent = fromWire(accept);
  return [() => prefers(sent, ["text/html", "application/json"]), expected];
}

const full = (piece: string) => piece.repeat(LONG / piece.length);

compare("Accept", {
  "a browser's": chooses(
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "text/html",
  ),
  "anything": chooses("*/*", "text/html"),
  "JSON": chooses("application/json", "application/json"),
  "100 ranges": chooses("image/png;q=0.5,".repeat(99) + "application/json", "application/json"),
  "32 KiB of commas": chooses(full(","), "text/html"),
  "32 KiB of semicolons": chooses("text/html" + full(";"), "text/html"),
  "32 KiB of ranges": chooses(full("a/b,"), "text/html"),
  "32 KiB of parameters": chooses("text/html" + full(";a=b"), "text/html"),
  "32 KiB in quotes, without their end": chooses(`text/html;a="${full("\\a")}`, "text/html"),
  "32 KiB of quotes": chooses(`text/html;a=${full('"",')}`, "text/html"),
});
