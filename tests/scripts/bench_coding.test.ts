import { assert, assertEquals } from "@std/assert";
import { complaintAbout } from "../../scripts/bench/check.ts";
import { CODING_FILES, CODING_ROWS, SCRIPT_FILE } from "../../scripts/bench/coding_rows.ts";
import { firstArguments } from "../../scripts/bench/first.ts";
import { sourceText } from "../../scripts/bench/site.ts";
import { besideTable } from "../../scripts/bench/table.ts";

const rowNamed = (name: string) => CODING_ROWS.find(({ id }) => id === name)!;

Deno.test("a row of a content coding wants that coding and no other", () => {
  const complaint = (coding: string | undefined) =>
    complaintAbout(rowNamed("js-gzip"), {
      version: "1.1",
      status: 200,
      headLength: 200,
      contentLength: 29_000,
      fields: new Map(coding === undefined ? [] : [["content-encoding", coding]]),
    }, true);
  assertEquals(complaint("gzip"), undefined);
  assertEquals(complaint("br"), "sends br for gzip");
  assertEquals(complaint(undefined), "sends plain content for gzip");
});

Deno.test("the rows of codings ask for files of the site, and for first requests of their own kind", () => {
  for (const { path, load } of CODING_ROWS) {
    assert(path.slice(1) in CODING_FILES, path);
    if (load === "first") assertEquals(path, `/${SCRIPT_FILE}`);
  }
});

Deno.test("sourceText() is of the length, and no letter again and again", async () => {
  for (const length of [0, 1, 100_000, 9_000_000]) {
    let sum = 0;
    const letters = new Set<number>();
    for await (const piece of sourceText(length)) {
      sum += piece.length;
      for (const byte of piece.subarray(0, 1000)) letters.add(byte);
    }
    assertEquals(sum, length);
    if (length > 1000) assert(letters.size > 30);
  }
});

Deno.test("firstArguments() asks for each once, and drops what comes", () => {
  const args = firstArguments(["http://a/1", "http://a/2"], ["Accept-Encoding: gzip"]);
  assertEquals(args.slice(-6), [
    "--output",
    "/dev/null",
    "http://a/1",
    "--output",
    "/dev/null",
    "http://a/2",
  ]);
  assert(args.includes("Accept-Encoding: gzip"));
});

Deno.test("besideTable() names the servers, and shows what was not measured as such", () => {
  const result = {
    server: "webserv",
    streams: 8,
    rss: 128 * 1024 * 1024,
    cpu: 2,
    count: 0,
    median: NaN,
    p99: NaN,
  };
  const table = besideTable([{ id: "webserv", title: "webserv" }], [result]);
  assert(/\| webserv \| +8 \| +128 \| .* \? \| +\? \|/.test(table), table);
});
