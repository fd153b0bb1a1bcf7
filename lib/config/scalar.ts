/**
 * What YAML takes a scalar for.
 *
 * @module
 */
import { type Document, isScalar, Scalar, type ScalarTag } from "yaml";
import type { Node } from "./node.ts";

/** The value of a scalar. */
export type ScalarValue = Exclude<Node["value"], object> | null;

/** The value of a scalar, and how it is written. */
export function scalar(source: Scalar): { value: ScalarValue; text: string } {
  const { value } = source;
  if (value === null) return { value, text: "" };
  if (typeof value === "string") return { value, text: value };
  if (typeof value === "number" || typeof value === "boolean") {
    return { value, text: source.source ?? String(value) };
  }
  return { value: String(value), text: source.source ?? String(value) };
}

/**
 * What a text would be if it stood in the file without quotes: `8080` is a number. It never becomes more than one scalar,
 * whatever it holds.
 */
export function resolvePlain(text: string, { schema }: Document.Parsed): ScalarValue {
  const tag = schema.tags.find((tag): tag is ScalarTag =>
    tag.default === true && "test" in tag && tag.test?.test(text) === true
  );
  if (tag === undefined) return text;
  const value = tag.resolve(text, () => {}, {});
  return scalar(isScalar(value) ? value : new Scalar(value)).value;
}
