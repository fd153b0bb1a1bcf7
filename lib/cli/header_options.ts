/**
 * The fields that the options of the command line add to every answer, checked as add_header in the configuration is.
 *
 * @module
 */
import type { WrittenFields } from "../config/key_decoders.ts";
import { parseFieldName, parseFieldValue } from "../config/names.ts";
import { ValueError } from "../config/values.ts";

/** What a page needs to use threads in WebAssembly: a group of windows of its own, and nothing in it that is not for it. */
const ISOLATION: readonly (readonly [name: string, value: string])[] = [
  ["Cross-Origin-Opener-Policy", "same-origin"],
  ["Cross-Origin-Embedder-Policy", "require-corp"],
];

/** Collects them. */
export class HeaderOptions {
  readonly #fields = new Map<string, { readonly name: string; readonly values: string[] }>();

  /** As add_header would have them. */
  get fields(): WrittenFields {
    return [...this.#fields.values()].map(({ name, values }) => [name, values] as const);
  }

  /** The value of one --header. Several of one name stand side by side. @throws {ValueError} */
  add(text: string): void {
    const colon = text.indexOf(":");
    if (colon < 0) throw new ValueError(`expected 'Name: value', not ${JSON.stringify(text)}`);
    const name = parseFieldName(text.slice(0, colon).trim());
    const value = parseFieldValue(text.slice(colon + 1));
    if (value === "") throw new ValueError(`${name} needs a value: 'Name: value'`);
    this.#valuesOf(name).push(value);
  }

  /** Adds the fields of --isolate. @throws {ValueError} if one of them is there already */
  isolate(): void {
    for (const [name, value] of ISOLATION) {
      this.#refuse(name);
      this.#valuesOf(name).push(value);
    }
  }

  /** A browser refuses an answer that has the field twice. @throws {ValueError} */
  checkCors(): void {
    this.#refuse("Access-Control-Allow-Origin");
  }

  #refuse(name: string): void {
    if (this.#fields.has(name.toLowerCase())) {
      throw new ValueError(`${name} is sent by this option already: leave it out of --header`);
    }
  }

  #valuesOf(name: string): string[] {
    const key = name.toLowerCase();
    const field = this.#fields.get(key) ?? { name, values: [] };
    this.#fields.set(key, field);
    return field.values;
  }
}
