/**
 * A short run of the fuzzer, the same at each time; `deno task fuzz --target http2` makes long ones.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { http2Target } from "../../scripts/fuzz/http2.ts";
import { run } from "../../scripts/fuzz/run.ts";

Deno.test("the fuzzer finds nothing in lib/http2", async () => {
  const { tries, failure } = await run(http2Target(), 1, (tries) => tries < 1000);
  assertEquals(failure, undefined);
  assertEquals(tries, 1000);
});
