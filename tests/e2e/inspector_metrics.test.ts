import { assertEquals, assertMatch } from "@std/assert";
import { get as ask } from "../support/ask.ts";
import { test } from "../support/protocols.ts";
import { startServer } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { exchange } from "../support/wire.ts";

const CONFIG = `workers: 2
admin: "127.0.0.1:0"
access_log: access.log
log_format: json
servers:
  - listen: LISTEN
    server_name: localhost
    root: .
    locations:
      /cgi/: { root: ., cgi: { .sh: sh } }
      = /old: { return: 301 /new }
`;

const FILES = {
  "a.txt": "the content",
  "large.bin": new Uint8Array(150_000),
  "cgi/x.sh": "printf 'Content-Type: text/plain\\n\\nprinted'",
};

/** What is asked again and again, in turn. */
const ASKED = ["/a.txt", "/old", "/large.bin", "/missing", "/a.txt?x", "/../", "/cgi/x.sh"];
const CLIENTS = 8, EACH = 12;

/** Of one sample: its number. */
const sum = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].reduce((total, [, number]) => total + Number(number), 0);

async function promtool(text: string): Promise<string> {
  const child = new Deno.Command("promtool", {
    args: ["check", "metrics"],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  return new TextDecoder().decode((await child.output()).stderr);
}

test("metrics of two workers under load are what Prometheus reads, and add up to the access log", async () => {
  await using server = await startServer({ config: CONFIG, files: FILES });
  await server.waitFor(/token=\S+/);
  const { stdout, stderr } = server.output();
  const [, admin, token] = /(http:\/\/127\.0\.0\.1:\d+)\/\?token=(\S+)/.exec(stdout + stderr)!;
  const metrics = async () => {
    const answer = await fetch(`${admin}/metrics`, { headers: { Authorization: `Bearer ${token}` } });
    assertMatch(answer.headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
    return await answer.text();
  };
  const told: string[] = [];
  let isOver = false;
  const watching = (async () => {
    while (!isOver) told.push(await metrics());
  })();
  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    for (let i = 0; i < EACH; i++) await ask(server.port, ASKED[i % ASKED.length]!);
  }));
  await exchange(server.port, `GET /${"x".repeat(9000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  isOver = true;
  await watching;
  const count = CLIENTS * EACH + 1;
  let lines: { status: number; bytes: number; worker: number }[] = [];
  await waitUntil(async () => {
    const text = await Deno.readTextFile(`${server.folder}/access.log`);
    lines = text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
    return lines.length >= count;
  }, "every line is written");
  const last = await metrics();
  assertEquals(new Set(lines.map(({ worker }) => worker)), new Set([1, 2]));
  const requests = /^webserv_requests_total\{.*\} (\S+)$/gm;
  assertEquals(sum(last, requests), lines.length);
  assertEquals(
    sum(last, /^webserv_response_bytes_total\{.*\} (\S+)$/gm),
    lines.reduce((total, { bytes }) => total + bytes, 0),
  );
  for (const first of [2, 3, 4, 5]) {
    const logged = lines.filter(({ status }) => Math.floor(status / 100) === first).length;
    assertEquals(
      sum(last, new RegExp(`^webserv_requests_total\\{.*class="${first}xx"\\} (\\S+)$`, "gm")),
      logged,
    );
  }
  assertEquals(sum(last, /^webserv_request_duration_seconds_bucket\{.*le="\+Inf"\} (\S+)$/gm), lines.length);
  assertMatch(last, /^webserv_workers 2$/m);
  // Never back, and well made at every moment.
  const sums = told.map((text) => sum(text, requests));
  assertEquals(sums, [...sums].sort((a, b) => a - b));
  for (const text of [told[0]!, told.at(-1)!, last]) assertEquals(await promtool(text), "");
});
