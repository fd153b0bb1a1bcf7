import { assertEquals, assertThrows } from "@std/assert";
import { ROWS } from "../../scripts/bench/rows.ts";
import { parseWrk, putScript, wrkArguments } from "../../scripts/bench/wrk.ts";

const OUTPUT = `Running 1s test @ http://127.0.0.1:8080/1k.html
  1 threads and 64 connections
  Latency Distribution
     99%    1.46ms
  69073 requests in 1.00s, 87.00MB read
Requests/sec:  69051.2

webserv-bench {"requests":69073,"microseconds":1000300,"bytes":91228000,"p99":1460,` +
  `"status":7,"connect":1,"read":2,"write":3,"timeout":4}
`;

Deno.test("parseWrk() takes the exact numbers of the script", () => {
  assertEquals(parseWrk(OUTPUT), {
    requests: 69073,
    seconds: 1.0003,
    bytes: 91228000,
    p99: 1.46,
    failures: 7,
    socketErrors: 10,
  });
});

Deno.test("parseWrk() refuses output without the script's line, or with a number missing", () => {
  assertThrows(() => parseWrk("unable to connect to 127.0.0.1:1"), Error, "unable to connect");
  assertThrows(() => parseWrk(OUTPUT.replace('"read":2,', "")), Error, '"read"');
  assertThrows(() => parseWrk(OUTPUT.replace('"read":2', '"read":"2"')), Error, '"read"');
  assertThrows(() => parseWrk("webserv-bench null\n"), Error, '"requests"');
});

Deno.test("wrkArguments() gives every field its own -H, and the address last", () => {
  const args = wrkArguments(ROWS[0]!, "http://127.0.0.1:1/1k.html", ["A: b c", "D: e"], 3, "/tmp/wrk.lua");
  assertEquals(args.slice(-5), ["-H", "A: b c", "-H", "D: e", "http://127.0.0.1:1/1k.html"]);
  assertEquals(args.includes("--duration=3s"), true);
  assertEquals(args.includes("--connections=64"), true);
});

Deno.test("putScript() sends files of the length under numbered names", () => {
  const script = putScript("/files/put", 1_000_000);
  assertEquals(script.includes('string.rep("a", 1000000)'), true);
  assertEquals(script.includes('wrk.format("PUT", "/files/put" .. i, nil, body)'), true);
});
