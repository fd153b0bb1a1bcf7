/**
 * Conditional requests for a file, in the order of RFC 9110 section 13.2.2.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { test } from "../support/protocols.ts";
import { exchange, WireClient } from "../support/wire.ts";
import { get, sharedServer } from "./wire_support.ts";

const MODIFIED = Date.UTC(2024, 1, 29, 12, 0, 0);

const server = await sharedServer({
  config: "access_log: off\nservers: [{ listen: LISTEN, root: . }]\n",
  files: { "ok.txt": "fine", "a.txt": "0123456789" },
});
Deno.utimeSync(`${server.folder}/a.txt`, MODIFIED / 1000, MODIFIED / 1000);
const TAG = (await exchange(server.port, get("/a.txt")))!.field("etag")!;

const date = (offset: number) => new Date(MODIFIED + offset * 1000).toUTCString();
const SAME = date(0), BEFORE = date(-1), AFTER = date(1);
const OTHER = '"other"';

/** What a GET with these fields must get, by what the test is called. */
const CASES: Readonly<Record<string, readonly [status: number, fields: Readonly<Record<string, string>>]>> = {
  "If-Match with the tag": [200, { "If-Match": TAG }],
  "If-Match with the tag among others": [200, { "If-Match": `${OTHER}, ${TAG}` }],
  "If-Match with *": [200, { "If-Match": "*" }],
  "If-Match with another tag": [412, { "If-Match": OTHER }],
  "If-Match with the tag made weak": [412, { "If-Match": `W/${TAG}` }],
  "If-Match that is malformed": [412, { "If-Match": "no-quotes" }],
  "If-Unmodified-Since with its date": [200, { "If-Unmodified-Since": SAME }],
  "If-Unmodified-Since with a later date": [200, { "If-Unmodified-Since": AFTER }],
  "If-Unmodified-Since with an earlier date": [412, { "If-Unmodified-Since": BEFORE }],
  "If-Unmodified-Since that is no date": [200, { "If-Unmodified-Since": "yesterday" }],
  "If-None-Match with the tag": [304, { "If-None-Match": TAG }],
  "If-None-Match with the tag made weak": [304, { "If-None-Match": `W/${TAG}` }],
  "If-None-Match with the tag among others": [304, { "If-None-Match": `${OTHER},, ${TAG}` }],
  "If-None-Match with *": [304, { "If-None-Match": "*" }],
  "If-None-Match with another tag": [200, { "If-None-Match": OTHER }],
  "If-None-Match that is malformed": [200, { "If-None-Match": TAG.slice(1, -1) }],
  "If-Modified-Since with its date": [304, { "If-Modified-Since": SAME }],
  "If-Modified-Since with a later date": [304, { "If-Modified-Since": AFTER }],
  "If-Modified-Since with an earlier date": [200, { "If-Modified-Since": BEFORE }],
  "If-Modified-Since that is no date": [200, { "If-Modified-Since": "yesterday" }],
  "If-Modified-Since in the form of RFC 850": [
    304,
    { "If-Modified-Since": "Thursday, 29-Feb-24 12:00:00 GMT" },
  ],
  "If-Modified-Since in the form of asctime": [304, { "If-Modified-Since": "Thu Feb 29 12:00:00 2024" }],
  "If-Match that holds beside an If-Unmodified-Since that does not": [
    200,
    { "If-Match": TAG, "If-Unmodified-Since": BEFORE },
  ],
  "If-Match that fails beside an If-Unmodified-Since that holds": [
    412,
    { "If-Match": OTHER, "If-Unmodified-Since": AFTER },
  ],
  "If-Match that fails beside an If-None-Match that matches": [
    412,
    { "If-Match": OTHER, "If-None-Match": TAG },
  ],
  "If-Match that holds beside an If-None-Match that matches": [304, {
    "If-Match": TAG,
    "If-None-Match": TAG,
  }],
  "If-Unmodified-Since that fails beside an If-None-Match that matches": [
    412,
    { "If-Unmodified-Since": BEFORE, "If-None-Match": TAG },
  ],
  "If-None-Match that does not match beside an If-Modified-Since that holds": [
    200,
    { "If-None-Match": OTHER, "If-Modified-Since": SAME },
  ],
  "If-None-Match that matches beside an If-Modified-Since that does not hold": [
    304,
    { "If-None-Match": TAG, "If-Modified-Since": BEFORE },
  ],
  "If-None-Match that matches beside a Range": [304, { "If-None-Match": TAG, Range: "bytes=0-1" }],
  "If-Match that fails beside a Range": [412, { "If-Match": OTHER, Range: "bytes=0-1" }],
  "If-Match that holds beside a Range": [206, { "If-Match": TAG, Range: "bytes=0-1" }],
  "a Range that cannot be satisfied beside an If-None-Match that matches": [
    304,
    { "If-None-Match": TAG, Range: "bytes=99-" },
  ],
};

const lines = (fields: Readonly<Record<string, string>>) =>
  Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`).join("");

for (const [what, [status, fields]] of Object.entries(CASES)) {
  test(`${what} gives ${status}`, async () => {
    using client = await WireClient.connect(server.port);
    await client.get("/a.txt", lines(fields));
    const response = await client.response();
    assertEquals(response?.status, status);
    if (status === 200) assertEquals(response?.text, "0123456789");
    // HEAD gets the same, but knows no Range.
    await client.send(`HEAD /a.txt HTTP/1.1\r\nHost: localhost\r\n${lines(fields)}\r\n`);
    assertEquals((await client.response("HEAD"))?.status, status === 206 ? 200 : status);
    await client.get("/ok.txt");
    assertEquals((await client.response())?.text, "fine");
  });
}

test("304 has the validators, and neither content nor a length of it", async () => {
  const response = await exchange(server.port, get("/a.txt", `If-None-Match: ${TAG}\r\n`));
  assert(response);
  assertEquals(response.field("etag"), TAG);
  assertEquals(response.field("last-modified"), SAME);
  assert(response.field("date"));
  for (const name of ["content-length", "content-type", "transfer-encoding"]) {
    assertEquals(response.field(name), undefined);
  }
});

test("conditions do not hide that nothing is there", async () => {
  for (const fields of ["If-None-Match: *\r\n", "If-Match: *\r\n", `If-Modified-Since: ${AFTER}\r\n`]) {
    assertEquals((await exchange(server.port, get("/missing", fields)))?.status, 404);
  }
});

test("a second line of If-None-Match counts", async () => {
  const fields = `If-None-Match: ${OTHER}\r\nIf-None-Match: ${TAG}\r\n`;
  assertEquals((await exchange(server.port, get("/a.txt", fields)))?.status, 304);
});

/** Whether `Range: bytes=2-3` counts with an If-Range. */
const IF_RANGE: Readonly<Record<string, readonly [counts: boolean, value: string]>> = {
  "the tag": [true, TAG],
  "another tag": [false, OTHER],
  "the tag made weak": [false, `W/${TAG}`],
  "its date": [true, SAME],
  "an earlier date": [false, BEFORE],
  "a later date": [false, AFTER],
  "what is neither tag nor date": [false, "yesterday"],
  "a list of tags": [false, `${OTHER}, ${TAG}`],
  "*": [false, "*"],
};

for (const [what, [counts, value]] of Object.entries(IF_RANGE)) {
  test(`a Range with an If-Range of ${what} is ${counts ? "followed" : "ignored"}`, async () => {
    const response = await exchange(server.port, get("/a.txt", `Range: bytes=2-3\r\nIf-Range: ${value}\r\n`));
    assertEquals([response?.status, response?.text], counts ? [206, "23"] : [200, "0123456789"]);
  });
}

test("the date of a file that was changed in this second is no validator for If-Range", async () => {
  const path = `${server.folder}/fresh.txt`;
  // A time in the future stays newer than the answer's Date, however slow this test is.
  Deno.writeTextFileSync(path, "0123456789");
  Deno.utimeSync(path, Date.now() / 1000 + 100, Date.now() / 1000 + 100);
  const modified = (await exchange(server.port, get("/fresh.txt")))!.field("last-modified")!;
  const fields = `Range: bytes=2-3\r\nIf-Range: ${modified}\r\n`;
  assertEquals((await exchange(server.port, get("/fresh.txt", fields)))?.status, 200);
});

test("a Range that cannot be satisfied is ignored if If-Range does not hold", async () => {
  const response = await exchange(server.port, get("/a.txt", `Range: bytes=99-\r\nIf-Range: ${OTHER}\r\n`));
  assertEquals([response?.status, response?.text], [200, "0123456789"]);
});
