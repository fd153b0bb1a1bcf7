/**
 * The signals that ask the program to stop.
 *
 * @module
 */

/** SIGINT and SIGTERM as they come, one next() each. Installed for the life of the program. */
export function stopSignals(): { next(): Promise<void> } {
  let waiting: (() => void)[] = [];
  let arrived = 0;
  const onSignal = () => {
    const first = waiting.shift();
    if (first) first();
    else arrived++;
  };
  // Windows knows SIGINT (Ctrl-C) and SIGBREAK only.
  const names: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
  for (const name of names) Deno.addSignalListener(name, onSignal);
  return {
    next() {
      if (arrived > 0) {
        arrived--;
        return Promise.resolve();
      }
      return new Promise((resolve) => waiting = [...waiting, resolve]);
    },
  };
}
