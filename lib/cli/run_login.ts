/**
 * The login of one run: the user of `--user`, whose password is asked for, or the one that is made up for `--lan`.
 *
 * @module
 */
import { makeHash } from "../access/make_hash.ts";
import { LoginLink } from "../supervisor/login_link.ts";
import { askSecretly, canAsk } from "../runtime/secret_input.ts";
import { type CommandLine, UsageError } from "./command_line.ts";
import { mayRead } from "./named_variables.ts";
import { checkPassword, checkUserName } from "./password.ts";

/** Who logs in where nobody is named. */
const GUEST = "guest";

/** What has the password where nobody can be asked. */
const VARIABLE = "WEBSERV_PASSWORD";

/** Who may log in, and what whoever has started the server is told of it. */
export interface RunLogin {
  /** As a line of a file of users. */
  readonly user: string;
  /** Undefined where nobody logs in by a link. */
  readonly link: LoginLink | undefined;
  /** What was made up; undefined where the password is known to whoever started the server. */
  readonly madeUp: { readonly name: string; readonly password: string } | undefined;
}

/**
 * @param linkUsed is told each time that a link of `--lan` has been used
 * @returns undefined where nobody wants to say the password any more
 * @throws {UsageError}
 */
export function runLogin(
  { user, switches }: Pick<CommandLine, "user" | "switches">,
  linkUsed: () => void,
): RunLogin | undefined {
  if (user !== undefined) checkUserName(user);
  const name = user ?? GUEST;
  const password = user === undefined ? makeUpPassword() : passwordOf(user);
  if (password === undefined) return undefined;
  checkPassword(password);
  return {
    user: `${name}:${makeHash(password)}`,
    link: switches.has("lan") ? new LoginLink(name, linkUsed) : undefined,
    madeUp: user === undefined ? { name, password } : undefined,
  };
}

/** @throws {UsageError} */
function passwordOf(user: string): string | undefined {
  const given = mayRead(VARIABLE) ? Deno.env.get(VARIABLE) : undefined;
  if (given !== undefined) {
    // SECURITY: a command that is started beside the server has no business with it.
    Deno.env.delete(VARIABLE);
    return given;
  }
  if (!canAsk()) {
    throw new UsageError(`there is no terminal to ask for the password of ${user}: set ${VARIABLE}`);
  }
  const typed = askSecretly(`Password for ${user}: `);
  return typeof typed === "object" ? typed.text : undefined;
}

const CONSONANTS = "bdfghjklmnprstvz", VOWELS = "aeiou";
/** 80 different ones: ten of them have 63 bits. */
const SYLLABLES = 10;

/** One that can be read out, and typed on a phone without another keyboard: `kido-sepa-luma-veri-tona`. */
export function makeUpPassword(): string {
  const pairs: string[] = [];
  for (let index = 0; index < SYLLABLES; index++) {
    pairs.push((index > 0 && index % 2 === 0 ? "-" : "") + syllable());
  }
  return pairs.join("");
}

function syllable(): string {
  const count = CONSONANTS.length * VOWELS.length;
  while (true) {
    const byte = crypto.getRandomValues(new Uint8Array(1))[0]!;
    // Of the bytes above, the first syllables would have one more.
    if (byte >= 256 - 256 % count) continue;
    const index = byte % count;
    return CONSONANTS[Math.floor(index / VOWELS.length)]! + VOWELS[index % VOWELS.length]!;
  }
}
