/**
 * What ends programs when the server cannot: it was killed (SIGKILL, want of memory), or a worker's heap overflowed,
 * which ends the whole process. A shell waits for the end of a pipe whose other end only the server has, and then kills
 * every process that has this server's mark in the environment that it was started with, and its group. The mark stands
 * in SERVER_SOFTWARE as a comment (RFC 3875 section 4.1.17): programs have the variables of the RFC and no others. Those
 * that run on have it elsewhere, since php-cgi takes itself for a CGI program where it finds SERVER_SOFTWARE.
 *
 * The system could be asked for the same (PR_SET_PDEATHSIG, by `setpriv`), but that takes one more exec for each
 * program (0.7 ms of CPU), ends the program alone and not what it has started, and is forgotten by what is setuid.
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
  for file in $(grep -lzxF -e "SERVER_SOFTWARE=$1" -e "${MARK_VARIABLE}=$1" /proc/[0-9]*/environ 2>/dev/null); do
    pid=\${file#/proc/} pid=\${pid%/environ} empty=0
    kill -s KILL -- "-$pid" 2>/dev/null
    kill -s KILL "$pid" 2>/dev/null
  done
  sleep 0.1
done`;

/** How long it may take to end, in milliseconds; it ends with this program anyway. */
const END_PATIENCE = 1000;

/** Owns the shell. */
export class OrphanGuard {
  /** What SERVER_SOFTWARE is to be. */
  readonly software: string;
  readonly #shell: Deno.ChildProcess;

  private constructor(software: string, shell: Deno.ChildProcess) {
    this.software = software;
    this.#shell = shell;
  }

  /**
   * @param shell the path of `sh`
   * @param product the server's name and version
   */
  static start(shell: string, searchPath: string, product: string): OrphanGuard {
    const software = `${product} (${crypto.randomUUID()})`;
    const child = new Deno.Command(shell, {
      args: ["-c", SCRIPT, GUARD_NAME, software],
      cwd: "/",
      clearEnv: true,
      env: { PATH: searchPath },
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    return new OrphanGuard(software, child);
  }

  /** Has it end without killing anything. */
  async end(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, END_PATIENCE));
    await Promise.race([this.#tell(), late]);
    clearTimeout(timer);
  }

  async #tell(): Promise<void> {
    const writer = this.#shell.stdin.getWriter();
    try {
      await writer.write(new TextEncoder().encode(`${OVER}\n`));
      await writer.close();
    } catch {
      // Somebody has ended it before.
    }
    await this.#shell.status;
  }
}
