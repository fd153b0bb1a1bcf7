import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { h2loadArguments, parseH2load, parseLog, quantile } from "../../scripts/bench/h2load.ts";
import { summarizeTimes } from "../../scripts/bench/latency.ts";
import { parseSTime, sTimeArguments } from "../../scripts/bench/s_time.ts";
import { latencyTable } from "../../scripts/bench/table.ts";
import { curlOptions, tlsFiles } from "../../scripts/bench/tls.ts";

const OUTPUT = `
finished in 1.00s, 45879.00 req/s, 50.32MB/s
requests: 45879 total, 45883 started, 45879 done, 45870 succeeded, 9 failed, 2 errored, 1 timeout
status codes: 45870 2xx, 0 3xx, 5 4xx, 4 5xx
traffic: 50.32MB (52761046) total, 4.73MB (4954932) headers (space savings 39.33%), 44.80MB (46980096) data
                     min         max         mean         sd        +/- sd
time for request:       33us      1.47ms        77us        23us    89.54%
`;

Deno.test("parseH2load() takes the exact numbers, and of the bytes those of content", () => {
  const times = parseLog("1795864414020162\t200\t3000\n1795864414020201\t200\t1000\n");
  assertEquals(parseH2load(OUTPUT, times, 1), {
    requests: 45879,
    seconds: 1,
    bytes: 46980096,
    p99: 3,
    failures: 9,
    socketErrors: 3,
  });
  assertThrows(() => parseH2load("could not connect", times, 1), Error, "could not connect");
  assertThrows(() => parseLog("1795864414020162\t200\n"), Error, "without a time");
});

Deno.test("quantile() is a value that was measured, and none of nothing", () => {
  const values = Float64Array.from({ length: 200 }, (_, index) => index + 1);
  assertEquals([0.99, 0.5, 1].map((share) => quantile(values, share)), [198, 100, 200]);
  assertEquals(quantile(new Float64Array(), 0.99), NaN);
});

Deno.test("h2loadArguments() asks for HTTP/1.1 only where that is wanted", () => {
  const options = {
    url: "https://127.0.0.1:1/1k.html",
    connections: 4,
    streams: 16,
    milliseconds: 300,
    fields: ["A: b c"],
    log: "/tmp/log",
  };
  const http2 = h2loadArguments({ ...options, protocol: "h2" });
  const http1 = h2loadArguments({ ...options, protocol: "http/1.1" });
  assertEquals(http2.includes("--h1"), false);
  assertEquals(http1.toSpliced(http1.indexOf("--h1"), 1), http2);
  assertEquals(http2.slice(-2), ["--header=A: b c", "https://127.0.0.1:1/1k.html"]);
});

Deno.test("parseSTime() sums up what the clients said, and asks for whole handshakes", () => {
  const said = (count: number) =>
    `***\n\n${count} connections in 0.67s; 897.01 connections/user sec, bytes read 756058\n` +
    `${count} connections in 2 real seconds, 1258 bytes read per connection\n`;
  const load = parseSTime([said(600), said(400)], 2.5);
  assertEquals([load.requests, load.seconds, load.bytes], [1000, 2.5, 1258_000]);
  assertThrows(() => parseSTime([said(600), "ERROR"], 2), Error, "ERROR");
  assertEquals(sTimeArguments("127.0.0.1:1", "/1k.html", 2).includes("-new"), true);
});

Deno.test("summarizeTimes() puts all runs together", () => {
  const runs = [Float64Array.of(1, 2), Float64Array.of(3, 42)];
  assertEquals(summarizeTimes(runs), { count: 4, mean: 12, p99: 42 });
});

Deno.test("latencyTable() has a line for each server, protocol and number of clients, and a column for each length", () => {
  const result = { server: "webserv", protocol: "h2", clients: 16, count: 9, mean: 0.21, p99: 1.5 } as const;
  const table = latencyTable([{ id: "webserv", title: "webserv" }], [
    { ...result, length: 1 },
    { ...result, length: 66_000 },
    { ...result, length: 1_000_000, clients: 1 },
  ]);
  assertStringIncludes(table, "|          1 B |        66 KB |         1 MB |");
  assertStringIncludes(table, "| webserv, HTTP/2  |      16 | 0.210 / 1.50 | 0.210 / 1.50 |              |");
  assertStringIncludes(table, "| webserv, HTTP/2  |       1 |              |              | 0.210 / 1.50 |");
});

Deno.test("curlOptions() trusts the benchmark's certificate and names the protocol, over TLS alone", () => {
  const tls = tlsFiles("/tls");
  assertEquals(curlOptions(tls, undefined), []);
  assertEquals(curlOptions(tls, "h2"), ["--cacert", "/tls/certificate.pem", "--http2"]);
  assertEquals(curlOptions(tls, "http/1.1").at(-1), "--http1.1");
});
