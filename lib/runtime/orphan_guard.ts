/**
 * What ends programs when the server cannot: it was killed (SIGKILL, want of memory), or a worker's heap overflowed,
 * which ends the whole process. A shell waits for the end of a pipe whose other end only the server has, and then kills
 * every process that has a mark of this server in the environment that it was started with, and its group. That of CGI
 * programs stands in SERVER_SOFTWARE as a comment (RFC 3875 section 4.1.17): they have the variables of the RFC and no
 * others. Those that run on have it elsewhere, since php-cgi takes itself for a CGI program where it finds SERVER_SOFTWARE.
 *
 * The system can be asked for the same (PR_SET_PDEATHSIG, which our own launcher does where there is no shell), but that
 * ends the program alone and not what it has started, and is forgotten by what is setuid.
 *
 * @module
 */

/** What `ps` shows of it. */
export const GUARD_NAME = "webserv-guard";

/** The variable in which programs that run on have the mark. */
export const MARK_VARIABLE = "WEBSERV_SOFTWARE";

/** What says that the server has ended in order, and has seen to its programs itself. */
const OVER = "over";

/**
 * Signals of a terminal are for the server. It looks until nothing was found twice: a program may just be starting
 * another, or being started.
 */
const SCRIPT = `trap '' INT QUIT TERM HUP
read -r word
[ "$word" = ${OVER} ] && exit
empty=0 round=0
while [ $empty -lt 2 ] && [ $round -lt 50 ]; do
  empty=$((empty + 1)) round=$((round + 1))
  for file in $(grep -lzxF "$1" /proc/[0-9]*/environ 2>/dev/null); do
    pid=\${file#/proc/} pid=\${pid%/environ} empty=0
    kill -s KILL -- "-$pid" 2>/dev/null
    kill -s KILL "$pid" 2>/dev/null
  done
  sleep 0.1
done`;

/** How long it may take to end, in milliseconds; it ends with this program anyway. */
const END_PATIENCE = 1000;

/** How long it may take to kill, in milliseconds; it goes on without this program. */
const KILL_PATIENCE = 3000;

/** What says of a CGI program whose it is: the value of SERVER_SOFTWARE for a server's name and version. */
export function markedSoftware(product: string): string {
  return `${product} (${crypto.randomUUID()})`;
}

/** Owns the shell. */
export class OrphanGuard {
  /** Variables of the environment, each of which marks what is its to end. */
  readonly marks: Readonly<Record<string, string>>;
  readonly #shell: Deno.ChildProcess;

  private constructor(marks: Readonly<Record<string, string>>, shell: Deno.ChildProcess) {
    this.marks = marks;
    this.#shell = shell;
  }

  /**
   * @param shell the path of `sh`
   * @param marks variables of the environment, of which nobody else's programs have one
   */
  static start(shell: string, searchPath: string, marks: Readonly<Record<string, string>>): OrphanGuard {
    const lines = Object.entries(marks).map(([name, value]) => `${name}=${value}`);
    const child = new Deno.Command(shell, {
      args: ["-c", SCRIPT, GUARD_NAME, lines.join("\n")],
      cwd: "/",
      clearEnv: true,
      env: { PATH: searchPath },
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    return new OrphanGuard(marks, child);
  }

  /** Has it end without killing anything. */
  end(): Promise<void> {
    return this.#over(`${OVER}\n`, END_PATIENCE);
  }

  /** Has it kill whatever has the mark, now, and end. */
  killAll(): Promise<void> {
    return this.#over("", KILL_PATIENCE);
  }

  async #over(word: string, patience: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, patience));
    await Promise.race([this.#tell(word), late]);
    clearTimeout(timer);
  }

  async #tell(word: string): Promise<void> {
    const writer = this.#shell.stdin.getWriter();
    try {
      await writer.write(new TextEncoder().encode(word));
      await writer.close();
    } catch {
      // Somebody has ended it before.
    }
    await this.#shell.status;
  }
}
