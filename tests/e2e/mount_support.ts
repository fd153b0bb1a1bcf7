/**
 * Small file systems in memory, where they can be mounted.
 *
 * @module
 */

function run(program: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(program, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** Mounts one of a megabyte and some fifty names. @returns false where that cannot be done */
export const mountDisk = (folder: string): boolean =>
  run("mount", "-t", "tmpfs", "-o", "size=1m,nr_inodes=50", "webserv-test", folder);

/** Takes it away, whoever uses it. */
export const unmount = (folder: string): boolean => run("umount", folder);

function canMount(): boolean {
  const folder = Deno.makeTempDirSync({ prefix: "webserv-mount-" });
  try {
    return Deno.build.os === "linux" && mountDisk(folder) && unmount(folder);
  } finally {
    Deno.removeSync(folder);
  }
}

export const MOUNTS = canMount();
