/**
 * The doors to the outside, as types: everything that touches files, sockets, processes, the clock or the logs goes
 * through one of these, so that the code above them can be tested without an operating system. lib/runtime
 * implements them over Deno's API.
 *
 * @module
 */

/** What a path names, links followed. Times are milliseconds since the epoch. */
export interface FileStat {
  readonly kind: "file" | "directory" | "other";
  readonly size: number;
  readonly modified: number;
  /** Last change of content or of the inode; unlike `modified` no program can set it back. */
  readonly changed: number;
  readonly device: number;
  readonly inode: number;
}

/** What went wrong with a file, without the system's words, which must not reach a client. */
export type FileProblem =
  | "not found"
  | "changed"
  | "denied"
  | "exists"
  | "not empty"
  | "full"
  | "busy"
  | "failed";

/** Thrown by every FileSystem and OpenFile method. `cause` has the system's own error, for the error log. */
export class FileError extends Error {
  override readonly name = "FileError";
  constructor(readonly problem: FileProblem, readonly path: string, options?: ErrorOptions) {
    super(`${path}: ${problem}`, options);
  }
}

/** An open file. Its owner closes it. */
export interface OpenFile {
  stat(): FileStat;
  /** Reads at an absolute offset; 0 at the end of the file. May wait for a disk. */
  readAt(buffer: Uint8Array, offset: number): Promise<number>;
  /** The same without waiting for another thread: for small reads. */
  readAtSync(buffer: Uint8Array, offset: number): number;
  close(): void;
}

/** A folder's entry. `link` is true for a symbolic link, whose target `kind` does not tell. */
export interface DirectoryEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "other";
  readonly link: boolean;
}

export interface FileSystem {
  /** Undefined where nothing is (a part of the path missing, or not a folder, or too long a name). */
  stat(path: string): FileStat | undefined;
  /** Like stat, for a path that is often not there: dearer by a probe if it is, much cheaper if it is not. */
  probe(path: string): FileStat | undefined;
  /** The path with every link resolved; undefined where nothing is. */
  realPath(path: string): string | undefined;
  openSync(path: string): OpenFile;
  list(path: string): Promise<DirectoryEntry[]>;
}

/** One TCP connection. */
export interface ByteConnection {
  readonly remote: { readonly hostname: string; readonly port: number };
  readonly local: { readonly hostname: string; readonly port: number };
  /** Null when the peer has ended its side. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** May write a part only; gives the number of bytes taken. */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends our side; the peer reads an end of file. */
  closeWrite(): Promise<void>;
  /** A pending read or write rejects. Closing twice is allowed. */
  close(): void;
}

/** Listens on one address. */
export interface ConnectionListener {
  readonly address: { readonly hostname: string; readonly port: number };
  /**
   * The next connection; undefined once the listener is closed. Rejects with an AcceptError where only this
   * attempt failed.
   */
  accept(): Promise<ByteConnection | undefined>;
  close(): void;
}

/** One accept failed; the listener lives on. */
export class AcceptError extends Error {
  override readonly name = "AcceptError";
  /** `scarce`: the system has no descriptor or memory left for now, so a pause is due before the next try. */
  constructor(readonly scarce: boolean, options?: ErrorOptions) {
    super(
      scarce ? "No descriptor or memory for another connection" : "A connection broke before it was accepted",
      options,
    );
  }
}

export interface Clock {
  /** Wall-clock milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that never go back. */
  monotonic(): number;
  /** Calls back every so many milliseconds until the returned function is called. Never keeps the process alive. */
  every(milliseconds: number, callback: () => void): () => void;
}

/** Takes whole lines (without their line end). Never throws, never blocks. */
export interface Log {
  line(text: string): void;
}
