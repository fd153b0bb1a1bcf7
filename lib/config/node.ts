/**
 * YAML text to a tree whose every node knows its line and its path. All keys are text (`404:` too), aliases are
 * resolved. Refused: what YAML refuses, a key written twice, a key that is not text, unknown tags, several documents
 * in one file, and aliases that stand for themselves or for a flood of nodes.
 *
 * @module
 */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  type ParsedNode,
  parseDocument,
  type Scalar,
  type YAMLError,
  type YAMLMap,
} from "yaml";
import { type Position, quote, type Report } from "./issues.ts";

/** A value, and where it stands: its line is that of its key, or its own in a list. */
export interface Node extends Position {
  readonly value: string | number | boolean | null | readonly Node[] | ReadonlyMap<string, Node>;
  /** A scalar as it was written, without quotes. */
  readonly text: string;
}

const STAR_HINT = 'put a text that starts with "*" in quotes';

/** More nodes than this out of aliases is a "billion laughs", not a configuration. */
const ALIASED_NODE_LIMIT = 100_000;
const DEPTH_LIMIT = 40;

/** The tree of a file; undefined where its text is not YAML, which is then reported. */
export function parseTree(text: string, report: Report): Node | undefined {
  const lines = new LineCounter();
  // The tree looks for unique keys itself, since it takes 404 and "404" for the same one.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const errors = errorsByLine([...document.errors, ...document.warnings], lines);
  for (const [line, error] of errors) {
    report({ line, path: "" }, yamlMessage(error, text.split("\n")[line - 1] ?? ""));
  }
  return errors.size > 0 ? undefined : new TreeBuilder(document, lines, report).tree();
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
  const [first] = error.message.split("\n");
  const hint = /\]:\d/.test(sourceLine) ? ' (an address such as "[::1]:8080" has to be in quotes)' : "";
  return `not YAML: ${first}${hint}`;
}

class TreeBuilder {
  #aliasedNodes = 0;
  #depth = 0;
  readonly #open = new Set<unknown>();
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  readonly #report: Report;

  constructor(document: Document.Parsed, lines: LineCounter, report: Report) {
    this.#document = document;
    this.#lines = lines;
    this.#report = report;
  }

  /** Undefined where too much is wrong for going on. */
  tree(): Node | undefined {
    const root = this.node(this.#document.contents, "", undefined);
    return this.#flooded ? undefined : root;
  }

  /** @param keyLine the line of the key that holds the node, if one does */
  node(source: ParsedNode | null, path: string, keyLine: number | undefined): Node | undefined {
    const line = keyLine ?? (source === null ? undefined : this.#lineOf(source.range[0]));
    if (source === null) return { value: null, text: "", line, path };
    if (isAlias(source)) return this.#aliased(source, { line, path });
    if (this.#open.size > 0 && !this.#flooded && ++this.#aliasedNodes > ALIASED_NODE_LIMIT) {
      this.#report({ line, path: "" }, "the aliases stand for too much");
    }
    if (this.#flooded) return undefined;
    if (isScalar(source)) return { ...scalar(source), line, path };
    if (this.#depth >= DEPTH_LIMIT) {
      this.#report({ line, path }, "nested too deeply");
      return undefined;
    }
    this.#depth++;
    const value = isMap(source)
      ? this.#map(source, path)
      : isSeq(source)
      ? source.items.flatMap((item, index) => this.node(item, `${path}[${index}]`, undefined) ?? [])
      : null;
    this.#depth--;
    return { value, text: "", line, path };
  }

  #map(source: YAMLMap.Parsed, path: string): ReadonlyMap<string, Node> {
    const members = new Map<string, Node>();
    for (const pair of source.items) {
      const line = this.#lineOf(pair.key.range?.[0] ?? 0);
      const key = this.#key(pair, { line, path });
      if (key === undefined) continue;
      const memberPath = joinPath(path, key);
      const earlier = members.get(key);
      if (earlier !== undefined) {
        this.#report(
          { line, path: memberPath },
          `written twice, first on line ${earlier.line}: keep one of them`,
        );
        continue;
      }
      const member = this.node(pair.value, memberPath, line);
      if (member !== undefined) members.set(key, member);
    }
    return members;
  }

  #key({ key }: Pair<ParsedNode, ParsedNode | null>, position: Position): string | undefined {
    if (isScalar(key) && key.value !== null) return scalar(key).text;
    if (isAlias(key)) this.#report(position, unknownAlias(key));
    else this.#report(position, "expected a text as the key: are quotes missing?");
    return undefined;
  }

  #aliased(alias: Alias.Parsed, position: Position): Node | undefined {
    const target = alias.resolve(this.#document) as ParsedNode | undefined;
    if (target === undefined) {
      this.#report(position, unknownAlias(alias));
      return undefined;
    }
    if (this.#open.has(target) || contains(target, alias)) {
      this.#report(position, `the alias ${quote("*" + alias.source)} stands inside of what it stands for`);
      return undefined;
    }
    this.#open.add(target);
    const node = this.node(target, position.path, position.line);
    this.#open.delete(target);
    return node;
  }

  get #flooded(): boolean {
    return this.#aliasedNodes > ALIASED_NODE_LIMIT;
  }

  #lineOf(offset: number): number {
    return this.#lines.linePos(offset).line;
  }
}

function scalar(source: Scalar): { value: Exclude<Node["value"], object> | null; text: string } {
  const { value } = source;
  if (value === null) return { value, text: "" };
  if (typeof value === "string") return { value, text: value };
  if (typeof value === "number" || typeof value === "boolean") {
    return { value, text: source.source ?? String(value) };
  }
  return { value: String(value), text: source.source ?? String(value) };
}

function contains(outer: ParsedNode, inner: ParsedNode): boolean {
  return outer.range[0] <= inner.range[0] && inner.range[1] <= outer.range[1];
}

function unknownAlias(alias: Alias.Parsed): string {
  return `${quote("*" + alias.source)} is an alias to nothing: ${STAR_HINT}`;
}

/** `servers`, `servers[0].listen`, `servers[0].locations["/x"]`. */
function joinPath(path: string, key: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return `${path}[${quote(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
