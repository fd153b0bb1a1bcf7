/**
 * A text that was written in Markdown as a page.
 *
 * @module
 */
import { escape } from "@std/html";
import { NO_ICON } from "./icon.ts";
import { TEXT_STYLE } from "./markdown_style.ts";
import { BASE_STYLE } from "./style.ts";

/** The one style of such pages: their policy names its hash. */
export const MARKDOWN_PAGE_STYLE: string = `${BASE_STYLE}
body>main{max-width:46rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
nav{display:flex;gap:1rem;margin-bottom:2rem;font-size:.9rem;color:var(--dim)}nav a{color:inherit}nav a:last-child{margin-left:auto}
${TEXT_STYLE}@media(max-width:44rem){body>main{padding:1.25rem .9rem 3rem}}`;

/**
 * A whole HTML document.
 *
 * @param name the file's
 * @param html SECURITY: goes in as it is
 */
export function markdownPage(name: string, html: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${NO_ICON}<title>${
    escape(titleOf(html) ?? name)
  }</title>
<style>${MARKDOWN_PAGE_STYLE}</style></head>
<body><main><nav aria-label="File"><a href="./">Folder</a><a href="?raw">Source</a></nav>
<article class="text">
${html}
</article></main></body>
</html>
`;
}

/** The first heading, if it is one of plain text. */
function titleOf(html: string): string | undefined {
  const [, text] = /<h1(?: id="[^"]*")?>([^<&]{1,200})<\/h1>/.exec(html) ?? [];
  return text?.trim() || undefined;
}

/** A text as part of another page, below what it stands with. @param html SECURITY: goes in as it is */
export function textBelow(name: string, html: string): string {
  return `<section class="readme" aria-label="${escape(name)}"><h2>${
    escape(name)
  }</h2>\n<article class="text">\n${html}\n</article></section>\n`;
}

/** The style of that. */
export const TEXT_BELOW_STYLE: string =
  `.readme{margin-top:2.5rem;border:1px solid var(--line);border-radius:.6rem;padding:1.25rem 1.5rem}.readme>h2{font-size:.85rem;font-weight:500;color:var(--dim);margin:0 0 1rem}${TEXT_STYLE}`;

/** A text that is no Markdown, as HTML. */
export function plainText(text: string): string {
  return `<pre class="plain">${escape(text)}</pre>`;
}
