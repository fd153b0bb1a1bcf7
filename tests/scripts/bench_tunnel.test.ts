import { assertEquals, assertThrows } from "@std/assert";
import { parseTunnel } from "../../scripts/bench/tunnel.ts";

Deno.test("parseTunnel() counts what the client got in gigabytes", () => {
  const { requests, seconds, bytes } = parseTunnel("2500000000 5.25\n");
  assertEquals([requests, seconds, bytes], [2.5, 5.25, 2_500_000_000]);
  for (const wrong of ["", "x 1", "5", "0 1"]) assertThrows(() => parseTunnel(wrong), Error, "did not say");
});
