/**
 * A store in memory that counts what is unfinished and fails when told to, requests to write to it, and their outcomes.
 *
 * @module
 */
import { assert } from "@std/assert";
import { StoreOrigin, type StorePorts } from "../../lib/disk/store_origin.ts";
import { HttpError } from "../../lib/http/errors.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import type { Request, Response } from "../../lib/http/message.ts";
import {
  type FileAside,
  FileError,
  type FileProblem,
  type NewFile,
  type StoreFiles,
} from "../../lib/ports.ts";
import type { TreeTarget } from "../../lib/store/target.ts";
import { FakeClock, FakeFiles } from "../disk/fake_files.ts";
import { toBytes, toText } from "../support/wire.ts";

/** Where a failure can be made to happen. */
export type Step = "create" | "write" | "commit";

/** A call that changes something. */
export type StoreStep =
  | "create"
  | "commit"
  | "remove"
  | "takeAside"
  | "makeFolder"
  | "move"
  | "giveBack"
  | "discard";

/** Writes into the files of a FakeFiles. */
export class FakeStore implements StoreFiles {
  readonly files = new FakeFiles();
  readonly ports: StorePorts = { files: this.files, store: this, clock: new FakeClock() };
  /** Files without a name. */
  unfinished = 0;
  /** Of these, the ones that are still open. */
  open = 0;
  /** The most that were open at one time. */
  mostOpen = 0;
  /** Which step of which file (counted from 1) fails, and how. */
  failure: { readonly at: Step; readonly of: number; readonly problem: FileProblem } | undefined;
  /** Called before a file gets its name: what others do in between. */
  beforeCommit: () => void = () => {};
  /** Called before each step that changes something: what others do in between. */
  beforeStep: (step: StoreStep) => void = () => {};
  #names = 0;
  #time = 1;
  #created = 0;

  create(folder: string): NewFile {
    const number = ++this.#created;
    this.#mayFail("create", number, folder);
    this.beforeStep("create");
    if (this.files.stat(folder)?.kind !== "directory") throw new FileError("not found", folder);
    this.unfinished++;
    this.mostOpen = Math.max(this.mostOpen, ++this.open);
    const path = this.#hidden(folder);
    let content = "", isOpen = true, exists = true;
    this.files.write(this.files.resolveFolder(path), content, this.#time);
    const file: NewFile = {
      path,
      stat: this.files.nodeAt(path)!.stat,
      write: (bytes) => {
        if (!isOpen) throw new Error("written to after its end");
        this.#mayFail("write", number, folder);
        content += toText(bytes);
        return Promise.resolve();
      },
      end: () => {
        if (isOpen) this.open--;
        isOpen = false;
      },
      commit: (to, replace) => {
        if (!exists) throw new Error("named twice, or after it was discarded");
        try {
          file.end();
          this.beforeCommit();
          this.beforeStep("commit");
          this.#mayFail("commit", number, to);
          if (!this.files.nodeAt(path)) throw new FileError("not found", path);
          const real = this.files.resolveFolder(to), has = this.files.nodes.has(real);
          if (!replace && (has || this.files.links.has(real))) throw new FileError("exists", to);
          this.files.links.delete(real);
          const { stat } = this.files.nodeAt(path)!;
          const bytes = toBytes(content), time = this.#time++;
          this.files.nodes.set(real, {
            stat: { ...stat, size: bytes.length, modified: time },
            content: bytes,
          });
          this.files.nodes.delete(this.files.resolveFolder(path));
          this.unfinished--;
          exists = false;
        } finally {
          file.discard();
        }
      },
      sync: () => Promise.resolve(),
      setModified: (time) => {
        const node = this.files.nodeAt(path)!;
        node.stat = { ...node.stat, modified: time };
      },
      discard: () => {
        file.end();
        if (exists) this.unfinished--;
        // It may lie where its path does not lead just now.
        for (let attempt = 0; exists && attempt < 100; attempt++) {
          this.beforeStep("discard");
          if (this.files.nodes.delete(this.files.resolveFolder(path))) break;
        }
        exists = false;
      },
    };
    return file;
  }

  remove(path: string): void {
    this.beforeStep("remove");
    const real = this.files.resolveFolder(path);
    if (!this.files.links.delete(real) && !this.files.nodes.delete(real)) {
      throw new FileError("not found", path);
    }
  }

  takeAside(from: string, folder: string): FileAside | undefined {
    this.beforeStep("takeAside");
    const { links, nodes } = this.files;
    const path = this.#hidden(folder);
    const move = (one: string, other: string) => {
      const a = this.files.resolveFolder(one), b = this.files.resolveFolder(other);
      const link = links.get(a), node = nodes.get(a);
      if (link === undefined && node === undefined) throw new FileError("not found", one);
      for (const all of [links, nodes] as Map<string, unknown>[]) {
        for (const [key, value] of [...all]) {
          if (key !== a && !key.startsWith(`${a}/`)) continue;
          all.delete(key);
          all.set(b + key.slice(a.length), value);
        }
      }
    };
    move(from, path);
    return this.#asideAt(path, move);
  }

  makeAside(folder: string): FileAside {
    this.beforeStep("makeFolder");
    const path = this.#hidden(folder);
    this.files.folder(this.files.resolveFolder(path));
    return this.#asideAt(path, (from) => {
      throw new FileError("not found", from);
    });
  }

  #asideAt(path: string, move: (one: string, other: string) => void): FileAside {
    const { links, nodes } = this.files;
    return {
      path,
      discard: () => {
        for (let attempt = 0; attempt < 1000; attempt++) {
          const real = this.files.resolveFolder(path);
          if (links.delete(real) || nodes.delete(real)) return;
          this.beforeStep("discard");
        }
      },
      giveBack: (to) => {
        this.beforeStep("giveBack");
        const real = this.files.resolveFolder(to);
        if (nodes.has(real) || links.has(real)) return false;
        try {
          move(path, to);
          return true;
        } catch {
          return false;
        }
      },
      keep: () => path,
      removeTree: () => {
        const real = this.files.resolveFolder(path);
        for (const all of [links, nodes] as Map<string, unknown>[]) {
          for (const key of [...all.keys()]) if (key === real || key.startsWith(`${real}/`)) all.delete(key);
        }
        return Promise.resolve([]);
      },
    };
  }

  makeFolder(path: string): void {
    this.beforeStep("makeFolder");
    const real = this.files.resolveFolder(path);
    if (this.files.nodes.has(real) || this.files.links.has(real)) throw new FileError("exists", path);
    this.files.folder(real);
  }

  removeFolder(path: string): void {
    this.beforeStep("remove");
    const real = this.files.resolveFolder(path), { nodes, links } = this.files;
    if (nodes.get(real)?.stat.kind !== "directory") throw new FileError("not found", path);
    if ([...nodes.keys(), ...links.keys()].some((key) => key.startsWith(`${real}/`))) {
      throw new FileError("not empty", path);
    }
    nodes.delete(real);
  }

  move(from: string, to: string, replace: boolean): boolean {
    this.beforeStep("move");
    const a = this.files.resolveFolder(from), b = this.files.resolveFolder(to), { nodes, links } = this.files;
    if (!nodes.has(a) && !links.has(a)) throw new FileError("not found", from);
    if (!replace && (nodes.has(b) || links.has(b))) throw new FileError("exists", to);
    nodes.delete(b);
    links.delete(b);
    for (const all of [nodes, links] as Map<string, unknown>[]) {
      for (const [key, value] of [...all]) {
        if (key !== a && !key.startsWith(`${a}/`)) continue;
        all.delete(key);
        all.set(b + key.slice(a.length), value);
      }
    }
    return true;
  }

  syncFolder(): Promise<void> {
    return Promise.resolve();
  }

  exclusively<T>(_: string | readonly string[], act: () => T): T {
    return act();
  }

  #hidden(folder: string): string {
    return `${folder === "/" ? "" : folder}/.webserv-upload-${++this.#names}`;
  }

  isLink(path: string): boolean {
    return this.files.links.has(this.files.resolveFolder(path));
  }

  /** The content of a file; undefined if there is none. */
  content(path: string): string | undefined {
    const node = this.files.nodes.get(path);
    return node?.stat.kind === "file" ? toText(node.content) : undefined;
  }

  /** The paths of all files that have a name. */
  get names(): string[] {
    return [...this.files.nodes].filter(([, { stat }]) => stat.kind === "file").map(([path]) => path)
      .filter((path) => !path.includes("/.webserv-upload-")).sort();
  }

  #mayFail(at: Step, number: number, path: string): void {
    const { failure } = this;
    if (failure?.at === at && failure.of === number) throw new FileError(failure.problem, path);
  }
}

/** A store with a folder /store, one in it, and two files. */
export function someStore(): FakeStore {
  const store = new FakeStore();
  store.files.folder("/store/sub");
  store.files.write("/store/old.txt", "old");
  store.files.write("/store/sub/deep.txt", "deep");
  store.files.write("/outside/secret.txt", "secret");
  return store;
}

/** The place of a path such as `/files/name` in /store. */
export function targetOf(store: FakeStore, path: string, other: Partial<TreeTarget> = {}): TreeTarget {
  const place = path.slice("/files".length).replace(/\/$/, "");
  const origin = new StoreOrigin(store.ports, "/store");
  return { path, store: origin, place, limit: Infinity, overwrite: false, clock: new FakeClock(), ...other };
}

/** What the body gives, piece by piece; an error is thrown in its turn. A function is called, and gives nothing. */
export type Piece = string | Error | (() => void);

/** A request that counts how much of its body was read. */
export interface FakeRequest extends Request {
  readonly reads: number;
  /** The end of the body was met. */
  readonly isRead: boolean;
}

/** Makes a request. Its pieces share one buffer, as those of a connection do. */
export function requestOf(
  method: string,
  fields: Readonly<Record<string, string>> = {},
  pieces: readonly Piece[] = [],
): FakeRequest {
  const left = [...pieces];
  const buffer = new Uint8Array(64 * 1024);
  const address = { hostname: "127.0.0.1", port: 1 };
  const request = {
    method,
    target: "/",
    form: "origin" as const,
    path: "/",
    query: undefined,
    host: "localhost",
    version: "HTTP/1.1" as const,
    fields: FieldBlock.of(...Object.entries(fields)),
    remote: address,
    local: address,
    onGone: () => () => {},
    reads: 0,
    isRead: false,
    body: {
      length: undefined,
      read: () => {
        request.reads++;
        buffer.fill(0x21);
        for (let piece = left.shift(); piece !== undefined; piece = left.shift()) {
          if (piece instanceof Error) return Promise.reject(piece);
          if (typeof piece === "string") {
            const bytes = toBytes(piece);
            buffer.set(bytes);
            return Promise.resolve(buffer.subarray(0, bytes.length));
          }
          piece();
        }
        request.isRead = true;
        return Promise.resolve(null);
      },
    },
  };
  return request;
}

/** The fields of an answer by name in lower case. */
export function fieldsOf({ fields }: { readonly fields: FieldBlock }): Record<string, string> {
  return Object.fromEntries([...fields].map(([name, value]) => [name.toLowerCase(), value]));
}

/** What is no error. */
export async function answerOf(outcome: Promise<Response | HttpError>): Promise<Response> {
  const answer = await outcome;
  assert(!(answer instanceof HttpError));
  return answer;
}

/** The status of an answer, or of an error, be it returned or thrown. */
export async function statusOf(outcome: Promise<Response | HttpError>): Promise<number> {
  try {
    return (await outcome).status;
  } catch (error) {
    if (error instanceof HttpError) return error.status;
    throw error;
  }
}
