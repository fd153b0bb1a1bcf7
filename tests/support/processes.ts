/**
 * Processes, as tests look at them.
 *
 * @module
 */

/** True if there is a process, or for minus its number a group, that lives or was not reaped. */
export function isThere(pid: number): boolean {
  try {
    Deno.kill(pid, 0 as unknown as Deno.Signal);
    return true;
  } catch {
    return false;
  }
}

/** Somebody else's process: in a session of its own, and not our child. It is killed on disposal. */
export async function strangeProcess(): Promise<Disposable & { readonly pid: number }> {
  const script = "setsid sleep 60 < /dev/null > /dev/null 2> /dev/null & echo $!";
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script], stdin: "null" }).output();
  const pid = Number(new TextDecoder().decode(stdout));
  return {
    pid,
    [Symbol.dispose]: () => {
      if (isThere(pid)) Deno.kill(pid, "SIGKILL");
    },
  };
}

/** The processes of which a word of the command is this one, as far as they are no zombies. */
export function processesOf(word: string): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => {
    try {
      return pid > 0 && Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0").includes(word);
    } catch {
      // It has just ended.
      return false;
    }
  });
}
