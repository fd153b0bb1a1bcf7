/**
 * Anchors, and what an alias stands for.
 *
 * @module
 */
import { type Alias, type Document, type ParsedNode, visit } from "yaml";
import { quote } from "./issues.ts";

/** Anchors by their names, in the order of the file. */
export type Anchors = ReadonlyMap<string, readonly ParsedNode[]>;

/** What may be wrong with a star that is no alias. */
export const STAR_HINT = 'put a text that starts with "*" in quotes';

/** All anchors of a document. */
export function anchorsOf(document: Document.Parsed): Anchors {
  const anchors = new Map<string, ParsedNode[]>();
  visit(document, {
    Value(_, node) {
      if (node.anchor === undefined) return;
      const others = anchors.get(node.anchor);
      if (others === undefined) anchors.set(node.anchor, [node as ParsedNode]);
      else others.push(node as ParsedNode);
    },
  });
  return anchors;
}

/** What an alias stands for: the last anchor of its name before it. */
export function anchorBefore(alias: Alias.Parsed, anchors: Anchors): ParsedNode | undefined {
  const nodes = anchors.get(alias.source) ?? [];
  let before = 0, after = nodes.length;
  while (before < after) {
    const middle = (before + after) >> 1;
    if (nodes[middle]!.range[0] < alias.range[0]) before = middle + 1;
    else after = middle;
  }
  return nodes[before - 1];
}

/** Why an alias without an anchor is refused. */
export function unknownAlias(alias: Alias.Parsed): string {
  return `${quote("*" + alias.source)} is an alias to nothing: ${STAR_HINT}`;
}
