/**
 * A short run of the fuzzer, the same at each time; `deno task fuzz --target hpack` makes long ones.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { hpackTarget } from "../../../scripts/fuzz/hpack.ts";
import { run } from "../../../scripts/fuzz/run.ts";

Deno.test("the fuzzer finds nothing in lib/http2/hpack", async () => {
  const { tries, failure } = await run(hpackTarget(), 1, (tries) => tries < 2000);
  assertEquals(failure, undefined);
  assertEquals(tries, 2000);
});
