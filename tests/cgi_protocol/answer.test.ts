import { assertEquals } from "@std/assert";
import { type CgiAnswer, cgiAnswer } from "../../lib/cgi_protocol/answer.ts";
import type { HeaderBlock } from "../../lib/cgi_protocol/header_block.ts";
import { HttpError, refusal } from "../../lib/http/errors.ts";
import { InternalRedirect } from "../../lib/http/message.ts";
import type { DecodedPath } from "../../lib/http/path.ts";

const EMPTY: HeaderBlock = {
  status: undefined,
  reason: undefined,
  location: undefined,
  contentLength: undefined,
  fields: [],
};

/** What an answer says, written down: `404 Reason`, then a field a line. */
function written(answer: CgiAnswer): unknown {
  if (answer instanceof InternalRedirect || answer instanceof HttpError) return answer;
  const { status, reason, fields } = answer;
  return [
    reason === undefined ? `${status}` : `${status} ${reason}`,
    ...[...fields].map(([n, v]) => `${n}: ${v}`),
  ];
}

const response = (status: string, ...fields: string[]) => [status, ...fields];
const localRedirect = (path: DecodedPath, query?: string) => new InternalRedirect(path, query, "GET");

const CASES: readonly (readonly [title: string, block: Partial<HeaderBlock>, expected: unknown])[] = [
  [
    "a document is 200",
    { fields: [["Content-Type", "text/html"]] },
    response("200", "Content-Type: text/html"),
  ],
  [
    "a document keeps its status, its reason and the order of its fields",
    { status: 404, reason: "Gone fishing", fields: [["A", "1"], ["Set-Cookie", "x"], ["Set-Cookie", "y"]] },
    response("404 Gone fishing", "A: 1", "Set-Cookie: x", "Set-Cookie: y"),
  ],
  ["a length is no field of the answer's own", { contentLength: 5, status: 200 }, response("200")],
  [
    "an absolute URI is a redirect by the client",
    { location: "https://example.test/a?b#c" },
    response("302", "Location: https://example.test/a?b#c"),
  ],
  [
    "an absolute URI with a status keeps it",
    { location: "https://example.test/", status: 303, reason: "See" },
    response("303 See", "Location: https://example.test/"),
  ],
  [
    "an absolute URI with a document gives both",
    { location: "https://example.test/", status: 301, fields: [["Content-Type", "text/plain"]] },
    response("301", "Content-Type: text/plain", "Location: https://example.test/"),
  ],
  ["a path is a redirect by the server", { location: "/a/b" }, localRedirect("/a/b")],
  ["a path may have a query", { location: "/a?b=c&d=?" }, localRedirect("/a", "b=c&d=?")],
  ["a path may be encoded", { location: "/caf%C3%A9" }, localRedirect("/café")],
  ["a path may have an empty query", { location: "/a?" }, localRedirect("/a", "")],
  ["the dot segments of a path are resolved", { location: "/a/./b/../c" }, localRedirect("/a/c")],
  ["the root is a path", { location: "/" }, localRedirect("/")],
  ["a path that leads out of the root is 404", { location: "/../a" }, refusal(404)],
  ["a path that is hidden is 404", { location: "/.git/config" }, refusal(404)],
  [
    "a path that leads out is for the client where a status is with it",
    { location: "/../a", status: 301 },
    response("301", "Location: /../a"),
  ],
  [
    "a path with a status is a redirect by the client",
    { location: "/a", status: 302 },
    response("302", "Location: /a"),
  ],
  [
    "a path with the status 201 says where the new thing is",
    { location: "/a", status: 201 },
    response("201", "Location: /a"),
  ],
  [
    "two slashes name another host",
    { location: "//example.test/" },
    response("302", "Location: //example.test/"),
  ],
  ["a relative path is for the client to resolve", { location: "a" }, response("302", "Location: a")],
  ["a fragment is for the client", { location: "/a#b" }, response("302", "Location: /a#b")],
  [
    "a path that cannot be decoded is for the client",
    { location: "/caf\xc3\xa9" },
    response("302", "Location: /caf\xc3\xa9"),
  ],
  ["a path with a bad escape is for the client", { location: "/%zz" }, response("302", "Location: /%zz")],
];

for (const [title, block, expected] of CASES) {
  Deno.test(`cgiAnswer(): ${title}`, () => {
    assertEquals(written(cgiAnswer({ ...EMPTY, ...block })), expected);
  });
}
