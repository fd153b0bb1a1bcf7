import { assertEquals } from "@std/assert";
import { accepts, prefers } from "../../lib/http/accept.ts";
import { assertLinear, hostile } from "../support/linear.ts";

const HTML = "text/html";
const JSON_TYPE = "application/json";

Deno.test("prefers() chooses by quality, then by the server's order", () => {
  const table: [string | undefined, string][] = [
    [undefined, HTML],
    ["", HTML],
    ["*/*", HTML],
    ["application/json", JSON_TYPE],
    ["Application/JSON", JSON_TYPE],
    ["application/*", JSON_TYPE],
    ["application/json, text/html", HTML],
    ["application/json, */*", HTML],
    ["application/json, */*;q=0.5", JSON_TYPE],
    ["application/json, text/html;q=0.9", JSON_TYPE],
    ["text/html;q=0.1, application/json;q=0.2", JSON_TYPE],
    ["text/html;q=0.001, application/json;q=0", HTML],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", HTML],
    ["application/json, text/plain, */*", HTML],
    ["application/json; charset=utf-8", JSON_TYPE],
    ["image/png", HTML],
    ["*/*;q=0", HTML],
  ];
  for (const [accept, expected] of table) assertEquals(prefers(accept, [HTML, JSON_TYPE]), expected, accept);
  assertEquals(prefers("text/html, application/json", [JSON_TYPE, HTML]), JSON_TYPE);
});

Deno.test("prefers() lets the most specific range say the quality", () => {
  const table: [string, string][] = [
    ["text/*;q=0.9, text/html;q=0.1, application/json;q=0.5", JSON_TYPE],
    ["text/html;q=0, */*", JSON_TYPE],
    ["*/*, text/html;q=0.2, application/*;q=0.3", JSON_TYPE],
    ["*/*;q=1, text/*;q=0, application/json;q=0.1", JSON_TYPE],
    ["text/html;q=0.2, text/html;q=0.8, application/json;q=0.5", HTML],
    ["text/html;level=1, application/json;q=0.1", JSON_TYPE],
  ];
  for (const [accept, expected] of table) assertEquals(prefers(accept, [HTML, JSON_TYPE]), expected, accept);
  const levels = ["text/html;level=2", "text/html;level=1"] as const;
  assertEquals(prefers("text/html;q=0.3, text/html;level=1", levels), "text/html;level=1");
});

Deno.test("prefers() ignores malformed elements", () => {
  const table: [string, string][] = [
    ["text/html;q=2, application/json;q=0.1", JSON_TYPE],
    ["text/html;q=0.1234, application/json;q=0.1", JSON_TYPE],
    ["text/html;q=-1, application/json;q=0.1", JSON_TYPE],
    ["text/html;q, application/json;q=0.1", JSON_TYPE],
    ['text/html;q="1", application/json;q=0.1', JSON_TYPE],
    ["text, /html, text/, text/html/x, te xt/html, application/json;q=0.1", JSON_TYPE],
    [",,, application/json ; q=0.1 ,,;", JSON_TYPE],
    ["*/html, application/json;q=0.1", JSON_TYPE],
    ['image/png;x="a, text/html, \\", b", application/json;q=0.1', JSON_TYPE],
    ['image/png;x="open, application/json', HTML],
  ];
  for (const [accept, expected] of table) assertEquals(prefers(accept, [HTML, JSON_TYPE]), expected, accept);
});

Deno.test("prefers() takes linear time for hostile values", () => {
  assertLinear(() => {
    for (const piece of [",", ";", "; ", '"', "\\", "a/b;", "a/b,", 'a/b;c="\\"', "*/*;q=0.1;q=0.2,", " "]) {
      assertEquals(prefers(hostile(piece), [HTML, JSON_TYPE]), HTML, piece);
      assertEquals(prefers("text/html" + hostile(piece) + "x", [HTML, JSON_TYPE]), HTML, piece);
    }
  });
});

Deno.test("accepts() is true for a type that is named, for wildcards, and where nothing is said", () => {
  const table: readonly (readonly [accept: string | undefined, expected: boolean])[] = [
    [undefined, true],
    ["", true],
    ["*/*", true],
    ["text/*", true],
    ["application/json, */*;q=0.1", true],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", true],
    ["text/html;q=0", false],
    ["*/*, text/html;q=0", false],
    ["application/json", false],
    ["image/avif,image/webp,image/*", false],
    ["nonsense", true],
  ];
  for (const [accept, expected] of table) assertEquals(accepts(accept, HTML), expected, accept);
});
