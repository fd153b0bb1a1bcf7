/**
 * What workers ask the main thread about locks, and what it says: texts on the topic "locks". SECURITY: a worker that was
 * taken over asks whatever it likes, so each question is taken by its shape and within bounds.
 *
 * @module
 */
import { LONGEST_LOCK } from "./dav_fields.ts";
import type { Lock, WantedLock, Write } from "./lock_table.ts";

/** A lock as it is shown. */
export interface ShownLock extends Omit<Lock, "expires"> {
  /** How long it still holds, in seconds. */
  readonly seconds: number;
}

/** Bytes of disk; undefined where the system does not tell. */
export interface DiskRoom {
  readonly available: number;
  readonly used: number;
}

/** Whose word it is: the tokens that are named, and who has logged in. */
interface Named {
  readonly tokens: readonly string[];
  readonly user: string | undefined;
}

/** What is asked. */
export type LockQuestion =
  /** Which locks hold at paths, each; and on what is right below the first. */
  | { readonly do: "find"; readonly paths: readonly string[]; readonly members: boolean }
  /** May this be written? And it is begun, where that is wanted. */
  | { readonly do: "write"; readonly writes: readonly Write[]; readonly begins: boolean } & Named
  /** It is over; what is not there any more, itself or only what was below it. */
  | {
    readonly do: "end";
    readonly lease: number;
    readonly gone: readonly { path: string; itself: boolean }[];
  }
  | {
    readonly do: "lock";
    readonly wanted: WantedLock;
    readonly seconds: number;
  }
  | { readonly do: "refresh"; readonly path: string; readonly seconds: number } & Named
  | {
    readonly do: "unlock";
    readonly path: string;
    readonly token: string;
    readonly user: string | undefined;
  }
  /** How much room is there on the disk that a folder lies on? */
  | { readonly do: "room"; readonly path: string };

/** What is answered; `busy` where there is no room, or no end of those who write. */
export type LockAnswer =
  | { readonly locks: readonly (readonly ShownLock[])[]; readonly members: readonly ShownLock[] }
  | { readonly lease: number }
  | { readonly room: DiskRoom | null }
  | { readonly held: readonly ShownLock[] }
  | { readonly lock: ShownLock }
  | { readonly is: "done" | "none" | "another's" | "busy" };

const LONGEST_PATH = 8192;
const LONGEST_TOKEN = 200;
/** Of the element in which a client tells of itself. */
export const LONGEST_OWNER = 4096;
const MOST_TOKENS = 200;
const MOST_PATHS = 210;
const KINDS = ["content", "member", "tree"];

/** Undefined for what is no question. Never throws. */
export function parseQuestion(text: string): LockQuestion | undefined {
  let asked: unknown;
  try {
    asked = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof asked !== "object" || asked === null) return undefined;
  const {
    do: what,
    path,
    paths,
    members,
    writes,
    begins,
    tokens,
    user,
    lease,
    gone,
    wanted,
    seconds,
    token,
  } = asked as Record<string, unknown>;
  if (user !== undefined && !isText(user, 255)) return undefined;
  switch (what) {
    case "find":
      return isList(paths, MOST_PATHS, isPath) && typeof members === "boolean"
        ? { do: what, paths, members }
        : undefined;
    case "write":
      return isList(writes, MOST_PATHS, isWrite) && isTokens(tokens) && typeof begins === "boolean"
        ? { do: what, writes, begins, tokens, user }
        : undefined;
    case "end":
      return isCount(lease) && isList(gone, MOST_PATHS, isGone) ? { do: what, lease, gone } : undefined;
    case "lock":
      return isWanted(wanted) && isSeconds(seconds) ? { do: what, wanted, seconds } : undefined;
    case "refresh":
      return isPath(path) && isSeconds(seconds) && isTokens(tokens)
        ? { do: what, path, seconds, tokens, user }
        : undefined;
    case "unlock":
      return isPath(path) && isText(token, LONGEST_TOKEN) ? { do: what, path, token, user } : undefined;
    case "room":
      return isPath(path) ? { do: what, path } : undefined;
    default:
      return undefined;
  }
}

/** The main thread's word, which is believed; undefined where it has none. */
export function parseAnswer(text: string | undefined): LockAnswer | undefined {
  return text === undefined ? undefined : JSON.parse(text);
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === "string" && value.length <= longest;
}

function isPath(value: unknown): value is string {
  return isText(value, LONGEST_PATH);
}

function isTokens(value: unknown): value is string[] {
  return isList(value, MOST_TOKENS, (one) => isText(one, LONGEST_TOKEN));
}

function isList<T>(value: unknown, most: number, is: (one: unknown) => one is T): value is T[];
function isList(value: unknown, most: number, is: (one: unknown) => boolean): boolean;
function isList(value: unknown, most: number, is: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= most && value.every(is);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isSeconds(value: unknown): value is number {
  return isCount(value) && value >= 1 && value <= LONGEST_LOCK;
}

function isWrite(value: unknown): value is Write {
  const { path, kind } = (value ?? {}) as Record<string, unknown>;
  return isPath(path) && typeof kind === "string" && KINDS.includes(kind);
}

function isGone(value: unknown): value is { path: string; itself: boolean } {
  const { path, itself } = (value ?? {}) as Record<string, unknown>;
  return isPath(path) && typeof itself === "boolean";
}

function isWanted(value: unknown): value is WantedLock {
  const { path, url, scope, isDeep, owner, user } = (value ?? {}) as Record<string, unknown>;
  return isPath(path) && isText(url, LONGEST_PATH * 3) && (scope === "exclusive" || scope === "shared") &&
    typeof isDeep === "boolean" && isText(owner, LONGEST_OWNER) &&
    (user === undefined || isText(user, 255));
}
