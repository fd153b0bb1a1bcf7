/**
 * What process 1 of a container owes to others: the system gives it every process whose parent has ended, and such a
 * process stays there as a zombie until it is waited for. The runtime waits for its own children only, so the system's
 * `waitpid` is called itself, where we may call it and see /proc.
 *
 * @module
 */

/** How often it is looked for zombies, in milliseconds. One is waited for if it was there at the look before, too. */
const LOOK_DELAY = 1000;

/** From wait.h: what has not ended is not waited for. */
const WNOHANG = 1;

const LIBRARY = "libc.so.6";

/** Waits for what others have left. Owns its timer. */
export class Reaper {
  readonly #waitpid: (pid: number) => number;
  readonly #isOurs: (pid: number) => boolean;
  readonly #timer: ReturnType<typeof setInterval>;
  #seen: ReadonlySet<number> = new Set();

  private constructor(waitpid: (pid: number) => number, isOurs: (pid: number) => boolean) {
    this.#waitpid = waitpid;
    this.#isOurs = isOurs;
    this.#timer = setInterval(() => this.#look(), LOOK_DELAY);
    Deno.unrefTimer(this.#timer);
  }

  /**
   * @param isOurs true for a child that somebody of this program waits for: that one's end must not be taken from him
   * @returns undefined where we may not
   */
  static start(isOurs: (pid: number) => boolean): Reaper | undefined {
    // All of /proc takes the permission to read everything.
    const may = [{ name: "ffi", path: LIBRARY }, { name: "read" }] as const;
    if (may.some((descriptor) => Deno.permissions.querySync(descriptor).state !== "granted")) {
      return undefined;
    }
    try {
      const { symbols } = Deno.dlopen(LIBRARY, {
        waitpid: { parameters: ["i32", "pointer", "i32"], result: "i32" },
      });
      return new Reaper((pid) => symbols.waitpid(pid, null, WNOHANG), isOurs);
    } catch {
      // Another C library; what is lacking then is said by whoever asked.
      return undefined;
    }
  }

  /** Of a group whose program has been waited for: what has ended in it is not taken for something that still runs. */
  group(pid: number): void {
    while (this.#waitpid(-pid) > 0);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The runtime waits for its own children as soon as they end: they are not there at two looks. */
  #look(): void {
    const zombies = new Set(zombieChildren());
    for (const pid of zombies) {
      if (this.#seen.has(pid) && !this.#isOurs(pid)) this.#waitpid(pid);
    }
    this.#seen = zombies;
  }
}

/** Children of this process that have ended and were not waited for. */
function zombieChildren(): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter(isZombieChild);
}

function isZombieChild(pid: number): boolean {
  if (!Number.isInteger(pid)) return false;
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name may have anything in it, also a parenthesis.
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" && Number(parent) === Deno.pid;
  } catch {
    // It is gone meanwhile.
    return false;
  }
}
