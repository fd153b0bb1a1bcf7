import { assertEquals } from "@std/assert";
import { HttpError } from "../../lib/http/errors.ts";
import { FileError } from "../../lib/ports.ts";
import type { PutConditions } from "../../lib/s3/storage.ts";
import { FakeStorage, type Said, TIMEOUTS } from "./fake_client.ts";

const UPLOAD = { key: "a b", id: "2~x/+" };

async function endOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof HttpError) return `${error.status} ${error.log?.replace('bucket "media": ', "")}`;
    return error instanceof FileError ? error.problem : error;
  }
}

const NONE = "502 the storage's answer is none: ";
const error = (code: string) => `<Error><Code>${code}</Code></Error>`;

Deno.test("an upload begins with the content's type, and has an id", async () => {
  const begun = (
    id: string,
  ): Said => [200, {}, `<InitiateMultipartUploadResult>${id}</InitiateMultipartUploadResult>`];
  const cases: readonly [Said, unknown][] = [
    [begun("<Bucket>b</Bucket><UploadId>2~x/+</UploadId>"), UPLOAD],
    [begun(""), `${NONE}InitiateMultipartUploadResult has no UploadId`],
    [begun("<UploadId/>"), `${NONE}UploadId is empty, or too long`],
    [begun(`<UploadId>${"x".repeat(3000)}</UploadId>`), `${NONE}UploadId is empty, or too long`],
    [[200, {}, "<ListBucketResult/>"], `${NONE}the document's root is not InitiateMultipartUploadResult`],
    [[403, {}, error("AccessDenied")], "502 the storage refuses us: AccessDenied"],
  ];
  for (const [said, expected] of cases) {
    const storage = new FakeStorage([said]);
    const begun = storage.bucket.beginParts("a b", { contentType: "video/mp4" }, TIMEOUTS);
    assertEquals(await endOf(begun), expected);
    const { method, target, fields } = storage.asked[0]!;
    assertEquals(
      [method, target, fields.get("content-type"), storage.open],
      ["POST", "/films/a%20b?uploads=", "video/mp4", 0],
    );
  }
});

Deno.test("a part is stored as it is, signed with its hash where it is at hand", async () => {
  const storage = new FakeStorage([[200, { "ETag": '"1"' }], [200, { "ETag": '"2"' }], [200], [
    404,
    {},
    error("NoSuchUpload"),
  ]]);
  const content = new TextEncoder().encode("hello");
  let isRead = false;
  const stream = {
    length: 5,
    read: () => {
      const piece = isRead ? null : content;
      isRead = true;
      return Promise.resolve(piece);
    },
  };
  const ends = [
    await endOf(storage.bucket.putPart(UPLOAD, 1, content, TIMEOUTS)),
    await endOf(storage.bucket.putPart(UPLOAD, 2, stream, TIMEOUTS)),
    await endOf(storage.bucket.putPart(UPLOAD, 3, content, TIMEOUTS)),
    await endOf(storage.bucket.putPart(UPLOAD, 4, content, TIMEOUTS)),
  ];
  assertEquals(ends, [
    { number: 1, etag: '"1"' },
    { number: 2, etag: '"2"' },
    `${NONE}no ETag that is a strong entity tag`,
    "502 the storage answers 404: NoSuchUpload",
  ]);
  assertEquals(
    storage.asked.slice(0, 2).map((
      { target, sent, fields },
    ) => [target, sent, fields.get("x-amz-content-sha256")]),
    [
      [
        "/films/a%20b?partNumber=1&uploadId=2~x%2F%2B",
        "hello",
        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
      ],
      ["/films/a%20b?partNumber=2&uploadId=2~x%2F%2B", "hello", "UNSIGNED-PAYLOAD"],
    ],
  );
  assertEquals(storage.open, 0);
});

const done = (tag: string): Said => [
  200,
  {},
  `\n  <?xml version="1.0" encoding="UTF-8"?><CompleteMultipartUploadResult>${tag}</CompleteMultipartUploadResult>`,
];
const HEAD: Said = [200, {
  "Content-Length": "1",
  "Last-Modified": "Fri, 24 May 2013 00:00:00 GMT",
  "ETag": '"found"',
}];

const COMPLETIONS: Readonly<Record<string, [readonly Said[], PutConditions, unknown]>> = {
  "a tag": [[done("<ETag>&quot;abc-2&quot;</ETag>")], {}, '"abc-2"'],
  "a tag without quotes": [[done("<ETag>0123456789abcdef-2</ETag>")], {}, '"0123456789abcdef-2"'],
  "an empty tag": [[done("<ETag/>"), HEAD], {}, '"found"'],
  "no tag, and nothing is there": [[done(""), [404]], {}, `${NONE}what was completed is not there`],
  "a tag that is none": [[done("<ETag>a b</ETag>")], {}, `${NONE}ETag is no strong entity tag`],
  "an error after all": [[[200, {}, error("InternalError")]], {}, "502 the storage fails: InternalError"],
  "a condition that does not hold after all": [
    [[200, {}, error("PreconditionFailed")]],
    { mustBeNew: true },
    "exists",
  ],
  "a condition that does not hold": [[[412, {}, error("PreconditionFailed")]], { over: '"x"' }, "changed"],
  "somebody else at the same time": [
    [[409, {}, error("ConditionalRequestConflict")]],
    { mustBeNew: true },
    "exists",
  ],
  "that it is gone": [
    [[404, {}, error("NoSuchUpload")]],
    { over: '"x"' },
    "502 the storage answers 404: NoSuchUpload",
  ],
  "nothing": [[[200]], {}, `${NONE}the document is not well-formed: document must contain a root element.`],
  "another document": [
    [[200, {}, "<ListBucketResult/>"]],
    {},
    `${NONE}the document's root is not CompleteMultipartUploadResult`,
  ],
};

for (const [what, [said, conditions, expected]] of Object.entries(COMPLETIONS)) {
  Deno.test(`completing an upload is answered with ${what}`, async () => {
    const storage = new FakeStorage(said);
    const parts = [{ number: 1, etag: '"a&<"' }, { number: 2, etag: '"b"' }];
    assertEquals(await endOf(storage.bucket.completeParts(UPLOAD, parts, conditions, TIMEOUTS)), expected);
    const { method, target, sent } = storage.asked[0]!;
    assertEquals([method, target, storage.open], ["POST", "/films/a%20b?uploadId=2~x%2F%2B", 0]);
    assertEquals(
      sent,
      '<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Part><PartNumber>1</PartNumber>' +
        '<ETag>"a&amp;&lt;"</ETag></Part><Part><PartNumber>2</PartNumber><ETag>"b"</ETag></Part></CompleteMultipartUpload>',
    );
  });
}

Deno.test("giving up never fails, and what is left is said in the log", async () => {
  const storage = new FakeStorage([
    [204],
    [404, {}, error("NoSuchUpload")],
    [403, {}, error("AccessDenied")],
    new HttpError(502, undefined, { log: "http://a: refused" }),
    new TypeError("a bug"),
  ]);
  for (let i = 0; i < 5; i++) await storage.bucket.abortParts(UPLOAD, TIMEOUTS);
  assertEquals(storage.log.lines.map((line) => line.slice(line.indexOf("bucket"))), [
    'bucket "media": the storage refuses us: AccessDenied; parts of an upload are left there',
    'bucket "media": http://a: refused; parts of an upload are left there',
    'bucket "media": TypeError: a bug; parts of an upload are left there',
  ]);
  assertEquals(storage.asked.map(({ method }) => method), Array(5).fill("DELETE"));
  assertEquals(storage.open, 0);
});
