/**
 * Files of users, in the main thread, which alone reads them: looked at four times a second, so that what changes in them
 * holds at once.
 *
 * @module
 */
import { type BadLine, parseUserFile, type UserFile } from "../access/user_file.ts";
import { OWN_USERS } from "../config/access.ts";
import { userFiles } from "../config/places.ts";
import type { Config } from "../config/types.ts";

/** How often they are looked at, in milliseconds. */
const LOOK = 250;

/** What has changed so short a time before it was read may change again within the same tick, in milliseconds. */
const TICK = 1000;

/** Bytes of one, at most. */
const LARGEST = 16 * 1024 * 1024;

/** Why a file is of no use, as the end of a sentence about it. */
export class UserFileError extends Error {
  override readonly name = "UserFileError";
}

interface Stamp {
  readonly text: string;
  /** It has rested before it was read. */
  readonly isSettled: boolean;
}

interface Read extends Stamp {
  readonly file: UserFile;
}

/** @throws {UserFileError} */
export function readUserFile(path: string): UserFile {
  return parse(read(path).content);
}

/** The end of a sentence about a file; undefined where all its lines are good. */
export function problemOfLines({ bad }: UserFile): string | undefined {
  const [first] = bad;
  return first && `line ${first.line} ${first.why}${more(bad)}`;
}

function more({ length }: readonly BadLine[]): string {
  return length === 1 ? "" : `, and so have ${length - 1} more`;
}

function parse(content: Uint8Array): UserFile {
  return parseUserFile(new TextDecoder().decode(content));
}

/** @throws {UserFileError} */
function read(path: string): { readonly content: Uint8Array; readonly stamp: Stamp } {
  try {
    const stamp = stampOf(path), content = Deno.readFileSync(path);
    return { content, stamp };
  } catch (error) {
    if (error instanceof UserFileError) throw error;
    throw new UserFileError(whyUnread(error));
  }
}

function stampOf(path: string): Stamp {
  const { isFile, ino, size, mtime, ctime } = Deno.statSync(path);
  if (!isFile) throw new UserFileError("is no file");
  if (size > LARGEST) throw new UserFileError("is larger than 16 MiB");
  const last = Math.max(mtime?.getTime() ?? 0, ctime?.getTime() ?? 0);
  return {
    text: [ino, size, mtime?.getTime(), ctime?.getTime()].join(" "),
    isSettled: Math.abs(Date.now() - last) > TICK,
  };
}

function whyUnread(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "does not exist: make it with webserv passwd FILE NAME";
  if (error instanceof Deno.errors.PermissionDenied) return "may not be read: check its permissions";
  if (error instanceof Deno.errors.NotCapable) return "may not be read: start with --allow-read of it";
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}

const NOBODY: UserFile = { users: new Map(), bad: [] };

/** Who is told of what. */
export interface UserFileEvents {
  /** What was right by a file need not be any more. */
  changed(path: string): void;
  /** One line for the error log. */
  says(text: string): void;
}

/** Owns the timer: stop() ends it. */
export class UserFiles {
  readonly #events: UserFileEvents;
  #files = new Map<string, Read>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param own lines of users that are in no file */
  constructor(events: UserFileEvents, readonly own = "") {
    this.#events = events;
  }

  /** Reads what a configuration names; what has been read before stays, if it comes to nothing. @throws {UserFileError} */
  load(config: Config): void {
    const loaded = new Map<string, Read>();
    for (const path of userFiles(config)) {
      try {
        const { content, stamp } = read(path), file = parse(content), problem = problemOfLines(file);
        if (problem !== undefined) throw new UserFileError(problem);
        loaded.set(path, { ...stamp, file });
      } catch (error) {
        throw error instanceof UserFileError
          ? new UserFileError(`the user file ${path} ${error.message}`)
          : error;
      }
    }
    const before = this.#files;
    // Workers of the configuration before still answer.
    this.#files = new Map([...before, ...loaded]);
    for (const [path, { text }] of loaded) {
      const known = before.get(path);
      if (known !== undefined && known.text !== text) this.#events.changed(path);
    }
    if (this.#files.size > 0 && this.#timer === undefined) {
      this.#timer = setInterval(() => this.look(), LOOK);
      Deno.unrefTimer(this.#timer);
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The users of a file; undefined where no configuration has it. */
  usersOf(path: string): ReadonlyMap<string, string> | undefined {
    if (path === OWN_USERS) return this.#own;
    this.#lookAt(path);
    return this.#files.get(path)?.file.users;
  }

  get #own(): ReadonlyMap<string, string> {
    return this.#parsedOwn ??= parseUserFile(this.own).users;
  }
  #parsedOwn: ReadonlyMap<string, string> | undefined;

  /** Whatever has changed is read anew. */
  look(): void {
    for (const path of this.#files.keys()) this.#lookAt(path);
  }

  #lookAt(path: string): void {
    const known = this.#files.get(path);
    if (known === undefined) return;
    try {
      if (known.isSettled && stampOf(path).text === known.text) return;
      const { content, stamp } = read(path), file = parse(content);
      this.#files.set(path, { ...stamp, file });
      if (isSame(file.users, known.file.users)) return;
      this.#events.changed(path);
      const problem = problemOfLines(file);
      if (problem !== undefined) {
        this.#events.says(`the user file ${path}: ${problem}: nobody logs in by that`);
      } else this.#events.says(`the user file ${path} has changed: ${file.users.size} users may log in`);
    } catch (error) {
      const why = error instanceof UserFileError ? error.message : whyUnread(error);
      if (known.text === why) return;
      // SECURITY: whoever takes it away lets nobody in.
      this.#files.set(path, { text: why, isSettled: false, file: NOBODY });
      this.#events.changed(path);
      this.#events.says(`the user file ${path} ${why}: nobody may log in`);
    }
  }
}

function isSame(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([name, hash]) => other.get(name) === hash);
}
