import { assertEquals, assertStringIncludes } from "@std/assert";
import { ROWS } from "../../scripts/bench/rows.ts";
import {
  cpuTable,
  markdownTable,
  ratioOf,
  rowTable,
  shortNumber,
  startTable,
} from "../../scripts/bench/table.ts";
import type { Result, Sample } from "../../scripts/bench/types.ts";

const SERVERS = [{ id: "webserv", title: "webserv" }, { id: "nginx", title: "nginx" }];

function result(row: string, server: string, change: Partial<Sample>): Result {
  const median: Sample = {
    rate: 65036,
    cpu: 10,
    p99: 1.5,
    memory: 7,
    serverBusy: 0.99,
    loadBusy: 0.7,
    othersBusy: 0,
    errors: [],
    ...change,
  };
  return { row, server, samples: [median], median, spread: 0.02 };
}

const rowsNamed = (...ids: string[]) => ROWS.filter(({ id }) => ids.includes(id));

Deno.test("markdownTable() lines up text to the left and numbers to the right", () => {
  assertEquals(
    markdownTable(["server", "x"], [["a", "1.00"], ["lighttpd", "10.00"]]),
    [
      "| server   |     x |",
      "| -------- | ----: |",
      "| a        |  1.00 |",
      "| lighttpd | 10.00 |",
    ].join("\n"),
  );
});

Deno.test("shortNumber() keeps three digits and never an exponent", () => {
  const numbers = [8.523, 85.23, 852.3, 85230, 0.0512, 0, NaN, Infinity];
  assertEquals(numbers.map(shortNumber), ["8.52", "85.2", "852", "85230", "0.051", "0", "?", "?"]);
});

Deno.test("cpuTable() shows the ratio to nginx, a mark for errors, and nothing where nothing was measured", () => {
  const results = [
    result("1k", "webserv", { cpu: 15, errors: ["2 socket errors"] }),
    result("1k", "nginx", { cpu: 10 }),
    result("404", "webserv", { cpu: 9 }),
  ];
  assertEquals(cpuTable(rowsNamed("1k", "404"), SERVERS, results).split("\n").slice(2), [
    "| 1 KiB                    | 15.0 (1.50)! | 10.0 (1.00) |",
    "| 404                      |         9.00 |             |",
  ]);
});

Deno.test("rowTable() names the errors and what limited the load", () => {
  const results = [
    result("1k", "webserv", { errors: ["2 socket errors"], serverBusy: 0.5, loadBusy: 0.3, othersBusy: 0.4 }),
    result("1k", "nginx", { serverBusy: 0.6, loadBusy: 0.98 }),
  ];
  const text = rowTable(ROWS[0]!, SERVERS, results);
  assertStringIncludes(text, "### 1 KiB\n");
  assertStringIncludes(text, "| 2 socket errors |");
  assertStringIncludes(text, "limit of requests/s and p99 for: nginx.");
  assertStringIncludes(text, "mean little for: webserv.");
});

Deno.test("a row may be compared with another server, or with the same one set up otherwise", () => {
  const [cgi, log] = rowsNamed("cgi", "log");
  const results = [
    result("cgi", "webserv", { cpu: 900, rate: 50 }),
    result("cgi", "lighttpd", { cpu: 600, rate: 100 }),
    {
      ...result("log", "webserv", { cpu: 11 }),
      base: result("log", "webserv", { cpu: 10 }),
      remark: "So it is.",
    },
  ];
  assertEquals(ratioOf("cpu", cgi!, results[0]!, results), 1.5);
  assertEquals(ratioOf("rate", cgi!, results[0]!, results), 0.5);
  assertEquals(ratioOf("cpu", log!, results[2]!, results), 1.1);
  assertStringIncludes(cpuTable([cgi!, log!], SERVERS, results), "(x lighttpd)");
  const text = rowTable(log!, SERVERS, results);
  assertStringIncludes(text, "| webserv, no log |");
  assertStringIncludes(text, "x: compared with itself with no log.");
  assertStringIncludes(text, "webserv: So it is.");
});

Deno.test("startTable() shows the median and the ends", () => {
  const text = startTable(SERVERS, [{ server: "nginx", times: [9, 7, 80], rss: 2 ** 21, pss: 2 ** 20 }]);
  assertEquals(text.split("\n")[4], "| nginx  |      9.00 |     7.00 |    80.0 |      2.00 |    1.00 |");
});
