/**
 * Heads of requests, from their bytes to the event: ordinary ones, the largest that are taken, refused ones, and heads
 * that come a byte at a time.
 *
 * @module
 */
import { DEFAULTS } from "../../lib/config/defaults.ts";
import { compare } from "../support.ts";
import { onConnection, onNewConnection } from "./feeding.ts";
import { BROWSER, BROWSER_FIELDS, LONGEST_LINE, LONGEST_SECTION, MINIMAL, withFields } from "./requests.ts";

const MOST_FIELDS = DEFAULTS.limits.headerCount;

compare("a request's head", {
  "the least, GET and Host": onConnection(MINIMAL, {}),
  "a browser's": onConnection(BROWSER, { fields: BROWSER_FIELDS }),
  "10 in one read": onConnection(MINIMAL.repeat(10), { requests: 10, fields: 10 }),
  "100 fields": onConnection(withFields(MOST_FIELDS - 1, 20), { fields: MOST_FIELDS }),
  "100 fields named like those of framing": onConnection(
    withFields(MOST_FIELDS - 1, 40).replaceAll(/X-Field-0(..)/g, "X-Forwarded-By-$1"),
    { fields: MOST_FIELDS },
  ),
  "target of 8 KiB": onConnection(LONGEST_LINE, {}),
  "32 KiB, 100 fields": onConnection(LONGEST_SECTION, { fields: MOST_FIELDS }),
  "32 KiB, one byte not ASCII": onConnection(LONGEST_SECTION.replace("vvv", "v\xe9v"), {
    fields: MOST_FIELDS,
  }),
  "32 KiB, one value all of commas": onConnection(
    `GET / HTTP/1.1\r\nHost: a.test\r\nConnection: ${",".repeat(DEFAULTS.limits.headerFields - 40)}\r\n\r\n`,
    { fields: 2 },
  ),
});

const ONE_FIELD = 12;
const drip = (count: number, length: number, most?: number) =>
  onConnection(
    withFields(ONE_FIELD, Math.floor(length / ONE_FIELD)).repeat(count),
    { requests: count, fields: count * (ONE_FIELD + 1) },
    most,
  );

// The same number of bytes each: what grows faster than its length shows.
compare("a slow drip, 32 KiB of heads", {
  "16 of 2 KiB, a byte at a time": drip(16, 2048, 1),
  "4 of 8 KiB, a byte at a time": drip(4, 8192, 1),
  "1 of 32 KiB, a byte at a time": drip(1, 32_000, 1),
  "16 of 2 KiB, 100 bytes at a time": drip(16, 2048, 100),
  "16 of 2 KiB, as large as reads may be": drip(16, 2048),
});

const target = (count: number, length: number) =>
  onConnection(MINIMAL.replace("/", `/${"a".repeat(length)}`).repeat(count), {
    requests: count,
    fields: count,
  }, 1);

compare("a slow drip, 8 KiB of targets", {
  "8 of 1 KiB, a byte at a time": target(8, 1000),
  "1 of 8 KiB, a byte at a time": target(1, 8000),
});

compare("a new connection", {
  "the least, GET and Host": onNewConnection(MINIMAL, 200),
  "refused at its first byte": onNewConnection("\0" + MINIMAL, 400),
  "refused at its end: no Host": onNewConnection("GET / HTTP/1.1\r\n\r\n", 400),
  "refused: a target too long": onNewConnection(LONGEST_LINE.replace("/a", "/aa"), 414),
  "refused: a field too many": onNewConnection(withFields(MOST_FIELDS, 20), 431),
  "refused: fields too long": onNewConnection(LONGEST_SECTION.replace("vvv", "vvvv"), 431),
  "refused at its end: 32 KiB, Host twice": onNewConnection(
    LONGEST_SECTION.replace("X-Field-098", "Host"),
    400,
  ),
});
