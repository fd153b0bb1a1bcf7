/**
 * Hostile clients over HTTP/2, whose requests become text again for a server behind that speaks HTTP/1.1: what a line
 * break, a length or a field of the connection would be there. `@` is a path of the case's own.
 *
 * @module
 */
import type { HeaderLine } from "../support/client_hpack.ts";

/** One stream. */
export interface HostileStream {
  readonly lines: readonly HeaderLine[];
  /** Undefined: none, and HEADERS ends the stream. */
  readonly body?: string;
  /** The status, or `reset` where the stream is ended without one. */
  readonly gets: number | "reset";
  /** `METHOD TARGET BODY`; undefined is nothing. */
  readonly arrives?: string;
  readonly fields?: Readonly<Record<string, string | undefined>>;
}

const SMUGGLED = "GET @/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

function head(method = "GET", path = "@/a", authority = "localhost"): HeaderLine[] {
  return [[":method", method], [":scheme", "http"], [":path", path], [":authority", authority]];
}

/** Refused, and nothing of it arrives. */
function refused(
  gets: HostileStream["gets"],
  cases: Readonly<Record<string, readonly HeaderLine[]>>,
): Record<string, HostileStream> {
  return Object.fromEntries(Object.entries(cases).map(([name, lines]) => [name, { lines, gets }]));
}

const withField = (...field: HeaderLine): HeaderLine[] => [...head(), field];

export const HOSTILE_STREAMS: Readonly<Record<string, HostileStream>> = {
  "a request": { lines: head(), gets: 200, arrives: "GET @/a" },
  "content with a request in it": {
    lines: head("POST"),
    body: SMUGGLED,
    gets: 200,
    arrives: `POST @/a ${SMUGGLED.trimEnd()}`,
  },
  "content that looks like chunks": {
    lines: head("POST"),
    body: `0\r\n\r\n${SMUGGLED}`,
    gets: 200,
    arrives: `POST @/a 0\r\n\r\n${SMUGGLED.trimEnd()}`,
  },
  ...refused(400, {
    "a path with a blank": head("GET", "@/a b"),
    "a path without a slash": head("GET", "smuggled"),
    "an authority with a path": head("GET", "@/a", "localhost/x"),
  }),
  ...refused("reset", {
    "a value with line breaks": withField("x", `a\r\nTransfer-Encoding: chunked\r\n\r\n${SMUGGLED}`),
    "a value with a LF": withField("x", "a\nb: c"),
    "a value with a NUL": withField("x", "a\0b"),
    "a name with line breaks": withField("x: y\r\nz", "a"),
    "a name with a colon": withField("x: y", "a"),
    "a name in capitals": withField("Content-Length", "5"),
    "a method with a request in it": head(`GET @/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\nGET`),
    "a method with a blank": head("GET @/smuggled"),
    "a path with a version": head("GET", "@/a HTTP/1.1\r\nX: y"),
    "an authority with a line break": head("GET", "@/a", "localhost\r\nX: y"),
    "another Host": withField("host", "other.test"),
    "chunks": withField("transfer-encoding", "chunked"),
    "Connection": withField("connection", "x"),
    "Upgrade": withField("upgrade", "h2c"),
    "Keep-Alive": withField("keep-alive", "1"),
    "two lengths": [...head("POST"), ["content-length", "0"], ["content-length", "5"]],
    "a length without content": withField("content-length", "5"),
  }),
  "less than the length": { lines: [...head("POST"), ["content-length", "50"]], body: "half", gets: "reset" },
  "more than the length": {
    lines: [...head("POST"), ["content-length", "0"]],
    body: SMUGGLED,
    gets: "reset",
  },
  "names with an underscore": {
    lines: [...head(), ["content_length", "5"], ["transfer_encoding", "chunked"], [
      "x_forwarded_for",
      "10.0.0.1",
    ]],
    gets: 200,
    arrives: "GET @/a",
    fields: { content_length: undefined, transfer_encoding: undefined, x_forwarded_for: undefined },
  },
  "who asks, by its own word": {
    lines: [...head(), ["x-forwarded-for", "10.0.0.1"], ["forwarded", "for=10.0.0.1"], ["te", "trailers"]],
    gets: 200,
    arrives: "GET @/a",
    fields: {
      "x-forwarded-for": "127.0.0.1",
      forwarded: "for=127.0.0.1;host=localhost;proto=http",
      te: undefined,
      host: "localhost",
    },
  },
  "a scheme that is none": {
    lines: [[":method", "GET"], [":scheme", "https"], [":path", "@/a"], [":authority", "localhost"]],
    gets: 200,
    arrives: "GET @/a",
    fields: { "x-forwarded-proto": "http" },
  },
  "several cookies": {
    lines: [...head(), ["cookie", "a=1"], ["cookie", "b=2"]],
    gets: 200,
    arrives: "GET @/a",
    fields: { cookie: "a=1; b=2" },
  },
};
