import { assert, assertEquals, assertRejects } from "@std/assert";
import { LONGEST_MARKDOWN, markdownToHtml } from "../../lib/markdown/markdown.ts";

/** What people have tried to get through sanitisers, as Markdown and as HTML in it. */
const HOSTILE = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg onload=alert(1)>",
  "<svg><script>alert(1)</script></svg>",
  "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
  "[a](javascript:alert(1))",
  "[a](JaVaScRiPt&colon;alert(1))",
  "[a](java\tscript:alert(1))",
  "<a href='java&#10;script:alert(1)'>x</a>",
  "![a](javascript:alert(1))",
  "<javascript:alert(1)>",
  "[a]: javascript:alert(1)\n\n[a]",
  "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
  "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
  "<object data='javascript:alert(1)'></object><embed src='javascript:alert(1)'>",
  "<form action='javascript:alert(1)'><button formaction='javascript:alert(1)'>x</button></form>",
  "<base href='//evil.test/'><link rel=stylesheet href='//evil.test/x.css'>",
  "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
  "<style>@import '//evil.test/x.css'</style><p style='position:fixed;inset:0'>x</p>",
  "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
  "<template><script>alert(1)</script></template>",
  "```html\n<script>alert(1)</script>\n```",
  "`<script>alert(1)</script>`",
  "<!-- --!><script>alert(1)</script> -->",
  "<details ontoggle=alert(1) open><summary>x</summary></details>",
  "<input autofocus onfocus=alert(1)><textarea autofocus onfocus=alert(1)>",
  "</article></main><h1 id=x class=bar>",
];

const FORBIDDEN_TAGS =
  /<\/?(?:script|style|iframe|object|embed|form|button|input|textarea|base|link|meta|svg|math|template|noscript|article|main)\b/i;

for (const text of HOSTILE) {
  Deno.test(`nothing of ${JSON.stringify(text)} runs, loads or breaks out`, async () => {
    const html = (await markdownToHtml(text))!;
    // As text, and in a value such as that of a title, it may stand there.
    const tags = [...html.matchAll(/<[a-z/](?:[^>"]|"[^"]*")*>/gi)].map(([tag]) => tag);
    const links = tags.flatMap((tag) =>
      [...tag.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, value]) => value!)
    );
    const bare = tags.map((tag) => tag.replace(/"[^"]*"/g, '""')).join("\n");
    assert(!FORBIDDEN_TAGS.test(bare) && !/\son\w+=|style=|srcdoc|action=/i.test(bare), html);
    assert(links.every((link) => !/^\s*(?:javascript|data|vbscript)/i.test(link)), html);
  });
}

Deno.test("the usual of Markdown is there", async () => {
  const html = (await markdownToHtml(
    "# A\n\n*b* **c** `d` ~~e~~\n\n- f\n\n| g |\n|---|\n| h |\n\n<p align=center><img src=i.png></p>\n",
  ))!;
  for (
    const part of [
      '<h1 id="user-content-a">A</h1>',
      "<em>b</em>",
      "<strong>c</strong>",
      "<code>d</code>",
      "<del>e</del>",
      "<li>f</li>",
      "<td>h</td>",
      '<p align="center"><img src="i.png"></p>',
    ]
  ) {
    assert(html.includes(part) || html.includes(part.replaceAll("del>", "s>")), `${part} in ${html}`);
  }
});

Deno.test("what is too long is refused, and what is nested without end is shown as text", async () => {
  await assertRejects(() => markdownToHtml("x".repeat(LONGEST_MARKDOWN + 1)), RangeError);
  const html = await markdownToHtml("<div>".repeat(1000) + "end") ?? "";
  assertEquals(html.match(/<div>/g), null);
  assert(html.includes("&#x3C;div>") || html.includes("&lt;div&gt;"), html.slice(0, 100));
});

Deno.test("links within a text lead to its headings, and to names that it has itself", async () => {
  const html = await markdownToHtml(
    "# Über & `uns`!\n\n## Install it\n\n## Install it\n\n<b id=own>x</b>\n\n[a](#install-it) [b](#install-it-1) [c](#own) [d](x.md#e) [f](#)\n",
  ) ?? "";
  const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  assertEquals(ids, ["über--uns", "install-it", "install-it-1", "own"].map((id) => `user-content-${id}`));
  const links = [...html.matchAll(/ href="([^"]*)"/g)].map(([, link]) => link);
  assertEquals(links, [
    "#user-content-install-it",
    "#user-content-install-it-1",
    "#user-content-own",
    "x.md#e",
    "#",
  ]);
});

Deno.test("what would be ten times as long as its text is none; a long text lets others have their turn", async () => {
  assertEquals(await markdownToHtml("a|b\n-|-\n".repeat(16_000)), undefined);
  let pauses = 0;
  const pause = () => Promise.resolve(void pauses++);
  await markdownToHtml("some words\n\n".repeat(5000), pause);
  assertEquals(pauses, 4);
});
