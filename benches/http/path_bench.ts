/**
 * Request paths: decoding, encoding, and whether they lie within a root.
 *
 * @module
 */
import { DEFAULTS } from "../../lib/config/defaults.ts";
import { isContained } from "../../lib/http/containment.ts";
import { typeByName } from "../../lib/http/media_type.ts";
import { decodePath, encodePath } from "../../lib/http/path.ts";
import { compare, fromWire, repeat, type Subject } from "../support.ts";

/** As long as a path can be, nearly. */
const LONG = DEFAULTS.limits.requestLine - 32;

/** A piece as often as it fits. */
const full = (piece: string) => "/" + piece.repeat(Math.floor(LONG / piece.length));

function decodes(raw: string, expected: string): Subject {
  const sent = fromWire(raw);
  return [() => decodePath(sent), expected];
}

compare("a path decoded", {
  "plain": decodes("/assets/app.js", "/assets/app.js"),
  "with an escape": decodes("/assets/my%20app.js", "/assets/my app.js"),
  "with UTF-8 in escapes": decodes("/caf%C3%A9/men%C3%BC.html", "/café/menü.html"),
  "with dot segments": decodes("/a/b/../c/./d", "/a/c/d"),
  "escaped twice": decodes("/%252e%252e/%252e%252e/etc", "/%2e%2e/%2e%2e/etc"),
  "refused: out of the root": decodes("/a/../../etc/passwd", "outside"),
  "refused: an escaped slash": decodes("/a%2fb", "malformed"),
  "refused: a bad escape": decodes("/a%zz", "malformed"),
  "refused: no UTF-8": decodes("/a%ff", "malformed"),
});

compare("a path of 8 KiB decoded", {
  "plain": decodes(full("a"), full("a")),
  "slashes": decodes(full("/"), "/"),
  "escapes": decodes(full("%61"), full("%61").replaceAll("%61", "a")),
  "escapes of UTF-8": decodes(full("%e2%82%ac"), full("%e2%82%ac").replaceAll("%e2%82%ac", "€")),
  "segments that are taken back": decodes(full("a/../"), "/"),
  "refused: %2e%2e/": decodes(full("%2e%2e/"), "outside"),
  "refused: 1,000 segments, then %2e%2e/": decodes(
    `/${"a/".repeat(700)}${"%2e%2e/".repeat(701)}`,
    "outside",
  ),
  "escaped twice": decodes(full("%252e%252e/"), full("%252e%252e/").replaceAll("%25", "%")),
  "refused: no UTF-8 at the end": decodes(full("%61") + "%ff", "malformed"),
  "refused: an escaped slash at the end": decodes(full("%61") + "%2f", "malformed"),
});

function encodes(path: string, expected: string): Subject {
  const made = fromWire(path);
  return [() => encodePath(made), expected];
}

compare("a path encoded", {
  "plain": encodes("/assets/app.js", "/assets/app.js"),
  "with a space": encodes("/my app.js", "/my%20app.js"),
  "8 KiB, plain": encodes(full("a"), full("a")),
  "8 KiB of question marks": encodes(full("?"), full("?").replaceAll("?", "%3F")),
  "8 KiB of slashes": encodes(full("/"), "/"),
});

function contained(path: string, root: string, expected: boolean): Subject {
  const [inner, outer] = [fromWire(path), fromWire(root)];
  return [() => isContained(inner, outer), expected];
}

const deep = "/srv/www" + "/folder".repeat(100);
const long = "/srv/" + "w".repeat(4000);

compare("containment", {
  "within": contained("/srv/www/a/b.html", "/srv/www", true),
  "beside, with the root's name before its own": contained("/srv/www2/a", "/srv/www", false),
  "100 folders": contained(`${deep}/a`, deep, true),
  "a root of 4 KiB": contained(`${long}/a`, long, true),
});

const manyExtensions = fromWire(`/a${repeat(1000, (index) => `.${index}`)}.html`);
let extensions = 0;

compare("the media type of a name", {
  "one seen before": [
    () => typeByName("/srv/www/assets/app.js") ?? "unknown",
    "text/javascript; charset=utf-8",
  ],
  "a new extension at each time": [
    () => typeByName(`/srv/www/a.x${extensions++}`) ?? "unknown",
    "unknown",
  ],
  "8 KiB of dots": [() => typeByName(full(".")) ?? "unknown", "unknown"],
  "1,000 extensions": [() => typeByName(manyExtensions) ?? "unknown", "text/html; charset=utf-8"],
});
