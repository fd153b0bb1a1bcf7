/**
 * A program that starts another, tells its process id, and ends as its argument says.
 *
 * @module
 */
import { onEnd } from "../../lib/runtime/end.ts";
import { ProcessGroups, SharedGroups } from "../../lib/runtime/process_groups.ts";

const groups = new ProcessGroups(undefined);
onEnd(() => groups.killAll());
const worker = groups.open();
const registry = new SharedGroups(worker.memory, { kill: worker.kill, sweep: worker.sweep });
const child = new Deno.Command("sh", {
  args: ["-c", "sleep 60 & sleep 60"],
  detached: true,
  stdout: "null",
  stderr: "null",
}).spawn();
child.unref();
registry.started(child.pid);
console.log(child.pid);

switch (Deno.args[0]) {
  case "throws":
    setTimeout(() => {
      throw new Error("thrown");
    });
    break;
  case "rejects":
    setTimeout(() => void Promise.reject(new Error("rejected")));
    break;
  case "exits":
    Deno.exit(3);
}
