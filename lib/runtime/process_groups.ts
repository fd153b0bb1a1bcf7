/**
 * The process groups that the programs of this server run in: kept in one place, so that none of them outlives it.
 *
 * @module
 */
import type { System } from "../ports.ts";
import { GroupTable } from "./group_table.ts";
import { KnownGroups } from "./known_groups.ts";
import { killArguments, killedOf } from "./process_trees.ts";
import { sendSignal } from "./send_signal.ts";
import { SYSTEM } from "./system.ts";

/** Is told of every group, where the programs are started. */
export interface GroupRegistry {
  started(pid: number): void;
  /**
   * The program has ended: what it left behind in its group is to be killed soon.
   *
   * @param name how it is called where something is said of that; undefined: nothing is
   */
  ended(pid: number, name?: string): void;
  /** Kills every process of a group at once. Nothing happens where its program has ended. */
  kill(pid: number): void;
}

/** Names of programs that have ended are kept for so many: a sweep looks at them within SWEEP_DELAY. */
const NAMES_KEPT = 512;

/** A worker's registry, which asks the main thread for what a worker may not do. */
export class SharedGroups implements GroupRegistry {
  readonly #table: GroupTable;
  readonly #ask: { readonly kill: (pid: number) => void; readonly sweep: () => void };
  /** Of programs that have ended, the last ones. */
  readonly #names = new Map<number, string>();

  /**
   * @param memory that of the main thread's WorkerGroups
   * @param ask has them called over there
   */
  constructor(
    memory: SharedArrayBuffer,
    ask: { readonly kill: (pid: number) => void; readonly sweep: () => void },
  ) {
    this.#table = new GroupTable(memory);
    this.#ask = ask;
  }

  started(pid: number): void {
    this.#table.started(pid);
  }

  ended(pid: number, name?: string): void {
    this.#names.delete(pid);
    if (name !== undefined) this.#names.set(pid, name);
    if (this.#names.size > NAMES_KEPT) this.#names.delete(this.#names.keys().next().value!);
    if (this.#table.ended(pid)) this.#ask.sweep();
  }

  kill(pid: number): void {
    if (this.#table.runs(pid)) this.#ask.kill(pid);
  }

  /** The name of a program that has ended not long ago. */
  nameOf(pid: number): string | undefined {
    return this.#names.get(pid);
  }
}

/** The groups of one worker as the main thread sees them. */
export interface WorkerGroups {
  readonly memory: SharedArrayBuffer;
  /** Kills a group whose program runs. */
  kill(pid: number): void;
  /** Programs have ended: kills what they left behind, within SWEEP_DELAY. */
  sweep(): void;
  /** Now and then: has a look at what runs. The shorter ago the last one was, the more is known of what has ended. */
  look(): void;
  /** The worker is gone: kills everything that it started. */
  close(): void;
}

/**
 * How long what a program left behind may live on, in milliseconds. PERF: one look at all programs that have ended
 * meanwhile, instead of a message for each of them.
 *
 * It must stay short: a group's id is not given to another as long as one process of the group is there, but an empty
 * group's is, once the system has been through all others. That takes seconds (32,768 ids are the fewest that a system
 * has as it comes); for a server that was stopped meanwhile there is isOurs().
 */
export const SWEEP_DELAY = 100;

/** The main thread's registry of all groups. */
export class ProcessGroups {
  readonly #tables = new Map<
    GroupTable,
    { readonly known: KnownGroups; readonly onLeft: (pid: number) => void }
  >();
  readonly #killProgram: string | undefined;
  /** Waits for what has ended in a group whose program is over: as process 1, where nobody else does. */
  reap: (pid: number) => void = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly #os: System;

  /** @param killProgram the path of `kill`, for when the runtime may not do it itself; on Windows of `taskkill` */
  constructor(killProgram: string | undefined, os = SYSTEM) {
    this.#killProgram = killProgram;
    this.#os = os;
  }

  /**
   * Looks after another worker's groups, until close().
   *
   * @param onLeft is told of each program that had left something in its group, which has been killed
   */
  open(onLeft: (pid: number) => void = () => {}): WorkerGroups {
    const table = new GroupTable(), known = new KnownGroups();
    this.#tables.set(table, { known, onLeft });
    return {
      memory: table.memory,
      kill: (pid) => {
        // SECURITY: only what was started as a group and is not known to be over. Its number may be another's by then.
        if (this.#tables.has(table) && table.runs(pid) && known.runs(pid)) this.#killGroups([pid]);
      },
      sweep: () => {
        if (this.#tables.has(table)) this.#timer ??= setTimeout(() => this.#sweep(), SWEEP_DELAY);
      },
      look: () => {
        const looked = known.time();
        known.look(table.noted(), looked);
      },
      close: () => {
        this.#killAllOf(table, known);
        this.#tables.delete(table);
      },
    };
  }

  /** True if a worker has started it as a program, and has not said that it has ended. */
  runs(pid: number): boolean {
    return [...this.#tables.keys()].some((table) => table.runs(pid));
  }

  /** For the end of the program, however it comes. */
  killAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [table, { known }] of this.#tables) this.#killAllOf(table, known);
  }

  #sweep(): void {
    this.#timer = undefined;
    for (const [table, { known, onLeft }] of this.#tables) {
      // Before they are taken: what ends while others are killed is asked for next time, and must not be new to us then.
      const looked = known.time(), noted = table.noted(), ended = table.takeEnded();
      ended.forEach(this.reap);
      this.#killGroups(this.#leftOf(ended, known)).forEach(onLeft);
      const taken = new Set(ended);
      known.look(noted.filter((pid) => !taken.has(pid)), looked);
    }
  }

  #killAllOf(table: GroupTable, known: KnownGroups): void {
    // Some programs have ended, and nobody had the time to mark them.
    const running = table.running().filter((pid) => known.runs(pid) || isOurs(pid, known));
    this.#killGroups([...running, ...this.#leftOf(table.takeEnded(), known)]);
  }

  /**
   * The groups that programs which have ended have left behind. SECURITY: without groups nothing says whose a process is,
   * and the number may be another's by now.
   */
  #leftOf(ended: readonly number[], known: KnownGroups): number[] {
    return this.#os === "windows" ? [] : ended.filter((pid) => isOurs(pid, known));
  }

  /** @returns those in which somebody was killed */
  #killGroups(pids: readonly number[]): number[] {
    const killed: number[] = [], left: number[] = [];
    for (const pid of pids) {
      const sent = this.#os === "windows" ? "not capable" : sendSignal(-pid, "SIGKILL");
      if (sent === "not capable") left.push(pid);
      else if (sent === "sent") killed.push(pid);
    }
    if (left.length === 0 || this.#killProgram === undefined) return killed;
    // Deno.kill wants the permission to run everything; to run `kill` is much less.
    const { stderr } = new Deno.Command(this.#killProgram, {
      args: killArguments(left, this.#os),
      stderr: "piped",
      stdout: "null",
      stdin: "null",
    })
      .outputSync();
    return [...killed, ...killedOf(left, new TextDecoder().decode(stderr), this.#os)];
  }
}

/**
 * SECURITY: of a group whose program has ended: false if it is empty, which is the rule, or if there is a process again
 * that has its number. That one can only have got it after the group was empty, so whatever group has the number now
 * is another's.
 */
function isOurs(pid: number, known: KnownGroups): boolean {
  const group = sendSignal(-pid, 0);
  // That takes the other way of killing, which cannot look first.
  if (group === "not capable") return true;
  return group === "sent" && sendSignal(pid, 0) === "nobody" && known.isLeftBy(pid);
}
