/**
 * What can be sent and stored, whatever it lies on (RFC 9110 sections 3.2 and 8.8): representations, and the origins in
 * which they are found. A path in an origin starts with a slash, or is empty for the origin itself; it has no dot
 * segment and no slash at its end.
 *
 * @module
 */
import type { FieldBlock } from "./fields.ts";
import type { MaybePromise } from "./maybe_promise.ts";
import type { BodySource } from "./message.ts";
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
  /** Ends with its own name. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** All of it, where it is small and at hand; undefined where it has to be opened. @throws {FileError} */
  content(): Uint8Array | undefined;
  /**
   * The bytes of one or more ranges, one after another: no read goes past the end of a range.
   *
   * @throws {FileError} also if it has changed since it was found
   */
  open(ranges: readonly ByteRange[]): MaybePromise<BodySource>;
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
}

/** One row of a folder's listing. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: "file" | "directory";
  /** Bytes; 0 for a folder. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  /** A link leads to it: who walks through folders and follows it may come to where he was. */
  readonly isLink?: true;
}

/** A place where representations lie, which nothing that is found in it leaves. */
export interface Origin {
  /** What is at a path; undefined if there is nothing that may be sent. @throws {FileError} */
  find(path: string): MaybePromise<Representation | Folder | undefined>;
  /**
   * The same where content may be changed between being found and being opened: for what has just been found changed.
   *
   * @throws {FileError}
   */
  hold?(path: string): HeldRepresentation | Folder | undefined;
  /**
   * What is in a folder, in no order.
   *
   * @param accepts false for names that are to be left out
   * @throws {FileError}
   */
  list(path: string, accepts: (name: string) => boolean): Promise<readonly FolderEntry[]>;
}

/** What stands at a name of a folder. */
export type Occupant =
  | { readonly kind: "nothing" }
  | { readonly kind: "file"; readonly validators: Validators; readonly size: number }
  | { readonly kind: "folder" }
  /** A link that leads out of the origin or to nothing, or something that is neither file nor folder. */
  | { readonly kind: "unfit" };

/** Content that is being written and has no name yet. Its owner commits or discards it. */
export interface NewContent {
  /** @throws {FileError} */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Nothing more will be written: what is held for that is given back, however long it waits for its name.
   *
   * @throws {FileError}
   */
  end(): void;
  /**
   * Gives it its name, all at once: a reader meets the old content or the new one.
   *
   * @param replace what is there is replaced; otherwise it is an error of the kind "exists"
   * @throws {FileError} it is discarded then
   */
  commit(name: string, replace: boolean): MaybePromise<void>;
  /** Removes it. Does nothing after commit(). Never throws. */
  discard(): void;
}

/** A folder that may be written to. */
export interface WritableFolder {
  /** Tells it from every other folder of its origin. */
  readonly identity: string;
  /** @throws {FileError} */
  occupant(name: string): MaybePromise<Occupant>;
  /** @throws {FileError} */
  create(): MaybePromise<NewContent>;
  /** Removes a file. @throws {FileError} */
  remove(name: string): MaybePromise<void>;
  /**
   * Looks at a name and changes it, while nobody else who asks for the same changes it, in whatever thread.
   *
   * @param act is over when it returns, or when its promise has come
   * @throws {FileError} "busy" if it is not had in time
   */
  exclusively<T>(name: string, act: () => MaybePromise<T>): MaybePromise<T>;
}

/** An origin that content can be put into. */
export interface WritableOrigin {
  /** The folder at a path; `missing` and `outside` are told apart for the answer only. @throws {FileError} */
  folder(path: string): MaybePromise<WritableFolder | "missing" | "outside">;
}
