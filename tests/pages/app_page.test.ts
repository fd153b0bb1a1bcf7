import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { endedPage, waitingPage } from "../../lib/pages/app_page.ts";

const ENDED = { end: "ended with exit status 3", output: "a <b> & c\n\ttab", restarts: false };

Deno.test("the waiting page loads itself again, and asks for nothing else", () => {
  const page = waitingPage();
  assertStringIncludes(page, '<meta http-equiv="refresh" content="1">');
  assert(!/<script|src=|url\(|https?:/.test(page));
});

Deno.test("an app's end is told with the end of its output, in the form that a client takes", () => {
  const html = endedPage(ENDED, "text/html");
  assertStringIncludes(html, "<p>It ended with exit status 3.</p>");
  assertStringIncludes(html, '<pre tabindex="0"><span>a &lt;b&gt; &amp; c\n\ttab</span></pre>');
  assert(!html.includes("http-equiv"));
  const text = endedPage(ENDED, "text/plain");
  assertMatch(text, /^503 Service Unavailable\nThe app behind this address ended with exit status 3\.\n/);
  assert(text.endsWith("\n\na <b> & c\n\ttab\n"), text);
  const { status, output } = JSON.parse(endedPage(ENDED, "application/json"));
  assertEquals([status, output], [503, ENDED.output]);
});

Deno.test("the page of an app that is started again loads itself again", () => {
  const again = { ...ENDED, output: "", restarts: true };
  const html = endedPage(again, "text/html");
  assertStringIncludes(html, '<meta http-equiv="refresh" content="1">');
  assertStringIncludes(html, "It is started again in a moment.");
  assert(!html.includes("<pre"));
  assert(!endedPage(again, "text/plain").includes("\n\n"));
});

Deno.test("who is not to know how an app ended is told that it is not running, and nothing else", () => {
  for (const type of ["text/html", "text/plain", "application/json"] as const) {
    const page = endedPage(undefined, type);
    assertStringIncludes(page, "is not running at the moment.");
    assert(!page.includes("status 3") && !page.includes("webserv"), page);
  }
});
