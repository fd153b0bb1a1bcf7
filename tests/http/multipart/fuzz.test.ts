/**
 * A short run of the fuzzer, the same at each time; `deno task fuzz` makes long ones.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { multipartTarget } from "../../../scripts/fuzz/multipart.ts";
import { run } from "../../../scripts/fuzz/run.ts";

Deno.test("the fuzzer finds nothing in forms", async () => {
  const { tries, failure } = await run(multipartTarget(), 1, (tries) => tries < 3000);
  assertEquals(failure, undefined);
  assertEquals(tries, 3000);
});
