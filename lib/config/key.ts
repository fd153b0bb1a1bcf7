/**
 * What a row of a table of keys says, and the kinds of rows there are. They differ in what a location without the key
 * gets: its server's value, a default, both merged, or nothing.
 *
 * @module
 */
import type { Decoder } from "./decoder.ts";

/** One key of webserv.yaml, by what may be written and what comes of it. */
export interface Key<Written, Value> {
  /** For what is written; relative paths start at the folder, which is absolute. */
  readonly decoder: (folder: string) => Decoder<Written>;
  /** True if a location may have the key and a server may not. */
  readonly locationOnly: boolean;
  /** What the key does, in the reference's words. */
  readonly meaning: string;
  /** In the reference's words, what holds where the key is not written; may be empty. */
  readonly defaultText: string;
  /** What may be written, as the file would have it: the default where that can be written. */
  readonly example: string;
  /**
   * The value that the program works with; undefined if it has none.
   *
   * @param own what is written in the place itself
   * @param inherited what is written in the server around it
   * @param has asks for another key of the same place
   */
  complete(own: Written | undefined, inherited: Written | undefined, has: HasSource): Value;
}

/** The keys that say where a location's answers come from. What other keys mean may depend on them. */
export type Source =
  | "alias"
  | "bucket"
  | "return"
  | "cgi"
  | "cgiScript"
  | "fastcgi"
  | "fastcgiPass"
  | "proxyPass"
  | "uploadStore"
  | "dav";

/** Whether the place that is being completed has a source, be it its own or an inherited one. */
export type HasSource = (source: Source) => boolean;

/** What rows of all kinds say. */
interface Row<Written> {
  readonly decoder: (folder: string) => Decoder<Written>;
  readonly meaning: string;
}

/** What rows say whose default cannot be written. */
interface ExampleRow<Written> extends Row<Written> {
  /** What may be written, as the file would have it. */
  readonly example: string;
}

/** A default that cannot be written in the file, or depends on where answers come from. */
interface ComputedDefault<Value> {
  readonly text: string;
  readonly value: (has: HasSource) => Value;
  /** What may be written, as the file would have it. */
  readonly example: string;
}

/**
 * A key that always has a value: its own, else the server's, else its default. The default is either a text as the
 * file would have it, which goes through the key's own decoder, or computed.
 */
export function withDefault<T>(
  { decoder, meaning, default: written }: Row<T> & { readonly default: string | ComputedDefault<T> },
): Key<T, T> {
  const { text, value, example } = typeof written === "string" ? decodedDefault(decoder, written) : written;
  return {
    decoder,
    locationOnly: false,
    meaning,
    defaultText: text,
    example,
    complete: (own, inherited, has) => own ?? inherited ?? value(has),
  };
}

/** What a key with no default may say besides. */
interface OptionalRow<T> extends ExampleRow<T> {
  /** A location with one of these does not inherit the key, since it would get in their way. */
  readonly notInheritedBeside?: readonly Source[];
  /** Recognises the value that takes back what the server says, e.g. an empty mapping. */
  readonly takesBack?: (written: T) => boolean;
  readonly defaultText?: string;
}

/** A key that may have no value: its own, else the server's. */
export function optional<T>(
  { decoder, meaning, example, notInheritedBeside = [], takesBack = () => false, defaultText = "" }:
    OptionalRow<T>,
): Key<T, T | undefined> {
  return {
    decoder,
    locationOnly: false,
    meaning,
    defaultText,
    example,
    complete(own, inherited, has) {
      const written = own ?? (notInheritedBeside.some(has) ? undefined : inherited);
      return written === undefined || takesBack(written) ? undefined : written;
    },
  };
}

/** A key that only a location may have, so that there is nothing to inherit. */
export function inLocation<T>(
  { decoder, meaning, example }: ExampleRow<T>,
): Key<T, T | undefined> & { readonly locationOnly: true } {
  return { decoder, locationOnly: true, meaning, defaultText: "", example, complete: (own) => own };
}

/** A key that only a location may have, and that always has a value: its own, else its default. */
export function inLocationWithDefault<T>(
  row: Row<T> & { readonly default: string },
): Key<T, T> & { readonly locationOnly: true } {
  return { ...withDefault(row), locationOnly: true };
}

/** A key whose entries join the server's: `merge` says how. */
export function merged<Written, Value>(
  { decoder, meaning, example, empty, merge, defaultText = "" }: ExampleRow<Written> & {
    readonly empty: Written;
    readonly merge: (inherited: Written, own: Written) => Value;
    readonly defaultText?: string;
  },
): Key<Written, Value> {
  return {
    decoder,
    locationOnly: false,
    meaning,
    defaultText,
    example,
    complete: (own = empty, inherited = empty) => merge(inherited, own),
  };
}

function decodedDefault<T>(decoder: (folder: string) => Decoder<T>, text: string): ComputedDefault<T> {
  const value = decoder("/")({ value: text, text, line: undefined, path: "" }, (_, message) => {
    throw new Error(`A default in a table of keys: ${message}`);
  });
  if (value === undefined) throw new Error(`A default in a table of keys is not decoded: ${text}`);
  return { text, value: () => value, example: text };
}
