/**
 * Small decoders, and ways to put them together. A decoder takes a node of the tree and gives its value, or reports
 * why it cannot and gives undefined; it never throws, so that one run finds everything that is wrong.
 *
 * @module
 */
import { quote, type Report } from "./issues.ts";
import type { Node } from "./node.ts";
import { suggestion } from "./suggestion.ts";
import { ValueError } from "./values.ts";

/** Undefined: it was wrong, and reported. */
export type Decoder<T> = (node: Node, report: Report) => T | undefined;

/** What a decoder gives. */
export type Decoded<D> = D extends Decoder<infer T> ? T : never;

/** The keys that an object may have. */
export type Shape = Readonly<Record<string, Decoder<unknown>>>;

/** The values of the keys that were written and could be decoded. */
export type Written<S extends Shape> = { readonly [K in keyof S]?: Decoded<S[K]> };

/** An object as it was written. */
export interface Section<S extends Shape> {
  readonly node: Node;
  readonly values: Written<S>;
  /** The node of a key that was written, whether its value could be decoded or not. */
  at(key: keyof S & string): Node | undefined;
}

/**
 * A text that a function turns into a value, or refuses with a ValueError. Takes numbers as they were written, and what
 * comes of the environment whatever YAML would take it for: that a password is `true` or empty is no mistake of the file's.
 */
export function parsed<T>(what: string, parse: (text: string) => T): Decoder<T> {
  return (node, report) => {
    const isText = typeof node.value === "string" || typeof node.value === "number" || node.expanded;
    if (!isText) return refuse(node, what, report);
    try {
      return parse(node.text);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      report(node, error.message);
      return undefined;
    }
  };
}

/** A text that is not empty. */
export function text(what: string): Decoder<string> {
  return parsed(what, (text) => {
    if (text === "") throw new ValueError(`expected ${what}, not an empty text`);
    return text;
  });
}

/** Any scalar as it was written, `true` and the empty text too. */
export const literal: Decoder<string> = (node, report) => {
  if (typeof node.value !== "object" || node.expanded) return node.text;
  return refuse(node, "a text", report);
};

/** `true`, `false`, `on`, `off`. */
export const flag: Decoder<boolean> = (node, report) => {
  if (node.value === true || node.value === "on") return true;
  if (node.value === false || node.value === "off") return false;
  return refuse(node, "on or off", report);
};

/** One of some words. */
export function oneOf<const W extends string>(words: readonly W[]): Decoder<W> {
  return (node, report) => {
    const found = words.find((word) => word === node.value);
    if (found !== undefined) return found;
    report(node, `expected ${choice(words)}, not ${describe(node)}${suggestion(node.text, words)}`);
    return undefined;
  };
}

/** A whole number within bounds, in decimal digits. */
export function integer(least: number, most: number): Decoder<number> {
  const what = most === Infinity ? `a number from ${least} on` : `a number from ${least} to ${most}`;
  return parsed(what, (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw new ValueError(`expected ${what}, not ${quote(text)}`);
  });
}

/** A list, all of whose items are reported; undefined if one of them is wrong. */
export function list<T>(what: string, item: Decoder<T>): Decoder<readonly T[]> {
  return (node, report) => {
    if (!isList(node.value)) return refuse(node, what, report);
    return allOrNothing(node.value.map((child) => item(child, report)));
  };
}

/** A list, or a single item without its brackets. */
export function oneOrMany<T>(item: Decoder<T>): Decoder<readonly T[]> {
  return (node, report) => {
    const children = isList(node.value) ? node.value : [node];
    return allOrNothing(children.map((child) => item(child, report)));
  };
}

/** A mapping whose keys are not known beforehand. Gives its good entries, so that they can be checked further. */
export function map<K, T>(
  what: string,
  decodeKey: (key: string) => K,
  decodeValue: Decoder<T>,
): Decoder<readonly (readonly [key: K, value: T, node: Node])[]> {
  return (node, report) => {
    if (!isMap(node.value)) return refuse(node, what, report);
    const entries: (readonly [K, T, Node])[] = [];
    for (const [name, child] of node.value) {
      const { line, path } = child;
      const key = parsed("a text", decodeKey)({ value: name, text: name, line, path }, report);
      const value = decodeValue(child, report);
      if (key !== undefined && value !== undefined) entries.push([key, value, child]);
    }
    return entries;
  };
}

/**
 * A mapping with known keys.
 *
 * @param elsewhere where keys belong that are known but not here, e.g. `in a location`
 */
export function object<S extends Shape>(
  what: string,
  shape: S,
  elsewhere: ReadonlyMap<string, string> = new Map(),
): Decoder<Section<S>> {
  const known = Object.keys(shape);
  return (node, report) => {
    const members = node.value;
    if (!isMap(members)) return refuse(node, what, report);
    const values: Record<string, unknown> = {};
    for (const [key, child] of members) {
      const decode = Object.hasOwn(shape, key) ? shape[key] : undefined;
      if (decode === undefined) {
        const place = key.startsWith("x-") ? "at the top of the file" : elsewhere.get(key);
        const hint = place === undefined ? suggestion(key, known) : `: it belongs ${place}`;
        report(child, `unknown key ${quote(key)}${place === undefined ? "" : " here"}${hint}`);
        continue;
      }
      const value = decode(child, report);
      if (value !== undefined) values[key] = value;
    }
    return { node, values: values as Written<S>, at: (key) => members.get(key) };
  };
}

/** Reports a value of the wrong kind. */
export function refuse(node: Node, what: string, report: Report): undefined {
  report(node, `expected ${what}, not ${describe(node)}`);
}

export function isList(value: Node["value"]): value is readonly Node[] {
  return Array.isArray(value);
}

export function isMap(value: Node["value"]): value is ReadonlyMap<string, Node> {
  return value instanceof Map;
}

function describe({ value, text }: Node): string {
  if (value === null) return "an empty value";
  if (isList(value)) return "a list";
  if (isMap(value)) return "a mapping";
  return quote(text);
}

function choice(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function allOrNothing<T>(values: readonly (T | undefined)[]): readonly T[] | undefined {
  const good = values.filter((value) => value !== undefined);
  return good.length === values.length ? good : undefined;
}
