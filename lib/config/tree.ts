/**
 * YAML text to a tree of nodes. Refused is what YAML refuses, unknown tags, and several documents in one file; what the
 * tree itself refuses stands in tree_builder.ts.
 *
 * @module
 */
import { type Document, LineCounter, parseDocument, visit, type YAMLError } from "yaml";
import { STAR_HINT } from "./anchors.ts";
import { type Hidden, hideBraces, openVariable } from "./braces.ts";
import { type Environment, lacksBrace } from "./environment.ts";
import { quote, type Report } from "./issues.ts";
import type { Node } from "./node.ts";
import type { Reports } from "./outside.ts";
import { TreeBuilder } from "./tree_builder.ts";

const OPTIONS = {
  prettyErrors: false,
  // The tree looks for unique keys itself, since it takes 404 and "404" for the same one.
  uniqueKeys: false,
  // Those of YAML 1.1 beside the core's make lists of pairs, bytes and dates, which no key takes.
  resolveKnownTags: false,
} as const;

/** The tree of a file; undefined where its text is not YAML, which is then reported. */
export function parseTree(
  text: string,
  { issue: report, warning }: Reports,
  environment: Environment,
): Node | undefined {
  const lines = new LineCounter(), hidden = hideBraces(text);
  const document = parseDocument(hidden.text, { ...OPTIONS, lineCounter: lines });
  const errors = errorsByLine([...document.errors, ...document.warnings], lines);
  if (errors.size > 0) reportErrors(errors, text, hidden, report);
  if (hidden.text !== text) restoreScalars(document, hidden.restore);
  return errors.size > 0
    ? undefined
    : new TreeBuilder(document, lines, { issue: report, warning }, environment).tree();
}

/** Braces that are missing, and what is wrong before the first of them: it opens a mapping, so the rest follows from it. */
function reportErrors(
  errors: ReadonlyMap<number, YAMLError>,
  text: string,
  hidden: Hidden,
  report: Report,
): void {
  const sources = text.split("\n");
  const open = hidden.text.split("\n").flatMap((line, index) => {
    const variable = openVariable(line);
    return variable === undefined ? [] : [[index + 1, variable] as const];
  });
  const first = open[0]?.[0] ?? Infinity;
  for (const [line, error] of errors) {
    if (line < first) report({ line, path: "" }, hidden.restore(yamlMessage(error, sources[line - 1] ?? "")));
  }
  for (const [line, variable] of open) report({ line, path: "" }, lacksBrace(variable));
}

function restoreScalars(document: Document.Parsed, restore: (part: string) => string): void {
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === "string") node.value = restore(node.value);
    },
  });
}

/** One a line, as the others tend to follow from it; a star is more often to blame than what comes after it. */
function errorsByLine(errors: readonly YAMLError[], lines: LineCounter): ReadonlyMap<number, YAMLError> {
  const byLine = new Map<number, YAMLError>();
  for (const error of errors) {
    const { line } = lines.linePos(error.pos[0]);
    if (!byLine.has(line) || error.code === "BAD_ALIAS") byLine.set(line, error);
  }
  return byLine;
}

function yamlMessage(error: YAMLError, sourceLine: string): string {
  if (error.code === "MULTIPLE_DOCS") return 'more than one YAML document: remove the "---" between them';
  if (error.code === "RESOURCE_EXHAUSTION") return "not YAML: nested too deeply";
  if (error.code === "BAD_ALIAS") return `not YAML: ${STAR_HINT}`;
  const tag = error.code === "TAG_RESOLVE_FAILED" && /^Unresolved tag: (.*)/.exec(error.message)?.[1];
  if (tag) return `not YAML: ${unknownTag(tag.replace(CORE, "!!"))}`;
  const [first] = error.message.split("\n");
  const hint = /\]:\d/.test(sourceLine)
    ? ' (an address such as "[::1]:8080" has to be in quotes)'
    : /^[^#]*\$\{/.test(sourceLine)
    ? ' (a variable whose default has ": ", " #", "{" or a comma in it has to be in quotes)'
    : "";
  return `not YAML: ${first}${hint}`;
}

const CORE = /^tag:yaml\.org,2002:/;

function unknownTag(tag: string): string {
  return /^!!(?:str|int|float|bool|null|map|seq)$/.test(tag)
    ? `what has the tag ${quote(tag)} is of another kind`
    : `the tag ${quote(tag)} is not known: put a text that starts with "!" in quotes`;
}
