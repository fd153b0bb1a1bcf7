/**
 * The doors to the outside, as types: everything that touches files, sockets, processes, the clock or the logs goes
 * through one of these, so that the code above them can be tested without an operating system. lib/runtime
 * implements them over Deno's API.
 *
 * @module
 */

/** The systems that there is an executable for; what is none of them is taken for Linux. */
export type System = "linux" | "darwin" | "windows";

/** How the disks of a system tell names apart, where not each name is its own. Paths have slashes. */
export interface DiskNames {
  readonly system: System;
  /** True for a path with a name that means another file there, or none: it is not to be asked for. */
  meansAnother(path: string): boolean;
  /** The one of the spellings of a path that are equal in all but the bytes that they are written with. */
  form(path: string): string;
  /** One text for all spellings of a path that may lead to the same. */
  fold(path: string): string;
}

/** What a path names, links followed. Times are milliseconds since the epoch. */
export interface FileStat {
  readonly kind: "file" | "directory" | "other";
  readonly size: number;
  readonly modified: number;
  /** Last change of content or of the inode; unlike `modified` no program can set it back. */
  readonly changed: number;
  readonly device: number;
  readonly inode: number;
  /** Somebody may run it. Where the system has no mark for that, its name tells. */
  readonly executable: boolean;
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

/** A folder's entry. */
export interface DirectoryEntry {
  readonly name: string;
  /** It is a symbolic link. */
  readonly link: boolean;
  /** It is a file, as the folder says: what is not wanted of them need not be looked at. */
  readonly isFile?: boolean;
}

/** A look may be shared by requests that were received together, before it was taken; never by later ones. */
export interface FileSystem {
  /** Undefined where each name is its own, as on Linux. */
  readonly names?: DiskNames | undefined;
  /** Undefined where nothing is (a part of the path missing, or not a folder, or too long a name). */
  stat(path: string): FileStat | undefined;
  /** Like stat, for a path that is often not there: dearer by a probe if it is, much cheaper if it is not. */
  probe(path: string): FileStat | undefined;
  /** What is at the path itself: a link is of the kind "other". Looked at now, and never shared. */
  lstat(path: string): FileStat | undefined;
  /** The path with every link resolved; undefined where nothing is. Never shared. */
  realPath(path: string): string | undefined;
  /** Never waits for whoever writes to a pipe. What was opened may be anything: look at it before it is read. */
  openSync(path: string): OpenFile;
  list(path: string): Promise<DirectoryEntry[]>;
}

/** What client and server agreed on in the handshake of a TLS connection. */
export interface TlsSession {
  /** The name that the client asked for (SNI, RFC 6066 section 3), in lower case; undefined where it named none. */
  readonly serverName: string | undefined;
  /** The protocol that they chose (ALPN, RFC 7301). */
  readonly protocol: "h2" | "http/1.1";
  /** True if the certificate that was sent is one for this host, given in its normal form (RFC 9110 section 4.3.4). */
  covers(host: string): boolean;
}

/** Bytes to and from one peer. Its owner closes it. */
export interface Duplex {
  /** Fills the buffer from its start, with one byte at least. Null when the peer has ended its side. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** May write a part only; gives the number of bytes taken. */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends our side; the peer reads an end of file. */
  closeWrite(): Promise<void>;
  /** A pending read or write rejects. Closing twice is allowed. */
  close(): void;
}

/** One connection of a client: TCP, or TLS on it once the handshake is over. */
export interface ByteConnection extends Duplex {
  readonly remote: { readonly hostname: string; readonly port: number };
  readonly local: { readonly hostname: string; readonly port: number };
  /** Undefined where the bytes are not encrypted. */
  readonly tls?: TlsSession | undefined;
}

/** Where a server of somebody else listens: TCP, or a socket that has a path. */
export type UpstreamAddress =
  | { readonly hostname: string; readonly port: number }
  | { readonly path: string };

/** Why an upstream could not be connected to. `cause` has the system's own error, for the error log. */
export class DialError extends Error {
  override readonly name = "DialError";
  /**
   * @param problem `refused`: nobody listens there (a socket's file without a server is the same); `unreachable`: no way
   *   leads there; `not found`: its name has no address, or its socket no file; `late`: not connected in time; `untrusted`:
   *   its certificate is not one that is believed, or not for its name; `denied`: the sandbox or the system forbids it;
   *   `failed`: anything else
   */
  constructor(
    readonly problem: "refused" | "unreachable" | "not found" | "late" | "untrusted" | "denied" | "failed",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** How an upstream is connected to. */
export interface DialOptions {
  /** Bound of the whole, the handshake of TLS included, in milliseconds: then it is `late`. */
  readonly timeout: number;
  /** TLS is spoken. */
  readonly tls?: {
    /** The name that is asked for (SNI), and that the certificate has to be for. */
    readonly serverName: string;
    /** False: whatever certificate comes is taken. */
    readonly verify: boolean;
  };
}

/** Connects to servers of somebody else. */
export interface Dialer {
  /** TCP is without delay (TCP_NODELAY). @throws {DialError} by rejecting */
  connect(address: UpstreamAddress, options: DialOptions): Promise<Duplex>;
}

/** The command that this server has started as a server behind it (`webserv app`), as all its threads know it. */
export type AppState =
  /** It runs; whether it listens yet is seen when it is connected to. */
  | { readonly runs: true }
  | {
    readonly runs: false;
    /** How it ended, behind "it": `ended with exit status 1`. */
    readonly end: string;
    /** The last of what it has written, without what a terminal would obey. */
    readonly output: string;
    /** It is started again soon. */
    readonly restarts: boolean;
  };

/** The app as one thread knows it. */
export interface AppView {
  readonly state: AppState;
}

/** A connection whose peer has yet to show what it speaks: TLS, or plain HTTP where TLS was to be spoken. */
export interface IncomingConnection {
  readonly remote: { readonly hostname: string; readonly port: number };
  readonly local: { readonly hostname: string; readonly port: number };
  /**
   * Resolves once the handshake is over, or with a connection without `tls` once the first byte shows that none will
   * come. Rejects if it fails, the peer leaves, or close() is called. It has no deadline of its own. Called once.
   */
  open(): Promise<ByteConnection>;
  /** Of what open() has given as well. Closing twice is allowed. */
  close(): void;
}

/** Listens on one address. */
export interface ConnectionListener<C = ByteConnection> {
  readonly address: { readonly hostname: string; readonly port: number };
  /**
   * The next connection; undefined once the listener is closed. Rejects with an AcceptError where only this
   * attempt failed.
   */
  accept(): Promise<C | undefined>;
  /** Others listen on the address, or nobody is to: what the system has queued is still given out, then it closes. */
  finish(): void;
  /** Connections that the system has queued are reset. */
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

/** A content coding that can be made (RFC 9110 section 8.4.1, RFC 7932, RFC 8878), by its registered name. */
export type ContentCoding = "zstd" | "br" | "gzip";

/** One stream of bytes that is being coded. Its owner closes it; one call is waited for before the next is made. */
export interface Encoder {
  /**
   * Codes one piece, on this thread: whoever has much to code gives small pieces and lets others have turns between them.
   *
   * @returns what has come of it so far, in order: mostly nothing, since coders collect
   */
  write(bytes: Uint8Array): Promise<readonly Uint8Array[]>;
  /** Gives everything that has been written, so that the other side can decode it now. */
  flush(): Promise<readonly Uint8Array[]>;
  /** The rest, and the end of the stream. */
  end(): Promise<readonly Uint8Array[]>;
  /** Gives its memory back. Closing twice is allowed, and after end(). */
  close(): void;
}

/** Makes content codings. What it takes is loaded at first need. */
export interface Compression {
  /** Those that this runtime can make; undefined while that is not known. */
  readonly codings: ReadonlySet<ContentCoding> | undefined;
  /** Finds out what this runtime can make. Never rejects. */
  load(): Promise<ReadonlySet<ContentCoding>>;
  /**
   * @param size of all that is to be coded, in bytes, where it is known: short content costs less memory and time then
   * @throws {Error} for a coding that load() has not named
   */
  encoder(coding: ContentCoding, size?: number): Encoder;
}

/** Bytes that are read piece by piece. */
export interface ByteSource {
  /** Fills the buffer from its start, with one byte at least; null at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  close(): void;
}

/** Takes content out of its codings. */
export interface Decompression {
  /** Those that this runtime can take content out of, by their names in lower case. */
  readonly codings: ReadonlySet<string>;
  /**
   * What a source has in a coding, in bounded memory: no more of it is read than is wanted. What has come of it so far is
   * given before more is waited for. Owns the source.
   *
   * @param coding one of `codings`
   * @returns its reads reject with a BodyError for what is cut short, or is in no such coding
   */
  decode(coding: string, source: ByteSource): ByteSource;
}

export interface Clock {
  /** Wall-clock milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that never go back. */
  monotonic(): number;
  /** Calls back once after so many milliseconds, unless the returned function is called before. */
  after(milliseconds: number, callback: () => void): () => void;
  /** Calls back every so many milliseconds until the returned function is called. Never keeps the process alive. */
  every(milliseconds: number, callback: () => void): () => void;
}

/** Takes whole lines (without their line end). Never throws, never blocks. */
export interface Log {
  line(text: string): void;
}

/** The error log: what went wrong, how badly, and what is worth knowing. Never throws, never blocks. */
export interface ErrorLog {
  /**
   * Somebody did not get what was asked for.
   *
   * @param reference stands on the page that the client got, too
   */
  error(text: string, reference?: string): void;
  /** It went on, but not as it was meant to. */
  warning(text: string): void;
  /** Nothing is wrong. */
  notice(text: string): void;
  /** A line of what a program said on its standard error; how bad that is only the program knows. */
  program(name: string, text: string): void;
}

/** A program to start. */
export interface ProcessCommand {
  /** A path, or a name to be looked for on PATH. */
  readonly program: string;
  readonly args: readonly string[];
  /** The working folder. */
  readonly folder: string;
  /** All of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** False: standard input is empty. */
  readonly hasInput: boolean;
}

/** A running program and everything that it started in turn. Whoever started it kills and releases it. */
export interface RunningProcess {
  /** Waits until the program takes the bytes; false once it takes nothing more. */
  writeInput(bytes: Uint8Array): Promise<boolean>;
  closeInput(): Promise<void>;
  /** A piece of standard output, valid until the next call; null at its end. */
  readOutput(): Promise<Uint8Array | null>;
  /** A piece of standard error, valid until the next call; null at its end. */
  readErrors(): Promise<Uint8Array | null>;
  /** Resolves when the program itself has ended, with its exit status or the name of the signal. Never rejects. */
  readonly exited: Promise<number | string>;
  /**
   * Why the program never ran, where something else that was to start it did: known when it has exited and standard
   * error has been read to its end.
   */
  readonly startProblem: ProcessError["problem"] | undefined;
  /** Asks the program to end (SIGTERM). */
  terminate(): void;
  /** Kills the program and what it started, so far as it is still there, at once. */
  kill(): void;
  /**
   * Has what the program left behind killed, soon: after it has exited. From then on kill() does nothing.
   *
   * @param name the program as the error log names it, if there is anything; undefined: nothing is said
   */
  killRest(name: string | undefined): void;
  /** Closes every pipe: after killRest(). */
  release(): void;
}

/** A program could not be started. */
export class ProcessError extends Error {
  override readonly name = "ProcessError";
  constructor(
    readonly problem: "not found" | "denied" | "failed",
    readonly program: string,
    options?: ErrorOptions,
  ) {
    super(`${program} cannot be started: ${problem}`, options);
  }
}

export interface ProcessRunner {
  /** @throws {ProcessError} */
  spawn(command: ProcessCommand): RunningProcess;
}

/** What a pool of processes is: the same words and number are the same pool, wherever they are written. */
export interface Pool {
  /** The FastCGI server and its arguments: a path, or a name to be looked for on PATH. `-b` and a socket follow them. */
  readonly command: readonly string[];
  /** How many requests it answers at a time. */
  readonly processes: number;
}

/** FastCGI servers that webserv starts itself, when the first request wants them. */
export interface Pools {
  /**
   * Resolves with where it listens, once it accepts connections; starts it if it is not running. Bounded in time by
   * the owner of the pools.
   *
   * @throws {ProcessError} by rejecting
   */
  address(pool: Pool): Promise<UpstreamAddress>;
  /**
   * Nobody listened at its address, or it broke: it is looked after. When it died is known to the owner of the pools,
   * who starts it again with a growing delay.
   */
  failed(pool: Pool): void;
}

/** A file without a name, for bytes that are too many for memory. Gone once it is closed, or the program ends. */
export interface SpoolFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Reads at an absolute offset; 0 at the end. */
  readAt(buffer: Uint8Array, offset: number): Promise<number>;
  close(): void;
}

export interface Spooler {
  /** @throws {FileError} */
  create(): SpoolFile;
}

/** A file that is being written and has no name yet. Its owner commits or discards it. */
export interface NewFile {
  /** Where it was made, under its hidden name. */
  readonly path: string;
  /** As it was made. */
  readonly stat: FileStat;
  /** @throws {FileError} */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Nothing more will be written: what is held for that is given back, however long it waits for its name.
   *
   * @throws {FileError}
   */
  end(): void;
  /** Everything that has been written is on the disk. Before end(). @throws {FileError} */
  sync(): Promise<void>;
  /** Sets the time of its last modification, in milliseconds since the epoch. @throws {FileError} */
  setModified(time: number): void;
  /**
   * Gives the file its name, all at once: a reader meets the old file or the new one.
   *
   * @param replace what is there is replaced; otherwise it is an error of the kind "exists"
   * @throws {FileError} the file is discarded then
   */
  commit(path: string, replace: boolean): void;
  /** Removes it. Does nothing after commit(). Never throws. */
  discard(): void;
}

/** A file or a folder that was taken from its name, and has a hidden one. */
export interface FileAside {
  readonly path: string;
  /**
   * Removes it with all that is in it; no link is followed.
   *
   * @returns the names in it that could not be removed
   * @throws {FileError} if it could not be removed itself; what is left is still there
   */
  removeTree(): Promise<readonly { readonly name: string; readonly error: FileError }[]>;
  /** Never throws. */
  discard(): void;
  /** Gives it the name, unless something has it; false if that cannot be done. Never throws. */
  giveBack(path: string): boolean;
  /** Leaves it for whoever misses it, under the path that it gives. Never throws. */
  keep(): string;
}

/** Writes below the stores. */
export interface StoreFiles {
  /** A new file in the folder where it is to be committed. @throws {FileError} */
  create(folder: string): NewFile;
  /** @throws {FileError} */
  remove(path: string): void;
  /**
   * Takes what has a name, all at once, into another folder; undefined if that is on another file system.
   *
   * @param isKept it is still there if this program comes to a sudden end
   * @throws {FileError}
   */
  takeAside(path: string, folder: string, isKept?: boolean): FileAside | undefined;
  /** Makes a folder. @throws {FileError} "exists" */
  makeFolder(path: string): void;
  /** Makes an empty folder with a hidden name in another. @throws {FileError} */
  makeAside(folder: string): FileAside;
  /** Removes a folder that is empty. @throws {FileError} "not empty" */
  removeFolder(path: string): void;
  /**
   * Gives a file or a folder another path, all at once.
   *
   * @param replace a file that is there is replaced; otherwise it is an error of the kind "exists"
   * @returns false if that is on another file system
   * @throws {FileError}
   */
  move(from: string, to: string, replace: boolean): boolean;
  /** The names in a folder are on the disk. @throws {FileError} */
  syncFolder(path: string): Promise<void>;
  /**
   * Acts while no other thread of this program acts under the same key, or one of the keys.
   *
   * @param act must not wait for anything
   * @throws {FileError} "busy" if the other takes too long
   */
  exclusively<T>(keys: string | readonly string[], act: () => T): T;
  /** True for a symbolic link, wherever it leads. */
  isLink(path: string): boolean;
  /** Files that grow over several requests; absent where there are none. Loaded when it is first asked for. */
  partials?(): Promise<PartialFiles>;
}

/** Files that grow over several requests, and outlive this program. Beside each of them lie notes, a text. */
export interface PartialFiles {
  /** A new file with its notes, which are there first. @throws {FileError} */
  create(path: string, notes: string): PartialFile;
  /** Undefined where there is no such file. @throws {FileError} */
  open(path: string): PartialFile | undefined;
  /** Undefined where there are none, or too many. @throws {FileError} */
  readNotes(path: string): string | undefined;
  /** Writes notes in place of those that are there, all at once. @throws {FileError} */
  writeNotes(path: string, notes: string): void;
  /** Removes the file and its notes, so far as they are there. @throws {FileError} */
  remove(path: string): void;
}

/** A file that grows, open. What discards a new file only closes it: it is removed by its path. */
export interface PartialFile extends NewFile {
  /** Bytes that are in the file. @throws {FileError} */
  size(): number;
  /**
   * Has everything that was written in the file, where it outlives this program.
   *
   * @param onDisk where it outlives the system, too
   * @throws {FileError}
   */
  flush(onDisk: boolean): Promise<void>;
  /** Drops what is behind so many bytes. @throws {FileError} */
  truncate(size: number): void;
  /** Reads once at an offset; 0 at the end. @throws {FileError} */
  readAt(buffer: Uint8Array, offset: number): Promise<number>;
}

/** What pages are told that load themselves anew. */
export type LiveEvent =
  /**
   * Files have changed: their paths below the folder that is looked at, with slashes; what is not there any more, too. None
   * stands for anything. The time is when the last of them was noticed, in milliseconds since the Unix epoch.
   */
  | { readonly type: "change"; readonly paths: readonly string[]; readonly time: number }
  /** A build has failed, with what it wrote, bounded. */
  | { readonly type: "failure"; readonly command: string; readonly output: string }
  /** A build has gone well after one that failed. */
  | { readonly type: "mended" };

/** An event with its number: they are counted from 1. */
export interface NumberedLiveEvent {
  readonly number: number;
  readonly event: LiveEvent;
}

/** Tells a thread's pages what has changed. */
export interface LiveFeed {
  /** Different for each start of the server, so that a page that comes back knows whether it is the same one. */
  readonly epoch: string;
  /** When the server was started, in milliseconds since the Unix epoch. */
  readonly began: number;
  /** Counts the events; a page that was away says which was its last. */
  readonly last: number;
  /** The last of them, oldest first, without a gap. */
  readonly recent: readonly NumberedLiveEvent[];
  /** The failure that is not mended yet. */
  readonly failure: LiveEvent | undefined;
  /** Calls back with each event and its number, until the returned function is called. */
  listen(heard: (event: LiveEvent, number: number) => void): () => void;
}

/** What a worker asks the main thread about: see lib/supervisor/questions.ts. */
export type Topic = "login" | "link" | "locks" | "uploads";

/** The main thread as a worker sees it. */
export interface MainThread {
  /** Undefined where it has no answer, or none in time. Never rejects. */
  ask(topic: Topic, text: string): Promise<string | undefined>;
  /** Calls back with what it tells without being asked, until the returned function is called. */
  listen(topic: Topic, heard: (text: string) => void): () => void;
}

/** Whoever keeps this program as a service, and is told how it stands: sd_notify(3). */
export interface ServiceSocket {
  /**
   * Sends assignments (`READY=1`) as one message. Resolves within about a second, with why it could not be sent as the
   * end of a sentence, or undefined. Never rejects.
   */
  send(assignments: readonly string[]): Promise<string | undefined>;
  /** CLOCK_MONOTONIC in microseconds; undefined where it cannot be had exactly. */
  now(): bigint | undefined;
}
