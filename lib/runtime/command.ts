/**
 * A command of the user's that runs beside the server, for as long as that serves: in a session of its own, so that
 * whatever it starts can be reached together, with this program's environment and standard input.
 *
 * @module
 */
import type { System } from "../ports.ts";
import { CommandError } from "./command_error.ts";
import { GroupTable } from "./group_table.ts";
import { OrphanGuard } from "./orphan_guard.ts";
import { knowsProcesses, membersOf } from "./process_facts.ts";
import type { ProcessGroups } from "./process_groups.ts";
import { killArguments } from "./process_trees.ts";
import { sendSignal } from "./send_signal.ts";
import { SYSTEM } from "./system.ts";

/** What it takes to see to it that nothing is left of a command. */
export interface CommandKeeper {
  readonly groups: ProcessGroups;
  /** The paths of `sh` and `kill`, where they are. */
  readonly guardShell: string | undefined;
  readonly killProgram: string | undefined;
  readonly searchPath: string;
  readonly os?: System;
}

/** What is started. */
export interface CommandStart {
  /** The program and its arguments: one word at least. */
  readonly words: readonly string[];
  /** Added to the environment of this program. */
  readonly environment: Readonly<Record<string, string>>;
  /** Both standard streams are read by us; else they are this program's own. */
  readonly piped: boolean;
  /** Where it is run; by default where this program is. */
  readonly folder?: string;
  /** On Windows its arguments are handed on as they are, without being quoted. */
  readonly isRaw?: boolean;
  /** It may read this program's standard input; by default it does. */
  readonly hasInput?: boolean;
}

/** Says in the environment of a command, and of all that it starts, which server it belongs to. */
const MARK = "WEBSERV_RUN";

/** What a command has left behind has so long to end once it was asked to, in milliseconds. */
const REST_PATIENCE = 1000;

/** How often it is looked whether it has, in milliseconds. */
const LOOK_DELAY = 20;

/** A command from its start until nothing is left of it. */
export class RunningCommand {
  /** Resolves with its exit status, 128 + n for a signal, once nothing of its group is left. Never rejects. */
  readonly ended: Promise<number>;
  readonly #child: Deno.ChildProcess;
  readonly #keeper: CommandKeeper;
  readonly #guard: OrphanGuard | undefined;
  readonly #piped: boolean;
  readonly #close: () => void;
  readonly #knows = knowsProcesses();
  readonly #os: System;
  #signalled = false;
  #killing: Promise<void> | undefined;
  #isOver = false;
  /** The command itself. */
  #hasEnded = false;

  private constructor(
    child: Deno.ChildProcess,
    { piped }: CommandStart,
    keeper: CommandKeeper,
    guard: OrphanGuard | undefined,
  ) {
    this.#child = child;
    this.#keeper = keeper;
    this.#os = keeper.os ?? SYSTEM;
    this.#guard = guard;
    this.#piped = piped;
    const groups = keeper.groups.open();
    new GroupTable(groups.memory).started(child.pid);
    groups.look();
    this.#close = () => groups.close();
    this.ended = this.#run();
  }

  /** @throws {CommandError} */
  static start(start: CommandStart, keeper: CommandKeeper): RunningCommand {
    const [program, ...args] = start.words;
    // Before it, so that at no time it has nobody.
    const guard = guardFor(keeper);
    try {
      const stream = start.piped ? "piped" : "inherit";
      const child = new Deno.Command(program!, {
        args,
        env: { ...start.environment, ...guard?.marks },
        ...(start.isRaw && { windowsRawArguments: true }),
        ...(start.folder !== undefined && { cwd: start.folder }),
        stdin: start.hasInput ?? true ? "inherit" : "null",
        stdout: stream,
        stderr: stream,
        detached: (keeper.os ?? SYSTEM) !== "windows",
      }).spawn();
      return new RunningCommand(child, start, keeper, guard);
    } catch (error) {
      void guard?.end();
      throw commandError(program!, error);
    }
  }

  /** Its standard output and standard error, where they are piped. */
  get streams(): readonly ReadableStream<Uint8Array<ArrayBuffer>>[] {
    return this.#piped ? [this.#child.stdout, this.#child.stderr] : [];
  }

  /** Passes a signal on to all of its group. On Windows the console has told them all already. */
  signal(name: Deno.Signal): void {
    if (this.#isOver) return;
    if (name !== "SIGWINCH") this.#signalled = true;
    if (this.#os === "windows") return;
    this.#send(name);
  }

  /** Ends it at once, with all that it has started, in whatever group that is. Resolves when it is gone. */
  kill(): Promise<void> {
    this.#killing ??= this.#kill();
    return this.#killing;
  }

  async #kill(): Promise<void> {
    if (this.#isOver) return;
    this.#send("SIGKILL");
    await this.#guard?.killAll();
    await this.ended;
  }

  async #run(): Promise<number> {
    let isKilled = true;
    const status = await this.#child.status.then(({ code, signal }) => {
      isKilled = signal !== null;
      return code;
    }, () => UNKNOWN_SIGNAL);
    this.#hasEnded = true;
    if (this.#killing === undefined) await this.#endRest();
    this.#isOver = true;
    this.#close();
    // What it had in sessions of their own it could not end any more.
    if (this.#killing === undefined) await (isKilled ? this.#guard?.killAll() : this.#guard?.end());
    return status;
  }

  /** What it has left in its group is asked to end, unless it was before, and then killed. */
  async #endRest(): Promise<void> {
    if (!this.#hasGroup()) return;
    if (!this.#signalled) this.#send("SIGTERM");
    const end = performance.now() + REST_PATIENCE;
    while (this.#hasGroup() && this.#killing === undefined && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_DELAY));
    }
    this.#send("SIGKILL");
  }

  /** Where nobody waits for orphans, as in many a container, what has ended stays in the group. */
  #hasGroup(): boolean {
    return this.#send(0) &&
      (!this.#knows || membersOf(this.#child.pid).some(({ ended }) => !ended));
  }

  /** @returns true if there is somebody in its group */
  #send(name: Deno.Signal | 0): boolean {
    const { pid } = this.#child;
    if (this.#os === "windows") {
      if (name === "SIGKILL") this.#killTree();
      return false;
    }
    const sent = sendSignal(-pid, name);
    if (sent !== "not capable") return sent === "sent";
    const { killProgram } = this.#keeper;
    if (killProgram === undefined) return false;
    const short = name === 0 ? "0" : name.slice("SIG".length);
    return new Deno.Command(killProgram, {
      args: ["-s", short, "--", `-${pid}`],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).outputSync().success;
  }

  /** SECURITY: never what has ended, whose number may be another's by now. */
  #killTree(): void {
    const { killProgram } = this.#keeper, { pid } = this.#child;
    if (this.#hasEnded) return;
    if (killProgram !== undefined) {
      const silent = { stdin: "null", stdout: "null", stderr: "null" } as const;
      new Deno.Command(killProgram, { args: killArguments([pid], this.#os), ...silent }).outputSync();
    }
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

/** For a signal that has no name, as those for real time. */
const UNKNOWN_SIGNAL = 128;

function guardFor({ guardShell, searchPath }: CommandKeeper): OrphanGuard | undefined {
  if (guardShell === undefined) return undefined;
  try {
    return OrphanGuard.start(guardShell, searchPath, { [MARK]: crypto.randomUUID() });
  } catch (error) {
    // Without the permission a server that is killed leaves its command behind, and nothing else is different.
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

function commandError(program: string, error: unknown): CommandError {
  const options = { cause: error };
  if (error instanceof Deno.errors.NotFound) {
    const where = program.includes("/")
      ? "check its path"
      : "it is not installed, or not in a folder of PATH";
    return new CommandError(`${program} was not found: ${where}`, 127, options);
  }
  if (error instanceof Deno.errors.NotCapable) {
    return new CommandError(`${program} may not be run: start with --allow-run=${program}`, 126, options);
  }
  const why = error instanceof Deno.errors.PermissionDenied
    ? "it is no program, or its permissions forbid it"
    : error instanceof Error
    ? error.message
    : String(error);
  return new CommandError(`${program} cannot be run: ${why}`, 126, options);
}
