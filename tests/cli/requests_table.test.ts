import { assert, assertEquals } from "@std/assert";
import { columnsOf } from "../../lib/bytes/columns.ts";
import { tableHead, tableRow } from "../../lib/cli/requests_table.ts";
import { recordOf } from "../support/inspector.ts";

const plain = { colour: false, columns: undefined };

Deno.test("rows stand below their heads, whatever is in them", () => {
  const head = tableHead(plain);
  const at = head.indexOf("url");
  assertEquals(head, "   id  time      status  method      took  url  location");
  const rows: [id: number, method: string, status: number, duration: number][] = [
    [1, "GET", 200, 0.4],
    [99999, "DELETE", 404, 9.95],
    [12, "PUT", 500, 9999],
    [3, "HEAD", 0, 123_456],
  ];
  for (const [id, method, status, duration_ms] of rows) {
    const row = tableRow(recordOf({ id, method, status, duration_ms }), plain);
    assertEquals(row.indexOf("localhost:8080/page/"), at, row);
    assert(row.endsWith("  /page/ (line 7)"), row);
  }
  assert(tableRow(recordOf({ id: 1, location: "", line: null }), plain).endsWith("/page/1"));
});

Deno.test("no row is wider than the terminal, and nothing in one is obeyed by it", () => {
  const urls = [
    "http://a/",
    `http://a/${"x".repeat(300)}`,
    `http://a/${"漢".repeat(100)}`,
    "http://a/\x1b[31m\x07\n",
  ];
  for (const columns of [20, 60, 80, 120]) {
    for (const url of urls) {
      const row = tableRow(recordOf({ id: 1, url, location: "/a/very/long/location/of/its/own/" }), {
        colour: false,
        columns,
      });
      assert(columnsOf(row) <= columns, `${columns}: ${row}`);
      // deno-lint-ignore no-control-regex
      assert(!/[\x00-\x1f\x7f]/.test(row), JSON.stringify(row));
    }
    assert(columnsOf(tableHead({ colour: false, columns })) <= columns);
  }
});

Deno.test("the class of a status has its colour", () => {
  const style = { colour: true, columns: 80 };
  // deno-lint-ignore no-control-regex
  const colour = /^\x1b\[(\d+)m/;
  const code = (status: number) => colour.exec(tableRow(recordOf({ id: 1, status }), style))?.[1];
  assertEquals([200, 301, 404, 502, 0].map(code), [undefined, "36", "33", "31", "35"]);
});
