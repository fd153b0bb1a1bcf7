import { assertEquals, assertStrictEquals } from "@std/assert";
import { CodingRules, wantedCoding } from "../../lib/coding/rules.ts";
import { type Field, FieldBlock } from "../../lib/http/fields.ts";

const RULES = new CodingRules(["zstd", "br", "gzip"], ["text/*", "application/json"]);

Deno.test("codable() takes what is of a type that is worth it, and of whose bytes nothing is said", () => {
  const cases: readonly (readonly [isCodable: boolean, ...fields: Field[]])[] = [
    [true, ["Content-Type", "text/html"]],
    [true, ["content-type", "TEXT/plain; charset=utf-8"]],
    [true, ["Content-Type", "application/json"], ["Cache-Control", "no-cache, max-age=1"]],
    [false],
    [false, ["Content-Type", "image/png"]],
    [false, ["Content-Type", "application/json+x"]],
    [false, ["Content-Type", "text/html"], ["Content-Encoding", "identity"]],
    [false, ["Content-Type", "text/html"], ["Content-Encoding", "br"]],
    [false, ["Content-Type", "text/html"], ["Cache-Control", "max-age=1, No-Transform"]],
    [false, ["Content-Type", "text/html"], ["Cache-Control", "max-age=1"], ["Cache-Control", "no-transform"]],
    [true, ["Content-Type", "text/html"], ["Cache-Control", "x-no-transform"]],
    [false, ["Content-Type", "text/html"], ["Content-MD5", "Q2hlY2sgSW50ZWdyaXR5IQ=="]],
    [false, ["Content-Type", "text/html"], ["Digest", "sha-256=x"]],
    [false, ["Content-Type", "text/html"], ["Content-Digest", "sha-256=:x:"]],
    [false, ["Content-Type", "text/html"], ["Repr-Digest", "sha-256=:x:"]],
  ];
  for (const [isCodable, ...fields] of cases) {
    assertEquals(RULES.codable(FieldBlock.of(...fields)) !== undefined, isCodable, JSON.stringify(fields));
  }
});

Deno.test("the fields of what is coded say so, have a tag of their own, and offer no ranges", () => {
  const fields = FieldBlock.of(
    ["Content-Type", "text/html"],
    ["Accept-Ranges", "bytes"],
    ["ETag", '"a"'],
    ["Vary", "Accept"],
  );
  const codable = RULES.codable(fields)!;
  assertStrictEquals(RULES.codable(fields), codable);
  assertEquals([...codable.plain], [
    ["Content-Type", "text/html"],
    ["Accept-Ranges", "bytes"],
    ["ETag", '"a"'],
    ["Vary", "Accept, Accept-Encoding"],
  ]);
  assertEquals([...codable.coded("br", true)], [
    ["Content-Type", "text/html"],
    ["ETag", '"a--br"'],
    ["Vary", "Accept, Accept-Encoding"],
    ["Content-Encoding", "br"],
  ]);
  assertEquals(codable.coded("br", false).get("etag"), '"a"');
  assertStrictEquals(codable.coded("br", true), codable.coded("br", true));
  const weak = RULES.codable(FieldBlock.of(["Content-Type", "text/html"], ["ETag", 'W/"a"']))!;
  assertEquals(weak.coded("gzip", true).get("etag"), 'W/"a--gzip"');
});

Deno.test("wantedCoding(): none for a range, nor where nothing is to be transformed", () => {
  const wanted = (method: string, ...fields: Field[]) =>
    wantedCoding({ method, fields: FieldBlock.of(["Accept-Encoding", "gzip"], ...fields) }, ["gzip"]);
  assertEquals(wanted("GET"), "gzip");
  assertEquals(wanted("GET", ["Range", "bytes=0-1"]), undefined);
  assertEquals(wanted("HEAD", ["Range", "bytes=0-1"]), "gzip");
  assertEquals(wanted("POST", ["Range", "bytes=0-1"]), "gzip");
  assertEquals(wanted("GET", ["Cache-Control", "no-transform"]), undefined);
  assertEquals(wanted("GET", ["Accept-Encoding", "gzip;q=0"]), undefined);
});

Deno.test("available() is what of the list can be made, in the list's order", () => {
  const rules = new CodingRules(["gzip", "zstd"], []), made = new Set(["br", "gzip"] as const);
  assertEquals(rules.available(made), ["gzip"]);
  assertStrictEquals(rules.available(made), rules.available(made));
  assertEquals(rules.available(new Set(["zstd", "gzip"] as const)), ["gzip", "zstd"]);
});
