import { assert, assertEquals, assertThrows } from "@std/assert";
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
  Deno.test(`nothing of ${JSON.stringify(text)} runs, loads or breaks out`, () => {
    const html = markdownToHtml(text);
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

Deno.test("the usual of Markdown is there", () => {
  const html = markdownToHtml(
    "# A\n\n*b* **c** `d` ~~e~~\n\n- f\n\n| g |\n|---|\n| h |\n\n<p align=center><img src=i.png></p>\n",
  );
  for (
    const part of [
      "<h1>A</h1>",
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

Deno.test("what is too long is refused, and what is nested without end is shown as text", () => {
  assertThrows(() => markdownToHtml("x".repeat(LONGEST_MARKDOWN + 1)), RangeError);
  const html = markdownToHtml("<div>".repeat(1000) + "end");
  assertEquals(html.match(/<div>/g), null);
  assert(html.includes("&#x3C;div>") || html.includes("&lt;div&gt;"), html.slice(0, 100));
});
