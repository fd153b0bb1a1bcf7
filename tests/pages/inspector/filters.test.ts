import { assertEquals } from "@std/assert";
import { archiveAddress, filterQuery, passes } from "../../../lib/pages/inspector/filters.js";
import { byteSize, clockTime, duration, urlParts, visible } from "../../../lib/pages/inspector/dom.js";
import { recordOf } from "../../support/fake_inspector.ts";

const NONE = { method: "", status: "", path: "", host: "" };
const request = recordOf(1, { method: "POST", status: 404, url: "http://shop.localhost:8080/api/ships?x=1" });

Deno.test("passes() lets through what goes with every filter", () => {
  const cases: readonly (readonly [filters: Partial<typeof NONE>, passed: boolean])[] = [
    [{}, true],
    [{ method: "POST" }, true],
    [{ method: "GET" }, false],
    [{ method: "GET, POST" }, true],
    [{ status: "404" }, true],
    [{ status: "4xx" }, true],
    [{ status: "4" }, true],
    [{ status: "40" }, true],
    [{ status: "5xx" }, false],
    [{ status: "5xx,404" }, true],
    [{ path: "/api/" }, true],
    [{ path: "/ships" }, false],
    [{ path: "ships" }, true],
    [{ path: "/api/ships?x=1" }, true],
    [{ host: "shop.localhost" }, true],
    [{ host: "shop.localhost:8080" }, true],
    [{ host: "shop" }, false],
    [{ method: "POST", status: "2xx" }, false],
  ];
  for (const [filters, passed] of cases) {
    assertEquals(passes({ ...NONE, ...filters }, request), passed, JSON.stringify(filters));
  }
});

Deno.test("the filters stand in the page's address, and in that of the archive as far as the interface has them", () => {
  assertEquals(filterQuery(NONE), "");
  assertEquals(filterQuery({ ...NONE, path: "/a b&c", status: "4" }), "?status=4&path=%2Fa+b%26c");
  assertEquals(archiveAddress(NONE), "har");
  assertEquals(archiveAddress({ ...NONE, path: "ships", status: "4" }), "har");
  assertEquals(archiveAddress({ ...NONE, path: "/a", status: "4xx,500" }), "har?status=4xx%2C500&path=%2Fa");
});

Deno.test("urlParts() leaves a URL as it was sent", () => {
  assertEquals(urlParts("http://a:1/x/../%41?b#c"), { scheme: "http", host: "a:1", path: "/x/../%41?b#c" });
  assertEquals(urlParts("http://a"), { scheme: "http", host: "a", path: "/" });
  assertEquals(urlParts("*"), { scheme: "", host: "", path: "*" });
});

Deno.test("visible() spells out what hides or turns text around", () => {
  assertEquals(visible("a\tb\r\nc\n"), "a\tb\nc\n");
  assertEquals(visible("\0\x1b[31m\x7f\x85\r"), "\\u0000\\u001b[31m\\u007f\\u0085\\u000d");
  assertEquals(visible("gpj.\u202eexe\u200b\ufeff\u2066"), "gpj.\\u202eexe\\u200b\\ufeff\\u2066");
  assertEquals(visible("Grüße 👩‍👩‍👧 日本"), "Grüße 👩‍👩‍👧 日本");
});

Deno.test("times and sizes are said as people say them", () => {
  assertEquals([0, 0.4166, 9.99, 9.999, 12.4, 999.4, 999.9, 99_949, 123_456].map(duration), [
    "0 ms",
    "0.42 ms",
    "9.99 ms",
    "10 ms",
    "12 ms",
    "999 ms",
    "1.0 s",
    "99.9 s",
    "123 s",
  ]);
  assertEquals([0, 999, 1536, 3_000_000].map(byteSize), ["0 B", "999 B", "1.5 KiB", "2.86 MiB"]);
  assertEquals(/^\d\d:\d\d:\d\d\.005$/.test(clockTime("2026-11-28T12:00:00.005Z")), true);
  assertEquals(clockTime("soon"), "");
});
