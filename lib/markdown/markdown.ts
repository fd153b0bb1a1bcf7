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

/** Characters that are made into a page, at most. */
export const LONGEST_MARKDOWN = 128 * 1024;

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
 * The HTML of a text, as it may stand in a page of ours. Relative links and pictures stay as they are.
 *
 * @throws {RangeError} for a text that is too long
 */
export function markdownToHtml(text: string): string {
  if (text.length > LONGEST_MARKDOWN) throw new RangeError("too long a text for a page");
  const library = isDeep(text) ? withoutHtml : withHtml;
  return toHtml(sanitize(fromHtml(library.render(text), { fragment: true }), SCHEMA));
}

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
