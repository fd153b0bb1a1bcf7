/**
 * The same against the files of this machine, while another thread sets links and folders to other places as fast as it
 * can: reading, listing, storing and removing.
 *
 * @module
 */
import { assertEquals, assertGreater } from "@std/assert";
import { DiskOrigin } from "../../lib/disk/disk_origin.ts";
import { FileCache } from "../../lib/disk/file_cache.ts";
import { HeldFile } from "../../lib/disk/held_file.ts";
import { StoreOrigin } from "../../lib/disk/store_origin.ts";
import { FileError } from "../../lib/ports.ts";
import { clock } from "../../lib/runtime/clock.ts";
import { fileSystem } from "../../lib/runtime/files.ts";
import { storeFiles } from "../../lib/runtime/store_files.ts";
import { put } from "../../lib/store/put.ts";
import { remove } from "../../lib/store/remove.ts";
import { post } from "../../lib/store/post.ts";
import { requestOf } from "../store/fakes.ts";
import { temporaryFolder } from "../support/launch.ts";
import { waitUntil } from "../support/wait.ts";

/** For each kind, in milliseconds. */
const TIME = Number(Deno.env.get("SWAPPING_MS") ?? 300);

/** On a busy machine the two threads may take turns: then so much longer, until something has been read. */
const PATIENCE = 20;

const SECRET = "from outside";

/** Runs in a thread of its own until the shared word is set. */
const SWAPPER = `self.onmessage = ({ data: { link, one, other, word } }) => {
  const spare = link + ".spare", aside = link + ".aside";
  const point = (to) => { Deno.symlinkSync(to, spare); Deno.renameSync(spare, link); };
  self.postMessage("ready");
  while (Atomics.load(word, 0) === 0) {
    if (one !== "/") { point(other); point(one); continue; }
    // A folder, and a link in its place.
    Deno.renameSync(link, aside); Deno.symlinkSync(other, link);
    Deno.removeSync(link); Deno.renameSync(aside, link);
  }
  self.postMessage("done");
}`;

interface Place {
  readonly root: string;
  readonly outside: string;
  readonly origin: DiskOrigin;
  readonly store: StoreOrigin;
}

/** Calls `act` again and again while `link` is set to `other` and back, and tells how often. */
async function whileSwapped(
  { link, one, other }: { readonly link: string; readonly one: string; readonly other: string },
  act: () => void | Promise<unknown>,
  isEnough = () => true,
): Promise<number> {
  const word = new Int32Array(new SharedArrayBuffer(4));
  const swapper = new Worker(`data:text/javascript,${encodeURIComponent(SWAPPER)}`, { type: "module" });
  const heard = () => new Promise((resolve) => swapper.onmessage = resolve);
  try {
    const ready = heard();
    swapper.postMessage({ link, one, other, word });
    await ready;
    let count = 0;
    const start = performance.now(), past = (time: number) => performance.now() > start + time;
    for (; !past(TIME) || !isEnough() && !past(PATIENCE * TIME); count++) {
      try {
        const acted = act();
        // What is seen is shared until the runtime gets its turn.
        if (acted) await acted;
        else if (count % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
      }
    }
    return count;
  } finally {
    const done = heard();
    Atomics.store(word, 0, 1);
    await done;
    swapper.terminate();
  }
}

async function inPlaces(act: (place: Place) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder();
  const root = `${folder.path}/root`, outside = `${folder.path}/outside`;
  const allowed = `${folder.path}/allowed`;
  for (const path of [`${root}/sub`, `${allowed}/sub`, outside]) {
    Deno.mkdirSync(`${path}/deep`, { recursive: true });
  }
  for (const name of ["f", "deep/f"]) {
    for (const path of [root, allowed]) Deno.writeTextFileSync(`${path}/sub/${name}`, "public");
    Deno.writeTextFileSync(`${outside}/${name}`, SECRET);
  }
  for (let i = 0; i < 20; i++) Deno.writeTextFileSync(`${outside}/only-outside-${i}`, SECRET);
  const store = new StoreOrigin({ files: fileSystem, store: storeFiles, clock }, root);
  const origin = new DiskOrigin(new FileCache(fileSystem, clock), root, [allowed]);
  await act({ root, outside, store, origin });
}

/** All that is outside, with contents. */
function everythingIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory, isSymlink }) => {
    const path = `${folder}/${name}`;
    if (isSymlink) return [];
    return isDirectory ? everythingIn(path) : [`${path}: ${Deno.readTextFileSync(path)}`];
  }).sort();
}

const decoder = new TextDecoder();

function textAt(origin: DiskOrigin, path: string, how: "find" | "hold"): string | undefined {
  const found = origin[how](path);
  if (found?.kind !== "file") return undefined;
  const content = found.content();
  if (found instanceof HeldFile) found.close();
  return content && decoder.decode(content);
}

Deno.test("no byte from outside is read while links are swapped", async () => {
  for (
    const [link, one, other, path] of [
      ["l", "sub/f", "../outside/f", "/l"],
      ["l", "sub", "../outside", "/l/f"],
      ["l", "sub", "../outside", "/l/deep/f"],
      ["l", "../allowed/sub/f", "../outside/f", "/l"],
      ["l", "../allowed/sub", "../outside", "/l/deep/f"],
      ["sub", "/", "../outside", "/sub/f"],
      ["sub", "/", "../outside", "/sub/deep/f"],
    ] as const
  ) {
    await inPlaces(async ({ root, origin }) => {
      if (one !== "/") Deno.symlinkSync(one, `${root}/${link}`);
      let reads = 0, bad = 0, asked = 0;
      await whileSwapped({ link: `${root}/${link}`, one, other }, () => {
        const text = textAt(origin, path, asked++ % 2 === 0 ? "find" : "hold");
        if (text === SECRET) bad++;
        else if (text !== undefined) reads++;
      }, () => reads > 0);
      assertEquals(bad, 0, `${link} to ${other}, ${path}`);
      assertGreater(reads, 0);
    });
  }
});

Deno.test("no name from outside is listed while a folder on the way is swapped", async () => {
  for (const [link, one] of [["l", "sub"], ["sub", "/"]] as const) {
    await inPlaces(async ({ root, origin }) => {
      if (one !== "/") Deno.symlinkSync(one, `${root}/${link}`);
      let bad = 0;
      await whileSwapped({ link: `${root}/${link}`, one, other: "../outside" }, async () => {
        const entries = await origin.list(`/${link}`, () => true);
        if (entries.some(({ name }) => name.startsWith("only"))) bad++;
      });
      assertEquals(bad, 0, link);
    });
  }
});

Deno.test("nothing outside is changed, removed or left while a folder on the way is swapped", async () => {
  for (const [link, one] of [["l", "sub"], ["sub", "/"]] as const) {
    await inPlaces(async ({ root, outside, store }) => {
      if (one !== "/") Deno.symlinkSync(one, `${root}/${link}`);
      const before = everythingIn(outside);
      const target = (place: string) => ({
        path: place,
        store,
        place,
        limit: Infinity,
        overwrite: true,
        clock,
      });
      const FORM = { "Content-Type": "multipart/form-data; boundary=XX" };
      const part = 'Content-Disposition: form-data; name="f"; filename="f"';
      const writes = [
        () => put(requestOf("PUT", {}, ["new"]), target(`/${link}/f`)),
        () => put(requestOf("PUT", {}, ["new"]), target(`/${link}/deep/f`)),
        () => post(requestOf("POST", FORM, [`--XX\r\n${part}\r\n\r\nnew\r\n--XX--\r\n`]), target(`/${link}`)),
        () => remove(requestOf("DELETE"), target(`/${link}/f`)),
        () => remove(requestOf("DELETE"), target(`/${link}/only-outside-1`)),
      ];
      let next = 0;
      const count = await whileSwapped(
        { link: `${root}/${link}`, one, other: "../outside" },
        async () => void await writes[next++ % writes.length]!(),
      );
      assertGreater(count, 0);
      assertEquals(everythingIn(outside), before, link);
      // What was out of reach when it was to be removed is looked for again.
      await waitUntil(
        () => everythingIn(root).every((entry) => !entry.includes(".webserv-")),
        "what is left in the store to be removed",
      );
    });
  }
});
