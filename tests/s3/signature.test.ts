import { assertEquals } from "@std/assert";
import { webcrypto } from "node:crypto";
import { encodeKey, encodeQuery } from "../../lib/s3/encoding.ts";
import { amzDate, sha256, sha256Of, type Signable, Signer } from "../../lib/s3/signature.ts";

const DATE = "20130524T000000Z";
const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** The examples of "Signature Calculations for the Authorization Header" in the S3 API reference, with their keys. */
const signer = new Signer("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1");

function example(changes: Partial<Signable>): Signable {
  const payload = changes.payload ?? EMPTY;
  return {
    method: "GET",
    path: "/",
    query: "",
    payload,
    ...changes,
    fields: [
      ["Host", "examplebucket.s3.amazonaws.com"],
      ...changes.fields ?? [],
      ["x-amz-content-sha256", payload],
      ["X-Amz-Date", DATE],
    ],
  };
}

const PUBLISHED: Readonly<Record<string, [Partial<Signable>, names: string, signature: string]>> = {
  "GET an object's range": [
    { path: `/${encodeKey("test.txt")}`, fields: [["Range", "bytes=0-9"]] },
    "host;range;x-amz-content-sha256;x-amz-date",
    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  ],
  "PUT an object": [
    {
      method: "PUT",
      path: `/${encodeKey("test$file.text")}`,
      fields: [["Date", "Fri, 24 May 2013 00:00:00 GMT"], ["x-amz-storage-class", "REDUCED_REDUNDANCY"]],
      payload: sha256("Welcome to Amazon S3."),
    },
    "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  ],
  "GET a bucket's lifecycle": [
    { query: encodeQuery({ lifecycle: "" }) },
    "host;x-amz-content-sha256;x-amz-date",
    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  ],
  "list objects": [
    { query: encodeQuery({ prefix: "J", "max-keys": 2 }) },
    "host;x-amz-content-sha256;x-amz-date",
    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  ],
};

for (const [what, [changes, names, signature]] of Object.entries(PUBLISHED)) {
  Deno.test(`a signature is the published one: ${what}`, () => {
    assertEquals(
      signer.authorization(example(changes), DATE),
      `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,` +
        `SignedHeaders=${names},Signature=${signature}`,
    );
  });
}

Deno.test("a day's key is kept for that day, and for no other", () => {
  const fresh = () =>
    new Signer("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1");
  const one = fresh();
  for (const date of [DATE, "20130525T000000Z", DATE, DATE]) {
    assertEquals(one.authorization(example({}), date), fresh().authorization(example({}), date));
  }
});

Deno.test("a date has neither milliseconds nor marks", () => {
  assertEquals(amzDate(Date.UTC(2013, 4, 24, 1, 2, 3, 456)), "20130524T010203Z");
});

Deno.test("much content has the hash that little has", async () => {
  for (const length of [0, 1, 64 * 1024, 64 * 1024 + 1, 300_000]) {
    const content = new Uint8Array(length).map((_, at) => at % 251);
    const expected = new Uint8Array(await webcrypto.subtle.digest("SHA-256", content)).toHex();
    assertEquals(await sha256Of(content), expected);
    // A part of a buffer is hashed alone.
    const around = new Uint8Array(length + 8);
    around.set(content, 4);
    assertEquals(await sha256Of(around.subarray(4, 4 + length)), expected);
  }
});
