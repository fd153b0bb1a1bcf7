/**
 * What is kept of files and shared by requests, against a model: others change files at any moment, also in the middle
 * of a request, on a file system with a coarse clock; and each answer is a state that the file had between its request
 * and itself.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { DiskOrigin } from "../../lib/disk/disk_origin.ts";
import { FileCache } from "../../lib/disk/file_cache.ts";
import { Listings } from "../../lib/files/listings.ts";
import { DEFAULT_VIEW } from "../../lib/pages/listing/view.ts";
import { type DirectoryEntry, FileError, type FileStat, type OpenFile } from "../../lib/ports.ts";
import { SharedStats } from "../../lib/runtime/shared_stats.ts";
import { Random } from "../../scripts/fuzz/random.ts";
import { FakeClock, FakeFiles } from "./fake_files.ts";

const NAMES = ["a", "b", "c"];
const MISSING = "missing";

/** Times of the file system: those of content in its own ticks, those of the inode in whole seconds. In milliseconds. */
const TICK = 4, SECOND = 1000;

/** Before each look somebody else may do something. */
class RestlessFiles extends FakeFiles {
  readonly #shared = new SharedStats<FileStat | undefined>();

  constructor(readonly disturb: () => void) {
    super();
    this.beforeOpen = disturb;
  }

  override stat(path: string): FileStat | undefined {
    this.disturb();
    return this.#shared.at(path, (path) => super.stat(path));
  }

  override probe(path: string): FileStat | undefined {
    this.disturb();
    return this.#shared.at(path, (path) => super.probe(path));
  }

  override openSync(path: string): OpenFile {
    this.#shared.forget();
    return super.openSync(path);
  }

  override async list(path: string): Promise<DirectoryEntry[]> {
    const entries = await super.list(path);
    this.disturb();
    return entries;
  }
}

/** Others have their turn at once, and nobody waits for so long that it is too long. */
class PatientClock extends FakeClock {
  override after(milliseconds: number, callback: () => void): () => void {
    return milliseconds === 0 ? super.after(milliseconds, callback) : () => {};
  }
}

class World {
  readonly random: Random;
  readonly clock = new PatientClock();
  readonly files: RestlessFiles;
  readonly origin: DiskOrigin;
  readonly listings: Listings;
  /** All states that each file has had, the present one last. */
  readonly states = new Map(NAMES.map((name) => [name, [MISSING]]));
  #content = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.files = new RestlessFiles(() => {
      if (this.random.oneIn(8)) this.change();
    });
    const cache = new FileCache(this.files, this.clock);
    this.origin = new DiskOrigin(cache, "/root");
    this.listings = new Listings(cache.turns);
    this.files.folder("/root");
    this.clock.time = 10 * SECOND;
  }

  /** Somebody writes, replaces or removes a file. */
  change(): void {
    const { random, files } = this, name = random.pick(NAMES), path = `/root/${name}`;
    const states = this.states.get(name)!, isThere = states.at(-1) !== MISSING;
    if (isThere && random.oneIn(4)) {
      files.nodes.delete(path);
      states.push(MISSING);
      return this.#touch("/root");
    }
    // Few lengths, so that a size seldom tells.
    const content = String(++this.#content % 1000).padStart(3 + random.below(2), "0");
    const modified = files.nodes.get(path)?.stat.modified;
    if (isThere && random.oneIn(3)) files.replace(path, content);
    else files.write(path, content);
    // As `cp -p` and `touch -r` do, some set the time back.
    this.#touch(path, random.oneIn(2) ? modified : undefined);
    if (!isThere) this.#touch("/root");
    states.push(content);
  }

  /** Some time passes: often none, sometimes enough for times to be old. */
  wait(): void {
    this.clock.time += this.random.pick([0, 0, 1, 3, 10, 60, 1000, 1100, 3000]);
  }

  #touch(path: string, modified?: number): void {
    const node = this.files.nodes.get(path)!, now = this.clock.time;
    node.stat = { ...node.stat, modified: modified ?? now - now % TICK, changed: now - now % SECOND };
  }

  /** What a GET is answered; undefined for 503. */
  async get(name: string): Promise<string | undefined> {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        const found = this.origin.find(`/${name}`);
        if (found?.kind !== "file") return MISSING;
        const content = found.content();
        if (content) return new TextDecoder().decode(content);
        const source = found.open([{ start: 0, end: found.size }]);
        const buffer = new Uint8Array(100);
        const count = await source.read(buffer);
        source.close();
        return new TextDecoder().decode(buffer.subarray(0, count ?? 0));
      } catch (error) {
        if (!(error instanceof FileError) || !["changed", "not found"].includes(error.problem)) throw error;
        if (error.problem === "not found") return MISSING;
      }
    }
    return undefined;
  }

  /** The sizes in a listing. */
  async list(): Promise<Map<string, number>> {
    const folder = {
      origin: this.origin,
      path: "",
      urlPath: "/",
      owner: this.origin,
      view: DEFAULT_VIEW,
      variant: "",
      viewer: "",
      options: () => ({}),
      told: () => ({}),
    };
    const { bytes } = await this.listings.get(folder, "application/json");
    const rows = JSON.parse(new TextDecoder().decode(bytes)) as { name: string; size: number }[];
    return new Map(rows.map(({ name, size }) => [name, size]));
  }

  /** How many states each file has had so far. */
  now(): Map<string, number> {
    return new Map([...this.states].map(([name, states]) => [name, states.length]));
  }

  /** The states that a file has had since. */
  since(start: ReadonlyMap<string, number>, name: string): readonly string[] {
    return this.states.get(name)!.slice(start.get(name)! - 1);
  }
}

/** Sends some requests together, and says which answer none of the states was. */
async function round(world: World): Promise<string | undefined> {
  const start = world.now();
  const wrong = await Promise.all(Array.from({ length: 1 + world.random.below(4) }, async () => {
    if (world.random.oneIn(3)) {
      const sizes = await world.list();
      for (const name of NAMES) {
        const size = sizes.get(name), states = world.since(start, name);
        const fits = (state: string) => size === (state === MISSING ? undefined : state.length);
        if (!states.some(fits)) return `listed ${name} with ${size}, which was ${states}`;
      }
      return undefined;
    }
    const name = world.random.pick(NAMES), content = await world.get(name);
    const states = world.since(start, name);
    return content === undefined || states.includes(content)
      ? undefined
      : `${name} is ${content}, was ${states}`;
  }));
  return wrong.find((text) => text !== undefined);
}

Deno.test("an answer is a state that the file had between its request and itself, whatever is kept and shared", async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const world = new World(seed);
    for (let count = 0; count < 60; count++) {
      if (world.random.oneIn(2)) world.change();
      world.wait();
      assertEquals(await round(world), undefined, `seed ${seed}, round ${count}`);
    }
  }
});
