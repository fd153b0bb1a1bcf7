/**
 * Our own launcher where programs can be started by it: a file that has no name any more. It is written once, opened and
 * removed, and stays as long as somebody has it open: workers start it as `/proc/self/fd/N`.
 *
 * SECURITY: a program that has a name on the disk could be replaced, by an upload into a store that its folder lies in, or
 * in a folder that is cleaned of what is old and then made anew by somebody else. This one has none, and nothing is left
 * of it once the server has ended, however it does.
 *
 * @module
 */
import { IDLE_STATUS, launcherImage, type LauncherKind } from "./launcher_image.ts";
import { SYSTEM } from "./system.ts";

/** Where it may be: what is temporary is often not to be executed, what is shared in memory seldom. */
const MORE_FOLDERS = ["/dev/shm"] as const;

const NAME = "webserv-launch-";

/** Owns the open file, until close(). */
export class OwnLauncher {
  readonly #file: Deno.FsFile;
  #isOpen = true;

  /** @param path what is to be started, as long as the file is open */
  constructor(readonly path: string, file: Deno.FsFile) {
    this.#file = file;
  }

  close(): void {
    // SECURITY: the number may be another file's by now.
    if (this.#isOpen) this.#file.close();
    this.#isOpen = false;
  }
}

/**
 * Undefined where it cannot be had: on other systems and architectures, without /proc, without the permission to run
 * everything (no flag can name a number that is known when the file is open, and /proc takes all of them), or where every folder is mounted `noexec`.
 *
 * @param temporary the folder for what is temporary
 * @param diesWithParent what it starts is killed once the thread that has started it is gone
 */
export function openOwnLauncher(
  temporary: string,
  diesWithParent: boolean,
  system = SYSTEM,
  arch: string = Deno.build.arch,
): OwnLauncher | undefined {
  if (system !== "linux" || (arch !== "x86_64" && arch !== "aarch64")) return undefined;
  // Whoever is asked on a terminal, the server stands still meanwhile.
  const isGranted = (name: "run" | "read" | "write") =>
    Deno.permissions.querySync({ name }).state === "granted";
  if (!isGranted("run") || !isGranted("read") || !isGranted("write")) return undefined;
  for (const folder of new Set([temporary, ...MORE_FOLDERS])) {
    const launcher = openIn(folder, { arch, diesWithParent });
    if (launcher !== undefined) return launcher;
  }
  return undefined;
}

function openIn(folder: string, kind: LauncherKind): OwnLauncher | undefined {
  let file: Deno.FsFile | undefined, path = "";
  try {
    path = Deno.makeTempFileSync({ dir: folder, prefix: NAME });
    Deno.writeFileSync(path, launcherImage(kind));
    Deno.chmodSync(path, 0o500);
    file = Deno.openSync(path);
    const descriptor = descriptorOf(path);
    if (descriptor === undefined) throw new Deno.errors.NotFound(path);
    const launcher = new OwnLauncher(`/proc/self/fd/${descriptor}`, file);
    if (!works(launcher.path)) throw new Deno.errors.PermissionDenied(path);
    return launcher;
  } catch {
    // Whatever it is (a full disk, a folder that is not there, no /proc), programs are started in another way.
    file?.close();
    return undefined;
  } finally {
    remove(path);
  }
}

function remove(path: string): void {
  try {
    if (path !== "") Deno.removeSync(path);
  } catch {
    // Somebody cleans there, and was faster.
  }
}

/** The runtime does not tell the number of what it has opened. */
function descriptorOf(path: string): string | undefined {
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    if (linkedTo(`/proc/self/fd/${name}`) === path) return name;
  }
  return undefined;
}

function linkedTo(link: string): string | undefined {
  try {
    return Deno.readLinkSync(link);
  } catch {
    // That of the look into the folder is closed by now.
    return undefined;
  }
}

function works(path: string): boolean {
  const silent = { stdin: "null", stdout: "null", stderr: "null" } as const;
  return new Deno.Command(path, { clearEnv: true, ...silent }).outputSync().code === IDLE_STATUS;
}
