/**
 * Uploads that are broken off at random points, by the client or by the server's sudden end, and gone on with until they
 * are whole. What is in the store then is compared byte by byte.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { launch, type Launched, temporaryFolder } from "../support/launch.ts";
import { isFile } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";
import { ask, type At } from "./resumable_support.ts";
import { filesIn, head } from "./store_support.ts";

/** What has been tried. */
export interface Trials {
  /** Times that the server was killed, and that a client has left. */
  readonly killed: number;
  readonly cut: number;
  /** Uploads that were whole in the end. */
  readonly uploads: number;
  /** Of those, such as had to begin anew, since nobody had told where they could be gone on with. */
  readonly anew: number;
  /** Such as had to begin anew although they were finished, since the server that knew it has ended before it said so. */
  readonly unheard: number;
  /** Files of uploads that are left until they expire: of such as nobody was told of. */
  readonly left: number;
  /** Such as were found to be whole although nobody had said so. */
  readonly foundWhole: number;
  /** Bytes that were sent again, of all that had been sent. */
  readonly again: number;
  readonly sent: number;
}

/** Tells how often and how large. */
export interface TrialOptions {
  /** Times that the server is killed. */
  readonly kills: number;
  /** Uploads that go on at each time. */
  readonly together: number;
  /** Times that a client leaves. */
  readonly cuts: number;
  /** Bytes of an upload. */
  readonly size: number;
}

const PIECE = 16 * 1024;

/** A server that can be killed, and is then started anew on the same store. */
class MortalServer implements AsyncDisposable {
  #running: Launched;
  #port = 0;

  constructor(readonly folder: string) {
    this.#running = this.#start();
  }

  get at(): At {
    return { port: this.#port };
  }

  get store(): string {
    return join(this.folder, "store");
  }

  async ready(): Promise<void> {
    this.#port = await this.#running.port();
  }

  async kill(): Promise<void> {
    this.#running.kill("SIGKILL");
    await this.#running.status;
    this.#running = this.#start();
    await this.ready();
    // What the first one takes is loaded by then, in one of the workers at least.
    await new Trial(this, "warm", 1).go();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running[Symbol.asyncDispose]();
  }

  #start(): Launched {
    return launch(["serve", "-c", join(this.folder, "webserv.yaml")]);
  }
}

const CONFIG = `access_log: off
workers: 2
servers:
  - listen: "127.0.0.1:0"
    locations: { /files/: { upload_store: store, client_max_body_size: 100M } }
`;

/** One upload and what was seen of it. */
class Trial {
  readonly content: Uint8Array<ArrayBuffer>;
  location: string | undefined;
  isWhole = false;
  anew = 0;
  unheard = 0;
  foundWhole = 0;
  sent = 0;
  /** The server has acknowledged so many bytes. */
  acknowledged = 0;

  constructor(readonly server: MortalServer, readonly name: string, size: number) {
    this.content = new Uint8Array(size);
    for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(this.content.subarray(at, at + 65_536));
  }

  /** Begins or goes on, and leaves after so many bytes, unless it is whole before. */
  async go(until = Infinity): Promise<void> {
    const offset = this.location === undefined ? 0 : await this.#offset();
    if (offset === undefined || this.isWhole) return;
    if (offset < this.acknowledged) {
      throw new Error(`${offset} of ${this.acknowledged} acknowledged bytes are left`);
    }
    this.acknowledged = offset;
    using client = await WireClient.connect(this.server.at.port);
    const told = Promise.withResolvers<void>();
    const answered = this.#answer(client, told.resolve).finally(told.resolve);
    try {
      await this.#send(client, offset, until, told.promise);
      if (until < this.content.length) client[Symbol.dispose]();
    } catch {
      // The server has gone.
    }
    await answered;
  }

  /** Where it can be gone on with; undefined where it must begin anew, or is whole. */
  async #offset(): Promise<number | undefined> {
    const { last } = await ask(this.server.at, this.location!);
    if (last.status === 404) {
      // Finished, and nobody was left to say so.
      const stored = join(this.server.store, this.name);
      if (!isFile(stored) || !isSame(Deno.readFileSync(stored), this.content)) {
        throw new Error(`${this.name}: ${this.location} is forgotten`);
      }
      this.unheard++;
      this.location = undefined;
      this.acknowledged = 0;
      return 0;
    }
    assertEquals(last.status, 204);
    if (last.field("upload-complete") !== "?1") return Number(last.field("upload-offset"));
    this.isWhole = true;
    this.foundWhole++;
    return undefined;
  }

  /** @param told whoever begins waits for the address under which it can go on */
  async #send(client: WireClient, offset: number, until: number, told: Promise<void>): Promise<void> {
    const rest = this.content.subarray(offset);
    const length = { "Content-Length": String(rest.length), "Upload-Complete": "?1" };
    if (this.location === undefined) this.anew++;
    await client.send(
      this.location === undefined
        ? head("PUT", `/files/${this.name}`, length)
        : head("PATCH", this.location, {
          ...length,
          "Content-Type": "application/partial-upload",
          "Upload-Offset": String(offset),
        }),
    );
    if (this.location === undefined) await told;
    const end = Math.min(rest.length, until);
    for (let at = 0; at < end; at += PIECE) {
      const piece = rest.subarray(at, Math.min(end, at + PIECE));
      await client.send(piece);
      this.sent += piece.length;
    }
  }

  /** Hears what is answered, until the connection ends. */
  async #answer(client: WireClient, told: () => void): Promise<void> {
    try {
      for (let answer = await client.response("PUT"); answer; answer = await client.response("PUT")) {
        if (answer.status === 104) this.location = answer.field("location") ?? this.location;
        told();
        this.acknowledged = Math.max(this.acknowledged, Number(answer.field("upload-offset") ?? 0));
        if (answer.status < 200) continue;
        // What it had sent before it left has come only now: it asks again.
        if (answer.status === 409 && answer.field("upload-complete") === "?0") return;
        if (answer.status >= 300) throw new Error(`${this.name}: ${answer.status} ${answer.text}`);
        this.isWhole = true;
        return;
      }
    } catch (error) {
      // It has ended within an answer, or we have left.
      if (error instanceof Error && error.message.startsWith(this.name)) throw error;
    }
  }
}

/** Tries all of it. @throws {Error} if a byte is lost, doubled or left over */
export async function tryUploads({ kills, together, cuts, size }: TrialOptions): Promise<Trials> {
  await using folder = await temporaryFolder();
  Deno.mkdirSync(join(folder.path, "store"));
  Deno.writeTextFileSync(join(folder.path, "webserv.yaml"), CONFIG);
  await using server = new MortalServer(folder.path);
  await server.ready();
  const trials: Trial[] = [];
  // What the first one takes is loaded by then.
  const warm = new Trial(server, "warm", 1);
  await warm.go();
  for (let kill = 0; kill < kills; kill++) {
    const some = Array.from({ length: together }, (_, i) => new Trial(server, `killed-${kill}-${i}`, size));
    const going = some.map((trial) => trial.go().catch(() => {}));
    // Any moment from before the first byte to behind the last.
    await moment(size * together);
    await server.kill();
    await Promise.all(going);
    await finishAll(some);
    trials.push(...some);
  }
  for (let cut = 0; cut < cuts; cut++) {
    const trial = new Trial(server, `cut-${cut}`, size);
    await trial.go(Math.floor(Math.random() * size));
    await trial.go(Math.floor(Math.random() * size));
    await finishAll([trial]);
    trials.push(trial);
  }
  for (const { name, content } of trials) {
    assertEquals(Deno.readFileSync(join(server.store, name)).length, content.length);
    if (!isSame(Deno.readFileSync(join(server.store, name)), content)) {
      throw new Error(`${name} has other bytes`);
    }
  }
  const names = () => filesIn(server.store).filter((name) => name.startsWith("."));
  const sum = (of: (trial: Trial) => number) => trials.reduce((sum, trial) => sum + of(trial), 0);
  const unheard = sum(({ unheard }) => unheard), anew = sum(({ anew }) => anew - 1) - unheard;
  // The content and its notes.
  await waitUntil(
    () => names().length <= 2 * anew,
    () => `${anew} are left at the most; there is ${names()}`,
  );
  const sent = sum(({ sent }) => sent);
  return {
    killed: kills,
    cut: cuts * 2,
    uploads: trials.length,
    anew,
    unheard,
    left: names().length,
    foundWhole: sum(({ foundWhole }) => foundWhole),
    sent,
    again: sent - size * trials.length,
  };
}

/** Goes on with all of them until they are whole. */
async function finishAll(trials: readonly Trial[]): Promise<void> {
  await Promise.all(trials.map(async (trial) => {
    for (let attempt = 0; !trial.isWhole; attempt++) {
      if (attempt > 5) throw new Error(`${trial.name} is not whole after ${attempt} attempts`);
      await trial.go();
    }
  }));
}

/** A random time, within that which so many bytes take about, and a little. */
async function moment(bytes: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * (bytes / 100_000 + 10)));
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
