import { assertEquals, assertRejects } from "@std/assert";
import { BodyError, GoneError, HttpError } from "../../lib/http/errors.ts";
import type { BodySource } from "../../lib/http/message.ts";
import type { ByteRange } from "../../lib/http/ranges.ts";
import { FileError } from "../../lib/ports.ts";
import { NamedSource } from "../../lib/s3/named_source.ts";
import type { PutOptions } from "../../lib/s3/storage.ts";
import { settle } from "../support/fakes.ts";
import { FakeStorage, type Said, TIMEOUTS } from "./fake_client.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** How something ended: its value, or its error as `STATUS LOG`, or a file's problem. */
async function endOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof HttpError) return `${error.status} ${error.log}`;
    return error instanceof FileError ? error.problem : error;
  }
}

const error = (code: string, more = "") =>
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>secret stuff</Message>${more}</Error>`;

const HEAD = {
  "Content-Length": "11",
  "Last-Modified": "Fri, 24 May 2013 00:00:00 GMT",
  "ETag": '"abc"',
};
const OBJECT = {
  size: 11,
  modified: Date.UTC(2013, 4, 24),
  etag: '"abc"',
  contentType: undefined,
  fields: [],
};
const NONE = 'bucket "media": the storage\'s answer is none: ';

const HEADS: Readonly<Record<string, [Said, unknown]>> = {
  "an object": [[200, HEAD], OBJECT],
  "with all that was stored": [
    [200, {
      ...HEAD,
      "Content-Type": "text/plain; charset=x",
      "Content-Encoding": "aws-chunked,gzip",
      "Cache-Control": "no-store",
      "Content-Language": "de",
      "Content-Disposition": "attachment",
      "X-Amz-Meta-A": "b",
    }],
    {
      ...OBJECT,
      contentType: "text/plain; charset=x",
      fields: [
        ["Cache-Control", "no-store"],
        ["Content-Encoding", "gzip"],
        ["Content-Language", "de"],
        ["Content-Disposition", "attachment"],
      ],
    },
  ],
  "how it was sent is not what it is": [[200, { ...HEAD, "Content-Encoding": "aws-chunked" }], OBJECT],
  "a tag without quotes": [[200, { ...HEAD, "ETag": "0123456789abcdef-12" }], {
    ...OBJECT,
    etag: '"0123456789abcdef-12"',
  }],
  "nothing": [[404], undefined],
  "something that is not told": [[403], undefined],
  "a weak tag": [
    [200, { ...HEAD, "ETag": 'W/"abc"' }],
    `502 ${NONE}no ETag that is a strong entity tag for HEAD`,
  ],
  "a tag that is none": [
    [200, { ...HEAD, "ETag": '"a"b"' }],
    `502 ${NONE}no ETag that is a strong entity tag for HEAD`,
  ],
  "an empty tag": [
    [200, { ...HEAD, "ETag": '""' }],
    `502 ${NONE}no ETag that is a strong entity tag for HEAD`,
  ],
  "no date": [
    [200, { ...HEAD, "Last-Modified": "yesterday" }],
    `502 ${NONE}no Last-Modified that is a date for HEAD`,
  ],
  "no length": [[200, { ...HEAD, "Content-Length": "" }], `502 ${NONE}no Content-Length for HEAD`],
  "a redirect": [[301], '502 bucket "media": the storage sends us elsewhere: 301'],
  "another region": [
    [301, { "X-Amz-Bucket-Region": "eu-west-1" }],
    '502 bucket "media": the bucket is in region eu-west-1, not us-east-1',
  ],
  "a region that would be a line of its own": [
    [301, { "X-Amz-Bucket-Region": "eu west\tforged" }],
    '502 bucket "media": the storage sends us elsewhere: 301',
  ],
  "a bad request": [[400], '502 bucket "media": the storage answers 400'],
};

for (const [what, [said, expected]] of Object.entries(HEADS)) {
  Deno.test(`head() is told of ${what}`, async () => {
    const storage = new FakeStorage([said]);
    assertEquals(await endOf(storage.bucket.head("a b/ü.txt", TIMEOUTS)), expected);
    const { method, target } = storage.asked[0]!;
    assertEquals([method, target, storage.open], ["HEAD", "/films/a%20b/%C3%BC.txt", 0]);
  });
}

const PART = { "ETag": '"abc"', "Content-Range": "bytes 2-4/11" };

const GETS: Readonly<Record<string, [Said, ByteRange | undefined, unknown]>> = {
  "all": [[200, { "ETag": '"abc"' }, "hello world"], undefined, 11],
  "nothing at all": [[200, { "ETag": '"abc"' }, ""], undefined, 0],
  "a range": [[206, PART, "llo"], { start: 2, end: 5 }, 3],
  "a range of unknown size": [
    [206, { ...PART, "Content-Range": "bytes 2-4/*" }, "llo"],
    { start: 2, end: 5 },
    3,
  ],
  "all as a range": [[200, {}, "hello"], { start: 0, end: 5 }, 5],
  "a part for all": [[206, PART, "llo"], undefined, `502 ${NONE}a part where all was asked for`],
  "all for a range": [
    [200, {}, "hello world"],
    { start: 0, end: 5 },
    `502 ${NONE}all where a part was asked for`,
  ],
  "all for a later range of its length": [
    [200, {}, "llo"],
    { start: 2, end: 5 },
    `502 ${NONE}all where a part was asked for`,
  ],
  "another range": [[206, PART, "llo"], { start: 3, end: 6 }, `502 ${NONE}another range than was asked for`],
  "a range without its place": [
    [206, {}, "llo"],
    { start: 2, end: 5 },
    `502 ${NONE}another range than was asked for`,
  ],
  "a range that is shorter": [
    [206, PART, "ll"],
    { start: 2, end: 5 },
    `502 ${NONE}a range of another length`,
  ],
  "another tag": [[200, { "ETag": '"abd"' }, "hello world"], undefined, "changed"],
  "no tag": [[200, {}, "hello world"], undefined, 11],
  "what is gone": [[404, {}, error("NoSuchKey")], undefined, "changed"],
  "what has changed": [[412, {}, error("PreconditionFailed")], undefined, "changed"],
  "what has become shorter": [[416, {}, error("InvalidRange")], { start: 2, end: 5 }, "changed"],
  "no bucket": [
    [404, {}, error("NoSuchBucket")],
    undefined,
    '502 bucket "media": the storage has no bucket "films"',
  ],
  "not modified": [[304], undefined, '502 bucket "media": the storage answers 304'],
};

for (const [what, [said, range, expected]] of Object.entries(GETS)) {
  Deno.test(`get() gets ${what}`, async () => {
    const storage = new FakeStorage([said]);
    const got = await endOf(
      storage.bucket.get("a", '"abc"', range, TIMEOUTS).then((body) => {
        body.close();
        return body.length;
      }),
    );
    assertEquals([got, storage.open], [expected, 0]);
    const { fields } = storage.asked[0]!;
    assertEquals([fields.get("if-match"), fields.get("range")], [
      '"abc"',
      range && `bytes=${range.start}-${range.end - 1}`,
    ]);
  });
}

const REFUSALS: Readonly<Record<string, [Said, string]>> = {
  "a key that nobody knows": [
    [403, {}, error("InvalidAccessKeyId")],
    "502 the storage refuses us: InvalidAccessKeyId",
  ],
  "a wrong secret": [
    [403, {}, error("SignatureDoesNotMatch")],
    "502 the storage refuses us: SignatureDoesNotMatch",
  ],
  "no right": [[403, {}, error("AccessDenied")], "502 the storage refuses us: AccessDenied"],
  "a wrong clock": [
    [403, {}, error("RequestTimeTooSkewed")],
    "502 the storage refuses us: RequestTimeTooSkewed",
  ],
  "another region": [
    [400, {}, error("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>")],
    "502 the bucket is in region eu-west-1, not us-east-1",
  ],
  "a moved bucket": [
    [301, {}, error("PermanentRedirect")],
    "502 the storage sends us elsewhere: PermanentRedirect",
  ],
  "no bucket": [[404, {}, error("NoSuchBucket")], '502 the storage has no bucket "films"'],
  "a page of somebody else's": [[403, {}, "<html><p>no"], "502 the storage refuses us: 403"],
  "a code that would be a line": [[403, {}, error("a\nb")], "502 the storage refuses us: 403"],
  "a document type": [[403, {}, `<!DOCTYPE a>${error("AccessDenied")}`], "502 the storage refuses us: 403"],
  "an endless error": [[403, {}, error("A", "x".repeat(100_000))], "502 the storage refuses us: 403"],
  "nothing to say": [[418], "502 the storage answers 418"],
};

for (const [what, [said, expected]] of Object.entries(REFUSALS)) {
  Deno.test(`a refusal has its reason in the log: ${what}`, async () => {
    const storage = new FakeStorage([said, said]);
    const listed = await endOf(
      storage.bucket.list({ prefix: "", delimited: true, most: 1 }, TIMEOUTS),
    );
    assertEquals(String(listed).replace('bucket "media": ', ""), expected);
    const removed = await endOf(storage.bucket.remove("a", TIMEOUTS));
    assertEquals(String(removed).replace('bucket "media": ', ""), expected);
    assertEquals(storage.open, 0);
  });
}

Deno.test("storage that has too much to do is asked once more where that is only to read", async () => {
  const busy: Said = [503, {}, error("SlowDown")];
  const storage = new FakeStorage([busy, [200, HEAD], busy, busy, busy]);
  const head = storage.bucket.head("a", TIMEOUTS);
  await settle();
  await storage.clock.advance(100);
  assertEquals(await head, OBJECT);
  const got = endOf(storage.bucket.get("a", '"abc"', undefined, TIMEOUTS));
  await settle();
  await storage.clock.advance(100);
  assertEquals(await got, '502 bucket "media": the storage fails: SlowDown');
  assertEquals(
    await endOf(storage.bucket.put("a", bytes("x"), {}, TIMEOUTS)),
    '502 bucket "media": the storage fails: SlowDown',
  );
  assertEquals([storage.asked.length, storage.open, storage.clock.running], [5, 0, 0]);
});

const PUTS: Readonly<Record<string, [readonly Said[], PutOptions, unknown]>> = {
  "what is new": [[[200, { "ETag": '"n"' }]], {}, '"n"'],
  "no tag": [[[200, {}]], {}, `502 ${NONE}no ETag that is a strong entity tag`],
  "what is there already": [[[412, {}, error("PreconditionFailed")]], { mustBeNew: true }, "exists"],
  "what somebody else is storing": [
    [[409, {}, error("ConditionalRequestConflict")]],
    { mustBeNew: true },
    "exists",
  ],
  "over what is another by now": [[[412], [200, HEAD]], { over: '"old"' }, "changed"],
  "over what is gone": [[[404, {}, error("NoSuchKey")], [404]], { over: '"old"' }, "changed"],
  "over something in no bucket": [
    [[404, {}, error("NoSuchBucket")]],
    { over: '"old"' },
    '502 bucket "media": the storage has no bucket "films"',
  ],
  "over a tag that is compared without quotes": [[[412], [200, HEAD], [200, { "ETag": '"n"' }]], {
    over: '"abc"',
  }, '"n"'],
  "over a tag that never holds": [[[412], [200, HEAD], [412]], { over: '"abc"' }, "changed"],
  "an unasked condition": [[[412]], {}, '502 bucket "media": the storage answers 412'],
  "more than there is room for": [[[403, {}, error("QuotaExceeded")]], {}, "full"],
  "more than is allowed": [[[400, {}, error("EntityTooLarge")]], {}, "413 undefined"],
  "under a condition that is not understood": [
    [[501, {}, error("NotImplemented")]],
    { mustBeNew: true },
    '502 bucket "media": the storage fails: NotImplemented',
  ],
};

for (const [what, [said, options, expected]] of Object.entries(PUTS)) {
  Deno.test(`put() stores ${what}`, async () => {
    const storage = new FakeStorage(said);
    assertEquals(await endOf(storage.bucket.put("a", bytes("hello"), options, TIMEOUTS)), expected);
    assertEquals([storage.asked.length, storage.asked[0]!.sent, storage.open], [said.length, "hello", 0]);
  });
}

Deno.test("a condition is sent as it is; once that did not hold though it should have, without quotes", async () => {
  const stored: Said = [200, { "ETag": '"n"' }];
  const storage = new FakeStorage([stored, [412], [200, HEAD], stored, stored]);
  await storage.bucket.put("a", bytes("x"), { mustBeNew: true, contentType: "text/plain;  a=b\t" }, TIMEOUTS);
  for (let i = 0; i < 2; i++) await storage.bucket.put("a", bytes("x"), { over: '"abc"' }, TIMEOUTS);
  const first = storage.asked[0]!.fields;
  assertEquals([first.get("if-none-match"), first.get("content-type")], ["*", "text/plain; a=b"]);
  const tags = storage.asked.filter(({ method }) => method === "PUT").map(({ fields }) =>
    fields.get("if-match")
  );
  assertEquals(tags, [undefined, '"abc"', "abc", "abc"]);
});

Deno.test("a type that cannot be signed as it is, is not stored", async () => {
  const storage = new FakeStorage([[200, { "ETag": '"n"' }], [200, { "ETag": '"n"' }]]);
  for (const contentType of ["text/\xfc", "x".repeat(300)]) {
    await storage.bucket.put("a", bytes("x"), { contentType }, TIMEOUTS);
  }
  assertEquals(storage.asked.map(({ fields }) => fields.has("content-type")), [false, false]);
});

Deno.test("remove() removes what is there, and nothing where nothing is", async () => {
  const storage = new FakeStorage([[204], [200], [404, {}, error("NoSuchKey")]]);
  for (let i = 0; i < 3; i++) await storage.bucket.remove("a", TIMEOUTS);
  assertEquals(storage.open, 0);
});

Deno.test("a bucket is in the path, or before the host's name; without keys nothing is signed", async () => {
  const cases = [
    [{}, "127.0.0.1:7480", "/films/a", true],
    [{ pathStyle: false, authority: "s3.example.com" }, "films.s3.example.com", "/a", true],
    [{ accessKey: undefined, secretKey: undefined }, "127.0.0.1:7480", "/films/a", false],
  ] as const;
  for (const [changes, host, target, isSigned] of cases) {
    const storage = new FakeStorage([[200, HEAD]], changes);
    await storage.bucket.head("a", TIMEOUTS);
    const { fields, target: asked } = storage.asked[0]!;
    assertEquals([fields.get("host"), asked], [host, target]);
    assertEquals(
      ["authorization", "x-amz-date", "x-amz-content-sha256"].map((name) => fields.has(name)),
      [isSigned, isSigned, isSigned],
    );
  }
});

Deno.test("what goes wrong on the way has the bucket's name; what the content's reading rejects with is as it was", async () => {
  const broken = new HttpError(504, undefined, { log: "http://a was silent" });
  const storage = new FakeStorage([broken]);
  const failure = await assertRejects(() => storage.bucket.head("a", TIMEOUTS), HttpError);
  assertEquals([failure.status, failure.log, failure.hint], [
    504,
    'bucket "media": http://a was silent',
    "The storage did not answer in time (proxy_timeouts).",
  ]);
  for (const error of [new GoneError(), new HttpError(413, "too much")]) {
    const part = { length: 5, read: () => Promise.reject(error) };
    const storage = new FakeStorage([[200]]);
    assertEquals(
      await storage.bucket.putPart({ key: "a", id: "b" }, 1, part, TIMEOUTS).catch((error) => error),
      error,
    );
  }
});

Deno.test("content that is cut says of which bucket it is", async () => {
  const body: BodySource = {
    length: 5,
    prompt: false,
    read: () => Promise.reject(new BodyError("closed")),
    close: () => {},
  };
  const source = new NamedSource("media", body);
  await assertRejects(() => source.read(new Uint8Array(1)), BodyError, 'bucket "media": closed');
});

Deno.test("no error has a key of ours, or what the storage says of a signature", async () => {
  const storage = new FakeStorage([
    [403, {}, error("SignatureDoesNotMatch", "<StringToSign>AWS4 wJalrXUtnFEMI</StringToSign>")],
  ]);
  const failure = await assertRejects(
    () => storage.bucket.put("a", bytes("x"), {}, TIMEOUTS),
    HttpError,
  );
  const text = Deno.inspect(failure, { depth: 10, showHidden: true });
  for (const secret of ["AKIAIOSFODNN7EXAMPLE", "wJalr", "secret stuff", "AWS4"]) {
    assertEquals(text.includes(secret), false, secret);
  }
  // Nor is one in what somebody prints of a bucket's insides while it signs.
  assertEquals(Deno.inspect([storage, storage.bucket.settings], { depth: 10 }).includes("wJalr"), false);
});
