/**
 * The fields that add_header and cors give to every response of a location.
 *
 * @module
 */
import { type Field, FieldBlock } from "../http/fields.ts";
import { withVary } from "../http/vary.ts";

/** Cookies are set one by one (RFC 6265 section 3): one more takes back no other. */
const NEVER_REPLACED = "set-cookie";

/** Fields to add: each replaces those of the same name, but for Vary, which becomes one list, and Set-Cookie. */
export class AddedFields {
  readonly #fields: FieldBlock;
  readonly #vary: string | undefined;
  readonly #replaced: ReadonlySet<string>;
  /** PERF: most responses have one of a few blocks, as a file has the same one at every request. */
  readonly #done = new WeakMap<FieldBlock, FieldBlock>();

  constructor(fields: readonly Field[]) {
    const all = FieldBlock.of(...fields);
    this.#vary = all.joined("vary");
    this.#fields = all.without("vary");
    this.#replaced = new Set(this.#fields.names.map((name) => name.toLowerCase()));
  }

  /** The fields of a response with those that are added. */
  addTo(block: FieldBlock): FieldBlock {
    let added = this.#done.get(block);
    if (!added) this.#done.set(block, added = this.#add(block));
    return added;
  }

  #add(block: FieldBlock): FieldBlock {
    const kept = block.filter((name) => name === NEVER_REPLACED || !this.#replaced.has(name));
    const added = kept.concat(this.#fields);
    return this.#vary === undefined ? added : withVary(added, this.#vary);
  }
}
