/**
 * The field Vary (RFC 9110 section 12.5.5): by which fields of a request its answer was chosen.
 *
 * @module
 */
import type { FieldBlock } from "./fields.ts";

/** The same block whose Vary names these fields, too, and each once. */
export function withVary(block: FieldBlock, names: string): FieldBlock {
  const before = block.joined("vary");
  const vary = before === undefined ? names : mergeLists(before, names);
  return vary === before ? block : block.with("Vary", vary);
}

/** Two comma-separated lists of names as one, each name once. */
function mergeLists(first: string, second: string): string {
  const names = new Map<string, string>();
  for (const name of `${first},${second}`.split(",").map((word) => word.trim())) {
    const lower = name.toLowerCase();
    if (name !== "" && !names.has(lower)) names.set(lower, name);
  }
  return [...names.values()].join(", ");
}
