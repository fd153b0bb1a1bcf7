/**
 * Folders of a store that are set to another place while it is written to: at every step, and back again at every later
 * one.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { FileError } from "../../lib/ports.ts";
import { post } from "../../lib/store/post.ts";
import { put } from "../../lib/store/put.ts";
import { remove } from "../../lib/store/remove.ts";
import type { StoreTarget } from "../../lib/store/target.ts";
import { FakeStore, requestOf, targetOf } from "../store/fakes.ts";

const FORM = { "Content-Type": "multipart/form-data; boundary=XX" };
const form = ["f", "new"].map((name) =>
  `--XX\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\nposted\r\n`
);

/** Requests that write, each to a folder that others turn. */
const WRITES: Readonly<Record<string, (target: (path: string) => StoreTarget) => Promise<unknown>>> = {
  "PUT that replaces": (target) => put(requestOf("PUT", {}, ["put"]), target("/files/a/f")),
  "PUT of a new name": (target) => put(requestOf("PUT", {}, ["put"]), target("/files/a/new")),
  "PUT of what must be new": (target) =>
    put(requestOf("PUT", { "If-None-Match": "*" }, ["put"]), target("/files/a/new")),
  "PUT further down": (target) => put(requestOf("PUT", {}, ["put"]), target("/files/a/b/g")),
  "POST of a form": (target) => post(requestOf("POST", FORM, [...form, "--XX--\r\n"]), target("/files/a/")),
  "POST of anything": (target) => post(requestOf("POST", {}, ["posted"]), target("/files/a/")),
  "DELETE": (target) => remove(requestOf("DELETE"), target("/files/a/f")),
  "DELETE of a link": (target) => remove(requestOf("DELETE"), target("/files/a/l")),
};

interface Scene {
  readonly store: FakeStore;
  turn(out: boolean): void;
}

function scene(isYoung: boolean): Scene {
  const store = new FakeStore(), { files, ports: { clock } } = store;
  const made = clock.now() - (isYoung ? 0 : 10_000);
  for (const path of ["/store/a/f", "/store/a/b/g", "/store/k"]) files.write(path, "mine", made);
  for (const path of ["/out/f", "/out/b/g", "/out/l", "/out/only"]) files.write(path, "theirs", made);
  files.links.set("/store/a/l", "/store/k");
  for (const node of files.nodes.values()) node.stat = { ...node.stat, changed: made };
  const turn = (out: boolean) => {
    if (out) files.links.set("/store/a", "/out");
    else files.links.delete("/store/a");
    const root = files.nodes.get("/store")!;
    root.stat = { ...root.stat, changed: clock.now() };
  };
  return { store, turn };
}

/** All outside of the store with its content. */
function outside({ files: { nodes } }: FakeStore): string[] {
  const decoder = new TextDecoder();
  return [...nodes].filter(([path]) => path.startsWith("/out/"))
    .map(([path, { content }]) => `${path} ${decoder.decode(content)}`).sort();
}

/** Does it, and lets it be refused. */
async function tried(store: FakeStore, write: (typeof WRITES)[string]): Promise<void> {
  try {
    await write((path) => targetOf(store, path, { overwrite: true }));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
}

function atSteps(store: FakeStore, at: (step: number) => void): void {
  let step = 0;
  const next = () => at(step++);
  store.files.beforeStep = next;
  store.beforeStep = next;
}

for (const [name, write] of Object.entries(WRITES)) {
  Deno.test(`${name}: nothing outside is changed, removed or left, whenever its folder is turned`, async () => {
    for (const isYoung of [false, true]) {
      let steps = 0;
      const untouched = scene(isYoung);
      const before = outside(untouched.store);
      atSteps(untouched.store, (step) => steps = step + 1);
      await tried(untouched.store, write);
      assertEquals(outside(untouched.store), before);
      assert(steps > 5);
      for (let from = 0; from < steps; from++) {
        // Back again a few steps later, or not at all.
        for (const to of [1, 2, 3, 5, 8, 13, Infinity].map((length) => from + length)) {
          const { store, turn } = scene(isYoung), label = `${isYoung}: from step ${from} to ${to}`;
          atSteps(store, (step) => {
            if (step === from || step === to) turn(step === from);
            // Whoever turns it goes on doing so: what was taken can be given back only to where it was.
            else if (step > to + 40) turn(step % 2 === 0);
          });
          await tried(store, write);
          atSteps(store, () => {});
          assertEquals(outside(store), before, label);
          // What is left in the store, where nobody comes by as long as the link stays, is swept at the next start.
          if (to === Infinity) continue;
          const left = [...store.files.nodes.keys()].filter((path) => path.includes("/.webserv-"));
          assertEquals([left, store.unfinished], [[], 0], label);
        }
      }
    }
  });
}
