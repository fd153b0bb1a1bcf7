/**
 * Links within a text: its headings get names, as GitHub makes them, so that a table of contents leads somewhere.
 *
 * SECURITY: all names have the sanitiser's prefix, so that none is one of ours, or of a script's.
 *
 * @module
 */
import type { sanitize } from "hast-util-sanitize";

type Nodes = ReturnType<typeof sanitize>;
type Element = Extract<Nodes, { type: "element" }>;

/** What hast-util-sanitize writes before the names that a text has itself. */
const PREFIX = "user-content-";

/** Changes a tree that has been sanitised. */
export function addAnchors(tree: Nodes): void {
  const counts = new Map<string, number>();
  for (const element of elementsOf(tree)) {
    const { tagName, properties } = element, { href } = properties;
    if (/^h[1-6]$/.test(tagName) && properties.id === undefined) {
      const name = nameOf(element), count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      if (name !== "") properties.id = PREFIX + (count === 0 ? name : `${name}-${count}`);
    } else if (typeof href === "string" && /^#./.test(href) && !href.startsWith(`#${PREFIX}`)) {
      properties.href = `#${PREFIX}${href.slice(1)}`;
    }
  }
}

function* elementsOf(node: Nodes): Generator<Element> {
  if (node.type === "element") yield node;
  if ("children" in node) { for (const child of node.children) yield* elementsOf(child); }
}

/** Letters and numbers of the heading's words, with hyphens between them. */
function nameOf(heading: Element): string {
  return textOf(heading).trim().toLowerCase().replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "").replaceAll(
    " ",
    "-",
  );
}

function textOf(node: Nodes): string {
  if (node.type === "text") return node.value;
  return "children" in node ? node.children.map(textOf).join("") : "";
}
