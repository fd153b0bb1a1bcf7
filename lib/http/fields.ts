/**
 * The fields of a message in the order in which they came, or are sent (RFC 9110 section 5): a value that does not
 * change. Names compare without case; values are ISO 8859-1 text, one character a byte. What is made here for a
 * response is checked: a name that is not a token and a value with a control character are refused, since that would
 * be response splitting. Parsers have checked theirs.
 *
 * @module
 */
import { isFieldValue, isToken } from "../bytes/ascii.ts";

/** One field line. */
export type Field = readonly [name: string, value: string];

/** A list of field lines. */
export class FieldBlock implements Iterable<Field> {
  static readonly EMPTY: FieldBlock = new FieldBlock([], []);

  /** What fields that are somebody else's begin with: writers add nothing of the server's own to them. */
  static readonly AS_THEY_ARE: FieldBlock = new FieldBlock([], []);

  /** PERF: the text that the HTTP/1.1 writer made of this block, kept here by the writer and read by nobody else. */
  http1Text: string | undefined = undefined;
  /** PERF: the whole head that it last made with this block, kept in the same way. */
  http1Head: unknown = undefined;
  /** PERF: the same for HTTP/2. */
  http2Bytes: Uint8Array | undefined = undefined;

  /**
   * For parsers: nothing is checked.
   *
   * @param names as they were sent
   * @param values without the white space around them
   * @param base the block that this one begins with, so that what was made of its lines need not be made again
   */
  constructor(
    readonly names: readonly string[],
    readonly values: readonly string[],
    readonly base?: FieldBlock,
  ) {}

  static {
    // What every writer would begin with is written already.
    FieldBlock.AS_THEY_ARE.http1Text = "";
    FieldBlock.AS_THEY_ARE.http2Bytes = new Uint8Array();
  }

  /**
   * A block of these lines.
   *
   * @throws {TypeError} if a name is not a token or a value has a control character
   */
  static of(...fields: readonly (readonly [name: string, value: string | number])[]): FieldBlock {
    const names: string[] = [], values: string[] = [];
    for (let i = 0; i < fields.length; i++) {
      const [name, value] = fields[i]!;
      check(name, value);
      names.push(name);
      values.push(String(value));
    }
    return new FieldBlock(names, values);
  }

  /** How many lines there are. */
  get size(): number {
    return this.names.length;
  }

  /** The first value of a field, its name given in lower case. */
  get(name: string): string | undefined {
    const index = this.#indexOf(name, 0);
    return index < 0 ? undefined : this.values[index];
  }

  /** All values of a field that may be sent as several lines, joined by ", " as in RFC 9110 section 5.3. */
  joined(name: string): string | undefined {
    let index = this.#indexOf(name, 0);
    if (index < 0) return undefined;
    let joined = this.values[index]!;
    while ((index = this.#indexOf(name, index + 1)) >= 0) joined += ", " + this.values[index]!;
    return joined;
  }

  /** True if there is a line of this name, given in lower case. */
  has(name: string): boolean {
    return this.#indexOf(name, 0) >= 0;
  }

  /** The same block with this value as the only line of this name, in the place of the first one or at the end. */
  with(name: string, value: string | number): FieldBlock {
    const lower = name.toLowerCase();
    const first = this.#indexOf(lower, 0);
    if (first < 0) return this.append(name, value);
    check(name, value);
    const values = this.values.with(first, String(value));
    if (this.#indexOf(lower, first + 1) < 0) return new FieldBlock(this.names, values);
    return new FieldBlock(this.names, values).#filter((index) =>
      index === first || this.names[index]!.toLowerCase() !== lower
    );
  }

  /** The same block with one line more. */
  append(name: string, value: string | number): FieldBlock {
    check(name, value);
    return new FieldBlock([...this.names, name], [...this.values, String(value)], this);
  }

  /** The same block with all lines of another behind its own. */
  concat(other: FieldBlock): FieldBlock {
    if (other.size === 0) return this;
    if (this.size === 0) return other;
    return new FieldBlock([...this.names, ...other.names], [...this.values, ...other.values], this);
  }

  /** The same block without the lines of these names, given in lower case. */
  without(...names: readonly string[]): FieldBlock {
    return this.filter((name) => !names.includes(name));
  }

  /** The same block with those lines alone whose name, in lower case, is accepted. */
  filter(accepts: (name: string) => boolean): FieldBlock {
    return this.#filter((index) => accepts(this.names[index]!.toLowerCase()));
  }

  *[Symbol.iterator](): Iterator<Field> {
    for (let i = 0; i < this.names.length; i++) yield [this.names[i]!, this.values[i]!];
  }

  #filter(keeps: (index: number) => boolean): FieldBlock {
    const isKept = (_: string, index: number) => keeps(index);
    const names = this.names.filter(isKept);
    return names.length === this.names.length ? this : new FieldBlock(names, this.values.filter(isKept));
  }

  // PERF: lengths differ for nearly all names, so hardly any name is ever folded to lower case.
  #indexOf(name: string, from: number): number {
    const names = this.names;
    for (let i = from; i < names.length; i++) {
      const candidate = names[i]!;
      if (candidate.length === name.length && (candidate === name || candidate.toLowerCase() === name)) {
        return i;
      }
    }
    return -1;
  }
}

/** PERF: nearly all names stand in this program, and are looked at letter by letter once. */
const knownNames = new Set<string>();
const MAX_KNOWN_NAMES = 256;

function check(name: string, value: string | number): void {
  if (!knownNames.has(name)) {
    if (!isToken(name)) throw new TypeError(`The field name "${name}" is not a token`);
    if (knownNames.size < MAX_KNOWN_NAMES) knownNames.add(name);
  }
  if (typeof value === "string" && !isFieldValue(value)) {
    throw new TypeError(`Control character in the value of field "${name}"`);
  }
}
