/**
 * What the main thread does for resumable uploads: it knows which request works on which, how many are unfinished, and
 * which have been finished lately, and it removes those that nobody has gone on with for too long.
 *
 * @module
 */
import { join } from "@std/path";
import { isContained } from "../http/containment.ts";
import { isUploadId, partialFileName, uploadOfFile } from "../http/partial_name.ts";
import { type ErrorLog, FileError } from "../ports.ts";
import { fileSystem } from "../runtime/files.ts";
import { partialFiles } from "../runtime/partial_files.ts";
import { type ClaimAnswer, type FinishedUpload } from "../store/resumable/claims.ts";
import { decodeNotes } from "../store/resumable/notes.ts";
import type { TopicAnswerer } from "./questions.ts";
import { UploadTable } from "./upload_table.ts";

/** Unfinished uploads, at most. */
const MOST_UPLOADS = 10_000;

/** Of those, such as were begun below one folder. */
const MOST_IN_FOLDER = 1000;

/** Finished uploads that are remembered, at most, and for how long, in milliseconds. */
const MOST_FINISHED = 1000;
const REMEMBERED = 10 * 60 * 1000;

/** What lies there without notes is removed after this, in milliseconds: whoever makes or removes it is at it just now. */
const WITHOUT_NOTES = 60 * 1000;

/** It is looked at all of them at least this often, and never more often than this, in milliseconds. */
const LONGEST_LOOK = 60 * 1000;
const SHORTEST_LOOK = 250;

/** Characters of a path, and of what is remembered. */
const LONGEST = 4096;

/** An unfinished upload. */
interface Unfinished {
  /** Resolved. */
  readonly folder: string;
  /** How long it is kept after something was appended to it, in milliseconds. */
  readonly expires: number;
}

interface Remembered {
  readonly upload: FinishedUpload;
  readonly until: number;
}

/** What a keeper needs. */
export interface UploadKeeperOptions {
  /** Has a worker told. */
  readonly tell: (worker: number, text: string) => void;
  readonly errorLog: () => ErrorLog;
  /** The folders that are stored in. */
  readonly stores: () => readonly string[];
}

/** Owns a timer while there are unfinished uploads; stop() ends it. */
export class UploadKeeper implements TopicAnswerer {
  readonly #options: UploadKeeperOptions;
  readonly #table: UploadTable;
  readonly #unfinished = new Map<string, Unfinished>();
  readonly #finished = new Map<string, Remembered>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: UploadKeeperOptions) {
    this.#options = options;
    this.#table = new UploadTable({
      end: (worker, claim) => options.tell(worker, JSON.stringify({ end: claim })),
      after: (milliseconds, callback) => {
        const timer = setTimeout(callback, milliseconds);
        return () => clearTimeout(timer);
      },
    });
  }

  async answer(text: string, worker: number): Promise<string | undefined> {
    const answer = await this.#answer(JSON.parse(text), worker);
    return answer && JSON.stringify(answer);
  }

  gone(worker: number): void {
    this.#table.gone(worker);
  }

  /** A file of an upload has been found in a store. */
  found(folder: string, name: string): void {
    const id = uploadOfFile(name);
    if (id === undefined || this.#unfinished.has(id) || this.#unfinished.size >= MOST_UPLOADS) return;
    this.#unfinished.set(id, { folder, expires: this.#expiresOf(folder, id) });
    this.#lookSoon();
  }

  /** Removes nothing more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#unfinished.clear();
  }

  /** SECURITY: any word of a worker may be any. */
  async #answer(question: unknown, worker: number): Promise<ClaimAnswer | undefined> {
    if (typeof question !== "object" || question === null) return undefined;
    const { type, id, folder, expires, claim, outcome, finished } = question as Record<string, unknown>;
    if (type === "release") {
      this.#release(claim, worker, outcome, finished);
      return {};
    }
    if (typeof id !== "string" || !isUploadId(id)) return undefined;
    if (type === "begin") return await this.#begin(id, folder, expires, worker);
    if (type !== "claim") return undefined;
    // One of an earlier run that has not been found yet.
    if (!this.#unfinished.has(id) && this.#unfinished.size < MOST_UPLOADS) this.#know(id, folder, expires);
    return await this.#claim(id, worker);
  }

  async #begin(
    id: string,
    folder: unknown,
    expires: unknown,
    worker: number,
  ): Promise<ClaimAnswer | undefined> {
    if (this.#unfinished.has(id) || !this.#hasRoom(folder)) return { state: "full" };
    return this.#know(id, folder, expires) ? await this.#claim(id, worker) : undefined;
  }

  /** SECURITY: of what a worker names, only what lies in a store is ever removed. */
  #know(id: string, folder: unknown, expires: unknown): boolean {
    if (!isText(folder) || typeof expires !== "number" || !(expires > 0)) return false;
    if (!this.#options.stores().some((store) => isContained(folder, store))) return false;
    if (resolved(folder) !== folder) return false;
    this.#unfinished.set(id, { folder, expires });
    this.#lookSoon();
    return true;
  }

  async #claim(id: string, worker: number): Promise<ClaimAnswer> {
    const granted = await this.#table.claim(id, worker);
    if (typeof granted !== "number") return { state: granted };
    const known = this.#finished.get(id);
    if (known === undefined) return { claim: granted };
    this.#table.release(granted);
    return { finished: known.upload };
  }

  #release(claim: unknown, worker: number, outcome: unknown, finished: unknown): void {
    const id = typeof claim === "number" ? this.#table.uploadOf(claim, worker) : undefined;
    if (id === undefined) return;
    if (outcome === "finished" && isFinished(finished)) this.#finish(id, finished);
    if (outcome !== "kept") this.#unfinished.delete(id);
    this.#table.release(claim as number);
  }

  /** By now it is answered that the upload has its name: notes of it are needed no more. */
  #finish(id: string, finished: FinishedUpload): void {
    this.#remember(id, finished);
    const known = this.#unfinished.get(id);
    if (known !== undefined) this.#removeOrSay(known, () => this.#remove(id, known));
  }

  #remember(id: string, { path, user, length }: FinishedUpload): void {
    const now = Date.now();
    for (const [old, { until }] of this.#finished) {
      if (until > now && this.#finished.size < MOST_FINISHED) break;
      this.#finished.delete(old);
    }
    this.#finished.set(id, { upload: { path, user, length }, until: now + REMEMBERED });
  }

  #hasRoom(folder: unknown): boolean {
    if (this.#unfinished.size >= MOST_UPLOADS) return false;
    let count = 0;
    for (const upload of this.#unfinished.values()) if (upload.folder === folder) count++;
    return count < MOST_IN_FOLDER;
  }

  /** A timer for the one that goes first, if it has not been appended to until then. */
  #lookSoon(): void {
    if (this.#timer !== undefined || this.#unfinished.size === 0) return;
    let next = LONGEST_LOOK;
    for (const { expires } of this.#unfinished.values()) next = Math.min(next, expires);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look();
      this.#lookSoon();
    }, Math.max(SHORTEST_LOOK, next));
    Deno.unrefTimer(this.#timer);
  }

  #look(): void {
    for (const [id, upload] of this.#unfinished) {
      if (this.#table.isClaimed(id)) continue;
      this.#removeOrSay(upload, () => {
        if (this.#isOver(id, upload)) this.#unfinished.delete(id);
      }, () => this.#unfinished.delete(id));
    }
  }

  #removeOrSay({ folder }: Unfinished, act: () => void, failed: () => void = () => {}): void {
    try {
      act();
    } catch (error) {
      failed();
      const problem = error instanceof FileError ? error.problem : "failed";
      this.#options.errorLog().warning(
        `what is left of an upload in ${folder} cannot be removed: ${problem}`,
      );
    }
  }

  /** @throws {FileError} */
  #remove(id: string, { folder }: Unfinished): void {
    // SECURITY: a folder on the way may have become a link since.
    if (fileSystem.realPath(folder) === folder) partialFiles.remove(join(folder, partialFileName(id)));
  }

  /** True if there is nothing to be removed any more. @throws {FileError} */
  #isOver(id: string, { folder, expires }: Unfinished): boolean {
    // SECURITY: a folder on the way may have become a link since.
    if (fileSystem.realPath(folder) !== folder) return true;
    const path = join(folder, partialFileName(id));
    const content = fileSystem.lstat(path), notes = fileSystem.lstat(`${path}.json`);
    if (content === undefined && notes === undefined) {
      partialFiles.remove(path);
      return true;
    }
    const { modified } = content ?? notes!;
    const kept = notes === undefined ? WITHOUT_NOTES : expires;
    if (modified + kept > Date.now()) return false;
    partialFiles.remove(path);
    this.#options.errorLog().notice(`removed an upload that nobody has gone on with from ${folder}`);
    return true;
  }

  /** As its notes say. */
  #expiresOf(folder: string, id: string): number {
    const text = readNotes(join(folder, partialFileName(id)));
    return text === undefined ? WITHOUT_NOTES : decodeNotes(text)?.expires ?? WITHOUT_NOTES;
  }
}

function readNotes(path: string): string | undefined {
  try {
    return partialFiles.readNotes(path);
  } catch (error) {
    // It is removed when it may be, or never.
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

/** Undefined where nothing is, or nobody may look. */
function resolved(folder: string): string | undefined {
  try {
    return fileSystem.realPath(folder);
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

function isText(text: unknown): text is string {
  return typeof text === "string" && text.length <= LONGEST;
}

function isFinished(value: unknown): value is FinishedUpload {
  if (typeof value !== "object" || value === null) return false;
  const { path, user, length } = value as Record<string, unknown>;
  return isText(path) && (user === undefined || isText(user)) && typeof length === "number" &&
    Number.isSafeInteger(length) && length >= 0;
}
