import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { FileCodings } from "../../lib/coding/file_codings.ts";
import { CodingRules } from "../../lib/coding/rules.ts";
import { HttpError } from "../../lib/http/errors.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import { Turns } from "../../lib/http/turns.ts";
import type { Compression } from "../../lib/ports.ts";
import { BucketObject } from "../../lib/s3/bucket_object.ts";
import type { BucketOrigin } from "../../lib/s3/bucket_origin.ts";
import { FakeClock } from "../support/fakes.ts";
import { makeView, readText } from "./view.ts";

const COMPRESSION = { codings: new Set() } as unknown as Compression;
const RULES = new CodingRules(["gzip"], ["text/*"]);

/** What a client that takes these codings gets of an object. */
async function chosen(origin: BucketOrigin, path: string, accepted: string, rules?: CodingRules) {
  const file = await origin.find(path);
  assert(file instanceof BucketObject);
  const codings = FileCodings.of({ rules, precompressed: true, programs: new Set() })!;
  const request = { method: "GET", fields: FieldBlock.of(["Accept-Encoding", accepted]) };
  const turns = new Turns(new FakeClock());
  return {
    file,
    choice: await codings.choose(request, file, file, { compression: COMPRESSION, turns, origin }),
  };
}

const CASES: readonly [
  name: string,
  beside: string[],
  accepted: string,
  coding: string | undefined,
  varies: boolean,
][] = [
  ["what is beside it", [".br"], "gzip, br", "br", true],
  ["the one that is there", [".gz"], "gzip, br", "gzip", true],
  ["the best of several", [".gz", ".br"], "gzip;q=0.5, br", "br", true],
  ["itself where nothing is", [], "gzip, br", undefined, false],
  ["itself where the client takes none, which caches have to know", [".br"], "identity", undefined, true],
];

for (const age of [1000, 0]) {
  for (const [name, beside, accepted, coding, varies] of CASES) {
    Deno.test(`an object is sent as ${name}, looks being believed for ${age} ms`, async () => {
      const { storage, origin } = makeView({ age });
      storage.store("films/a.txt", "plain", { contentType: "text/plain" });
      for (const ending of beside) storage.store(`films/a.txt${ending}`, `coded${ending}`);
      for (let time = 1; time <= 2; time++) {
        const { choice: { file, labels } } = await chosen(origin(), "/a.txt", accepted);
        assertEquals(labels.fields.get("content-encoding"), coding);
        assertEquals(labels.fields.has("vary"), varies);
        const ending = { br: ".br", gzip: ".gz" }[coding ?? ""];
        assertEquals(
          await readText(await file.open([{ start: 0, end: file.size }])),
          ending === undefined ? "plain" : `coded${ending}`,
        );
      }
    });
  }
}

Deno.test("what lies beside an object and is known costs no look", async () => {
  const { storage, origin } = makeView();
  storage.store("films/a.txt", "plain", { contentType: "text/plain" });
  await chosen(origin(), "/a.txt", "gzip, br, zstd");
  const calls = storage.calls.length;
  await chosen(origin(), "/a.txt", "gzip, br, zstd");
  assertEquals(storage.calls.length, calls);
});

Deno.test("an object that is older, empty, a folder or not to be looked at does not stand in", async () => {
  const { storage, origin } = makeView();
  storage.store("films/a.txt", "plain");
  storage.store("films/a.txt.br", "old", { modified: storage.now - 1000 });
  storage.store("films/a.txt.zst", "");
  storage.before = (_, key) => {
    if (key === "films/a.txt.gz") throw new HttpError(502);
  };
  const { file, choice } = await chosen(origin(), "/a.txt", "gzip, br, zstd");
  assertStrictEquals(choice.file, file);
});

Deno.test("an object that is in a coding is sent as it is", async () => {
  const { storage, origin } = makeView();
  storage.store("films/a.txt", "coded".repeat(100), {
    contentType: "text/plain",
    fields: [["Content-Encoding", "br"]],
  });
  storage.store("films/a.txt.gz", "x");
  const { file, choice } = await chosen(origin(), "/a.txt", "gzip", RULES);
  assertStrictEquals(choice.file, file);
  assertEquals(choice.labels.fields.joined("content-encoding"), "br");
});
