/**
 * What a worker and the main thread say to each other about logins (topic "login"): as JSON, of which neither believes more
 * than its shape.
 *
 * @module
 */

/** A worker asks whether a name and a password are those of a user. */
export interface LoginQuestion {
  /** The file of users, as the configuration names it. */
  readonly file: string;
  readonly name: string;
  readonly password: string;
  /** Whom they are from. */
  readonly address: string;
}

/** `blocked`: too many have failed, for so many milliseconds to come. `busy`: nobody has had time to look. */
export type LoginAnswer = { readonly is: "right" } | { readonly is: "wrong" | "busy" } | {
  readonly is: "blocked";
  readonly for: number;
};

/** What the main thread tells without being asked. */
export type LoginNews =
  /** Whatever was right by it need not be any more. */
  | { readonly changed: string }
  /** An address has had too many failures. */
  | { readonly blocked: string; readonly for: number };

const LONGEST_TEXT = 4096;

function members(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): value is string => typeof value === "string" && value.length <= LONGEST_TEXT;
const isTime = (value: unknown): value is number =>
  typeof value === "number" && value >= 0 && value <= 60_000;

/** SECURITY: undefined for what is none. */
export function decodeQuestion(text: string): LoginQuestion | undefined {
  const { file, name, password, address } = members(text) ?? {};
  return isText(file) && isText(name) && isText(password) && isText(address)
    ? { file, name, password, address }
    : undefined;
}

/** Undefined for what is none. */
export function decodeAnswer(text: string): LoginAnswer | undefined {
  const { is, for: time } = members(text) ?? {};
  if (is === "right" || is === "wrong" || is === "busy") return { is };
  return is === "blocked" && isTime(time) ? { is, for: time } : undefined;
}

/** Undefined for what is none. */
export function decodeNews(text: string): LoginNews | undefined {
  const { changed, blocked, for: time } = members(text) ?? {};
  if (isText(changed)) return { changed };
  return isText(blocked) && isTime(time) ? { blocked, for: time } : undefined;
}
