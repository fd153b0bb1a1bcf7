/**
 * The owner of a temporary folder and of the programs that work in it: it ends them and removes the folder when whoever
 * started them says so, or is gone, killed even.
 *
 * @module
 */

/**
 * Reads `+ PID` and `- PID`, and acts when nobody can write to it any more. What a program that was just killed has
 * still written may hinder the first removal.
 */
const SCRIPT = `
pids=" "
while read -r sign pid; do
  case $sign in
    +) pids="$pids$pid " ;;
    -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -9 "$pid"; done
for _ in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$1" && exit; sleep 0.1; done
`;

/** A temporary folder with what runs in it. Disposal leaves neither. */
export class Guard implements AsyncDisposable {
  readonly #running = new Map<number, Deno.ChildProcess>();

  private constructor(
    readonly folder: string,
    readonly process: Deno.ChildProcess,
    readonly words: WritableStreamDefaultWriter<Uint8Array>,
  ) {}

  static async start(prefix: string): Promise<Guard> {
    const folder = await Deno.makeTempDir({ prefix });
    // In a session of its own, so that it is not ended by Ctrl+C, which reaches all of a terminal's programs.
    const process = new Deno.Command("setsid", {
      args: ["sh", "-c", SCRIPT, "guard", folder],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    return new Guard(folder, process, process.stdin.getWriter());
  }

  /** Starts a program that runs until it is ended; what it says is in its own log. */
  async spawn(command: readonly string[]): Promise<Deno.ChildProcess> {
    // It becomes the program itself: the id is the same.
    const child = new Deno.Command("setsid", {
      args: [...command],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#running.set(child.pid, child);
    await this.#say("+", child.pid);
    return child;
  }

  /** Kills one of them and waits until it is gone. */
  async kill(child: Deno.ChildProcess): Promise<void> {
    if (!this.#running.delete(child.pid)) return;
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await child.status;
    await this.#say("-", child.pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running.values()].map((child) => this.kill(child)));
    await this.words.close();
    await this.process.status;
  }

  #say(sign: "+" | "-", pid: number): Promise<void> {
    return this.words.write(new TextEncoder().encode(`${sign} ${pid}\n`));
  }
}
