/**
 * A worker that was taken over: it does what the search path says, in its first life, once there is a file `go` in its store, and
 * is a quiet worker afterwards.
 * What it may do is what any worker of the configuration may.
 *
 * @module
 */
import { GroupTable } from "../../lib/runtime/group_table.ts";
import type { ToWorker, WorkerStart } from "../../lib/supervisor/messages.ts";

/** What it does, and to whom. */
export interface Deed {
  readonly does: keyof typeof deeds;
  /** A process of somebody else. */
  readonly pid?: number;
  /** Paths of files. */
  readonly paths?: readonly string[];
}

const thread = self as unknown as {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  close(): void;
};
const say = (message: unknown, transfer?: Transferable[]) => thread.postMessage(message, transfer);
const bytes = (text: string) => new TextEncoder().encode(text);
const log = (lines: unknown, name: unknown = "access") => say({ type: "log", log: name, lines });

const give = (bytes: unknown, upTo = 1) => say({ type: "records", ask: 1, found: { upTo, bytes } });

function shared(text: string): Uint8Array {
  const memory = new Uint8Array(new SharedArrayBuffer(text.length));
  memory.set(bytes(text));
  return memory;
}

function kills(pid: number, start: WorkerStart): void {
  const table = new GroupTable(start.groups!);
  table.started(pid);
  say({ type: "kill", pid });
}

/** The name of the pool that it has. Imported late, since a worker that loads much is slow to answer its first ping. */
async function poolOf({ config }: WorkerStart): Promise<string> {
  const { spawnedPools } = await import("../../lib/config/places.ts");
  const { poolName } = await import("../../lib/supervisor/pool_names.ts");
  return poolName(spawnedPools(config)[0]!);
}

const deeds = {
  "gives records that are none": () => say({ type: "records", ask: 1, found: "x" }),
  "gives records of half a number": () => give(new Uint8Array(), 0.5),
  "gives records that it can still change": () => give(shared("[]")),
  "gives few records of much memory": () => give(new Uint8Array(new ArrayBuffer(50_000_000), 0, 2)),
  "gives endless records": () => give(new Uint8Array(40_000_000)),
  "gives records unasked": () => give(bytes("[]")),
  "says nothing": () => say(null),
  "says a text": () => say("ready"),
  "says something without a type": () => say({ lines: "x" }),
  "says an unknown word": () => say({ type: "obey" }),
  "says the name of a method": () => say({ type: "toString" }),
  "says a map": () => say(new Map([["type", "sweep"]])),
  "says a list": () => say(["sweep"]),
  "sends a port": () => {
    const { port1 } = new MessageChannel();
    say({ type: "sweep", port1 }, [port1]);
  },
  "logs a text": () => log("line\n"),
  "logs elsewhere": () => log(bytes("line\n"), "__proto__"),
  "logs nothing": () => log(new Uint8Array()),
  "logs half a line": () => log(bytes("line\nhalf")),
  "logs a line without an end": () => log(bytes("x".repeat(10_000_000) + "\n")),
  "logs words": () => log(new Uint16Array([10])),
  "logs memory that it can still change": () => log(shared("line\n")),
  "logs little of much memory": () => log(new Uint8Array(new ArrayBuffer(50_000_000), 0, 1).fill(10)),
  "has a number killed that is none": () => say({ type: "kill", pid: "1" }),
  "has a fraction killed": () => say({ type: "kill", pid: 2.5 }),
  "has everything killed": () => say({ type: "kill", pid: -1 }),
  "names no path": () => say({ type: "unfinished", path: 7, over: false }),
  "names an endless path": () => say({ type: "unfinished", path: "/" + "x".repeat(1e6), over: false }),
  "wants a pool without a name": () => say({ type: "pool wanted" }),
  "wants a pool by a path": () => say({ type: "pool wanted", name: "../php-cgi-65dbfb96ad7f01bf.sock" }),
  "wants a pool by an endless name": () => say({ type: "pool failed", name: `${"x".repeat(1e6)}` }),
  "wants a pool that it does not have": () => say({ type: "pool wanted", name: "sh-65dbfb96ad7f01bf.sock" }),
  "doubts a pool that it does not have": () => say({ type: "pool failed", name: "sh-65dbfb96ad7f01bf.sock" }),
  "wants a pool twice": async (_, start) => {
    const name = await poolOf(start);
    for (let i = 0; i < 2; i++) say({ type: "pool wanted", name });
  },
  "needs no pools unasked": () => say({ type: "pools unused" }),
  "floods with doubts of a pool": async (_, start) => {
    const name = await poolOf(start);
    for (let i = 0; i < 1_000_000; i++) say({ type: "pool failed", name });
  },
  "is ready again": () => say({ type: "ready" }),
  "fails when it is ready": () => say({ type: "failed", message: "\x1b[31m" }),
  "has changed unasked": () => say({ type: "changed" }),
  "has closed unasked": () => say({ type: "closed" }),
  "has stopped unasked": () => say({ type: "stopped" }),
  "lives unasked": () => say({ type: "pong" }),
  "floods with words": () => {
    for (let i = 0; i < 1_000_000; i++) say({ type: "sweep" });
  },
  "floods with lines": () => {
    const lines = bytes("x".repeat(100_000) + "\n");
    for (let i = 0; i < 1000; i++) log(lines);
  },
  "floods with files": () => {
    for (let i = 0; i < 200_000; i++) {
      say({ type: "unfinished", path: `/tmp/.webserv-upload-${i}-${"x".repeat(3000)}`, over: false });
    }
  },
  "closes itself": () => thread.close(),
  "exits": () => Deno.exit(3),
  "spins": () => {
    for (;;);
  },
  "forges lines": () => log(bytes("red \x1b[31m \x9b \u009b31m \x7f\rforged\n"), "error"),
  "dies with a forged reason": () => {
    throw new Error("\x1b[31m\nerror: forged " + "x".repeat(1e6));
  },
  "kills others": ({ pid }, start) => kills(pid!, start),
  "leaves others behind": ({ pid }, start) => {
    const table = new GroupTable(start.groups!);
    table.started(pid!);
    table.ended(pid!);
    say({ type: "sweep" });
  },
  "fills the table": (_, start) => {
    start.groups!.grow(start.groups!.maxByteLength);
    const words = new Int32Array(start.groups!);
    for (let i = 0; i < words.length; i++) words[i] = [-(2 ** 31), 2 ** 31 - 1, -1, 1, 0, -(2 ** 30)][i % 6]!;
    for (const pid of [2 ** 31 - 1, 2 ** 30, 2]) say({ type: "kill", pid });
    say({ type: "sweep" });
  },
  "names files of others": ({ paths }) => {
    for (const path of paths!) say({ type: "unfinished", path, over: false });
  },
  "names a file and swaps the folder": ({ paths }) => {
    const [path, folder, link] = paths!;
    say({ type: "unfinished", path, over: false });
    Deno.removeSync(folder!, { recursive: true });
    // It may not make a link; one that somebody has made it may give another name.
    Deno.renameSync(link!, folder!);
  },
} satisfies Record<string, (deed: Deed, start: WorkerStart) => void | Promise<void>>;

/** What comes after a deed that is not punished. */
const DONE: ReadonlySet<string> = new Set<Deed["does"]>([
  "forges lines",
  "kills others",
  "leaves others behind",
  "fills the table",
  "names files of others",
  "names a file and swaps the folder",
]);

addEventListener("message", (event) => {
  const { data } = event as MessageEvent<ToWorker>;
  if (data.type === "stop" || data.type === "retire") say({ type: "stopped" });
  if (data.type === "ping") say({ type: "pong" });
  if (data.type !== "start") return;
  say({ type: "ready" });
  const deed: Deed = JSON.parse(data.start.searchPath);
  const store = data.start.config.servers[0]!.locations.find(({ store }) =>
    store.uploadStore
  )!.store.uploadStore;
  const wait = setInterval(() => {
    try {
      Deno.removeSync(`${store}/go`);
    } catch {
      // Nobody has asked yet, or this is another life.
      return;
    }
    clearInterval(wait);
    act(deed, data.start);
  }, 10);
});

function act(deed: Deed, start: WorkerStart): void {
  void (deeds[deed.does] as (deed: Deed, start: WorkerStart) => void | Promise<void>)(deed, start);
  // After the next sweep.
  if (DONE.has(deed.does)) {
    setTimeout(() => {
      throw new Error("done");
    }, 300);
  }
}
