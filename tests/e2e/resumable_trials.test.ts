/**
 * The short form of scripts/resumable_trials.ts.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { tryUploads } from "./resumable_trials.ts";

Deno.test("uploads that the server's sudden end or their client's leaving has broken off are whole in the end", async () => {
  const { uploads, killed, cut } = await tryUploads({ kills: 2, together: 5, cuts: 5, size: 1_000_000 });
  assertEquals([uploads, killed, cut], [15, 2, 10]);
});
