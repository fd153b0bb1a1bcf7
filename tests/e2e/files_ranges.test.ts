/**
 * Range requests for a file (RFC 9110 section 14).
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "../support/protocols.ts";
import { exchange, toText, WireClient, type WireResponse } from "../support/wire.ts";
import { assertRefused, get, sharedServer } from "./wire_support.ts";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz";
const WIDE = Uint8Array.from({ length: 700_000 }, (_, at) => (at * 7 + (at >> 9)) & 0xff);

const server = await sharedServer({
  config: "access_log: off\nservers: [{ listen: LISTEN, root: . }]\n",
  files: { "ok.txt": "fine", "a.txt": ALPHABET, "empty.txt": "", "wide.bin": WIDE },
});

const ranged = (range: string, path = "/a.txt") => exchange(server.port, get(path, `Range: ${range}\r\n`));

/** One range: what it gives, and what Content-Range says of it. */
const SINGLE: Readonly<Record<string, readonly [text: string, range: string]>> = {
  "bytes=0-0": ["a", "0-0"],
  "bytes=2-4": ["cde", "2-4"],
  "bytes=0-25": [ALPHABET, "0-25"],
  "bytes=20-": ["uvwxyz", "20-25"],
  "bytes=0-": [ALPHABET, "0-25"],
  "bytes=-3": ["xyz", "23-25"],
  "bytes=-100": [ALPHABET, "0-25"],
  "bytes=24-100": ["yz", "24-25"],
  "bytes=25-99999999999999999999999999": ["z", "25-25"],
  "bytes= 2-4 ": ["cde", "2-4"],
  "bytes=,2-4,": ["cde", "2-4"],
  "BYTES=2-4": ["cde", "2-4"],
  // Overlapping or touching ranges become one.
  "bytes=0-3,2-5": ["abcdef", "0-5"],
  "bytes=0-3,4-5": ["abcdef", "0-5"],
  "bytes=2-5,0-3,1-1": ["abcdef", "0-5"],
  "bytes=0-,-5": [ALPHABET, "0-25"],
  // Ranges behind the end do not count beside others.
  "bytes=2-4,100-": ["cde", "2-4"],
  "bytes=100-200,2-4": ["cde", "2-4"],
};

for (const [range, [text, contentRange]] of Object.entries(SINGLE)) {
  test(`Range: ${range} gives one part, ${contentRange}`, async () => {
    const response = await ranged(range);
    assertEquals(response?.status, 206);
    assertEquals(response?.text, text);
    assertEquals(response?.field("content-range"), `bytes ${contentRange}/26`);
    assertEquals(response?.field("content-length"), String(text.length));
    assertEquals(response?.field("content-type"), "text/plain; charset=utf-8");
    assertEquals(response?.field("accept-ranges"), "bytes");
    assert(response?.field("etag") && response.field("last-modified"));
  });
}

const sixteen = Array.from({ length: 16 }, (_, at) => `${at * 1.5 | 0}-${at * 1.5 | 0}`).join(",");
const apart = (count: number) =>
  Array.from({ length: count }, (_, at) => `${at * 100}-${at * 100 + 9}`).join(",");

const IGNORED = [
  "bytes",
  "bytes=",
  "bytes=,",
  "bytes=-",
  "bytes=a-b",
  "bytes=5-2",
  "bytes=1-2-3",
  "bytes=1",
  "bytes=0x1-5",
  "bytes=+1-5",
  "bytes=1 -5",
  "bytes=1.5-3",
  "bytes = 1-2",
  "bytes=0-1,x",
  "bytes=0-1;2-3",
  "items=0-5",
  "0-5",
  `bytes=${sixteen},25-25`,
  `bytes=${"0-0,".repeat(500)}0-0`,
];

for (const range of IGNORED) {
  test(`Range: ${range.slice(0, 60)} is ignored`, async () => {
    const response = await ranged(range);
    assertEquals([response?.status, response?.text], [200, ALPHABET]);
    assertEquals(response?.field("content-range"), undefined);
  });
}

for (
  const range of ["bytes=26-", "bytes=26-30", "bytes=100-,200-", "bytes=99999999999999999999-", "bytes=-0"]
) {
  test(`Range: ${range} is 416 with the size, and the connection stays`, async () => {
    await assertRefused(server, get("/a.txt", `Range: ${range}\r\n`), {
      status: 416,
      fate: "open",
      fields: { "Content-Range": "bytes */26" },
    });
  });
}

test("no range of an empty file can be satisfied", async () => {
  const response = await ranged("bytes=0-0", "/empty.txt");
  assertEquals([response?.status, response?.field("content-range")], [416, "bytes */0"]);
});

test("HEAD ignores Range", async () => {
  using client = await WireClient.connect(server.port);
  for (const range of ["bytes=2-4", "bytes=0-1,5-6", "bytes=99-"]) {
    await client.send(`HEAD /a.txt HTTP/1.1\r\nHost: localhost\r\nRange: ${range}\r\n\r\n`);
    const response = await client.response("HEAD");
    assertEquals([response?.status, response?.field("content-length")], [200, "26"]);
    assertEquals(response?.field("content-range"), undefined);
  }
});

test("a Range for a missing file or a folder changes nothing", async () => {
  assertEquals((await ranged("bytes=0-1", "/missing"))?.status, 404);
  assertEquals((await ranged("bytes=99-", "/"))?.status, 403);
});

/** A part of a multipart body. */
interface Part {
  readonly range: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Takes a multipart/byteranges body apart, strictly after RFC 2046 section 5.1.1. */
function partsOf(response: WireResponse): Part[] {
  const [, boundary] = /^multipart\/byteranges; boundary=(\S+)$/.exec(response.field("content-type") ?? "") ??
    [];
  assert(boundary, "no boundary");
  const delimiter = `--${boundary}`;
  const text = toText(response.body);
  assert(text.startsWith(`${delimiter}\r\n`), "no delimiter at the start");
  const end = `\r\n${delimiter}--\r\n`;
  assert(text.endsWith(end), "no delimiter at the end");
  return text.slice(delimiter.length + 2, -end.length).split(`\r\n${delimiter}\r\n`).map((part) => {
    const blank = part.indexOf("\r\n\r\n");
    const fields = new Map(
      part.slice(0, blank).split("\r\n").map((line) => line.split(": ") as [string, string]),
    );
    assertEquals(fields.size, 2);
    const bytes = Uint8Array.from(part.slice(blank + 4), (c) => c.charCodeAt(0));
    return { range: fields.get("Content-Range")!, type: fields.get("Content-Type")!, bytes };
  });
}

test("several ranges come as multipart/byteranges, in the order asked for", async () => {
  using client = await WireClient.connect(server.port);
  await client.get("/a.txt", "Range: bytes=20-21,0-2,-1\r\n");
  const response = await client.response();
  assert(response);
  assertEquals(response.status, 206);
  // RFC 9110 section 15.3.7.2: only the parts say which ranges they are.
  assertEquals(response.field("content-range"), undefined);
  assertEquals(response.field("content-length"), String(response.body.length));
  assert(response.field("etag") && response.field("last-modified"));
  const type = "text/plain; charset=utf-8";
  assertEquals(partsOf(response).map((part) => [part.range, part.type, toText(part.bytes)]), [
    ["bytes 20-21/26", type, "uv"],
    ["bytes 0-2/26", type, "abc"],
    ["bytes 25-25/26", type, "z"],
  ]);
  await client.get("/ok.txt");
  assertEquals((await client.response())?.text, "fine");
});

test("several ranges are merged where they overlap, and only there", async () => {
  const response = await ranged("bytes=10-12,0-3,2-5,11-14");
  assertEquals(partsOf(response!).map(({ range }) => range), ["bytes 10-14/26", "bytes 0-5/26"]);
});

test("sixteen ranges are followed", async () => {
  const response = await ranged(`bytes=${apart(16)}`, "/wide.bin");
  const parts = partsOf(response!);
  assertEquals(parts.length, 16);
  for (const [at, { range, bytes, type }] of parts.entries()) {
    assertEquals(range, `bytes ${at * 100}-${at * 100 + 9}/${WIDE.length}`);
    assertEquals(bytes, WIDE.slice(at * 100, at * 100 + 10));
    assertEquals(type, "application/octet-stream");
  }
});

test("more than sixteen ranges are ignored", async () => {
  const response = await ranged(`bytes=${apart(17)}`, "/wide.bin");
  assertEquals([response?.status, response?.body.length], [200, WIDE.length]);
});

test("ranges larger than a buffer come whole", async () => {
  const response = await ranged("bytes=0-299999,300001-599999,-1000", "/wide.bin");
  const wanted = [[0, 300_000], [300_001, 600_000], [699_000, 700_000]] as const;
  const parts = partsOf(response!);
  assertEquals(parts.length, wanted.length);
  for (const [at, [start, end]] of wanted.entries()) {
    assertEquals(parts[at]?.range, `bytes ${start}-${end - 1}/${WIDE.length}`);
    // Not assertEquals: it would print hundreds of thousands of numbers.
    assert(parts[at]!.bytes.every((byte, i) => byte === WIDE[start + i]), `part ${at} is wrong`);
    assertEquals(parts[at]?.bytes.length, end - start);
  }
});

test("the boundary is another one each time", async () => {
  const boundary = async () => (await ranged("bytes=0-0,5-5"))?.field("content-type");
  const first = await boundary();
  assertMatch(first ?? "", /boundary=/);
  assert(first !== await boundary());
});
