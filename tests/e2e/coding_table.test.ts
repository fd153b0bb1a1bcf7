/**
 * What is sent in which coding: Accept-Encoding in all its forms (RFC 9110 section 12.5.3), whatever answers.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { ask } from "../support/ask.ts";
import { decoded } from "../support/coded.ts";
import { http1Test, test } from "../support/protocols.ts";
import { exchange, WireClient, type WireResponse } from "../support/wire.ts";
import {
  besideOf,
  type Coding,
  CODINGS,
  type CodingServer,
  LARGE,
  MAKES_ZSTD,
  PAGE,
  SHORT,
  startCodingServer,
} from "./coding_support.ts";

let shared: CodingServer | undefined;
Deno.test.afterAll(async () => await shared?.[Symbol.asyncDispose]());
const started = async () => (shared ??= await startCodingServer());

/** What is asked for, and what the content of its answer in a coding is. */
interface Subject {
  readonly path: string;
  readonly content: (coding: Coding) => string;
  /** It is never coded. */
  readonly isPlain?: boolean;
  /** Its length is told before its content. */
  readonly hasLength?: (coding: Coding) => boolean;
  /** All of the table is asked for, since it is cheap. */
  readonly isWhole?: boolean;
  /** All its codings are there as files. */
  readonly isBeside?: boolean;
  /** It is a file: ranges and all conditions are ours. */
  readonly isFile?: boolean;
}

const isUncoded = (coding: Coding) => coding === undefined;
const always = () => true;

async function subjects(): Promise<Subject[]> {
  const { hasFastcgi } = await started();
  return [
    { path: "/short.txt", content: () => SHORT, isPlain: true, hasLength: always, isFile: true },
    { path: "/picture.png", content: () => PAGE, isPlain: true, hasLength: always, isFile: true },
    { path: "/page.html", content: () => PAGE, hasLength: always, isFile: true, isWhole: true },
    { path: "/large.txt", content: () => LARGE, hasLength: isUncoded, isFile: true },
    {
      path: "/newer.html",
      content: (coding) => coding === undefined ? PAGE : besideOf(coding),
      isBeside: true,
      hasLength: always,
      isFile: true,
    },
    { path: "/older.html", content: () => PAGE, hasLength: always, isFile: true },
    { path: "/cgi/page.sh", content: () => PAGE },
    ...hasFastcgi ? [{ path: "/fastcgi/page.sh", content: () => PAGE }] : [],
    { path: "/proxied/page", content: () => PAGE, isWhole: true },
  ];
}

/** Lines of Accept-Encoding, what comes of them where everything can be had, and what where no zstd can be made. */
const ACCEPT: readonly (readonly [lines: readonly string[], coding: Coding, withoutZstd?: Coding])[] = [
  [[], undefined],
  [[""], undefined],
  [["gzip"], "gzip"],
  [["br"], "br"],
  [["zstd"], "zstd", undefined],
  [["GZip"], "gzip"],
  [["x-gzip"], "gzip"],
  [["gzip, deflate"], "gzip"],
  [["gzip, deflate, br"], "br"],
  [["gzip, deflate, br, zstd"], "zstd", "br"],
  [["gzip;q=0.5, br;q=0.9, zstd;q=0.8"], "br"],
  [["gzip;q=1.000, zstd;q=0.999"], "gzip"],
  [["gzip ; q=0.5 , br;q=0.4"], "gzip"],
  [["gzip;Q=0.5"], "gzip"],
  [["*"], "zstd", "br"],
  [["*;q=0"], undefined],
  [["zstd;q=0, *"], "br"],
  [["zstd;q=0, br;q=0, *;q=0.1"], "gzip"],
  [["gzip, *;q=0"], "gzip"],
  [["identity"], undefined],
  [["identity;q=0"], undefined],
  [["identity;q=0, *;q=0"], undefined],
  [["identity;q=0, br;q=0.1"], "br"],
  [["identity, gzip"], "gzip"],
  [["identity;q=1, gzip;q=0.5"], undefined],
  [["identity;q=0.5, gzip;q=0.6"], "gzip"],
  [["deflate, compress, exi"], undefined],
  // What breaks the grammar counts as not there.
  [["gzip;q=2"], undefined],
  [["gzip;q=0.1234, br"], "br"],
  [["gzip;q=-1"], undefined],
  [["gzip;q="], undefined],
  [["gzip;level=9"], undefined],
  [["gz ip"], undefined],
  [['"gzip"'], undefined],
  [[";;,,;q=1,,,"], undefined],
  [[",gzip,"], "gzip"],
  [["\u00e4, gzip"], "gzip"],
  // Several lines are one list.
  [["br;q=0.5", "gzip"], "gzip"],
  [["gzip;q=0", "br"], "br"],
];

async function send(
  path: string,
  lines: readonly string[],
  more = "",
  method = "GET",
): Promise<WireResponse> {
  const { server } = await started();
  const fields = lines.map((line) => `Accept-Encoding: ${line}\r\n`).join("");
  const head = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${fields}${more}\r\n`;
  return (await exchange(server.port, head, method))!;
}

/** One of each outcome, where that is enough. */
const FEW: ReadonlySet<readonly string[]> = new Set(
  [undefined, "zstd", "br", "gzip"].map((wanted) => ACCEPT.findLast(([, coding]) => coding === wanted)![0]),
);

const accept = (coding: Coding) => coding === undefined ? [] : [coding];
const namesOf = (value: string | undefined) => (value ?? "").toLowerCase().split(/, */);

/** Of one answer: status, coding and content, and whether Vary says what the coding depends on. */
function assertCoded(answer: WireResponse, subject: Subject, coding: Coding, what: string): void {
  assertEquals([answer.status, answer.field("content-encoding")], [200, coding], what);
  const content = new TextDecoder().decode(decoded(answer.body, coding));
  assert(content === subject.content(coding), `${what}: the content is another one: ${content.slice(0, 99)}`);
  assertEquals(namesOf(answer.field("vary")).includes("accept-encoding"), !subject.isPlain, what);
  if (coding !== undefined) assertEquals(answer.field("accept-ranges"), undefined, what);
  const length = answer.field("content-length");
  if (subject.hasLength?.(coding)) assert(length !== undefined, what);
  if (length !== undefined) assertEquals(Number(length), answer.body.length, what);
}

test("each gets the coding that it likes most, whatever answers", async () => {
  for (const [lines, best, withoutZstd] of ACCEPT) {
    const asked = (await subjects()).filter(({ isWhole }) => isWhole || FEW.has(lines));
    await Promise.all(asked.map(async (subject) => {
      const answer = await send(subject.path, lines);
      const isMade = best !== "zstd" || MAKES_ZSTD || subject.isBeside;
      const wanted = isMade ? best : withoutZstd;
      assertCoded(
        answer,
        subject,
        subject.isPlain ? undefined : wanted,
        `${subject.path} ${lines.join(" | ")}`,
      );
    }));
  }
});

test("the tags of two codings never match strongly, and each gets 304 for its own alone", async () => {
  await Promise.all((await subjects()).map(async ({ path, isPlain, isFile }) => {
    const tags = new Map<Coding, string>();
    for (const coding of [undefined, ...CODINGS]) {
      const tag = (await send(path, accept(coding))).field("etag")!;
      assert(/^"[^"]+"$/.test(tag), `${path}: ${tag} is strong`);
      tags.set(coding, tag);
    }
    assertEquals(new Set(tags.values()).size, isPlain ? 1 : 1 + CODINGS.length, path);
    for (const [coding, tag] of tags) {
      for (const asked of [undefined, ...CODINGS]) {
        // A program's own tag is its own affair, whatever the answer would be coded in.
        const isUnchanged = isPlain || coding === asked || !isFile && coding === undefined;
        for (const value of [tag, ...path === "/page.html" ? [`W/${tag}`, `"x", ${tag}`] : []]) {
          const answer = await send(path, accept(asked), `If-None-Match: ${value}\r\n`);
          const what = `${path} ${value} ${asked}`;
          assertEquals(answer.status, isUnchanged ? 304 : 200, what);
          if (!isUnchanged) continue;
          assertEquals([answer.field("etag"), answer.field("content-encoding"), answer.text], [
            tag,
            undefined,
            "",
          ], what);
          assertEquals(namesOf(answer.field("vary")).includes("accept-encoding"), !isPlain, what);
        }
      }
    }
  }));
});

test("a range is of the content as it is, whatever codings are taken", async () => {
  for (const subject of await subjects()) {
    const { path, isFile, isPlain } = subject;
    const tag = (await send(path, [])).field("etag")!, codedTag = (await send(path, ["gzip"])).field("etag")!;
    const range = "Range: bytes=1-9\r\n";
    for (const lines of [[], ["gzip"], ["zstd, br, gzip"]]) {
      const answer = await send(path, lines, range);
      assertEquals(answer.field("content-encoding"), undefined);
      assertEquals(namesOf(answer.field("vary")).includes("accept-encoding"), !isPlain, path);
      assertEquals(answer.field("etag"), tag);
      assertEquals(
        [answer.status, answer.text],
        isFile ? [206, subject.content(undefined).slice(1, 10)] : [200, subject.content(undefined)],
        path,
      );
      const held = await send(path, lines, `${range}If-Range: ${tag}\r\n`);
      assertEquals(held.status, isFile ? 206 : 200);
      if (isPlain) continue;
      // Bytes of the coding and of the content would be put together.
      const other = await send(path, lines, `${range}If-Range: ${codedTag}\r\n`);
      assertEquals([other.status, other.field("content-encoding"), other.text], [
        200,
        undefined,
        subject.content(undefined),
      ]);
    }
  }
});

test("If-Match is for the coding that is asked for, and on a write for any", async () => {
  const { server } = await started();
  for (const { path } of (await subjects()).filter(({ isFile, isPlain }) => isFile && !isPlain)) {
    const tag = (await send(path, ["br"])).field("etag")!;
    assertEquals((await send(path, ["br"], `If-Match: ${tag}\r\n`)).status, 200, path);
    assertEquals((await send(path, ["gzip"], `If-Match: ${tag}\r\n`)).status, 412, path);
    assertEquals((await send(path, [], `If-Match: ${tag}\r\n`)).status, 412, path);
  }
  for (const coding of [undefined, ...CODINGS]) {
    const tag = (await send("/store/file.html", accept(coding))).field("etag")!;
    const put = (value: string) =>
      ask(server.port, "/store/file.html", { method: "PUT", body: PAGE, fields: { "If-Match": value } });
    assertEquals((await put('"x--gzip"')).status, 412);
    assertEquals((await put(tag)).status, 204, tag);
    assertEquals((await put(tag)).status, 412, "it is another file now");
  }
});

test("HEAD has the fields of GET, and the length where that is known", async () => {
  for (const { path } of await subjects()) {
    for (const coding of [undefined, ...CODINGS]) {
      const get = await send(path, accept(coding)), head = await send(path, accept(coding), "", "HEAD");
      assertEquals(head.text, "");
      const fields = ({ fields }: WireResponse) =>
        fields.map(([name, value]) => [name.toLowerCase(), value])
          .filter(([name]) => name !== "date" && name !== "content-length" && name !== "transfer-encoding");
      assertEquals([head.status, fields(head)], [get.status, fields(get)], `${path} ${coding}`);
      const length = head.field("content-length");
      if (length !== undefined) assertEquals(length, get.field("content-length"), `${path} ${coding}`);
    }
  }
});

http1Test("version", "clients of HTTP/1.0 get codings, too, to the end of the connection", async () => {
  const { server } = await started();
  for (const subject of await subjects()) {
    for (const coding of [undefined, "gzip"] as const) {
      using client = await WireClient.connect(server.port);
      const line = coding === undefined ? "" : `Accept-Encoding: ${coding}\r\n`;
      await client.send(`GET ${subject.path} HTTP/1.0\r\n${line}\r\n`);
      const answer = (await client.response())!;
      assertEquals(answer.field("transfer-encoding"), undefined);
      assertCoded(answer, subject, subject.isPlain ? undefined : coding, `${subject.path} ${coding}`);
    }
  }
});
