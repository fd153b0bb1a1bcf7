import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { codedBytes } from "../../lib/coding/coded_bytes.ts";
import { Turns } from "../../lib/http/turns.ts";
import { clock } from "../../lib/runtime/clock.ts";
import { SystemCompression } from "../../lib/runtime/compression.ts";
import { decoded } from "../support/coded.ts";

const compression = new SystemCompression();
await compression.load();
const turns = new Turns(clock);

Deno.test("codedBytes() codes the same bytes once in each coding, for all who ask meanwhile", async () => {
  const bytes = new TextEncoder().encode("again and again ".repeat(100));
  const made: string[] = [];
  const coderOf = (coding: "gzip" | "br") => ({
    createEncoder: () => {
      made.push(coding);
      return compression.encoder(coding);
    },
    turns,
  });
  const [first, second] = await Promise.all([
    codedBytes(bytes, "gzip", coderOf("gzip")),
    codedBytes(bytes, "gzip", coderOf("gzip")),
  ]);
  assertStrictEquals(first, second);
  // It is at hand now, and no promise.
  assertStrictEquals(codedBytes(bytes, "gzip", coderOf("gzip")), first);
  assertEquals(decoded(first, "gzip"), bytes);
  assertEquals(decoded(await codedBytes(bytes, "br", coderOf("br")), "br"), bytes);
  // Others that are equal are others.
  await codedBytes(bytes.slice(), "br", coderOf("br"));
  assertEquals(made, ["gzip", "br", "br"]);
});

Deno.test("codedBytes() tries once more what has failed", async () => {
  const bytes = new TextEncoder().encode("once");
  const createEncoder = () => {
    throw new Error("no memory");
  };
  await assertRejects(
    () => Promise.resolve(codedBytes(bytes, "gzip", { createEncoder, turns })),
    Error,
    "no memory",
  );
  const coded = await codedBytes(bytes, "gzip", { createEncoder: () => compression.encoder("gzip"), turns });
  assertEquals(decoded(coded, "gzip"), bytes);
});
