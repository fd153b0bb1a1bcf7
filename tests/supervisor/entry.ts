/**
 * A worker for tests, which behaves as the search path says that it was started with.
 *
 * @module
 */
import { SharedGroups } from "../../lib/runtime/process_groups.ts";
import type { FromWorker, ToWorker } from "../../lib/supervisor/messages.ts";
import { isFile } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";

/** What a test worker does. */
export type Behaviour =
  /**
   * Serves as the real one does. With diesOf it notes its number in the file `serving` of its root, and dies once there
   * is a file of this name and its number, which it removes first.
   */
  | { readonly does: "serve"; readonly diesOf?: string }
  /** Says that it is ready, and dies once there is a file of this name in its root. */
  | { readonly does: "die"; readonly of: string }
  /** Dies before it is ready. */
  | { readonly does: "die at once" }
  /** Its module cannot be loaded. */
  | { readonly does: "fail"; readonly message: string }
  /** Is ready, and does not stop when it is told to. */
  | { readonly does: "linger" }
  /** Is ready, and busy for ever with whatever it hears next. */
  | { readonly does: "spin" }
  /**
   * Runs a program that leaves another one behind, notes groups of processes, and has one killed; once it is told to
   * change it notes one more and dies.
   */
  | {
    readonly does: "leave groups";
    readonly over: string;
    readonly alive: readonly number[];
    readonly killed: readonly number[];
    readonly last: number;
  }
  /** Tries what it is told, and says in the access log how it went. */
  | { readonly does: "try"; readonly attempts: readonly Attempt[] };

/** Something that a sandbox may refuse. */
export type Attempt = readonly [
  "read" | "write" | "run" | "listen" | "connect" | "env" | "kill" | "ffi" | "sys" | "import",
  string,
];

const say = (message: FromWorker) => (self as unknown as Worker).postMessage(message);

addEventListener("message", (event) => {
  const { data } = event as MessageEvent<ToWorker>;
  if (data.type === "start") return void begin(JSON.parse(data.start.searchPath), data);
  if (behaviour?.does === "serve" || behaviour?.does === "linger") return;
  if (behaviour?.does === "spin") { for (;;); }
  if (data.type === "change") {
    if (behaviour?.does === "leave groups") groups?.started(behaviour.last);
    throw new Error("told to change");
  }
  if (data.type === "stop" || data.type === "retire") say({ type: "stopped" });
});

let behaviour: Behaviour | undefined;
let groups: SharedGroups | undefined;

async function begin(wanted: Behaviour, message: ToWorker & { readonly type: "start" }): Promise<void> {
  behaviour = wanted;
  switch (wanted.does) {
    case "serve":
      return await serve(wanted.diesOf, message);
    case "die":
      say({ type: "ready" });
      return await dieOf(`${rootOf(message)}/${wanted.of}`);
    case "die at once":
      throw new Error("dead on arrival");
    case "fail":
      return say({ type: "failed", message: wanted.message });
    case "linger":
      return say({ type: "ready" });
    case "spin":
      return say({ type: "ready" });
    case "leave groups":
      groups = message.start.groups && new SharedGroups(message.start.groups, {
        kill: (pid) => say({ type: "kill", pid }),
        sweep: () => say({ type: "sweep" }),
      });
      await leaveBehind(wanted.over);
      for (const pid of [...wanted.alive, ...wanted.killed]) groups?.started(pid);
      for (const pid of wanted.killed) groups?.kill(pid);
      return say({ type: "ready" });
    case "try":
      for (const attempt of wanted.attempts) {
        say({
          type: "log",
          log: "access",
          lines: new TextEncoder().encode(`${attempt.join(" ")}: ${await outcome(attempt)}\n`),
        });
      }
      return say({ type: "ready" });
  }
}

async function leaveBehind(script: string): Promise<void> {
  const program = new Deno.Command("sh", { args: ["-c", script], clearEnv: true, detached: true }).spawn();
  groups?.started(program.pid);
  await program.status;
  groups?.ended(program.pid);
}

async function serve(diesOf: string | undefined, message: ToWorker & { readonly type: "start" }) {
  await import("../../lib/supervisor/worker.ts");
  const thread = self as unknown as { onmessage: (event: MessageEvent<ToWorker>) => void };
  thread.onmessage(new MessageEvent("message", { data: message }));
  if (diesOf === undefined) return;
  const root = rootOf(message);
  Deno.writeTextFileSync(`${root}/serving`, `${message.start.id}\n`, { append: true });
  const file = `${root}/${diesOf}-${message.start.id}`;
  // The one that takes its place is to live.
  await dieOf(file, () => Deno.removeSync(file));
}

const rootOf = (message: ToWorker & { readonly type: "start" }) =>
  message.start.config.servers[0]!.fallback.files.root;

/** Waits for a file, and dies. */
async function dieOf(file: string, first = () => {}): Promise<never> {
  await waitUntil(() => isFile(file), `there is ${file}`);
  first();
  throw new Error(`told to die by ${file}`);
}

async function outcome([what, name]: Attempt): Promise<string> {
  try {
    await attempts[what](name);
    return "allowed";
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

const attempts: Readonly<Record<Attempt[0], (name: string) => unknown>> = {
  read: (path) => Deno.readFileSync(path),
  write: (path) => Deno.writeTextFileSync(path, "x"),
  run: (program) => new Deno.Command(program, { clearEnv: true }).outputSync(),
  // The test holds the one that is allowed.
  listen: (address) => Deno.listen({ ...addressOf(address), reusePort: true }).close(),
  connect: async (address) => (await Deno.connect(addressOf(address))).close(),
  env: (name) => Deno.env.get(name),
  kill: (pid) => Deno.kill(Number(pid), "SIGCONT"),
  ffi: (library) => Deno.dlopen(library, {}),
  sys: (what) => what === "hostname" ? Deno.hostname() : Deno.networkInterfaces(),
  import: (url) => import(url),
};

function addressOf(address: string): { hostname: string; port: number } {
  const colon = address.lastIndexOf(":");
  return { hostname: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}
