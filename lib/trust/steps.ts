/**
 * What is done to have a system's programs believe an authority, or to take that back: actions for each place where
 * they look, as plain values. lib/runtime/trust_system.ts does them.
 *
 * @module
 */

/** The certificate of an authority. */
export interface AuthorityCertificate {
  /** What it is called in lists. */
  readonly name: string;
  /** Absolute path of the file, PEM. */
  readonly path: string;
  /** SHA-256 of its DER, `0A:1B:...`. */
  readonly fingerprint: string;
  /** SHA-1, by which macOS and Windows look for one, in hexadecimal digits. */
  readonly sha1: string;
}

/** One thing to be done. What is removed is compared first: nothing goes but the certificate that is meant. */
export type Action =
  | { readonly type: "copy"; readonly from: string; readonly to: string }
  | { readonly type: "remove"; readonly path: string; readonly fingerprint: string }
  | { readonly type: "folder"; readonly path: string }
  | { readonly type: "run"; readonly program: string; readonly args: readonly string[] }
  | {
    readonly type: "forget";
    /** The path of certutil. */
    readonly program: string;
    readonly store: string;
    readonly nickname: string;
    readonly fingerprint: string;
  };

/** One place where programs look. */
export interface Step {
  /** Whose place it is: `system`, `Chromium`, ... */
  readonly kind: string;
  /** Where it is, for people. */
  readonly where: string;
  readonly actions: readonly Action[];
  /** Why this program cannot do it; undefined: it can be tried. */
  readonly obstacle?: string;
  /** What somebody is to type who wants it all the same. */
  readonly byHand?: readonly string[];
}

/** The name of a certificate's file in a folder for several. @param fingerprint as AuthorityCertificate has it */
export function fileNameOf(fingerprint: string): string {
  return `webserv-${shortOf(fingerprint)}.crt`;
}

/** The name of a certificate in an NSS store: those of one user on one machine differ by the fingerprint's begin. */
export function nicknameOf({ name, fingerprint }: AuthorityCertificate): string {
  return `${name} ${shortOf(fingerprint)}`;
}

function shortOf(fingerprint: string): string {
  return fingerprint.replaceAll(":", "").slice(0, 16).toLowerCase();
}

/** An action as a line for a POSIX shell. */
export function commandOf(action: Action): string {
  return wordsOf(action).map(shellWord).join(" ");
}

function wordsOf(action: Action): readonly string[] {
  switch (action.type) {
    case "copy":
      return ["install", "-m", "644", action.from, action.to];
    case "remove":
      return ["rm", action.path];
    case "folder":
      return ["mkdir", "-p", action.path];
    case "run":
      return [action.program, ...action.args];
    case "forget":
      return [action.program, "-D", "-d", `sql:${action.store}`, "-n", action.nickname];
  }
}

/** Quoted where a shell needs it. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./\\-]+$/.test(word) && !word.includes("\\")
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}
