/**
 * What can be sent and stored, whatever it lies on (RFC 9110 sections 3.2 and 8.8): representations, and the origins in
 * which they are found. A path in an origin starts with a slash, or is empty for the origin itself; it has no dot
 * segment and no slash at its end.
 *
 * @module
 */
import type { FileError } from "../ports.ts";
import type { FieldBlock } from "./fields.ts";
import type { MaybePromise } from "./maybe_promise.ts";
import type { BodySource, Response } from "./message.ts";
import type { Validators } from "./preconditions.ts";
import type { ByteRange } from "./ranges.ts";

/** What the fields of an answer say of content. */
export interface Labels {
  /** The value of Content-Type. May look into the content. @throws {FileError} */
  readonly contentType: string;
  /** The fields of a 304: Last-Modified, ETag, Accept-Ranges, Cache-Control. */
  readonly validators: FieldBlock;
  /** Those of a 200 and of a 206: Content-Type and the validators. @throws {FileError} as contentType does */
  readonly fields: FieldBlock;
}

/** Content with its metadata, as it was when it was found. Its labels are those where nothing else is configured. */
export interface Representation extends Validators, Labels {
  readonly kind: "file";
  /** What is answered in its place, where nobody may look at what it is; else absent. */
  readonly instead?: Response;
  /** Ends with its own name. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Of its fields those that were stored with it, besides its type: Content-Encoding, Content-Language, Content-Disposition. */
  readonly stored?: FieldBlock;
  /** All of it, where it is small and at hand; undefined where it has to be opened. @throws {FileError} */
  content(): Uint8Array | undefined;
  /**
   * The bytes of one or more ranges, one after another: no read goes past the end of a range.
   *
   * @throws {FileError} also if it has changed since it was found
   */
  open(ranges: readonly ByteRange[]): MaybePromise<BodySource>;
  /** What stands for all of it in an answer to HEAD, where opening it would ask another server for it; else absent. */
  announced?(): BodySource | undefined;
  /** What has been made of its content and is still kept with it; absent where nothing is kept. */
  derived?(name: string): Uint8Array | undefined;
  /**
   * Has something made of its content, once for all who ask meanwhile, and keeps it with it if there is room.
   *
   * @param name tells it from other things that are made
   * @param make rejects as the content does
   */
  derive?(name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array>;
}

/** A representation that does not change any more, whatever becomes of what it was found as. */
export interface HeldRepresentation extends Representation {
  /** To be called once the answer is made. What open() gave lives on. */
  close(): void;
}

/** Something that contains representations. */
export interface Folder {
  readonly kind: "directory";
  /** As that of a Representation. */
  readonly instead?: Response;
}

/** One row of a folder's listing. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: "file" | "directory";
  /** Bytes; 0 for a folder. */
  readonly size: number;
  /** Milliseconds since the epoch; undefined for a folder that has no time of its own. */
  readonly modified: number | undefined;
  /** A link leads to it: who walks through folders and follows it may come to where he was. */
  readonly isLink?: true;
}

/** A place where representations lie, which nothing that is found in it leaves. */
export interface Origin {
  /** Where it lies, for messages and the log: a folder's absolute path, or `s3://BUCKET/PREFIX`; no slash at its end. */
  readonly root: string;
  /**
   * What is at a path; undefined if there is nothing that may be sent.
   *
   * @param asFolder where the path is that of a file and of a folder as well, which a bucket may have, the folder is meant
   * @throws {FileError}
   */
  find(path: string, asFolder?: boolean): MaybePromise<Representation | Folder | undefined>;
  /**
   * The same where content may be changed between being found and being opened: for what has just been found changed.
   *
   * @throws {FileError}
   */
  hold?(path: string): HeldRepresentation | Folder | undefined;
  /** Endings with which nothing lies beside something of this origin, as far as is known. Both are absent together. */
  absentBeside?(file: Representation): ReadonlySet<string> | undefined;
  /** What lies beside something of this origin, under its name with an ending. @throws {FileError} */
  findBeside?(file: Representation, ending: string): MaybePromise<Representation | Folder | undefined>;
  /**
   * What is in a folder, in no order.
   *
   * @param accepts false for names that are to be left out; is told of files, where that is known, that they are files
   * @throws {FileError}
   */
  list(path: string, accepts: (name: string, isFile: boolean) => boolean): Promise<readonly FolderEntry[]>;
}

/** What stands at a name of a folder. */
export type Occupant =
  | { readonly kind: "nothing" }
  | { readonly kind: "file"; readonly validators: Validators; readonly size: number }
  | { readonly kind: "folder" }
  /** A link that leads out of the origin or to nothing, or something that is neither file nor folder. */
  | {
    readonly kind: "unfit";
    /** It is there, but spelt otherwise: the disk takes both names for one. */
    readonly isMisspelt?: boolean;
  };

/** What is known of content before it comes. */
export interface ContentOf {
  /** What it is to be called. */
  readonly name: string;
  /** Bytes; undefined where nobody knows. */
  readonly length?: number | undefined;
  /** The Content-Type that its sender gives it. */
  readonly contentType?: string | undefined;
  /** It is one of several that get their names together: this one waits until the others have come. */
  readonly isOneOfSeveral?: boolean;
}

/** Content that is being written and has no name yet. Its owner commits or discards it. */
export interface NewContent {
  /** @throws {FileError} */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Nothing more will be written: what is held for that is given back, however long it waits for its name.
   *
   * @throws {FileError}
   */
  end(): MaybePromise<void>;
  /** Everything that has been written is on the disk. Before end(). @throws {FileError} */
  sync(): MaybePromise<void>;
  /** When it was last modified, in milliseconds since the epoch, as its sender has it. Behind end(). @throws {FileError} */
  setModified(time: number): void;
  /**
   * Gives it its name, all at once: a reader meets the old content or the new one.
   *
   * @param replace what is there is replaced; otherwise it is an error of the kind "exists"
   * @param over the entity tag of what is to be replaced: where the storage can tell that it is another by now, that is
   *   an error of the kind "exists", too
   * @returns its entity tag, where that is known without a look
   * @throws {FileError} it is discarded then
   */
  commit(name: string, replace: boolean, over?: string): MaybePromise<string | void>;
  /** Removes it. Does nothing after commit(). Never throws. */
  discard(): void;
}

/** Content that comes in several requests. It lies hidden in its folder, with notes beside it, and outlives this program. */
export interface PartialContent {
  readonly notes: string;
  /** What is left of it are the notes: it has been named, or its bytes are lost. */
  readonly isMissing: boolean;
  /** Bytes that are really there. */
  readonly size: number;
  /** When something was appended to it last, in milliseconds since the epoch. */
  readonly modified: number;
  /** Appends bytes. @throws {FileError} */
  write(bytes: Uint8Array): Promise<void>;
  /** Has everything that was written where it outlives this program; on the disk: and the system. @throws {FileError} */
  flush(onDisk: boolean): Promise<void>;
  /** Drops what is behind so many bytes. @throws {FileError} */
  truncate(size: number): void;
  /** Reads once at an offset; 0 at the end. @throws {FileError} */
  readAt(buffer: Uint8Array, offset: number): Promise<number>;
  /** Replaces the notes, all at once. @throws {FileError} */
  note(notes: string): void;
  /** As that of NewContent. @throws {FileError} */
  setModified(time: number): void;
  /** Gives it its name, as NewContent does; the notes stay. @throws {FileError} */
  commit(name: string, replace: boolean): MaybePromise<void>;
  /** True if this very content has the name already. @throws {FileError} */
  isNamed(name: string): boolean;
  /** Removes what there is of it, and the notes. @throws {FileError} */
  remove(): void;
  /** What is held for it is given back; it stays where it is. Never throws. */
  close(): void;
}

/** The content of a folder that comes in several requests. */
export interface Partials {
  /** The folder's place on this machine, for whoever removes what is never gone on with. */
  readonly folder: string;
  /** Begins one. Whoever has it closes it. @throws {FileError} */
  create(id: string, notes: string): PartialContent;
  /** One that was begun before; undefined if there is none. Whoever has it closes it. @throws {FileError} */
  open(id: string): PartialContent | undefined;
}

/** A folder that may be written to, on whatever it lies. */
export interface WritableFolder {
  /** Tells it from every other folder of its origin. */
  readonly identity: string;
  /** @throws {FileError} */
  occupant(name: string): MaybePromise<Occupant>;
  /** @throws {FileError} */
  create(of: ContentOf): MaybePromise<NewContent>;
  /** Removes a file. @throws {FileError} */
  remove(name: string): MaybePromise<void>;
  /** Removes a folder that is empty. @throws {FileError} "not empty" */
  removeEmpty(name: string): MaybePromise<void>;
  /**
   * Takes a folder and all that is in it from its name, all at once, or a file. What is taken is removed, or given back,
   * by whoever has it then. Absent where folders are only removed when they are empty.
   *
   * @param isKept it is still there if this program comes to a sudden end; otherwise it is removed by the next one
   * @throws {FileError}
   */
  take?(name: string, isKept?: boolean): MaybePromise<TakenFolder>;
  /** Names that have been given in it are on the disk. @throws {FileError} */
  sync(): MaybePromise<void>;
  /**
   * Looks at a name and changes it, while nobody else who asks for the same changes it, in whatever thread.
   *
   * @param act is over when it returns, or when its promise has come
   * @param other a second name, for which the same holds
   * @throws {FileError} "busy" if it is not had in time
   */
  exclusively<T>(name: string, act: () => MaybePromise<T>, other?: NameInFolder): MaybePromise<T>;
  /** Undefined where content must come in one request. */
  partials?(): Promise<Partials> | undefined;
}

/** One whose folders are things of their own, which can be made, walked through and moved: on this machine's disk. */
export interface TreeFolder extends WritableFolder {
  /** True if it is what has this name, or lies below that, links followed. */
  isWithin(other: NameInFolder): boolean;
  /** Makes a folder. @throws {FileError} "exists" */
  makeFolder(name: string): MaybePromise<void>;
  take(name: string, isKept?: boolean): MaybePromise<TakenFolder>;
  /**
   * Gives a file or a folder another name, all at once, which may be in another folder.
   *
   * @param to of the same origin, or of one on the same machine
   * @param replace a file that is there is replaced; otherwise, and for a folder, it is an error of the kind "exists"
   * @returns "apart" where that lies on another file system: nothing is done then
   * @throws {FileError}
   */
  move(name: string, to: TreeFolder, newName: string, replace: boolean): MaybePromise<"moved" | "apart">;
  /** What is in it, in no order: neither links nor hidden names. @throws {FileError} */
  entries(): Promise<readonly FolderEntry[]>;
  /** The names that entries() leaves out. @throws {FileError} */
  others(): Promise<readonly string[]>;
  /** The folder in it that has a name; `missing` and `outside` as in WritableOrigin. @throws {FileError} */
  folder(name: string): MaybePromise<TreeFolder | "missing" | "outside">;
  /** The content of a file in it. Its owner closes it. @throws {FileError} */
  read(name: string): MaybePromise<StoredBytes>;
}

/** A name in a folder, whatever stands there. */
export interface NameInFolder<F extends WritableFolder = WritableFolder> {
  readonly folder: F;
  readonly name: string;
}

/** A folder that has no name any more. */
export interface TakenFolder {
  /**
   * Removes it with all that is in it, and no link is followed.
   *
   * @returns the names in it that could not be removed; they are still its owner's then
   * @throws {FileError} if it could not be removed itself; the same holds then
   */
  remove(): Promise<readonly NotRemoved[]>;
  /** Gives what is left of it its name again; where that cannot be done (false) it is kept under a hidden one. Never throws. */
  giveBack(): boolean;
}

/** What could not be removed, and why. */
export interface NotRemoved {
  readonly name: string;
  readonly error: FileError;
}

/** The content of a stored file. */
export interface StoredBytes {
  /** Bytes, when it was opened. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  /** Fills the buffer from its start, with one byte at least; null at the end. @throws {FileError} */
  read(buffer: Uint8Array): Promise<number | null>;
  close(): void;
}

/** What lies beside stored files and folders and goes where they go, e.g. properties of WebDAV. */
export interface Companions {
  /** Something has another name now; what lay beside another thing of that name is gone with that. @throws {FileError} */
  moved(from: NameInFolder, to: NameInFolder): MaybePromise<void>;
  /** A file or a folder has been copied; of a folder's content each is told by itself. @throws {FileError} */
  copied(from: NameInFolder, to: NameInFolder): MaybePromise<void>;
  /** True for the name of what they lie in: nobody has to ask what becomes of it. */
  owns(name: string): boolean;
  /** Something is gone. @throws {FileError} */
  removed(from: NameInFolder): MaybePromise<void>;
}

/** An origin that content can be put into. */
export interface WritableOrigin<F extends WritableFolder = WritableFolder> {
  /** As that of an Origin. */
  readonly root: string;
  /** What is answered in place of storing, where nothing may be stored; else absent. */
  readonly instead?: Response;
  /** The folder at a path; `missing` and `outside` are told apart for the answer only. @throws {FileError} */
  folder(path: string): MaybePromise<F | "missing" | "outside">;
}

/** One on this machine's disk. */
export type TreeOrigin = WritableOrigin<TreeFolder>;
