/**
 * A file system and a clock in memory, for tests of what lies above them.
 *
 * @module
 */
import { diskNamesOf } from "../../lib/http/disk_names.ts";
import {
  type Clock,
  type DirectoryEntry,
  type DiskNames,
  FileError,
  type FileStat,
  type FileSystem,
  type OpenFile,
  type System,
} from "../../lib/ports.ts";

interface Node {
  stat: FileStat;
  content: Uint8Array;
}

/** A call that looks. */
export type FakeStep = "stat" | "probe" | "lstat" | "realPath" | "open" | "list";

const encoder = new TextEncoder();

/** Files by their absolute path; folders are made by the way. Counts what is asked of it. */
export class FakeFiles implements FileSystem {
  readonly nodes = new Map<string, Node>();
  /** Path to where it leads; any part of a path may be a link. */
  readonly links = new Map<string, string>();
  /** Paths whose look fails, and why. */
  readonly failures = new Map<string, FileError>();
  readonly counts = { stat: 0, probe: 0, lstat: 0, realPath: 0, open: 0, closed: 0 };
  /** Called before each step: what others do in between. */
  beforeStep: (step: FakeStep) => void = () => {};
  /** Called before a file is opened: what others do in between. */
  beforeOpen: () => void = () => {};
  names: DiskNames | undefined = undefined;
  /** False: realPath() gives names as they were asked for, which some file systems may do. */
  tellsSpelling = true;
  /** True if the disk takes a name for the one that it has. */
  #isTaken: ((asked: string, name: string) => boolean) | undefined = undefined;
  #inodes = 1;

  /** From now on names are told apart as the disks of a system do. */
  behaveAs(system: System): void {
    this.names = diskNamesOf(system);
    this.#isTaken = { linux: undefined, darwin: isTakenOnMacos, windows: isTakenOnWindows }[system];
  }

  /** Writes a file; an existing one keeps its inode. */
  write(path: string, content: string | Uint8Array, time = 0): void {
    const bytes = typeof content === "string" ? encoder.encode(content) : content;
    const inode = this.nodes.get(path)?.stat.inode ?? this.#inodes++;
    this.#folders(path);
    this.nodes.set(path, { stat: stat("file", bytes.length, time, inode), content: bytes });
  }

  /** Puts another file in the place of one, as rename does. */
  replace(path: string, content: string, time = 0): void {
    this.nodes.delete(path);
    this.write(path, content, time);
  }

  folder(path: string): void {
    this.#folders(`${path}/x`);
  }

  other(path: string): void {
    this.nodes.set(path, { stat: stat("other", 0, 0, this.#inodes++), content: new Uint8Array() });
  }

  stat(path: string): FileStat | undefined {
    this.counts.stat++;
    this.beforeStep("stat");
    return this.#look(path);
  }

  probe(path: string): FileStat | undefined {
    this.counts.probe++;
    this.beforeStep("probe");
    return this.#look(path);
  }

  lstat(path: string): FileStat | undefined {
    this.counts.lstat++;
    this.beforeStep("lstat");
    const failure = this.failures.get(path);
    if (failure) throw failure;
    const own = this.resolveFolder(path);
    return this.links.has(own) ? LINK : this.nodes.get(own)?.stat;
  }

  realPath(path: string): string | undefined {
    this.counts.realPath++;
    this.beforeStep("realPath");
    const failure = this.failures.get(path);
    if (failure) throw failure;
    const real = this.#resolve(path);
    return this.nodes.has(real) ? this.tellsSpelling ? real : path : undefined;
  }

  openSync(path: string): OpenFile {
    this.counts.open++;
    this.beforeStep("open");
    this.beforeOpen();
    const node = this.nodes.get(this.#resolve(path));
    if (!node) throw new FileError("not found", path);
    const readAtSync = (buffer: Uint8Array, offset: number) => {
      const piece = node.content.subarray(offset, offset + buffer.length);
      buffer.set(piece);
      return piece.length;
    };
    return {
      stat: () => node.stat,
      readAt: (buffer, offset) => Promise.resolve(readAtSync(buffer, offset)),
      readAtSync,
      close: () => void this.counts.closed++,
    };
  }

  list(path: string): Promise<DirectoryEntry[]> {
    this.beforeStep("list");
    const real = this.#resolve(path);
    const prefix = real === "/" ? "/" : `${real}/`;
    const names = [...this.nodes.keys(), ...this.links.keys()]
      .filter((key) => key.startsWith(prefix) && key !== prefix && !key.slice(prefix.length).includes("/"))
      .map((key) => key.slice(prefix.length));
    return Promise.resolve(names.map((name) => {
      const link = this.links.has(prefix + name);
      return { name, link };
    }));
  }

  /** The path with every link resolved but one at its end. */
  resolveFolder(path: string): string {
    const slash = path.lastIndexOf("/");
    const folder = this.#resolve(path.slice(0, slash)), name = path.slice(slash + 1);
    return `${folder}/${this.#isTaken === undefined ? name : this.#nameFor(folder, name)}`;
  }

  nodeAt(path: string): Node | undefined {
    return this.nodes.get(this.resolveFolder(path));
  }

  #look(path: string): FileStat | undefined {
    const failure = this.failures.get(path);
    if (failure) throw failure;
    return this.nodes.get(this.#resolve(path))?.stat;
  }

  #resolve(path: string): string {
    if (path === "/") return path;
    let real = "";
    for (const segment of path.split("/").slice(1)) {
      real = `${real}/${this.#isTaken === undefined ? segment : this.#nameFor(real, segment)}`;
      const target = this.links.get(real);
      if (target !== undefined) real = this.#resolve(target);
    }
    return real;
  }

  /** The name in a folder that an asked one is taken for. */
  #nameFor(folder: string, asked: string): string {
    const all = [...this.nodes.keys(), ...this.links.keys()], prefix = `${folder}/`;
    if (all.includes(prefix + asked)) return asked;
    const names = all.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
    return names.find((name) => !name.includes("/") && this.#isTaken!(asked, name)) ?? asked;
  }

  #folders(path: string): void {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const folder = path.slice(0, end);
      if (!this.nodes.has(folder)) {
        this.nodes.set(folder, {
          stat: stat("directory", 4096, 0, this.#inodes++),
          content: new Uint8Array(),
        });
      }
    }
  }
}

/** As HFS+ does: case, Unicode forms and invisible characters do not count. */
function isTakenOnMacos(asked: string, name: string): boolean {
  const plain = (text: string) => text.normalize("NFD").replaceAll("\u200c", "").toUpperCase();
  return plain(asked) === plain(name);
}

/** As NTFS under Win32 does: streams, dots and blanks at the end, short names; case does not count. */
function isTakenOnWindows(asked: string, name: string): boolean {
  const plain = asked.replace(/:.*$/, "").replace(/[. ]+$/, "").toUpperCase(), upper = name.toUpperCase();
  const [, start, extension = ""] = /^([^.~]{1,6})~1(\..*)?$/.exec(plain) ?? [];
  return plain === upper ||
    start !== undefined && upper.replace(/[. ]/g, "").startsWith(start) && upper.endsWith(extension);
}

/** What a link itself is. */
const LINK: FileStat = stat("other", 0, 0, 0);

function stat(kind: FileStat["kind"], size: number, time: number, inode: number): FileStat {
  return { kind, size, modified: time, changed: time, device: 1, inode, executable: false };
}

/** A clock that stands still until it is told; but nobody waits for it long. */
export class FakeClock implements Clock {
  time = 1_000_000;
  /** How often somebody has waited. */
  waits = 0;
  now(): number {
    return this.time;
  }
  monotonic(): number {
    return this.time;
  }
  every(): () => void {
    return () => {};
  }
  after(_: number, callback: () => void): () => void {
    this.waits++;
    queueMicrotask(callback);
    return () => {};
  }
}
