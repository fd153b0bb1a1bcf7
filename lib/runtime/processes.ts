/**
 * Programs over Deno's API. Each gets a process group of its own, so that everything that it starts can be killed with
 * it.
 *
 * @module
 */
import {
  type ProcessCommand,
  ProcessError,
  type ProcessRunner,
  type RunningProcess,
  type System,
} from "../ports.ts";
import { PipeReader } from "./pipe_reader.ts";
import { launcherFailure } from "./launcher_failure.ts";
import type { GroupRegistry } from "./process_groups.ts";
import { SYSTEM } from "./system.ts";

/** What the system adds to how programs are started and ended. */
export interface ProgramHost {
  readonly os: System;
  /** What each of them has in its environment, unless it is given another: without SystemRoot few start on Windows. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where there are no groups: the registry ends a program with its children, and only as long as it is there itself. */
  readonly endsTrees: boolean;
}

/** This system, where nothing is known of it but what it is. */
const HERE: ProgramHost = { os: SYSTEM, environment: {}, endsTrees: false };

/**
 * What starts programs in a group of their own, the best first.
 *
 * PERF: `setsid` takes the loader, the C library and a search along, which is a third of what a small program costs; our own
 * (own_launcher.ts) has none of these. A group could be had from the runtime itself (`detached`), but then it forks instead
 * of spawning, which takes this whole process's page tables along: several milliseconds in which nothing else is served,
 * against a twentieth for one more exec in the child. macOS has no setsid, and what could take its place there (perl,
 * python3) takes longer to start than the fork: programs are `detached` there.
 */
export interface Launchers {
  /** The path of our own. */
  readonly own?: string | undefined;
  /** The path of `setsid`. */
  readonly setsid?: string | undefined;
  /** What was found on a search path for names alone: our own launcher does not search. */
  readonly found?: { readonly searchPath: string; readonly programs: Readonly<Record<string, string>> };
}

/** Who starts a program. */
type Launcher = "own" | "setsid" | undefined;

/**
 * Starts programs.
 *
 * @param groups looks after the groups; undefined where nothing is to be started
 */
export function processRunner(
  launchers: Launchers,
  groups: GroupRegistry | undefined,
  host = HERE,
): ProcessRunner {
  const { own, setsid } = launchers;
  return {
    spawn(command) {
      if (!groups) throw new ProcessError("denied", command.program);
      const path = own === undefined ? undefined : pathOf(command, launchers);
      if (path !== undefined) {
        const child = tryToStart({ ...command, program: path }, own, host);
        if (child !== undefined) return new Process(child, command, "own", groups, host);
      }
      try {
        const child = new Deno.Command(...launch(command, setsid, host)).spawn();
        return new Process(child, command, setsid === undefined ? undefined : "setsid", groups, host);
      } catch (error) {
        throw new ProcessError(problemOf(error), command.program, { cause: error });
      }
    },
  };
}

/** SECURITY: a name alone would be taken for a file of the folder that the program runs in. */
function pathOf({ program, environment }: ProcessCommand, { found }: Launchers): string | undefined {
  if (program.includes("/")) return program;
  // A program that is given another search path is looked for there.
  return environment.PATH === found?.searchPath ? found?.programs[program] : undefined;
}

/** Undefined where that fails, be it for want of the launcher: the other way has its own words for whatever it is. */
function tryToStart(
  command: ProcessCommand,
  launcher: string | undefined,
  host: ProgramHost,
): Deno.ChildProcess | undefined {
  try {
    return new Deno.Command(...launch(command, launcher, host)).spawn();
  } catch {
    return undefined;
  }
}

/** The program that is started, and how. */
export function launch(
  { program, args, folder, environment, hasInput }: ProcessCommand,
  launcher: string | undefined,
  host: Pick<ProgramHost, "os" | "environment">,
): [program: string, options: Deno.CommandOptions] {
  return [launcher ?? program, {
    args: launcher === undefined ? [...args] : [program, ...args],
    cwd: folder,
    env: { ...host.environment, ...environment },
    clearEnv: true,
    detached: launcher === undefined && host.os !== "windows",
    stdin: hasInput ? "piped" : "null",
    stdout: "piped",
    stderr: "piped",
  }];
}

function problemOf(error: unknown): ProcessError["problem"] {
  if (error instanceof Deno.errors.NotFound) return "not found";
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return "denied";
  }
  return "failed";
}

class Process implements RunningProcess {
  readonly exited: Promise<number | string>;
  startProblem: ProcessError["problem"] | undefined = undefined;
  /** What the launcher was told to start. */
  readonly #program: string;
  /** Until its first words were looked at. */
  #launcher: Launcher;
  /** Nothing is left to find its children by once it is ended alone. */
  readonly #isEndedAsTree: boolean;
  readonly #child: Deno.ChildProcess;
  readonly #groups: GroupRegistry;
  readonly #input: WritableStreamDefaultWriter<Uint8Array> | undefined;
  readonly #output: PipeReader;
  readonly #errors: PipeReader;

  constructor(
    child: Deno.ChildProcess,
    { program, hasInput }: ProcessCommand,
    launcher: Launcher,
    groups: GroupRegistry,
    { os, endsTrees }: ProgramHost,
  ) {
    this.#isEndedAsTree = os === "windows" && endsTrees;
    this.#program = program;
    this.#launcher = launcher;
    groups.started(child.pid);
    this.#child = child;
    this.#groups = groups;
    this.#input = hasInput ? child.stdin.getWriter() : undefined;
    this.#output = new PipeReader(child.stdout);
    this.#errors = new PipeReader(child.stderr);
    this.exited = child.status.then(({ signal, code }) => signal ?? code);
  }

  async writeInput(bytes: Uint8Array): Promise<boolean> {
    try {
      await this.#input!.write(bytes);
      return true;
    } catch {
      // A broken pipe: the program has closed its input, or is gone.
      return false;
    }
  }

  async closeInput(): Promise<void> {
    try {
      await this.#input?.close();
    } catch {
      // It is closed already, from the other side.
    }
  }

  readOutput(): Promise<Uint8Array | null> {
    return this.#output.next();
  }

  readErrors(): Promise<Uint8Array | null> {
    const launcher = this.#launcher;
    this.#launcher = undefined;
    if (launcher === undefined) return this.#errors.next();
    return launcher === "own" ? this.#readOwnFailure() : this.#readFirstErrors(this.#program);
  }

  /** It says in a single write what it says. */
  async #readOwnFailure(): Promise<Uint8Array | null> {
    const piece = await this.#errors.next();
    this.startProblem = piece === null ? undefined : launcherFailure(piece);
    return this.startProblem === undefined ? piece : this.#errors.next();
  }

  /** What the launcher says of a program that it could not start is for us, and no line of the program's. */
  async #readFirstErrors(program: string): Promise<Uint8Array | null> {
    let bytes = new Uint8Array();
    for (;;) {
      const piece = await this.#errors.next();
      // It writes its line bit by bit.
      if (piece !== null) bytes = concat(bytes, piece);
      const words = launcherWords(bytes, program);
      if (words === "others" || bytes.length > LONGEST_WORDS) return bytes;
      if (words === "incomplete" && piece !== null) continue;
      if (words === "incomplete") return bytes.length === 0 ? null : bytes;
      this.startProblem = words;
      return this.#errors.next();
    }
  }

  terminate(): void {
    // Without signals nobody can be asked.
    if (this.#isEndedAsTree) this.kill();
    else this.#signal("SIGTERM");
  }

  kill(): void {
    this.#groups.kill(this.#child.pid);
    // It may not have got its group yet.
    if (!this.#isEndedAsTree) this.#signal("SIGKILL");
  }

  #signal(name: Deno.Signal): void {
    try {
      this.#child.kill(name);
    } catch {
      // It has ended.
    }
  }

  killRest(name: string | undefined): void {
    this.#groups.ended(this.#child.pid, name);
  }

  release(): void {
    this.#output.close();
    this.#errors.close();
    void this.#input?.abort().catch(() => {});
  }
}

/** Bytes of a line of the launcher's, in which the program's path stands. */
const LONGEST_WORDS = 16 * 1024;

/** What `setsid` says (that of util-linux, or of busybox) means; `others`: it is not the one who says it. */
function launcherWords(
  bytes: Uint8Array,
  program: string,
): ProcessError["problem"] | "incomplete" | "others" {
  const text = new TextDecoder().decode(bytes);
  const begins = [`setsid: failed to execute ${program}: `, `setsid: can't execute '${program}': `];
  if (!begins.some((begin) => text.startsWith(begin))) {
    return begins.some((begin) => begin.startsWith(text)) ? "incomplete" : "others";
  }
  if (!text.includes("\n")) return "incomplete";
  if (text.includes("No such file or directory")) return "not found";
  return text.includes("Permission denied") ? "denied" : "failed";
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
