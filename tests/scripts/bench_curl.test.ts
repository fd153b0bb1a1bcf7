import { assertEquals, assertThrows } from "@std/assert";
import { curlArguments, parseCurl } from "../../scripts/bench/curl.ts";

Deno.test("parseCurl() sums up the lines, one an answer", () => {
  assertEquals(parseCurl("204 100 0 0.150000\n204 100 0 0.250000\n507 90 20 0.050000\n", 2), {
    requests: 3,
    seconds: 2,
    bytes: 310,
    p99: 250,
    failures: 1,
    socketErrors: 0,
  });
});

Deno.test("parseCurl() refuses anything else", () => {
  assertThrows(() => parseCurl("", 1), Error, "did not say");
  assertThrows(() => parseCurl("204 100 x 0.1\n", 1), Error, "204 100 x");
});

Deno.test("curlArguments() sends the file under several names, and no Expect field", () => {
  const args = curlArguments("/site/file", "http://127.0.0.1:1/files/put", ["A: b"]);
  assertEquals(args.slice(-3), ["--upload-file", "/site/file", "http://127.0.0.1:1/files/put4"]);
  assertEquals(args.includes("Expect:"), true);
  assertEquals(args.includes("A: b"), true);
});
