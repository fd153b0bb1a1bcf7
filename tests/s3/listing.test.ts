import { assertEquals } from "@std/assert";
import { HttpError } from "../../lib/http/errors.ts";
import type { ListingOptions, ListingPage } from "../../lib/s3/storage.ts";
import { XML_BOUNDS } from "../../lib/s3/xml.ts";
import { FakeStorage, TIMEOUTS } from "./fake_client.ts";

const OPTIONS: ListingOptions = { prefix: "a/", delimited: true, most: 1000 };

const contents = (
  key: string,
  more = "<Size>5</Size><LastModified>2013-05-24T00:00:00.123Z</LastModified>",
) => `<Contents><Key>${key}</Key>${more}<ETag>&quot;x&quot;</ETag><Owner><ID>i</ID></Owner></Contents>`;

const page = (content: string, more = "<IsTruncated>false</IsTruncated>") =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
  `<Name>films</Name><Prefix>a/</Prefix>${more}${content}</ListBucketResult>`;

const ENCODED = "<IsTruncated>false</IsTruncated><EncodingType>url</EncodingType>";

const object = (key: string) => ({ key, size: 5, modified: Date.UTC(2013, 4, 24, 0, 0, 0, 123) });

async function list(document: string, options: Partial<ListingOptions> = {}): Promise<ListingPage | string> {
  const storage = new FakeStorage([[200, {}, document]]);
  try {
    return await storage.bucket.list({ ...OPTIONS, ...options }, TIMEOUTS);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return `${error.status} ${error.log?.replace('bucket "media": the storage\'s answer is none: ', "")}`;
  } finally {
    assertEquals(storage.open, 0);
  }
}

const prefix = (text: string) => `<CommonPrefixes><Prefix>${text}</Prefix></CommonPrefixes>`;

const READ: Readonly<
  Record<string, [document: string, expected: Partial<ListingPage>, options?: Partial<ListingOptions>]>
> = {
  "nothing": [page(""), {}],
  "objects and prefixes": [page(contents("a/b") + contents("a/c") + prefix("a/d/")), {
    objects: [object("a/b"), object("a/c")],
    prefixes: ["a/d/"],
  }],
  "encoded keys": [page(contents("a/1%2B1%3D+2%20%C3%BC%25") + prefix("a/%26%2F"), ENCODED), {
    objects: [object("a/1+1= 2 ü%")],
    prefixes: ["a/&/"],
  }],
  "keys that are not encoded": [page(contents("a/1+1 %25 &amp;&lt;&#xfc;")), {
    objects: [object("a/1+1 %25 &<ü")],
  }],
  "a key that is no text": [page(contents("a/%FF") + contents("a/b") + prefix("a/%FF/"), ENCODED), {
    objects: [object("a/b")],
  }],
  "one that goes on": [
    page("", "<IsTruncated>true</IsTruncated><NextContinuationToken>n+1</NextContinuationToken>"),
    { next: "n+1" },
    { start: "n" },
  ],
  "white space before it, and between": [`  \n\n${page("\n  " + contents("a/b") + "\n")}\n`, {
    objects: [object("a/b")],
  }],
  "no prefixes where none are wanted": [page(contents("a/b") + prefix("a/")), { objects: [object("a/b")] }, {
    delimited: false,
  }],
  "a section of text": [page(contents("<![CDATA[a/b]]>")), { objects: [object("a/b")] }],
};

for (const [what, [document, expected, options]] of Object.entries(READ)) {
  Deno.test(`a listing is read: ${what}`, async () => {
    assertEquals(await list(document, options), { objects: [], prefixes: [], next: undefined, ...expected });
  });
}

const TRUNCATED = "<IsTruncated>true</IsTruncated>";

const REFUSED: Readonly<Record<string, [document: string, why: string]>> = {
  "another root": ["<ListAllMyBucketsResult/>", "the document's root is not ListBucketResult"],
  "an error with 200": [
    "<Error><Code>AccessDenied</Code></Error>",
    "the document's root is not ListBucketResult",
  ],
  "no end": [page("", ""), "ListBucketResult has no IsTruncated"],
  "a strange end": [page("", "<IsTruncated>yes</IsTruncated>"), "IsTruncated is neither true nor false"],
  "two ends": [
    page("", "<IsTruncated>false</IsTruncated><IsTruncated>true</IsTruncated>"),
    "ListBucketResult has IsTruncated twice",
  ],
  "no way on": [page("", TRUNCATED), "ListBucketResult has no NextContinuationToken"],
  "no way on that is one": [
    page("", `${TRUNCATED}<NextContinuationToken/>`),
    "the listing does not go on where it says it does",
  ],
  "the same again": [
    page("", `${TRUNCATED}<NextContinuationToken>start</NextContinuationToken>`),
    "the listing does not go on where it says it does",
  ],
  "a key from elsewhere": [page(contents("b/c")), "Key has another beginning"],
  "a prefix from elsewhere": [page(prefix("b/")), "Prefix has another beginning"],
  "a prefix that is none": [page(prefix("a/b")), "a common prefix has no slash at its end"],
  "no size": [
    page(contents("a/b", "<LastModified>2013-05-24T00:00:00Z</LastModified>")),
    "Contents has no Size",
  ],
  "a negative size": [
    page(contents("a/b", "<Size>-1</Size><LastModified>2013-05-24T00:00:00Z</LastModified>")),
    "Size is no number of bytes",
  ],
  "too large a size": [
    page(contents("a/b", "<Size>9007199254740992</Size><LastModified>2013-05-24T00:00:00Z</LastModified>")),
    "Size is no number of bytes",
  ],
  "no time": [page(contents("a/b", "<Size>1</Size>")), "Contents has no LastModified"],
  "a time that is none": [
    page(contents("a/b", "<Size>1</Size><LastModified>2013-15-24T00:00:00Z</LastModified>")),
    "LastModified is no time",
  ],
  "two keys": [page(contents("a/b</Key><Key>a/c")), "Contents has Key twice"],
  "another encoding of keys": [
    page("", "<IsTruncated>false</IsTruncated><EncodingType>rot13</EncodingType>"),
    "EncodingType is not url",
  ],
  "a document type": [`<!DOCTYPE a [<!ENTITY x "y">]>${page("")}`, "the document has a document type"],
  "an entity": [page(contents("a/&x;")), "the document is not well-formed: undefined entity."],
  "no XML": ["it works!", "the document is not well-formed: text data outside of root node."],
  "nothing": ["", "the document is not well-formed: document must contain a root element."],
  "a document that is cut": [page(contents("a/b")).slice(0, -10), ""],
  "another version of XML": [`<?xml version="1.1"?><ListBucketResult/>`, "the document is not of XML 1.0"],
  "another encoding": [
    `<?xml version="1.0" encoding="utf-16"?><ListBucketResult/>`,
    "the document is not UTF-8",
  ],
  "too deep": [
    page("<a>".repeat(20) + "</a>".repeat(20)),
    "the document has too many elements, or they stand too deep",
  ],
  "too many elements": [
    page("<a/>".repeat(XML_BOUNDS.elements)),
    "the document has too many elements, or they stand too deep",
  ],
};

for (const [what, [document, why]] of Object.entries(REFUSED)) {
  Deno.test(`a listing is refused: ${what}`, async () => {
    const told = await list(document, { start: "start" });
    assertEquals(why === "" ? String(told).slice(0, 4) : told, why === "" ? "502 " : `502 ${why}`);
  });
}

Deno.test("a listing that never ends is not read to its end", async () => {
  const told = await list(page("x".repeat(XML_BOUNDS.bytes)));
  assertEquals(told, `502 the document is longer than ${XML_BOUNDS.bytes} bytes`);
});

Deno.test("what a listing is asked for", async () => {
  const cases: readonly [Partial<ListingOptions>, string][] = [
    [{}, "delimiter=%2F&encoding-type=url&list-type=2&max-keys=1000&prefix=a%2F"],
    [{ prefix: "", delimited: false, most: 1 }, "encoding-type=url&list-type=2&max-keys=1"],
    [
      { prefix: "a b+/", start: "t/=" },
      "continuation-token=t%2F%3D&delimiter=%2F&encoding-type=url&list-type=2&max-keys=1000&prefix=a%20b%2B%2F",
    ],
  ];
  for (const [options, query] of cases) {
    const storage = new FakeStorage([[200, {}, page("")]]);
    await storage.bucket.list({ ...OPTIONS, ...options }, TIMEOUTS);
    assertEquals(storage.asked[0]!.target, `/films/?${query}`);
  }
});
