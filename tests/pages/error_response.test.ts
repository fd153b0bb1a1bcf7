import { assertEquals, assertStringIncludes } from "@std/assert";
import { HttpError, refusal } from "../../lib/http/errors.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import { errorResponse } from "../../lib/pages/error_response.ts";
import { errorTypeFor } from "../../lib/pages/error_type.ts";

const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

const requestOf = (fields: Readonly<Record<string, string>> = {}, path = "/a", hostname = "127.0.0.1") => ({
  fields: FieldBlock.of(...Object.entries(fields)),
  path,
  remote: { hostname, port: 1 },
});

const textOf = (error: HttpError, request?: ReturnType<typeof requestOf>) =>
  new TextDecoder().decode(errorResponse(error, request).body);

Deno.test("HTML is for who names it, JSON for who prefers it, text for everybody else", () => {
  const table: [string | undefined, string][] = [
    [undefined, "text/plain"],
    ["", "text/plain"],
    ["*/*", "text/plain"],
    [BROWSER, "text/html"],
    ["text/html, */*", "text/html"],
    ["text/html", "text/html"],
    ["TEXT/HTML", "text/html"],
    ["application/json", "application/json"],
    ["application/json, text/plain, */*", "application/json"],
    ["application/json, text/javascript, */*; q=0.01", "application/json"],
    ["text/html;q=0.5, application/json", "application/json"],
    ["text/html, application/json;q=0.5", "text/html"],
    ["text/html;q=0, */*", "text/plain"],
    ["text/html;q=0, image/png", "text/plain"],
    ["application/json;q=0.1, text/plain", "text/plain"],
    ["text/*", "text/plain"],
    ["application/*", "application/json"],
    ["image/avif,image/webp,image/png,*/*;q=0.8", "text/plain"],
    ["image/png", "text/plain"],
    ["nonsense", "text/plain"],
  ];
  for (const [accept, type] of [...table, ...table]) assertEquals(errorTypeFor(accept), type, accept);
  for (let i = 0; i < 1000; i++) assertEquals(errorTypeFor(`text/html, x/${i}`), "text/html");
});

Deno.test("errorResponse() says what it depends on, and keeps the fields of the error", () => {
  const error = new HttpError(405, undefined, { fields: FieldBlock.of(["Allow", "GET"]) });
  for (const accept of [BROWSER, "*/*", "application/json"]) {
    for (let i = 0; i < 2; i++) {
      const { status, fields } = errorResponse(error, requestOf({ Accept: accept }));
      assertEquals([status, fields.get("vary"), fields.get("allow")], [405, "Accept", "GET"]);
      assertEquals(fields.get("content-type")?.split(";")[0], errorTypeFor(accept));
    }
  }
  assertEquals(errorResponse(error).fields.get("content-type"), "text/plain; charset=utf-8");
});

Deno.test("the link of a page leads to the folder above, or to the start page where that is the one above", () => {
  for (
    const [path, link] of [
      ["/", "/"],
      ["/a", "/"],
      ["/a/", "/"],
      ["/a/b", "./"],
      ["/a/b/", "../"],
      ["*", "/"],
      ["", "/"],
      ["/a%2fb", "/"],
    ] as const
  ) {
    const page = textOf(refusal(404), requestOf({ Accept: "text/html" }, path));
    assertEquals([...page.matchAll(/<a href="([^"]*)"/g)].map((match) => match[1]), [link], path);
  }
});

Deno.test("a hint is for clients on this machine", () => {
  const error = new HttpError(403, undefined, { hint: "There is no index.html here." });
  for (
    const [hostname, fields, isShown] of [
      ["127.0.0.1", {}, true],
      ["127.9.9.9", {}, true],
      ["::1", {}, true],
      ["::ffff:7f00:1", {}, true],
      ["192.0.2.1", {}, false],
      ["2001:db8::1", {}, false],
      ["127.0.0.1", { "X-Forwarded-For": "192.0.2.1" }, false],
      ["127.0.0.1", { Forwarded: "for=192.0.2.1" }, false],
      ["127.0.0.1", { Via: "1.1 proxy" }, false],
    ] as const
  ) {
    for (const Accept of [BROWSER, "*/*", "application/json"]) {
      const text = textOf(error, requestOf({ ...fields, Accept }, "/a", hostname));
      assertEquals(text.includes("There is no index.html here."), isShown, `${hostname} ${Accept}`);
    }
  }
  assertEquals(textOf(error).includes("index.html"), false);
});

Deno.test("advice is for everybody, in every form", () => {
  const error = new HttpError(421, undefined, { advice: "Add a line." });
  for (const Accept of [BROWSER, "*/*", "application/json"]) {
    assertStringIncludes(textOf(error, requestOf({ Accept }, "/", "192.0.2.1")), "Add a line.");
  }
});
