/**
 * Stand-ins for what a run works with: programs that do what the test says, a spooler that counts.
 *
 * @module
 */
import { FieldBlock } from "../../lib/http/fields.ts";
import type { Request, RequestBody } from "../../lib/http/message.ts";
import type { GatewayOptions, Program } from "../../lib/cgi/gateway.ts";
import type {
  ProcessCommand,
  ProcessError,
  ProcessRunner,
  RunningProcess,
  Spooler,
  SpoolFile,
} from "../../lib/ports.ts";
import { FakeFiles } from "../disk/fake_files.ts";
import { FakeClock, FakeLog, settle } from "../support/fakes.ts";
import { toBytes, toText } from "../support/wire.ts";

/** Pieces that a test puts in and a reader takes out; null is the end. */
class Pipe {
  readonly #pieces: (Uint8Array | null)[] = [];
  #wake: () => void = () => {};
  ended = false;

  put(...texts: readonly (string | null)[]): void {
    if (this.ended) return;
    this.ended = texts.includes(null);
    this.#pieces.push(...texts.map((text) => text === null ? null : toBytes(text)));
    this.#wake();
  }

  async take(): Promise<Uint8Array | null> {
    while (this.#pieces.length === 0) await new Promise<void>((resolve) => this.#wake = resolve);
    return this.#pieces[0] === null ? null : this.#pieces.shift()!;
  }
}

/** A program that does what the test says, and dies when it is killed. */
export class FakeProcess implements RunningProcess {
  readonly output = new Pipe();
  readonly errors = new Pipe();
  /** What it was given. */
  input = "";
  inputClosed = false;
  kills = 0;
  /** It was asked to end so often; it does so by a signal unless it is stubborn. */
  terminations = 0;
  isStubborn = false;
  restKills = 0;
  /** How it is called where it has left something behind. */
  restName: string | undefined;
  startProblem: ProcessError["problem"] | undefined = undefined;
  released = 0;
  /** It reads its input: "later" until takeInput() is called. */
  takes: "at once" | "later" | "nothing" = "at once";
  /** What somebody else holds open does not end with the program. */
  pipesOutliveIt = false;
  takeInput: () => void = () => {};
  readonly exited: Promise<number | string>;
  readonly #exit: (status: number | string) => void;

  constructor(readonly command: ProcessCommand) {
    const { promise, resolve } = Promise.withResolvers<number | string>();
    this.exited = promise;
    this.#exit = resolve;
  }

  /** Says something and, with null, ends its output. */
  async say(...texts: readonly (string | null)[]): Promise<void> {
    this.output.put(...texts);
    await settle();
  }

  /** Ends as programs do: everything is closed. */
  async exit(status: number | string = 0): Promise<void> {
    this.#exit(status);
    if (!this.pipesOutliveIt) this.#closePipes();
    await settle();
  }

  async writeInput(bytes: Uint8Array): Promise<boolean> {
    if (this.takes === "nothing" || this.restKills > 0) return false;
    if (this.takes === "later") await new Promise<void>((resolve) => this.takeInput = resolve);
    this.input += toText(bytes);
    return this.kills === 0 && this.restKills === 0;
  }

  closeInput(): Promise<void> {
    this.inputClosed = true;
    return Promise.resolve();
  }

  readOutput(): Promise<Uint8Array | null> {
    return this.output.take();
  }

  readErrors(): Promise<Uint8Array | null> {
    return this.errors.take();
  }

  terminate(): void {
    this.terminations++;
    if (!this.isStubborn) void this.exit("SIGTERM");
  }

  kill(): void {
    this.kills++;
    this.takeInput();
    void this.exit("SIGKILL");
  }

  killRest(name: string | undefined): void {
    this.restKills++;
    this.restName = name;
    this.takeInput();
  }

  release(): void {
    this.released++;
    this.#closePipes();
  }

  #closePipes(): void {
    this.output.put(null);
    this.errors.put(null);
  }
}

/** Starts fake programs, or throws what the test wants. */
export class FakeRunner implements ProcessRunner {
  readonly processes: FakeProcess[] = [];
  failure: Error | undefined;
  /** Done to every process before it runs. */
  prepare: (process: FakeProcess) => void = () => {};

  get last(): FakeProcess {
    const last = this.processes.at(-1);
    if (!last) throw new Error("no program was started");
    return last;
  }

  spawn(command: ProcessCommand): FakeProcess {
    if (this.failure) throw this.failure;
    const process = new FakeProcess(command);
    this.prepare(process);
    this.processes.push(process);
    return process;
  }
}

/** Keeps its files in memory. */
export class FakeSpooler implements Spooler {
  open = 0;
  created = 0;
  failure: Error | undefined;

  create(): SpoolFile {
    if (this.failure) throw this.failure;
    this.open++;
    this.created++;
    let content = new Uint8Array();
    return {
      write: (bytes) => {
        content = Uint8Array.from([...content, ...bytes]);
        return Promise.resolve();
      },
      readAt: (buffer, offset) => {
        const piece = content.subarray(offset, offset + buffer.length);
        buffer.set(piece);
        return Promise.resolve(piece.length);
      },
      close: () => void this.open--,
    };
  }
}

/** What differs from a plain GET. */
export interface FakeRequestOptions extends Partial<Omit<Request, "fields" | "onGone">> {
  readonly fields?: readonly (readonly [string, string])[];
}

/** A request, and the client's leaving. */
export function fakeRequest(options: FakeRequestOptions = {}): { request: Request; leave: () => void } {
  const callbacks = new Set<() => void>();
  const path = options.path ?? "/cgi-bin/a.py";
  const request: Request = {
    method: "GET",
    target: path,
    form: "origin",
    path,
    query: undefined,
    host: "localhost",
    version: "HTTP/1.1",
    body: fakeBody(),
    remote: { hostname: "192.0.2.7", port: 54321 },
    local: { hostname: "127.0.0.1", port: 8080 },
    ...options,
    fields: FieldBlock.of(...options.fields ?? [["Host", "localhost"]]),
    onGone: (callback) => {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
  };
  return { request, leave: () => callbacks.forEach((callback) => callback()) };
}

/** A body of these pieces; an error is thrown in its turn. */
export function fakeBody(
  pieces: readonly (string | Error | Promise<string>)[] = [],
  length: number | "chunked" = 0,
): RequestBody {
  const left = [...pieces];
  return {
    length: length === "chunked" ? undefined : length,
    read: async () => {
      const piece = await left.shift();
      if (piece instanceof Error) throw piece;
      return piece === undefined ? null : toBytes(piece);
    },
  };
}

export const PROGRAM: Program = {
  script: { file: "/srv/cgi-bin/a.py", name: "/cgi-bin/a.py", pathInfo: "" },
  interpreter: ["python3"],
  documentRoot: "/srv/www",
  environment: {},
  passAuthorization: false,
  bodyLimit: Infinity,
  limits: { timeout: 10_000, processes: 2 },
};

/** Everything that a gateway or a run works with. */
export function fakes(): Omit<GatewayOptions, "runner" | "clock" | "spooler" | "errorLog" | "files"> & {
  readonly runner: FakeRunner;
  readonly clock: FakeClock;
  readonly spooler: FakeSpooler;
  readonly errorLog: FakeLog;
  readonly files: FakeFiles;
} {
  return {
    runner: new FakeRunner(),
    clock: new FakeClock(),
    spooler: new FakeSpooler(),
    errorLog: new FakeLog(),
    files: new FakeFiles(),
    searchPath: "/usr/bin",
    software: "webserv/1.2.3",
  };
}
