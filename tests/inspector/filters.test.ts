import { assert, assertEquals, assertThrows } from "@std/assert";
import { accepts, FilterError, parseFilters, parseId, urlParts } from "../../lib/inspector/filters.ts";
import { recordOf } from "../support/inspector.ts";

const parse = (query: string) => {
  const params = new URLSearchParams(query);
  return parseFilters((name) => params.get(name));
};

const REQUEST = recordOf({
  id: 7,
  method: "POST",
  status: 503,
  url: "http://Shop.localhost:8080/api/v1/carts?x=/other",
});

Deno.test("a filter holds for what it names, several have to hold together, an empty one holds for all", () => {
  const cases: [query: string, isAccepted: boolean][] = [
    ["", true],
    ["since=&status=&method=&path=&host=", true],
    ["since=6", true],
    ["since=7", false],
    ["since=0", true],
    ["status=503", true],
    ["status=5xx", true],
    ["status=5XX", true],
    ["status=404,5xx", true],
    ["status=50x", false],
    ["status=4xx", false],
    ["status=500", false],
    ["method=POST", true],
    ["method=post", true],
    ["method=GET", false],
    ["method=GET,%20POST", true],
    ["path=/api", true],
    ["path=/api/v1/carts", true],
    ["path=/", true],
    ["path=/API", false],
    ["path=/carts", false],
    ["path=/other", false],
    ["path=/api/v1/carts?x", false],
    ["host=shop.localhost", true],
    ["host=SHOP.localhost.", true],
    ["host=shop.localhost:9", true],
    ["host=localhost", false],
    ["host=shop", false],
    ["status=5xx&method=POST&path=/api&host=shop.localhost&since=6", true],
    ["status=5xx&method=POST&path=/api&host=shop.localhost&since=7", false],
  ];
  for (const [query, isAccepted] of cases) {
    if (query === "status=50x") assertThrows(() => parse(query), FilterError);
    else assertEquals(accepts(parse(query), REQUEST), isAccepted, query);
  }
});

Deno.test("a request that has had no answer has the status 0", () => {
  const gone = recordOf({ id: 1, status: 0 });
  assert(accepts(parse("status=0"), gone));
  for (const status of ["5xx", "200"]) assert(!accepts(parse(`status=${status}`), gone), status);
});

Deno.test("what is no filter is refused by name", () => {
  const cases: [query: string, message: string][] = [
    ["since=x", "since must be the id of a request"],
    ["since=-1", "since must be"],
    ["since=1e3", "since must be"],
    ["since=99999999999999999999", "since must be"],
    ["status=6xx", "status must be a status such as 404"],
    ["status=4x", "status must be"],
    ["status=40000", "status must be"],
    ["method=GE T", "method must be a method"],
    ["method=<script>", "method must be"],
    ["path=api", "path must be the beginning of a path"],
    ["path=http://x/", "path must be"],
    ["host=a b", "host must be a host"],
    [`host=${"a".repeat(10_000)}`, "host must be a host"],
  ];
  for (const [query, message] of cases) {
    const error = assertThrows(() => parse(query), FilterError);
    assert(error.message.startsWith(message), `${query.slice(0, 40)}: ${error.message}`);
    assert(error.message.length < 300);
  }
});

Deno.test("ids are whole numbers that a double holds", () => {
  assertEquals(["1", "999999999999999", "0"].map(parseId), [1, 999999999999999, 0]);
  for (const text of ["", " 1", "1.0", "-1", "0x1", "1e1", "９", "1234567890123456"]) {
    assertEquals(parseId(text), undefined, text);
  }
});

Deno.test("a URL is taken apart without being made another", () => {
  const cases: [url: string, host: string, target: string, path: string][] = [
    ["http://a.test/x/../y?q=1", "a.test", "/x/../y?q=1", "/x/../y"],
    ["http://u:p@A.test:80/%2e%2E/?", "a.test", "/%2e%2E/?", "/%2e%2E/"],
    ["https://[::1]:8443", "::1", "/", "/"],
    ["https://[0:0::1]/#f", "::1", "/#f", "/"],
    ["/only?a", "", "/only?a", "/only"],
    ["*", "", "*", "*"],
    ["", "", "/", "/"],
  ];
  for (const [url, host, target, path] of cases) assertEquals(urlParts(url), { host, target, path }, url);
});
