/**
 * Files of users as htpasswd writes them: `name:hash`, one a line; empty lines and such that begin with `#` are none. What
 * no hash of a known kind is makes its line a bad one; the others hold.
 *
 * @module
 */

/** How a password was hashed. */
export type HashKind = "bcrypt" | "apr1" | "sha256" | "sha512" | "sha1";

/** A line that is none. Counted from 1. */
export interface BadLine {
  readonly line: number;
  /** The end of a sentence about it. */
  readonly why: string;
}

/** What a file says. */
export interface UserFile {
  /** Names to hashes. Of two lines for one name the first counts, as for Apache. */
  readonly users: ReadonlyMap<string, string>;
  readonly bad: readonly BadLine[];
}

/** More users than these are a mistake: it is not read on. */
const MOST_USERS = 100_000;

/** A cost of bcrypt above it takes half a minute for each look, and so does the number of rounds of a sha-crypt. */
const HIGHEST_COST = 17;
const MOST_ROUNDS = 2_000_000;

const KINDS: readonly (readonly [HashKind, RegExp])[] = [
  ["bcrypt", /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/],
  ["apr1", /^\$apr1\$[./A-Za-z0-9]{0,8}\$[./A-Za-z0-9]{22}$/],
  ["sha256", /^\$5\$(?:rounds=(\d{1,9})\$)?[./A-Za-z0-9]{0,16}\$[./A-Za-z0-9]{43}$/],
  ["sha512", /^\$6\$(?:rounds=(\d{1,9})\$)?[./A-Za-z0-9]{0,16}\$[./A-Za-z0-9]{86}$/],
  ["sha1", /^\{SHA\}[A-Za-z0-9+/]{27}=$/],
];

/** How a hash was made; undefined for what is none that can be verified. */
export function kindOf(hash: string): HashKind | undefined {
  for (const [kind, form] of KINDS) {
    const found = form.exec(hash);
    if (found === null) continue;
    const work = found[1] === undefined ? 0 : Number(found[1]);
    return work > (kind === "bcrypt" ? HIGHEST_COST : MOST_ROUNDS) || kind === "bcrypt" && work < 4
      ? undefined
      : kind;
  }
  return undefined;
}

/** Reads a file's text. */
export function parseUserFile(text: string): UserFile {
  const users = new Map<string, string>(), bad: BadLine[] = [];
  for (const [index, written] of text.replace(/^\uFEFF/, "").split("\n").entries()) {
    const line = written.trim();
    if (line === "" || line.startsWith("#")) continue;
    const colon = line.indexOf(":"), name = line.slice(0, colon);
    // Some write more behind a second colon, as passwd(5) has it.
    const hash = line.slice(colon + 1).split(":")[0]!.trim();
    const why = colon < 0 ? "has no colon: name:hash was expected" : problemOf(name, hash);
    if (why !== undefined) bad.push({ line: index + 1, why });
    else if (!users.has(name)) users.set(name, hash);
    if (users.size > MOST_USERS || bad.length > 100) break;
  }
  return { users, bad };
}

function problemOf(name: string, hash: string): string | undefined {
  // deno-lint-ignore no-control-regex
  if (name === "" || name.length > 255 || /[\x00-\x1f\x7f]/.test(name)) {
    return "has no name that a user may have";
  }
  if (kindOf(hash) !== undefined) return undefined;
  if (hash === "") return "has no hash behind the name";
  return "has no hash that is known: bcrypt, $apr1$, $5$, $6$ and {SHA} are (webserv passwd and htpasswd -B write bcrypt)";
}
