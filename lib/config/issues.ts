/**
 * What is wrong in a configuration, and where: the decoding collects issues instead of throwing at the first one.
 *
 * @module
 */
import { relative } from "@std/path";

/** One thing to put right in the configuration file. */
export interface Issue {
  /** The file as it was given to the decoder. */
  readonly file: string;
  /** Counted from 1; missing where no line is to blame, as for a key that is not there. */
  readonly line?: number;
  /** Like `servers[0].locations["/x"].cgi`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** Where something stands in the file. */
export interface Position {
  readonly line: number | undefined;
  readonly path: string;
  /** What stands there cannot be read, which is said already: nothing more is said of it. */
  readonly isUnreadable?: true;
  /** What stands there has values of the environment in it, which may be secrets: messages show what is written. */
  readonly expanded?: Expansion;
}

/** A text with values of the environment. */
export interface Expansion {
  readonly text: string;
  /** As the file has it. */
  readonly written: string;
}

/** Takes one issue down. */
export type Report = (position: Position, message: string) => void;

/** Collects the issues of one file. */
export class IssueList {
  readonly #issues: Issue[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  readonly report: Report = ({ line, path, isUnreadable, expanded }, text) => {
    if (isUnreadable) return;
    const message = expanded === undefined ? text : withoutSecrets(text, expanded);
    this.#issues.push({ file: this.#file, ...(line !== undefined && { line }), path, message });
  };

  get empty(): boolean {
    return this.#issues.length === 0;
  }

  /** In the order of the file, those without a line first. */
  sorted(): Issue[] {
    return this.#issues.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  }
}

/**
 * One line for people: `webserv.yaml:12: servers[0].root: message`.
 *
 * @param folder an absolute path; a file in it is named from there
 */
export function formatIssue(issue: Issue, folder?: string): string {
  const file = nameOf(issue.file, folder);
  const parts = [issue.line === undefined ? file : `${file}:${issue.line}`];
  if (issue.path !== "") parts.push(issue.path);
  return [...parts, issue.message].join(": ");
}

/** Where something stands, for people: `webserv.yaml:12 (servers[0].listen)`. */
export function formatPlace(file: string, { line, path }: Position, folder?: string): string {
  const name = nameOf(file, folder);
  return `${line === undefined ? name : `${name}:${line}`} (${path})`;
}

function nameOf(file: string, folder: string | undefined): string {
  const name = folder === undefined ? file : relative(folder, file);
  return name.startsWith("..") ? file : name;
}

const QUOTE_LIMIT = 60;

/** A value from the file as a message shows it: in quotes, control characters escaped, not too long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > QUOTE_LIMIT ? text.slice(0, QUOTE_LIMIT) + "…" : text);
}

/** A message that shows what is written where it would quote a value, or a part of one that is not written itself. */
function withoutSecrets(message: string, { text, written }: Expansion): string {
  const value = comparable(escaped(text)), own = comparable(escaped(written));
  return message.replace(/"((?:[^"\\]|\\.)*)"/g, (quoted, inner: string) => {
    const shown = comparable(inner.replace(/(?:\\ud[89ab]..)?…$/, ""));
    if (own.includes(shown)) return quoted;
    if (value.includes(shown)) return quote(written);
    // An advice of what to write in its place.
    return shown.startsWith(value) ? `"${escaped(written)}${shown.slice(value.length)}"` : quoted;
  });
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Messages may show names in lower case, and a template's dollar signs singly. */
function comparable(text: string): string {
  return text.toLowerCase().replaceAll("$$", "$");
}
