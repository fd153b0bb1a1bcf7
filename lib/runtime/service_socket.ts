/**
 * Messages to a service manager (sd_notify(3)): by the C library where it may be called, else by the runtime's own
 * sockets, which take a name in a folder of this user's while a message is sent.
 *
 * @module
 */
import { FileError, type ServiceSocket } from "../ports.ts";
import { notifyName } from "./notify_address.ts";
import { ensureOwnFolder, type OwnFolder } from "./own_folder.ts";
import { type SystemDatagrams, systemDatagrams } from "./system_datagram.ts";

/** How long it is tried to send a message, and between two trials, in milliseconds. */
const PATIENCE = 1000, TRIAL_DELAY = 25;

/** A name that was there for so long was left behind, in milliseconds: nobody takes so long to send a message. */
const HELD_FOR = 2000;

/** Of sockaddr_un: the longest name in it, with its final zero, in bytes. */
const LONGEST_NAME = 108;

const EAGAIN = 11;

/** What some numbers of the system's errors mean here (errno.h of Linux). */
const PROBLEMS: Readonly<Record<number, string>> = {
  2: "there is no such socket",
  [EAGAIN]: "nobody reads what it is sent",
  13: "this user may not write to it",
  111: "nobody listens on it",
};

/**
 * The socket at an address of NOTIFY_SOCKET: an absolute path, or `@` and an abstract name.
 *
 * @param folder for a name of our own, where that is needed
 * @param library undefined where it may not be called
 * @returns why there is none, as the end of a sentence that begins with the address
 */
export function openServiceSocket(
  address: string,
  folder: OwnFolder,
  library: SystemDatagrams | undefined = systemDatagrams(),
): ServiceSocket | string {
  const isAbstract = address.startsWith("@");
  if (!isAbstract && !address.startsWith("/")) {
    return "only a path that begins with / and an abstract name that begins with @ can be reached";
  }
  const name = new TextEncoder().encode(isAbstract ? `\0${address.slice(1)}` : `${address}\0`);
  if (name.length > LONGEST_NAME) return `no socket has a name of more than ${LONGEST_NAME - 1} bytes`;
  if (library !== undefined) return new LibrarySocket(socketAddress(name), library);
  if (isAbstract) return "an abstract name can be reached with the permission --allow-ffi=libc.so.6 only";
  return new RuntimeSocket(address, folder);
}

/** A sockaddr_un: the family in the machine's own order, which is the little end first on all that we run on. */
function socketAddress(name: Uint8Array): Uint8Array<ArrayBuffer> {
  const address = new Uint8Array(2 + name.length);
  address.set([1, 0]);
  address.set(name, 2);
  return address;
}

function messageOf(assignments: readonly string[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${assignments.join("\n")}\n`);
}

class LibrarySocket implements ServiceSocket {
  constructor(readonly address: Uint8Array<ArrayBuffer>, readonly library: SystemDatagrams) {}

  async send(assignments: readonly string[]): Promise<string | undefined> {
    const message = messageOf(assignments), end = performance.now() + PATIENCE;
    for (;;) {
      const error = this.library.send(message, this.address);
      if (error === 0) return undefined;
      // Only a reader that is behind may catch up.
      if (error !== EAGAIN || performance.now() >= end) return PROBLEMS[error] ?? `os error ${error}`;
      await delay();
    }
  }

  now(): bigint {
    return this.library.now();
  }
}

class RuntimeSocket implements ServiceSocket {
  constructor(readonly path: string, readonly folder: OwnFolder) {}

  async send(assignments: readonly string[]): Promise<string | undefined> {
    const message = messageOf(assignments), end = performance.now() + PATIENCE;
    for (;;) {
      const outcome = await this.#try(message);
      if (outcome !== "held") return outcome;
      if (performance.now() >= end) return `${notifyName(this.folder)} is held by others`;
      await delay();
    }
  }

  now(): undefined {
    return undefined;
  }

  /** `held`: our name is, for a moment. */
  async #try(message: Uint8Array): Promise<string | undefined> {
    let socket: Deno.DatagramConn;
    const name = notifyName(this.folder);
    try {
      ensureOwnFolder(this.folder, "for a socket of our own");
      removeLeft(name);
      socket = Deno.listenDatagram({ transport: "unixpacket", path: name });
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) return "held";
      return `a socket of our own is needed, and ${name} cannot be made: ${textOf(error)}`;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const late = new Promise<string>((resolve) => {
        timer = setTimeout(() => resolve(PROBLEMS[EAGAIN]!), PATIENCE);
      });
      const sent = socket.send(message, { transport: "unixpacket", path: this.path })
        .then(() => undefined, textOf);
      return await Promise.race([sent, late]);
    } finally {
      clearTimeout(timer);
      socket.close();
      removeOwn(name);
    }
  }
}

/** Another server of this user may have taken it for one that was left behind. */
function removeOwn(name: string): void {
  try {
    Deno.removeSync(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Another server of this user holds the name for a moment; one that was killed meanwhile holds it for ever. */
function removeLeft(name: string): void {
  try {
    const { birthtime, mtime } = Deno.lstatSync(name);
    const born = birthtime ?? mtime;
    if (born !== null && Date.now() - born.getTime() > HELD_FOR) Deno.removeSync(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function delay(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, TRIAL_DELAY));
}

function textOf(error: unknown): string {
  if (error instanceof FileError) return textOf(error.cause);
  return error instanceof Error ? error.message : String(error);
}
