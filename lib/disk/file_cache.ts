/**
 * What is known of the files on this machine that may be sent. Each is looked at again (one stat) at every request, so
 * a changed file is seen at once; what a look can prove unchanged is not worked out again: containment, fields, and the
 * content of small files. The memory for it is bounded.
 *
 * @module
 */
import { isContained } from "../http/containment.ts";
import { BEGINNING } from "../http/media_type.ts";
import { Turns } from "../http/turns.ts";
import { type Clock, FileError, type FileStat, type FileSystem, type OpenFile } from "../ports.ts";
import { Absences } from "./absences.ts";
import { type Contents, DiskFile, DiskFolder, isUnchanged } from "./found.ts";
import { fileInMemory, HeldContents, HeldFile, read } from "./held_file.ts";
import { Makings } from "./makings.ts";
import { isAt, locate, meansAnother, NO_FOLDERS, type Place } from "./place.ts";
import { type Refusal, refusalOf } from "./refused.ts";
import { CHANGED_GRAIN, RACY } from "./times.ts";

/** Contents of larger files are not kept, in bytes. */
const LARGEST_KEPT = 128 * 1024;
const CONTENTS_KEPT = 16 * 1024 * 1024;
const ENTRIES_KEPT = 4096;

/** So often it is looked again where something is another each time. */
const ATTEMPTS = 20;

/** So often a small file is read again that changes while it is read. */
const READINGS = 5;

/** The files of one thread. */
export class FileCache implements Contents {
  readonly #entries = new Map<string, DiskFile | DiskFolder>();
  /** Bytes. */
  #contents = 0;
  readonly #makings = new Makings();

  /** What was last looked for, and was there, but not to be found. */
  #refused: string | undefined = undefined;

  /** As of PlacePorts. */
  withheld: ReadonlySet<string> = new Set();

  /** For whatever takes long with so many files. */
  readonly turns: Turns;

  /** What does not lie beside them. */
  readonly absences: Absences;

  constructor(readonly files: FileSystem, readonly clock: Clock) {
    this.turns = new Turns(clock);
    this.absences = new Absences({ files, clock });
  }

  /** From now on these are not there. @param paths resolved */
  withhold(paths: readonly string[]): void {
    this.withheld = new Set(paths);
    // Changes are rare, and what is known of files says nothing of their resolved paths.
    if (paths.length > 0) { for (const [path, entry] of this.#entries) this.#forget(path, entry); }
  }

  /**
   * What is at a path; undefined if nothing is there, or if it is neither file nor folder, or if links lead it out of
   * its root, or to what is hidden in it.
   *
   * @param path absolute, without a slash at the end
   * @param root the folder (or the file itself) that it must not leave
   * @param linksTo folders outside of it that links may lead to, written in the same way
   * @throws {FileError} if it cannot be looked at; "changed" if it was another meanwhile
   */
  find(path: string, root: string, linksTo = NO_FOLDERS): DiskFile | DiskFolder | undefined {
    const entry = this.#entries.get(path);
    if (entry === undefined && meansAnother(this.files, path, root)) return undefined;
    const stat = entry ? this.files.stat(path) : this.files.probe(path);
    if (entry) {
      if (stat && isUnchanged(entry.stat, stat) && entry.root === root && areSame(entry.linksTo, linksTo)) {
        entry.used = true;
        return entry;
      }
      this.#forget(path, entry);
    }
    if (!stat || stat.kind === "other") return undefined;
    // SECURITY: what is remembered is what was seen at the resolved path, never what the look above has seen.
    const place = attempts(() => locate(this, path, root, linksTo));
    if (!place) {
      this.#refused = path;
      return undefined;
    }
    const found = place.stat.kind === "file" ? new DiskFile(this, path, place) : new DiskFolder(path, place);
    this.#entries.set(path, found);
    this.#tidy();
    return found;
  }

  /**
   * The same for what is being changed: a file is opened, and what was opened decides how long it is and what its tag
   * is. Nothing of it is kept. The caller closes it.
   *
   * @throws {FileError} "changed" if it was another at each of many looks
   */
  hold(path: string, root: string, linksTo = NO_FOLDERS): HeldFile | DiskFolder | undefined {
    return attempts(() => {
      const place = locate(this, path, root, linksTo);
      return place?.stat.kind === "file" ? this.#hold(path, place) : place && new DiskFolder(path, place);
    });
  }

  /**
   * Why find() has given nothing for a path, if links lead it, or what is above it, to what may not be sent.
   *
   * PERF: what is simply not there costs nothing here.
   */
  whyRefused(path: string, root: string, linksTo: readonly string[]): Refusal | undefined {
    const refused = this.#refused;
    if (refused === undefined || !isContained(path, refused)) return undefined;
    this.#refused = undefined;
    return refusalOf(this, refused, root, linksTo);
  }

  #hold(path: string, place: Place): HeldFile {
    const opened = this.#openPlace(place.path);
    if (!opened) throw new FileError("changed", path);
    try {
      const stat = this.#statOpen(opened, place.path);
      // SECURITY: what was opened is what has its name within the root; it may be in another state than when it was found.
      if (stat.kind !== "file" || !isAt(this, place, stat)) throw new FileError("changed", path);
      if (stat.size > LARGEST_KEPT) {
        return new HeldFile(new HeldContents(this.clock, opened), path, { ...place, stat });
      }
      const read = this.#readWhole(opened, place.path, stat);
      const held = new HeldContents(this.clock, opened, read.content);
      return new HeldFile(held, path, { ...place, stat: read.stat });
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  /** All of a small file, in one state of it if it rests for as long as that takes. */
  #readWhole(
    opened: OpenFile,
    path: string,
    first: FileStat,
  ): { readonly content: Uint8Array<ArrayBuffer>; readonly stat: FileStat } {
    for (let stat = first, reading = 1;; reading++) {
      const content = read(opened, Math.min(stat.size, LARGEST_KEPT)), after = this.#statOpen(opened, path);
      const isOneState = content.length === stat.size && isUnchanged(after, stat);
      if (isOneState || reading === READINGS) return { content, stat: { ...after, size: content.length } };
      stat = after;
    }
  }

  content(file: DiskFile): Uint8Array<ArrayBuffer> | undefined {
    if (file.kept !== undefined) return file.kept;
    return file.size > LARGEST_KEPT ? undefined : this.#load(file);
  }

  beginning(file: DiskFile): Uint8Array {
    const content = this.content(file);
    if (content) return content.subarray(0, BEGINNING);
    const opened = this.open(file);
    try {
      const beginning = new Uint8Array(Math.min(file.size, BEGINNING));
      return beginning.subarray(0, opened.readAtSync(beginning, 0));
    } finally {
      opened.close();
    }
  }

  hasRested({ modified, stat: { changed } }: DiskFile): boolean {
    return this.clock.now() - Math.max(modified, changed + CHANGED_GRAIN) > RACY;
  }

  derive(file: DiskFile, name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    // What may still change unseen is not for those who ask later.
    if (!this.hasRested(file)) return make();
    return this.#makings.once(file, name, () => this.#keepDerived(file, name, make()));
  }

  async #keepDerived(file: DiskFile, name: string, made: Promise<Uint8Array>): Promise<Uint8Array> {
    const content = await made;
    // As in #load().
    if (this.#entries.get(file.path) === file) {
      file.keptDerived.set(name, content);
      this.#contents += content.length;
      this.#tidy();
    }
    return content;
  }

  open(file: DiskFile): OpenFile {
    const opened = this.#openUnchanged(file);
    if (file.size > LARGEST_KEPT) return opened;
    try {
      // All of it at once: it may be written anew before it would be read.
      const content = read(opened, file.size);
      if (content.length < file.size) throw new FileError("changed", file.path);
      return fileInMemory(content, file.stat);
    } finally {
      opened.close();
    }
  }

  #openUnchanged(file: DiskFile): OpenFile {
    const opened = this.#openPlace(file.place);
    if (opened) {
      try {
        // SECURITY: whatever took its place after the check is not what was checked.
        if (isUnchanged(this.#statOpen(opened, file.place), file.stat)) return opened;
      } catch (error) {
        opened.close();
        throw error;
      }
      opened.close();
    }
    // Its path may lead elsewhere by now, to the same file.
    if (this.#entries.get(file.path) === file) this.#forget(file.path, file);
    throw new FileError("changed", file.path);
  }

  #openPlace(path: string): OpenFile | undefined {
    try {
      return this.files.openSync(path);
    } catch (error) {
      if (error instanceof FileError && error.problem === "not found") return undefined;
      throw error;
    }
  }

  /**
   * Before 2.9 the runtime lets an open file be looked at only where its resolved name may be read. A sandbox that was
   * made before a link to the root was set to another place does not name that one; then what is there now must do.
   */
  #statOpen(file: OpenFile, path: string): FileStat {
    try {
      return file.stat();
    } catch (error) {
      const stat = error instanceof FileError && error.problem === "denied"
        ? this.files.lstat(path)
        : undefined;
      if (!stat) throw error;
      return stat;
    }
  }

  #load(file: DiskFile): Uint8Array<ArrayBuffer> | undefined {
    const opened = this.#openUnchanged(file);
    try {
      const content = read(opened, file.size);
      if (content.length < file.size) return undefined;
      // What has been dropped from the cache meanwhile is found anew next time, and would be counted twice.
      if (this.hasRested(file) && this.#entries.get(file.path) === file) {
        file.kept = content;
        this.#contents += content.length;
        this.#tidy();
      }
      return content;
    } finally {
      opened.close();
    }
  }

  #forget(path: string, entry: DiskFile | DiskFolder): void {
    this.#contents -= entry.keptBytes;
    this.#entries.delete(path);
  }

  /** Drops the oldest entries that were not asked for since it last came by (the clock algorithm). */
  #tidy(): void {
    if (this.#entries.size <= ENTRIES_KEPT && this.#contents <= CONTENTS_KEPT) return;
    for (const [path, entry] of this.#entries) {
      this.#forget(path, entry);
      if (this.#entries.size < ENTRIES_KEPT && this.#contents <= CONTENTS_KEPT) return;
      if (!entry.used) continue;
      entry.used = false;
      this.#contents += entry.keptBytes;
      this.#entries.set(path, entry);
    }
  }
}

/** PERF: nearly always it is the same list, of the same location or of its server. */
function areSame(a: readonly string[], b: readonly string[]): boolean {
  return a === b || a.length === b.length && a.every((folder, index) => folder === b[index]);
}

/** What comes of looking; again where something was another meanwhile. */
function attempts<T>(look: () => T): T {
  for (let attempt = 1;; attempt++) {
    try {
      return look();
    } catch (error) {
      if (!(error instanceof FileError) || error.problem !== "changed" || attempt === ATTEMPTS) throw error;
    }
  }
}
