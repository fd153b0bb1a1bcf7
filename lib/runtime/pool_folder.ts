/**
 * Where the servers that this one starts itself listen: sockets in a folder of this user alone. The runtime wants the
 * path of each socket by its name, so they must be known before workers start, and `webserv permissions` must be able to
 * print them: each running server has one of a row of numbered places.
 *
 * @module
 */
import { join } from "@std/path";
import { FileError } from "../ports.ts";
import { ensureOwnFolder, type OwnFolder, ownFolder } from "./own_folder.ts";

/** Places of servers that run at the same time. */
const MOST_PLACES = 1000;

/** Those that `webserv permissions` names: so many run side by side with just what it prints. */
const NAMED_PLACES = 4;

/** Who has a place listens on this socket in it, whatever else there is: nothing else ends with the process for certain. */
const HOLDER = "server.sock";

/** Held while places are looked at, which takes some milliseconds; then it is waited for so long. */
const LOCK = "lock";
const LOCK_PATIENCE = 5000;

/** Bytes of a socket's path, at most: `sun_path` of macOS. Linux has four more. */
const LONGEST_PATH = 103;

const PURPOSE = "for servers that are started";

/** The folder of all places. @param temporary the folder for what is temporary; empty or undefined: the system's */
export function poolFolder(temporary: string | undefined, user: number | undefined): OwnFolder {
  return ownFolder("webserv-pools", temporary, user);
}

/** The sockets of this name in all places that have permissions of their own. */
export function namedSockets(folder: OwnFolder, name: string): string[] {
  return Array.from({ length: NAMED_PLACES }, (_, index) => join(folder.path, `${index + 1}`, name));
}

/** What the main thread itself needs of those places. */
export function holderSockets(folder: OwnFolder): string[] {
  return namedSockets(folder, HOLDER);
}

/** Owns a place, until release(). */
export class PoolPlace {
  readonly #folder: OwnFolder;
  readonly #place: OwnFolder;
  #holder: Holder;

  private constructor(folder: OwnFolder, place: OwnFolder) {
    this.#folder = folder;
    this.#place = place;
    this.#holder = hold(join(place.path, HOLDER));
  }

  /** Takes the first place that is free, and removes what servers have left that were killed. @throws {FileError} by rejecting */
  static async take(folder: OwnFolder): Promise<PoolPlace> {
    ensureOwnFolder(folder, PURPOSE);
    using _lock = await locked(join(folder.path, LOCK));
    await sweep(folder);
    for (let number = 1; number <= MOST_PLACES; number++) {
      const place = { ...folder, path: join(folder.path, `${number}`) };
      if (inodeOf(place.path) !== undefined) continue;
      ensureOwnFolder(place, PURPOSE);
      return new PoolPlace(folder, place);
    }
    throw failure(folder.path, `all of its ${MOST_PLACES} places are taken: stop other servers`);
  }

  /** The path of a socket. @throws {FileError} if no socket can have it */
  socket(name: string): string {
    const path = join(this.#place.path, name);
    if (new TextEncoder().encode(path).length <= LONGEST_PATH) return path;
    throw failure(path, `the path is too long for a socket: set TMPDIR to a folder with a shorter one`);
  }

  /**
   * For a server that is to listen there: nothing has its name. Where what is old is cleaned away the folder is made
   * again, unless another server was faster.
   *
   * @throws {FileError}
   */
  clear(socket: string): void {
    ensureOwnFolder(this.#folder, PURPOSE);
    ensureOwnFolder(this.#place, PURPOSE);
    const holder = join(this.#place.path, HOLDER), found = inodeOf(holder);
    if (found === undefined) {
      // The old one is not closed: the runtime would remove the path with it, which is the new one's.
      this.#holder = hold(holder);
    } else if (found !== this.#holder.inode) {
      throw failure(holder, "it was cleaned away, and another server has its place: start this one again");
    }
    remove(socket);
  }

  /** Gives the place back, with all that is in it. */
  release(): void {
    // Nor here, where another server has the place by now.
    if (inodeOf(join(this.#place.path, HOLDER)) !== this.#holder.inode) return;
    this.#holder.listener.close();
    remove(this.#place.path);
  }
}

/** Who listens in a place has it. */
interface Holder {
  readonly listener: Deno.UnixListener;
  readonly inode: number | null;
}

/** @throws {FileError} */
function hold(path: string): Holder {
  const listener = listen(path);
  listener.unref();
  void answer(listener);
  return { listener, inode: inodeOf(path)! };
}

/** Whoever asks is let in and out again, until the listener is closed: else the row of those that wait would be full some day. */
async function answer(listener: Deno.UnixListener): Promise<void> {
  for (;;) {
    try {
      (await listener.accept()).close();
    } catch {
      // Nobody is there to be told: who asks next finds out whether it is closed.
      return;
    }
  }
}

/** True if somebody listens there. */
export async function listens(socket: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path: socket })).close();
    return true;
  } catch (error) {
    // Anything else, e.g. too many that wait already, says that there is somebody.
    return !(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.ConnectionRefused);
  }
}

/** Removes the places of servers that are gone. */
async function sweep(folder: OwnFolder): Promise<void> {
  for (const { name } of [...Deno.readDirSync(folder.path)]) {
    const place = join(folder.path, name);
    if (/^[1-9]\d*$/.test(name) && !await listens(join(place, HOLDER))) remove(place);
  }
}

/** @throws {FileError} */
async function locked(path: string): Promise<Disposable> {
  const file = Deno.openSync(path, { write: true, create: true, mode: 0o600 });
  const lock = file.lock(true);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => timer = setTimeout(() => resolve("late"), LOCK_PATIENCE));
  const won = await Promise.race([lock, late]);
  clearTimeout(timer);
  if (won !== "late") return file;
  void lock.finally(() => file.close());
  throw failure(path, "another server that starts does not let go of it: stop that one");
}

/** @throws {FileError} */
function listen(path: string): Deno.UnixListener {
  try {
    return Deno.listen({ transport: "unix", path });
  } catch (error) {
    throw failure(path, error instanceof Error ? error.message : String(error), error);
  }
}

/** Undefined where nothing is. */
function inodeOf(path: string): number | null | undefined {
  try {
    return Deno.lstatSync(path).ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function failure(path: string, why: string, cause?: unknown): FileError {
  return new FileError("failed", path, { cause: new Error(`${PURPOSE}; ${why}`, { cause }) });
}
