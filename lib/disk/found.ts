/**
 * Files and folders on this machine as they were when they were looked at.
 *
 * @module
 */
import { formatHttpDate } from "../http/date.ts";
import { fileEntityTag } from "../http/etag.ts";
import { FieldBlock } from "../http/fields.ts";
import { typeByContent, typeByName } from "../http/media_type.ts";
import type { BodySource } from "../http/message.ts";
import type { Folder, Representation } from "../http/origin.ts";
import type { ByteRange } from "../http/ranges.ts";
import type { Clock, FileStat, OpenFile } from "../ports.ts";
import { FileSource } from "./file_source.ts";
import { isSameWhereKnown, type Place } from "./place.ts";

/** A folder that may be listed. */
export class DiskFolder implements Folder {
  readonly kind = "directory";
  readonly keptBytes = 0;
  /** Asked for since the cache's last clean-up passed by. */
  used = true;

  /** The folder that it was looked for in. */
  readonly root: string;
  /** Where links may lead out of that. */
  readonly linksTo: readonly string[];
  /** A link has led out of the root to it. */
  readonly isOutside: boolean;
  readonly stat: FileStat;

  /**
   * @param path as it was asked for: a link on the way may be set to another place, and what counts is what it names
   * @param place where it was found
   */
  constructor(readonly path: string, place: Place) {
    this.root = place.askedRoot;
    this.linksTo = place.linksTo;
    this.isOutside = place.root !== place.askedRoot;
    this.stat = place.stat;
  }
}

/** Where files get their content from. */
export interface Contents {
  readonly clock: Clock;
  /** All of it, if it is small; undefined if it is not, or has changed since it was found. @throws {FileError} */
  content(file: DiskFile): Uint8Array<ArrayBuffer> | undefined;
  /** Its first bytes, as many as tell its type. @throws {FileError} */
  beginning(file: DiskFile): Uint8Array;
  /** True if a later change of it would be seen. */
  hasRested(file: DiskFile): boolean;
  /** The caller closes it. @throws {FileError} "changed" if it is another one by now */
  open(file: DiskFile): OpenFile;
  /** As Representation.derive(). */
  derive(file: DiskFile, name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array>;
}

/** A file that may be sent. */
export class DiskFile implements Representation {
  readonly kind = "file";
  readonly size: number;
  readonly modified: number;
  readonly etag: string;
  readonly validators: FieldBlock;
  /** The folder (or the file itself) that it was looked for in. */
  readonly root: string;
  /** Where links may lead out of that. */
  readonly linksTo: readonly string[];
  /** A link has led out of the root to it. */
  readonly isOutside: boolean;
  readonly stat: FileStat;
  /** Its path without a link. */
  readonly place: string;
  /** Its own name, where a link has led to it. */
  readonly linkedName: string | undefined;
  /** Its content, while the cache keeps it. */
  kept: Uint8Array<ArrayBuffer> | undefined = undefined;
  /** What was made of its content, while the cache keeps it. */
  readonly keptDerived = new Map<string, Uint8Array>();
  /** Asked for since the cache's last clean-up passed by. */
  used = true;
  readonly #contents: Contents;
  /** Undefined while only its content can tell, and that may change unseen. */
  #contentType: string | undefined;
  /** With the type that was last told. */
  #fields: FieldBlock | undefined = undefined;

  /**
   * @param path as it was asked for: a link on the way may be set to another place, and what counts is what it names
   * @param place where it was found
   */
  constructor(contents: Contents, readonly path: string, place: Place) {
    const { stat } = place;
    this.#contents = contents;
    this.root = place.askedRoot;
    this.linksTo = place.linksTo;
    this.isOutside = place.root !== place.askedRoot;
    this.stat = stat;
    this.place = place.path;
    this.linkedName = linkedName(path, place);
    this.size = stat.size;
    this.modified = stat.modified;
    this.#contentType = typeByName(path);
    this.etag = fileEntityTag(stat);
    this.validators = FieldBlock.of(
      ["Last-Modified", formatHttpDate(stat.modified)],
      ["ETag", this.etag],
      ["Accept-Ranges", "bytes"],
      // Without it browsers guess, from how old the file is, how long they may do without asking (RFC 9111 section 4.2.2).
      ["Cache-Control", "no-cache"],
    );
  }

  get contentType(): string {
    return this.#contentType ?? this.#lookAtContent();
  }

  get fields(): FieldBlock {
    if (this.#fields !== undefined && this.#contentType !== undefined) return this.#fields;
    const type = this.contentType;
    if (this.#fields?.get("content-type") !== type) {
      this.#fields = FieldBlock.of(["Content-Type", type]).concat(this.validators);
    }
    return this.#fields!;
  }

  content(): Uint8Array | undefined {
    return this.#contents.content(this);
  }

  /** What the cache keeps of it. */
  get keptBytes(): number {
    let bytes = this.kept?.length ?? 0;
    for (const content of this.keptDerived.values()) bytes += content.length;
    return bytes;
  }

  derived(name: string): Uint8Array | undefined {
    return this.keptDerived.get(name);
  }

  derive(name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    return this.#contents.derive(this, name, make);
  }

  open(ranges: readonly ByteRange[]): BodySource {
    return new FileSource(this.#contents.open(this), ranges, this.#contents.clock);
  }

  #lookAtContent(): string {
    const type = typeByContent(this.path, this.#contents.beginning(this));
    if (this.#contents.hasRested(this)) this.#contentType = type;
    return type;
  }
}

/** PERF: nearly always the path itself is the place. */
function linkedName(path: string, place: Place): string | undefined {
  if (path === place.path && path !== place.root) return undefined;
  const { realPath } = place,
    name = realPath.slice(Math.max(realPath.lastIndexOf("/"), realPath.lastIndexOf("\\")) + 1);
  return path.endsWith(`/${name}`) ? undefined : name;
}

/** True if nothing tells that two looks have seen different files, or different states of one. */
export function isUnchanged(a: FileStat, b: FileStat): boolean {
  return a.modified === b.modified && isSameWhereKnown(a.changed, b.changed) && a.size === b.size &&
    isSameWhereKnown(a.inode, b.inode) && isSameWhereKnown(a.device, b.device) && a.kind === b.kind &&
    a.executable === b.executable;
}
