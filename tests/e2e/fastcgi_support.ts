/**
 * Real FastCGI servers for the end-to-end tests: php-fpm and fcgiwrap, each on a socket of its own, ended on disposal.
 *
 * @module
 */
import { findProgram } from "../../lib/runtime/find_program.ts";
import { end, writeFiles } from "../support/server.ts";
import { isThere } from "../support/processes.ts";
import { waitUntil } from "../support/wait.ts";

const PATHS = "/usr/sbin:/usr/bin:/sbin:/bin";

/** Debian names it after its version. */
const PHP_FPM = ["php-fpm", ...["8.4", "8.3", "8.2", "8.1"].map((version) => `php-fpm${version}`)]
  .map((name) => findProgram(name, PATHS)).find((path) => path !== undefined);
const FCGIWRAP = findProgram("fcgiwrap", PATHS);

/** A test that takes php-fpm. */
export const needsFpm = (name: string) => needs(name, "php-fpm", PHP_FPM);
/** A test that takes fcgiwrap. */
export const needsFcgiwrap = (name: string) => needs(name, "fcgiwrap", FCGIWRAP);

function needs(name: string, program: string, path: string | undefined): { name: string; ignore: boolean } {
  const ignore = path === undefined;
  return { name: ignore ? `${name} (ignored: ${program} is not installed)` : name, ignore };
}

/** A running server. */
export interface FastcgiProcess extends AsyncDisposable {
  readonly pid: number;
  readonly socket: string;
}

/** What a php-fpm of a test may have besides. */
export interface FpmOptions {
  readonly children?: number;
  /** Lines of its pool's section. */
  readonly pool?: string;
}

/** php-fpm in a folder that is there, with a socket `fpm.sock` in it. */
export async function startFpm(
  folder: string,
  { children = 2, pool = "" }: FpmOptions = {},
): Promise<FastcgiProcess> {
  const socket = `${folder}/fpm.sock`;
  await writeFiles(folder, {
    "fpm.conf": `[global]
error_log = ${folder}/fpm.log
daemonize = no
[www]
listen = ${socket}
pm = static
pm.max_children = ${children}
php_admin_value[session.save_path] = ${folder}
php_admin_value[upload_tmp_dir] = ${folder}
php_admin_value[post_max_size] = 200M
php_admin_value[upload_max_filesize] = 200M
php_admin_flag[log_errors] = on
php_admin_flag[display_errors] = off
${pool}
`,
  });
  // Whoever runs the tests is who it runs as; as root it wants to be told so.
  const user = Deno.uid() === 0 ? ["-R"] : [];
  if (Deno.uid() === 0) {
    await Deno.writeTextFile(`${folder}/fpm.conf`, "user = root\ngroup = root\n", { append: true });
  }
  return await start(PHP_FPM!, ["-n", "-F", "-y", `${folder}/fpm.conf`, ...user], socket);
}

/** fcgiwrap with so many processes. */
export async function startFcgiwrap(folder: string, processes = 2): Promise<FastcgiProcess> {
  const socket = `${folder}/fcgiwrap.sock`;
  return await start(FCGIWRAP!, ["-f", "-c", String(processes), "-s", `unix:${socket}`], socket);
}

/** The same on a port of 127.0.0.1, which `socket` gives. */
export async function startFcgiwrapOnPort(processes = 2): Promise<FastcgiProcess> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }), { port } = listener.addr;
  listener.close();
  const socket = `127.0.0.1:${port}`;
  return await start(FCGIWRAP!, ["-f", "-c", String(processes), "-s", `tcp:${socket}`], socket);
}

async function start(command: string, args: string[], socket: string): Promise<FastcgiProcess> {
  const child = new Deno.Command(command, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
  const dispose = async () => {
    // fcgiwrap leaves the processes that it has started behind.
    const children = childrenOf(child.pid);
    await end(child);
    await child.status;
    for (const pid of children.filter(isThere)) Deno.kill(pid, "SIGKILL");
  };
  try {
    await waitUntil(() => accepts(socket), `${command} listens on ${socket}`);
  } catch (error) {
    await dispose();
    throw error;
  }
  return { pid: child.pid, socket, [Symbol.asyncDispose]: dispose };
}

/** None where the system does not tell. */
function childrenOf(pid: number): number[] {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`);
    return text.split(" ").filter((word) => word !== "").map(Number);
  } catch {
    return [];
  }
}

async function accepts(socket: string): Promise<boolean> {
  const [hostname, port] = socket.split(":");
  try {
    const connection = port === undefined
      ? await Deno.connect({ transport: "unix", path: socket })
      : await Deno.connect({ hostname: hostname!, port: Number(port) });
    connection.close();
    return true;
  } catch {
    return false;
  }
}
