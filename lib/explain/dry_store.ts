/**
 * A store that nothing is written to: what would be written, named and removed is remembered for as long as it takes to
 * say what comes of it.
 *
 * @module
 */
import {
  type FileAside,
  FileError,
  type FileStat,
  type FileSystem,
  type NewFile,
  type StoreFiles,
} from "../ports.ts";

/** Of no device. */
const NOWHERE = -1;

/** Files as they would be, over files as they are. */
export class DryStore {
  /** Undefined: it is removed. */
  readonly #changes = new Map<string, FileStat | undefined>();
  #made = 0;
  readonly files: FileSystem;
  readonly store: StoreFiles;

  constructor(under: FileSystem, isLink: (path: string) => boolean) {
    const changed = (path: string, look: (path: string) => FileStat | undefined) =>
      this.#changes.has(path) ? this.#changes.get(path) : look(path);
    this.files = {
      names: under.names,
      stat: (path) => changed(path, (path) => under.stat(path)),
      probe: (path) => changed(path, (path) => under.probe(path)),
      lstat: (path) => changed(path, (path) => under.lstat(path)),
      realPath: (path) => this.#changes.get(path) === undefined ? under.realPath(path) : path,
      openSync: (path) => under.openSync(path),
      list: (path) => under.list(path),
    };
    this.store = {
      create: (folder) => this.#create(folder),
      remove: (path) => void this.#changes.set(path, undefined),
      takeAside: (path) => this.#aside(path),
      makeAside: (folder) => {
        const stat: FileStat = { ...this.#newStat(), kind: "directory" };
        const path = `${folder}/.dry-${stat.inode}`;
        this.#changes.set(path, stat);
        return this.#asideAt(path);
      },
      makeFolder: (path) => void this.#changes.set(path, { ...this.#newStat(), kind: "directory" }),
      removeFolder: (path) => void this.#changes.set(path, undefined),
      move: (from, to, replace) => {
        if (!replace && this.files.lstat(to) !== undefined) throw new FileError("exists", to);
        this.#changes.set(to, this.files.lstat(from));
        this.#changes.set(from, undefined);
        return true;
      },
      syncFolder: () => Promise.resolve(),
      exclusively: (_, act) => act(),
      isLink,
    };
  }

  #aside(path: string): FileAside {
    const aside = `${path}/.dry-${++this.#made}`;
    this.#changes.set(aside, this.files.lstat(path));
    this.#changes.set(path, undefined);
    return this.#asideAt(aside);
  }

  #asideAt(path: string): FileAside {
    const { files } = this, changes = this.#changes;
    return {
      path,
      removeTree: () => Promise.resolve([]),
      discard: () => void changes.delete(path),
      giveBack: (to) => {
        changes.set(to, files.lstat(path));
        return changes.delete(path);
      },
      keep: () => path,
    };
  }

  #newStat(): FileStat {
    const inode = ++this.#made;
    return { kind: "file", size: 0, modified: 0, changed: 0, device: NOWHERE, inode, executable: false };
  }

  #create(folder: string): NewFile {
    const stat = this.#newStat(), path = `${folder}/.dry-${stat.inode}`;
    this.#changes.set(path, stat);
    return {
      path,
      stat,
      write: () => Promise.resolve(),
      end: () => {},
      sync: () => Promise.resolve(),
      setModified: () => {},
      commit: (name, replace) => {
        if (!replace && this.files.lstat(name) !== undefined) throw new FileError("exists", name);
        this.#changes.delete(path);
        this.#changes.set(name, stat);
      },
      discard: () => void this.#changes.delete(path),
    };
  }
}
