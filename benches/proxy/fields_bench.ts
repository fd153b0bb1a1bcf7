/**
 * A request as it goes on to another server, and the fields of its answer: the pure parts of what a proxy does for each.
 *
 * @module
 */
import { type Field, FieldBlock } from "../../lib/http/fields.ts";
import type { Request } from "../../lib/http/message.ts";
import { requestHead } from "../../lib/http1/request_writer.ts";
import { clientFields } from "../../lib/proxy/fields.ts";
import { outgoingRequest } from "../../lib/proxy/outgoing.ts";
import type { Route, Target } from "../../lib/proxy/route.ts";
import { compare, fromWire, type Subject } from "../support.ts";

const TARGET: Target = { address: { hostname: "127.0.0.1", port: 3000 }, tls: false, hostname: "127.0.0.1" };
const ROUTE: Route = {
  targets: [TARGET],
  verify: true,
  timeouts: { connect: 5000, read: 60_000 },
  bodyLimit: Infinity,
  fields: [],
};

const block = (fields: readonly Field[]) =>
  new FieldBlock(fields.map(([name]) => fromWire(name)), fields.map(([, value]) => fromWire(value)));

function requestWith(fields: readonly Field[]): Request {
  return {
    method: "GET",
    target: "/a",
    form: "origin",
    path: "/a",
    query: undefined,
    host: "a.test",
    version: "HTTP/1.1",
    fields: block([["Host", "a.test"], ...fields]),
    body: { length: 0, read: () => Promise.resolve(null) },
    remote: { hostname: "192.0.2.1", port: 1 },
    local: { hostname: "127.0.0.1", port: 80 },
    onGone: () => () => {},
  };
}

/** From a request to the bytes of its head, by how many there are. */
function sent(fields: readonly Field[], length: number): Subject {
  const request = requestWith(fields), asked = { path: "/a", sent: "/a", prefix: 1, query: undefined };
  return [() => {
    const { target, fields, upgrades } = outgoingRequest(request, ROUTE, asked, TARGET);
    return requestHead({ method: "GET", target, fields, body: { kind: "none" }, upgrades }).length;
  }, length];
}

const BROWSER: readonly Field[] = [
  ["User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"],
  ["Accept", "text/html,*/*;q=0.8"],
  ["Accept-Language", "en"],
  ["Accept-Encoding", "gzip, br"],
  ["Cookie", "session=0123456789"],
  ["Connection", "keep-alive"],
];
/** Of all that is there without a field of the client. */
const BARE = 179;
const lengthOf = (fields: readonly Field[]) =>
  fields.reduce((sum, [name, value]) => sum + `${name}: ${value}\r\n`.length, 0);

compare("a request that goes on", {
  "a browser's": sent(BROWSER, BARE + lengthOf(BROWSER.slice(0, -1))),
  "without a field more": sent([], BARE),
  "with fields that Connection names": sent(
    [...BROWSER.slice(0, -1), ["Connection", "close, X-A"], ["X-A", "b"]],
    BARE + lengthOf(BROWSER.slice(0, -1)),
  ),
});

const ANSWER: readonly Field[] = [
  ["Server", "other"],
  ["Date", "Sun, 22 Nov 2026 00:00:00 GMT"],
  ["Content-Type", "text/html; charset=utf-8"],
  ["Content-Length", "1024"],
  ["ETag", '"a"'],
];
const answer = block(ANSWER);

compare("the fields of an answer", { "of a page": [() => clientFields(answer).size, 2] });
