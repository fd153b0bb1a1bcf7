import { assertEquals } from "@std/assert";
import { type CgiAnswer, cgiAnswer } from "../../lib/cgi/answer.ts";
import type { HeaderBlock } from "../../lib/cgi/header_block.ts";

const EMPTY: HeaderBlock = {
  status: undefined,
  reason: undefined,
  location: undefined,
  contentLength: undefined,
  fields: [],
};

const response = (status: number, fields: string, reason?: string): CgiAnswer => ({
  kind: "response",
  status,
  reason,
  fields,
});
const localRedirect = (target: string): CgiAnswer => ({ kind: "local redirect", target });

const CASES: readonly (readonly [title: string, block: Partial<HeaderBlock>, expected: CgiAnswer])[] = [
  [
    "a document is 200",
    { fields: [["Content-Type", "text/html"]] },
    response(200, "Content-Type: text/html\r\n"),
  ],
  [
    "a document keeps its status, its reason and the order of its fields",
    { status: 404, reason: "Gone fishing", fields: [["A", "1"], ["Set-Cookie", "x"], ["Set-Cookie", "y"]] },
    response(404, "A: 1\r\nSet-Cookie: x\r\nSet-Cookie: y\r\n", "Gone fishing"),
  ],
  ["a length is no field of the answer's own", { contentLength: 5, status: 200 }, response(200, "")],
  [
    "an absolute URI is a redirect by the client",
    { location: "https://example.test/a?b#c" },
    response(302, "Location: https://example.test/a?b#c\r\n"),
  ],
  [
    "an absolute URI with a status keeps it",
    { location: "https://example.test/", status: 303, reason: "See" },
    response(303, "Location: https://example.test/\r\n", "See"),
  ],
  [
    "an absolute URI with a document gives both",
    { location: "https://example.test/", status: 301, fields: [["Content-Type", "text/plain"]] },
    response(301, "Content-Type: text/plain\r\nLocation: https://example.test/\r\n"),
  ],
  ["a path is a redirect by the server", { location: "/a/b" }, localRedirect("/a/b")],
  ["a path may have a query", { location: "/a?b=c&d=?" }, localRedirect("/a?b=c&d=?")],
  ["a path may be encoded", { location: "/caf%C3%A9" }, localRedirect("/caf%C3%A9")],
  ["the root is a path", { location: "/" }, localRedirect("/")],
  [
    "a path with a status is a redirect by the client",
    { location: "/a", status: 302 },
    response(302, "Location: /a\r\n"),
  ],
  [
    "a path with the status 201 says where the new thing is",
    { location: "/a", status: 201 },
    response(201, "Location: /a\r\n"),
  ],
  [
    "two slashes name another host",
    { location: "//example.test/" },
    response(302, "Location: //example.test/\r\n"),
  ],
  ["a relative path is for the client to resolve", { location: "a" }, response(302, "Location: a\r\n")],
  ["a fragment is for the client", { location: "/a#b" }, response(302, "Location: /a#b\r\n")],
  [
    "a path that can not be decoded is for the client",
    { location: "/caf\xc3\xa9" },
    response(302, "Location: /caf\xc3\xa9\r\n"),
  ],
  ["a path with a bad escape is for the client", { location: "/%zz" }, response(302, "Location: /%zz\r\n")],
];

for (const [title, block, expected] of CASES) {
  Deno.test(`cgiAnswer(): ${title}`, () => {
    assertEquals(cgiAnswer({ ...EMPTY, ...block }), expected);
  });
}
