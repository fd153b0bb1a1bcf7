/**
 * What is known of the files below the roots. Each is looked at again (one stat) at every request, so a changed file
 * is seen at once; what a look can prove unchanged is not worked out again: containment, fields, and the content of
 * small files. The memory for it is bounded.
 *
 * @module
 */
import { formatHttpDate } from "../http/date.ts";
import { fileEntityTag } from "../http/etag.ts";
import { contentTypeOf } from "../http/media_type.ts";
import { fieldLine } from "../http/message.ts";
import { type Clock, FileError, type FileStat, type FileSystem, type OpenFile } from "../ports.ts";
import { isContained } from "../http/containment.ts";

/** Contents of larger files are not kept, in bytes. */
const LARGEST_KEPT = 128 * 1024;
const CONTENTS_KEPT = 16 * 1024 * 1024;
const ENTRIES_KEPT = 4096;

/**
 * File systems stamp times with a coarse clock: a file may change again without its times changing while they are
 * younger than this, in milliseconds. (git calls such a file racily clean.)
 */
const RACY = 50;

/** Deno gives the time of the inode's change in whole seconds: it may have been this much later, in milliseconds. */
const CHANGED_GRAIN = 1000;

/** A file or folder that may be served. */
export interface KnownFile {
  readonly kind: "file" | "directory";
  /** As it was asked for: a link on the way may have been set to another place since, and what counts is what it names. */
  readonly path: string;
  readonly stat: FileStat;
  readonly contentType: string;
  readonly etag: string;
  /** The fields that every 200 and 206 of this file has but for its length and type: Last-Modified, ETag, Accept-Ranges. */
  readonly validators: string;
  /** Validators with Content-Type. */
  readonly fields: string;
}

interface Entry extends KnownFile {
  readonly root: string;
  content: Uint8Array<ArrayBuffer> | undefined;
  /** Asked for since the last clean-up passed by. */
  used: boolean;
}

/** The files of one server. */
export class FileCache {
  readonly #entries = new Map<string, Entry>();
  #contents = 0;

  constructor(readonly files: FileSystem, readonly clock: Clock) {}

  /**
   * What is at a path; undefined if nothing is there, or if it is neither file nor folder, or if links lead it out of
   * its root.
   *
   * @param path absolute, without a slash at the end
   * @param root the folder (or the file itself) that it must not leave
   * @throws {FileError} if it can not be looked at
   */
  find(path: string, root: string): KnownFile | undefined {
    const entry = this.#entries.get(path);
    const stat = entry ? this.files.stat(path) : this.files.probe(path);
    if (entry) {
      if (stat && isUnchanged(entry.stat, stat) && entry.root === root) {
        entry.used = true;
        return entry;
      }
      this.#forget(path, entry);
    }
    if (!stat || stat.kind === "other") return undefined;
    // SECURITY: the path may have links in any of its parts; only the resolved one tells where it leads.
    const realPath = this.files.realPath(path), realRoot = this.files.realPath(root);
    if (realPath === undefined || realRoot === undefined || !isContained(realPath, realRoot)) {
      return undefined;
    }
    const known = describe(stat.kind, stat, path);
    this.#remember(path, { ...known, root, content: undefined, used: true });
    return known;
  }

  /**
   * The whole content of a file that is small enough to be kept in memory; undefined if it is not, or if it has
   * changed since it was found.
   *
   * @param path as it was given to find()
   */
  content(path: string): Uint8Array<ArrayBuffer> | undefined {
    const entry = this.#entries.get(path);
    if (!entry || entry.stat.size > LARGEST_KEPT || entry.kind !== "file") return undefined;
    return entry.content ?? this.#load(entry);
  }

  /** Opens a file that find() gave; undefined if it has changed since. The caller closes it. */
  open(known: KnownFile): OpenFile | undefined {
    const file = this.files.openSync(known.path);
    try {
      // SECURITY: whatever took its place after the check is not what was checked.
      if (isUnchanged(this.#statOpen(file, known.path), known.stat)) return file;
    } catch (error) {
      file.close();
      throw error;
    }
    file.close();
    return undefined;
  }

  /**
   * The runtime lets an open file be looked at only where its resolved name may be read. A sandbox that was made before
   * a link to the root was set to another place does not name that one; then what the path names now must do.
   */
  #statOpen(file: OpenFile, path: string): FileStat {
    try {
      return file.stat();
    } catch (error) {
      const stat = error instanceof FileError && error.problem === "denied"
        ? this.files.stat(path)
        : undefined;
      if (!stat) throw error;
      return stat;
    }
  }

  #load(entry: Entry): Uint8Array<ArrayBuffer> | undefined {
    const file = this.open(entry);
    if (!file) return undefined;
    try {
      const content = new Uint8Array(entry.stat.size);
      let length = 0;
      while (length < content.length) {
        const count = file.readAtSync(content.subarray(length), length);
        if (count === 0) return undefined;
        length += count;
      }
      const age = this.clock.now() - Math.max(entry.stat.modified, entry.stat.changed + CHANGED_GRAIN);
      if (age > RACY) {
        entry.content = content;
        this.#contents += content.length;
        this.#tidy();
      }
      return content;
    } finally {
      file.close();
    }
  }

  #remember(path: string, entry: Entry): void {
    this.#entries.set(path, entry);
    this.#tidy();
  }

  #forget(path: string, entry: Entry): void {
    this.#contents -= entry.content?.length ?? 0;
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
      this.#contents += entry.content?.length ?? 0;
      this.#entries.set(path, entry);
    }
  }
}

function describe(kind: "file" | "directory", stat: FileStat, path: string): KnownFile {
  const etag = fileEntityTag(stat);
  const contentType = kind === "file" ? contentTypeOf(path) : "";
  const validators = fieldLine("Last-Modified", formatHttpDate(stat.modified)) + fieldLine("ETag", etag) +
    "Accept-Ranges: bytes\r\n";
  return {
    kind,
    path,
    stat,
    contentType,
    etag,
    validators,
    fields: fieldLine("Content-Type", contentType) + validators,
  };
}

function isUnchanged(a: FileStat, b: FileStat): boolean {
  return a.modified === b.modified && a.changed === b.changed && a.size === b.size && a.inode === b.inode &&
    a.device === b.device && a.kind === b.kind && a.executable === b.executable;
}
