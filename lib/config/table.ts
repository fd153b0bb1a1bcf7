/**
 * What is made of a table of keys: the words of the file, the shape of a section, the type of the program's values,
 * and the values themselves. A table is ordered as the reference shows it, and calls its keys as the program does; the
 * doc comments of its rows are those of the values' properties.
 *
 * @module
 */
import type { Written } from "./decoder.ts";
import type { HasSource, Key } from "./key.ts";

/** Keys by the names that the program has for them. */
export type Table = Readonly<Record<string, Key<unknown, unknown>>>;

/** The file's word for a key: `try_files` for `tryFiles`. */
export type Word<Property extends string> = Property extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${Word<Rest>}`
  : Property;

/** The file's word for a key: `try_files` for `tryFiles`. */
export function wordOf<Property extends string>(property: Property): Word<Property> {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) as Word<Property>;
}

/** The decoders of a table's keys, by the file's words. */
export type ShapeOf<T extends Table> = {
  readonly [P in keyof T & string as Word<P>]: ReturnType<T[P]["decoder"]>;
};

/**
 * The decoders of a table's keys, by the file's words.
 *
 * @param folder absolute: where relative paths start
 */
export function shapeOf<T extends Table>(table: T, folder: string): ShapeOf<T> {
  return Object.fromEntries(
    Object.entries(table).map(([property, key]) => [wordOf(property), key.decoder(folder)]),
  ) as ShapeOf<T>;
}

/** What is written of a table's keys, by the file's words. */
export type WrittenOf<T extends Table> = Written<ShapeOf<T>>;

type ValueOf<K extends Key<unknown, unknown>> = ReturnType<K["complete"]>;

type OptionalIn<T extends Table> = {
  [P in keyof T]: undefined extends ValueOf<T[P]> ? P : never;
}[keyof T];

// A mapped type keeps the doc comments of the rows only if it runs over the keys of the table as they are.
type Always<T extends Table, P extends keyof T> = { readonly [Q in P]: ValueOf<T[Q]> };
type Sometimes<T extends Table, P extends keyof T> = {
  readonly [Q in P]?: Exclude<ValueOf<T[Q]>, undefined>;
};

/** The values of a table's keys once they are complete; those that a place may be without are optional. */
export type ValuesOf<T extends Table> =
  & Always<T, Exclude<keyof T, OptionalIn<T>>>
  & Sometimes<T, OptionalIn<T>>;

/** The values of a table's keys: from what is written in a place, what it inherits, and the defaults. */
export function valuesOf<T extends Table>(
  table: T,
  own: WrittenOf<T>,
  inherited: Readonly<Record<string, unknown>> = {},
  has: HasSource = () => false,
): ValuesOf<T> {
  const decoded: Readonly<Record<string, unknown>> = own;
  const values = Object.entries(table).map(([property, key]) => {
    const word = wordOf(property);
    return [property, key.complete(decoded[word], inherited[word], has)] as const;
  });
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as ValuesOf<T>;
}
