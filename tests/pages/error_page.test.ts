import {
  assert,
  assertEquals,
  assertLess,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { errorJson, errorPage as pageOf, type ErrorText, errorText } from "../../lib/pages/error_page.ts";

const errorPage = (status: number, reason: string, reference?: string) =>
  pageOf({ status, reason, reference }, "/");

const COMMON = [
  400,
  403,
  404,
  405,
  408,
  409,
  412,
  413,
  414,
  416,
  417,
  431,
  500,
  501,
  502,
  503,
  504,
  505,
  507,
];

const sentenceOf = (page: string) => /<p>(.*?)<\/p>/.exec(page)?.[1] ?? "";

Deno.test("errorPage() is a complete document with status and reason in title and heading", () => {
  const page = errorPage(404, "Not Found");
  assertMatch(page, /^<!DOCTYPE html>\n<html lang="en">/);
  assertMatch(page, /<\/html>\n$/);
  assertStringIncludes(page, "<title>404 Not Found</title>");
  assertMatch(page, /<h1><b>404<\/b><br>Not Found<\/h1>/);
  assertStringIncludes(page, "nothing at this address");
});

Deno.test("errorPage() says that a 500 is not the reader's fault", () => {
  assertStringIncludes(errorPage(500, "Internal Server Error"), "not your fault");
});

Deno.test("errorPage() has a sentence of its own for every common status", () => {
  const fallbacks = [sentenceOf(errorPage(499, "X")), sentenceOf(errorPage(599, "X"))];
  const sentences = COMMON.map((status) => sentenceOf(errorPage(status, "X")));
  assertEquals(new Set([...sentences, ...fallbacks]).size, COMMON.length + 2);
});

Deno.test("errorPage() tells apart whose fault an uncommon status is", () => {
  assertNotEquals(sentenceOf(errorPage(418, "X")), sentenceOf(errorPage(599, "X")));
  assertStringIncludes(errorPage(599, "X"), "on our side");
});

Deno.test("errorPage() shows the reference only where there is one", () => {
  assertStringIncludes(
    errorPage(500, "Internal Server Error", "k3f9-02"),
    "<small>Reference: k3f9-02</small>",
  );
  assert(!errorPage(500, "Internal Server Error").includes("Reference"));
});

Deno.test("errorPage() escapes reason and reference", () => {
  const page = errorPage(500, "<script>a</script>", `"><img onerror='x'>`);
  assert(!page.includes("<script"));
  assert(!page.includes("<img"));
  assertStringIncludes(page, "&lt;script&gt;a&lt;/script&gt;");
});

Deno.test("errorPage() is below 1.5 KB and needs nothing from elsewhere", () => {
  for (const status of COMMON) {
    const page = errorPage(status, "Request Header Fields Too Large", "0123456789abcdef");
    assertLess(new TextEncoder().encode(page).length, 1500);
    assert(!/<script|https?:|src=|url\(/.test(page));
    assertEquals([...page.matchAll(/href=([^>]*)/g)].map(([, href]) => href), ["data:,", '"/"']);
  }
});

Deno.test("errorPage() shows no path and no message of the system", () => {
  for (const status of COMMON) {
    const text = errorPage(status, "X").replace(/<style>.*?<\/style>/s, "").replace(/<[^>]*>/g, "");
    assertEquals(errorText({ status, reason: "X" }).match(/[/\\]/), null);
    assert(!/[/\\]|os error|ENOENT|denied/i.test(text), text);
  }
});

Deno.test("errorPage() has one link, whose text says where it leads", () => {
  for (
    const [link, text] of [["/", "Start page"], ["./", "One folder up"], ["../", "One folder up"]] as const
  ) {
    const page = pageOf({ status: 404, reason: "Not Found", hint: "H", advice: "A", reference: "R" }, link);
    assertEquals(page.match(/<a [^>]*>[^<]*/g), [`<a href="${link}">${text}`]);
  }
});

Deno.test("all forms say the same", () => {
  const text: ErrorText = {
    status: 403,
    reason: "Forbidden",
    hint: "Why <so>",
    advice: "Do",
    reference: "k3f9",
  };
  assertEquals(errorText(text).split("\n"), [
    "403 Forbidden",
    "This page is here, but it is not open to you.",
    "Why <so>",
    "Do",
    "Reference: k3f9",
    "",
  ]);
  assertEquals(JSON.parse(errorJson(text)), {
    status: 403,
    error: "Forbidden",
    hint: "Why <so>",
    advice: "Do",
    reference: "k3f9",
  });
  assertStringIncludes(pageOf(text, "/"), "<p>Why &lt;so&gt;</p><p>Do</p>");
  assertEquals(errorJson({ status: 404, reason: "Not Found" }), '{"status":404,"error":"Not Found"}\n');
});
