/**
 * A short run of the fuzzer, the same at each time; `deno task fuzz` makes long ones.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { decodeLatin1, encodeLatin1 } from "../../lib/bytes/latin1.ts";
import { http1Target } from "../../scripts/fuzz/http1.ts";
import { run } from "../../scripts/fuzz/run.ts";
import type { FuzzTarget } from "../../scripts/fuzz/target.ts";
import { upstreamTarget } from "../../scripts/fuzz/upstream.ts";

Deno.test("the fuzzer finds nothing in lib/http1", async () => {
  const { tries, failure } = await run(http1Target(), 1, (tries) => tries < 3000);
  assertEquals(failure, undefined);
  assertEquals(tries, 3000);
});

Deno.test("the fuzzer finds nothing in the client's side of lib/http1", async () => {
  const { tries, failure } = await run(upstreamTarget(), 1, (tries) => tries < 3000);
  assertEquals(failure, undefined);
  assertEquals(tries, 3000);
});

/** Fails for inputs with a `<` somewhere before a `>`. */
const broken: FuzzTarget = {
  name: "broken",
  seeds: ["some seed <", "another seed", "> a third one"].map(encodeLatin1),
  dictionary: ["word"].map(encodeLatin1),
  check(input, random) {
    if (random.oneIn(1) && /<.*>/s.test(decodeLatin1(input))) throw new Error("Found");
    return "";
  },
};

Deno.test("the fuzzer finds what is broken, makes it small, and finds it again", async () => {
  const first = await run(broken, 7, (tries) => tries < 10_000);
  assert(first.failure !== undefined);
  assertEquals(decodeLatin1(first.failure.minimised), "<>");
  const again = await run(broken, 7, (tries) => tries <= first.failure!.iteration);
  assertEquals(again.failure?.input, first.failure.input);
});
