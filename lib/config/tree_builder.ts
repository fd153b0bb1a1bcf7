/**
 * A YAML document to a tree whose every node knows its line and its path. All keys are text (`404:` too), aliases are
 * resolved, `<<` is merged (https://yaml.org/type/merge.html), and variables of the environment have their values. Left
 * out are keys at the top that start with `x-`, which are a place for anchors. Refused: a key written
 * twice, a key that is not text, and aliases that stand for themselves or for a flood of nodes.
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
  type LineCounter,
  type Pair,
  type ParsedNode,
  Scalar,
  type YAMLMap,
} from "yaml";
import { anchorBefore, type Anchors, anchorsOf, unknownAlias } from "./anchors.ts";
import { type Environment, expand, hasNotation, isTemplateAt, namesVariables } from "./environment.ts";
import { type Position, quote, type Report } from "./issues.ts";
import type { Node } from "./node.ts";
import type { Reports } from "./outside.ts";
import { resolvePlain, scalar } from "./scalar.ts";
import { ValueError } from "./values.ts";

/** More nodes than this out of aliases is a "billion laughs", not a configuration. */
const ALIASED_NODE_LIMIT = 100_000;
const DEPTH_LIMIT = 40;

/** Builds the tree of a document. */
export class TreeBuilder {
  #aliasedNodes = 0;
  #depth = 0;
  /** What is built is not used: nothing in it is asked of the environment. */
  #isUnused = false;
  readonly #open = new Set<unknown>();
  /** Known from the first alias on. */
  #anchors: Anchors | undefined = undefined;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  readonly #report: Report;
  readonly #warn: Report;
  readonly #environment: Environment;

  constructor(document: Document.Parsed, lines: LineCounter, reports: Reports, environment: Environment) {
    this.#document = document;
    this.#lines = lines;
    this.#report = reports.issue;
    this.#warn = reports.warning;
    this.#environment = environment;
  }

  /** Undefined where too much is wrong for going on. */
  tree(): Node | undefined {
    const root = this.#node(this.#document.contents, "", undefined);
    return this.#flooded ? undefined : root;
  }

  /** @param keyLine the line of the key that holds the node, if one does */
  #node(source: ParsedNode | null, path: string, keyLine: number | undefined): Node | undefined {
    const line = keyLine ?? (source === null ? undefined : this.#lineOf(source.range[0]));
    if (source === null) return { value: null, text: "", line, path };
    if (isAlias(source)) return this.#aliased(source, { line, path });
    this.#count(line);
    if (this.#flooded) return undefined;
    if (isScalar(source)) return this.#scalar(source, { line, path });
    if (this.#isTooDeep({ line, path })) return undefined;
    this.#depth++;
    const value = isMap(source)
      ? this.#map(source, path)
      : isSeq(source)
      ? source.items.flatMap((item, index) => this.#node(item, `${path}[${index}]`, undefined) ?? [])
      : null;
    this.#depth--;
    return { value, text: "", line, path };
  }

  #scalar(source: Scalar, position: Position): Node {
    const { value } = source;
    if (typeof value !== "string" || this.#isUnused || !namesVariables(value)) {
      return { ...scalar(source), ...position };
    }
    try {
      const text = expand(value, this.#environment, isTemplateAt(position.path));
      const isPlain = source.type === Scalar.PLAIN && source.tag === undefined;
      const expanded = { text, written: value };
      return { value: isPlain ? resolvePlain(text, this.#document) : text, text, ...position, expanded };
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      this.#report(position, error.message);
      return { value: null, text: "", ...position, isUnreadable: true };
    }
  }

  #map(source: YAMLMap.Parsed, path: string): ReadonlyMap<string, Node> {
    const members = new Map<string, Node>();
    this.#collect(source, path, members, () => false);
    return members;
  }

  /** Adds what a mapping says and merges, but for what is taken by one that merges it. */
  #collect(
    source: YAMLMap.Parsed,
    path: string,
    members: Map<string, Node>,
    isTaken: (key: string) => boolean,
  ): void {
    const own = this.#ownKeys(source, path);
    const keys = new Set(own.values());
    for (const pair of source.items) {
      const line = this.#lineOf(pair.key.range?.[0] ?? 0), key = own.get(pair);
      if (isMergeKey(pair.key)) {
        const isNearer = (name: string) => keys.has(name) || isTaken(name);
        if (key !== undefined) this.#merge(pair.value, { line, path }, members, isNearer);
        continue;
      }
      // Of several that are merged the first counts.
      if (key === undefined || isTaken(key) || members.has(key)) continue;
      const isOfTheUser = path === "" && key.startsWith("x-");
      const member = isOfTheUser
        ? this.#unused(pair.value, joinPath(path, key), line)
        : this.#node(pair.value, joinPath(path, key), line);
      if (member !== undefined) members.set(key, member);
    }
  }

  /** Each key that is written for the first time. What is wrong with them is said where they stand, not at each alias. */
  #ownKeys(source: YAMLMap.Parsed, path: string): ReadonlyMap<unknown, string> {
    const report: Report = this.#open.size > 0 ? () => {} : this.#report;
    const lines = new Map<string, number>(), own = new Map<unknown, string>();
    for (const pair of source.items) {
      const line = this.#lineOf(pair.key.range?.[0] ?? 0);
      const key = keyOf(pair, { line, path }, report);
      if (key === undefined) continue;
      const earlier = lines.get(key);
      if (earlier !== undefined) {
        const advice = isMergeKey(pair.key) ? 'write "<<: [*a, *b]"' : "keep one of them";
        report({ line, path: joinPath(path, key) }, `written twice, first on line ${earlier}: ${advice}`);
        continue;
      }
      lines.set(key, line);
      own.set(pair, key);
      if (this.#open.size === 0 && hasNotation(key)) {
        const message = `${quote(key)} is taken as it stands: keys have no variables of the environment`;
        this.#warn({ line, path: joinPath(path, key) }, message);
      }
    }
    return own;
  }

  /** The value of `<<`: a mapping, or a list of such. @param position of the key, with the path of the mapping that it is in */
  #merge(
    value: ParsedNode | null,
    position: Position & { readonly line: number },
    members: Map<string, Node>,
    isTaken: (key: string) => boolean,
  ): void {
    const { line, path } = position, at = { line, path: joinPath(path, "<<") };
    for (const item of isSeq(value) ? value.items : [value]) {
      this.#count(line);
      if (this.#flooded || this.#isTooDeep(at)) return;
      const source = isAlias(item) ? this.#targetOf(item, at) : item;
      if (source === undefined) continue;
      if (!isMap(source)) {
        this.#report(at, "expected a mapping such as *name, or a list of them: that is what can be merged");
        continue;
      }
      this.#depth++;
      if (isAlias(item)) this.#open.add(source);
      this.#collect(source, path, members, isTaken);
      this.#open.delete(source);
      this.#depth--;
    }
  }

  /** Looks through what nobody uses, so that what is wrong with its YAML is said. */
  #unused(source: ParsedNode | null, path: string, line: number): undefined {
    this.#isUnused = true;
    this.#node(source, path, line);
    this.#isUnused = false;
  }

  #aliased(alias: Alias.Parsed, position: Position): Node | undefined {
    const target = this.#targetOf(alias, position);
    if (target === undefined) return undefined;
    this.#open.add(target);
    const node = this.#node(target, position.path, position.line);
    this.#open.delete(target);
    return node;
  }

  /** What an alias stands for: the last anchor of its name before it. */
  #targetOf(alias: Alias.Parsed, position: Position): ParsedNode | undefined {
    const target = anchorBefore(alias, this.#anchors ??= anchorsOf(this.#document));
    if (target === undefined) {
      this.#report(position, unknownAlias(alias));
      return undefined;
    }
    if (!this.#open.has(target) && !contains(target, alias)) return target;
    this.#report(position, `the alias ${quote("*" + alias.source)} stands inside of what it stands for`);
    return undefined;
  }

  /** Counts what comes out of aliases. */
  #count(line: number | undefined): void {
    if (this.#open.size > 0 && !this.#flooded && ++this.#aliasedNodes > ALIASED_NODE_LIMIT) {
      this.#report({ line, path: "" }, "the aliases stand for too much");
    }
  }

  get #flooded(): boolean {
    return this.#aliasedNodes > ALIASED_NODE_LIMIT;
  }

  #isTooDeep(position: Position): boolean {
    if (this.#depth < DEPTH_LIMIT) return false;
    this.#report(position, "nested too deeply");
    return true;
  }

  #lineOf(offset: number): number {
    return this.#lines.linePos(offset).line;
  }
}

/** `<<` without quotes. */
function isMergeKey(key: ParsedNode): boolean {
  return isScalar(key) && key.type === Scalar.PLAIN && key.source === "<<";
}

function keyOf(
  { key }: Pair<ParsedNode, ParsedNode | null>,
  position: Position,
  report: Report,
): string | undefined {
  if (isScalar(key) && key.value !== null) return scalar(key).text;
  if (isAlias(key)) report(position, unknownAlias(key));
  else report(position, "expected a text as the key: are quotes missing?");
  return undefined;
}

function contains(outer: ParsedNode, inner: ParsedNode): boolean {
  return outer.range[0] <= inner.range[0] && inner.range[1] <= outer.range[1];
}

/** `servers`, `servers[0].listen`, `servers[0].locations["/x"]`. */
function joinPath(path: string, key: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return `${path}[${quote(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
