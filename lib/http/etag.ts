/**
 * Entity tags (RFC 9110 section 8.8.3). A list that breaks the grammar (a tag without quotes, `w/`, a space or a
 * quote within a tag, `*` beside others, an empty list) is refused as a whole.
 *
 * @module
 */
import type { FileStat } from "../ports.ts";

/** One entity tag. */
export interface EntityTag {
  readonly weak: boolean;
  /** With its quotes. */
  readonly opaque: string;
}

const ONE = /^(W\/)?("[\x21\x23-\x7e\x80-\xff]*")$/;
// Empty elements are part of the list grammar (section 5.6.1.2). The last alternative is the end of the list.
const NEXT = /[ \t,]*(?:(W\/)?("[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|$)|$)/y;

/** One entity tag, or undefined for anything else. */
export function parseEntityTag(text: string): EntityTag | undefined {
  const match = ONE.exec(text);
  return match === null ? undefined : { weak: match[1] !== undefined, opaque: match[2]! };
}

/** The value of If-Match or If-None-Match; undefined if it is malformed. */
export function parseEntityTagList(text: string): EntityTag[] | "*" | undefined {
  if (text === "*") return "*";
  const tags: EntityTag[] = [];
  NEXT.lastIndex = 0;
  while (true) {
    const match = NEXT.exec(text);
    if (match === null) return undefined;
    if (match[2] === undefined) return tags.length === 0 ? undefined : tags;
    tags.push({ weak: match[1] !== undefined, opaque: match[2] });
  }
}

/** Both are strong and the same (section 8.8.3.2). */
export function strongMatch(a: EntityTag, b: EntityTag): boolean {
  return !a.weak && !b.weak && a.opaque === b.opaque;
}

/** They are the same but for weakness (section 8.8.3.2). */
export function weakMatch(a: EntityTag, b: EntityTag): boolean {
  return a.opaque === b.opaque;
}

/** What tells two states of a file apart. */
export interface FileState extends Pick<FileStat, "modified" | "size" | "inode"> {
  readonly changed?: number;
}

/**
 * The strong tag of a file. The time of the inode's change is in it because programs set `modified` back (cp -p,
 * tar, git), and the inode because a file renamed into place may have the size and time of the old one.
 */
export function fileEntityTag({ modified, changed, size, inode }: FileState): string {
  const tag = `${inode.toString(36)}-${size.toString(36)}-${modified.toString(36)}`;
  return changed === undefined ? `"${tag}"` : `"${tag}-${changed.toString(36)}"`;
}
