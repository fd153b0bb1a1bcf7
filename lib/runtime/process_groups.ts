/**
 * The process groups that the programs of this server run in: kept in one place, so that none of them outlives it.
 *
 * @module
 */

/** Is told of every group. */
export interface GroupKeeper {
  started(pid: number): void;
  ended(pid: number): void;
  /** Kills every process of a group. */
  kill(pid: number): void;
}

/** The main thread's keeper. */
export class ProcessGroups implements GroupKeeper {
  readonly #alive = new Set<number>();
  readonly #killProgram: string | undefined;

  /** @param killProgram the path of `kill`, for when the runtime may not do it itself */
  constructor(killProgram: string | undefined) {
    this.#killProgram = killProgram;
  }

  started(pid: number): void {
    // SECURITY: 0 and -1 would mean our own group, and everything.
    if (!Number.isSafeInteger(pid) || pid <= 1) return;
    this.#alive.add(pid);
  }

  ended(pid: number): void {
    this.#alive.delete(pid);
  }

  kill(pid: number): void {
    // SECURITY: only what was started as a group and is not known to be over. Its number may be another's by then.
    if (!this.#alive.has(pid)) return;
    try {
      Deno.kill(-pid, "SIGKILL");
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) this.#killByProgram(pid);
      // No process of the group is left, which is what was wanted. EPERM: only zombies are.
      else if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied)) {
        throw error;
      }
    }
  }

  /** For the end of the program, however it comes. */
  killAll(): void {
    for (const pid of this.#alive) this.kill(pid);
    this.#alive.clear();
  }

  /** Deno.kill wants the permission to run everything; to run `kill` is much less. */
  #killByProgram(pid: number): void {
    if (this.#killProgram === undefined) return;
    new Deno.Command(this.#killProgram, {
      args: ["-KILL", "--", `-${pid}`],
      stderr: "null",
      stdout: "null",
      stdin: "null",
    })
      .outputSync();
  }
}
