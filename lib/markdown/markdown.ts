/**
 * Markdown as HTML in which nothing can run, and nothing that shows itself as a part of our page: what GitHub lets through
 * of Markdown with HTML in it, and no more. Loaded with the first text that is to be shown.
 *
 * SECURITY: whoever stores a file writes the text, and the thread that makes a page of it does nothing else meanwhile: so the
 * library is one whose time grows with the length alone, and what would be nested without end is shown as the text it is.
 *
 * @module
 */
import { fromHtml } from "hast-util-from-html";
import { defaultSchema, sanitize } from "hast-util-sanitize";
import { toHtml } from "hast-util-to-html";
import MarkdownIt from "markdown-it";
import { addAnchors } from "./anchors.ts";

/** Characters that are made into a page, at most. */
export const LONGEST_MARKDOWN = 128 * 1024;

/** Characters of HTML that are looked through: a table may be ten times as long as its text. */
const LONGEST_HTML = 512 * 1024;

/** Elements of HTML within each other, at most. */
const DEEPEST = 100;

/** GitHub's, without what asks for something from elsewhere when it is shown, and without what could be filled in. */
const SCHEMA = {
  ...defaultSchema,
  tagNames: (defaultSchema.tagNames ?? []).filter((name) => !["input", "picture", "source"].includes(name)),
};

const withHtml = new MarkdownIt({ html: true, linkify: false });
const withoutHtml = new MarkdownIt({ html: false, linkify: false });

/**
 * The HTML of a text, as it may stand in a page of ours; undefined where it would be too long. Relative links and pictures
 * stay as they are, and links within the text lead to its headings.
 *
 * @param pause lets others have their turn: each step takes some tens of milliseconds for a long text
 * @throws {RangeError} by rejecting, for a text that is too long
 */
export async function markdownToHtml(
  text: string,
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<string | undefined> {
  if (text.length > LONGEST_MARKDOWN) throw new RangeError("too long a text for a page");
  const library = isDeep(text) ? withoutHtml : withHtml, known = {};
  const next = () => text.length > SHORT ? pause() : undefined;
  const tokens = library.parse(text, known);
  await next();
  const html = library.renderer.render(tokens, library.options, known);
  if (html.length > LONGEST_HTML) return undefined;
  await next();
  const tree = fromHtml(html, { fragment: true });
  await next();
  const safe = sanitize(tree, SCHEMA);
  addAnchors(safe);
  await next();
  return toHtml(safe);
}

/** Characters of a text for which nobody has to wait. */
const SHORT = 16 * 1024;

/** Elements that have no end tag, or need none since the next of them ends them. */
const UNCLOSED = new Set(
  "area br col embed hr img input link meta source track wbr p li dt dd tr td th option".split(" "),
);

/** True if more elements are opened than closed, anywhere. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (const [, slash, name] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)/gi)) {
    if (UNCLOSED.has(name!.toLowerCase())) continue;
    depth = slash === "/" ? Math.max(0, depth - 1) : depth + 1;
    if (depth > DEEPEST) return true;
  }
  return false;
}
