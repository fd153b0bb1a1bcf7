/**
 * Folders of a store that are set to another place while it is written to: at every step, and back again at every later
 * one.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { HttpError } from "../../lib/http/errors.ts";
import { FileError } from "../../lib/ports.ts";
import { post } from "../../lib/store/post.ts";
import { put } from "../../lib/store/put.ts";
import { mkcol } from "../../lib/store/mkcol.ts";
import { remove } from "../../lib/store/remove.ts";
import { copy, move } from "../../lib/store/transfer.ts";
import type { TreeTarget } from "../../lib/store/target.ts";
import { FakeStore, requestOf, targetOf } from "../store/fakes.ts";

const FORM = { "Content-Type": "multipart/form-data; boundary=XX" };
const form = ["f", "new"].map((name) =>
  `--XX\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\nposted\r\n`
);

/** Requests that write, each to a folder that others turn. */
const WRITES: Readonly<Record<string, (target: (path: string) => TreeTarget) => Promise<unknown>>> = {
  "PUT that replaces": (target) => put(requestOf("PUT", {}, ["put"]), target("/files/a/f")),
  "PUT of a new name": (target) => put(requestOf("PUT", {}, ["put"]), target("/files/a/new")),
  "PUT of what must be new": (target) =>
    put(requestOf("PUT", { "If-None-Match": "*" }, ["put"]), target("/files/a/new")),
  "PUT further down": (target) => put(requestOf("PUT", {}, ["put"]), target("/files/a/b/g")),
  "POST of a form": (target) => post(requestOf("POST", FORM, [...form, "--XX--\r\n"]), target("/files/a/")),
  "POST of anything": (target) => post(requestOf("POST", {}, ["posted"]), target("/files/a/")),
  "DELETE": (target) => remove(requestOf("DELETE"), target("/files/a/f")),
  "DELETE of a link": (target) => remove(requestOf("DELETE"), target("/files/a/l")),
  "DELETE of a tree": (target) => remove(requestOf("DELETE", { Depth: "infinity" }), target("/files/a/b")),
  "MKCOL": (target) => mkcol(requestOf("MKCOL"), target("/files/a/new")),
  "MOVE within": (target) => moveTo(target, "/files/a/f", "/files/a/new"),
  "MOVE into": (target) => moveTo(target, "/files/k", "/files/a/new"),
  "MOVE that replaces": (target) => moveTo(target, "/files/k", "/files/a/f"),
  "MOVE out of": (target) => moveTo(target, "/files/a/f", "/files/new"),
  "MOVE of a folder": (target) => moveTo(target, "/files/a/b", "/files/new"),
  "COPY into": (target) => copyTo(target, "/files/k", "/files/a/new"),
  "COPY out of": (target) => copyTo(target, "/files/a/f", "/files/new"),
  "COPY of a folder": (target) => copyTo(target, "/files/a/b", "/files/new"),
  "COPY of a folder into": (target) => copyTo(target, "/files/d", "/files/a/new"),
};

type Target = (path: string) => TreeTarget;

const moveTo = (target: Target, from: string, to: string) =>
  move(requestOf("MOVE", { Destination: to, Overwrite: "T" }), withDestination(target, from));

const copyTo = (target: Target, from: string, to: string) =>
  copy(requestOf("COPY", { Destination: to, Overwrite: "T" }), withDestination(target, from));

function withDestination(target: Target, from: string): TreeTarget {
  return { ...target(from), destination: (path) => ({ ...target(path), mayTake: () => true }) };
}

interface Scene {
  readonly store: FakeStore;
  turn(out: boolean): void;
}

function scene(isYoung: boolean): Scene {
  const store = new FakeStore(), { files, ports: { clock } } = store;
  const made = clock.now() - (isYoung ? 0 : 10_000);
  for (const path of ["/store/a/f", "/store/a/b/g", "/store/k", "/store/d/h"]) {
    files.write(path, "mine", made);
  }
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

/** What was theirs and has come into the store. */
function brought({ files: { nodes } }: FakeStore): string[] {
  const decoder = new TextDecoder();
  return [...nodes].filter(([path, { content }]) =>
    path.startsWith("/store/") && decoder.decode(content) === "theirs"
  )
    .map(([path]) => path);
}

/** Does it, and lets it be refused. */
async function tried(store: FakeStore, write: (typeof WRITES)[string]): Promise<void> {
  try {
    await write((path) => targetOf(store, path, { overwrite: true }));
  } catch (error) {
    if (!(error instanceof FileError || error instanceof HttpError)) throw error;
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
    // What takes many steps does most of them as a PUT does.
    const lengths = /PUT|POST|DELETE/.test(name) ? [1, 2, 3, 5, 8, 13, Infinity] : [1, 5, Infinity];
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
        for (const to of lengths.map((length) => from + length)) {
          const { store, turn } = scene(isYoung), label = `${isYoung}: from step ${from} to ${to}`;
          atSteps(store, (step) => {
            if (step === from || step === to) turn(step === from);
            // Whoever turns it goes on doing so: what was taken can be given back only to where it was.
            else if (step > to + 40) turn(step % 2 === 0);
          });
          await tried(store, write);
          atSteps(store, () => {});
          assertEquals([outside(store), brought(store)], [before, []], label);
          // What is left in the store, where nobody comes by as long as the link stays, is swept at the next start.
          if (to === Infinity) continue;
          const left = [...store.files.nodes.keys()].filter((path) => path.includes("/.webserv-"));
          assertEquals([left, store.unfinished], [[], 0], label);
        }
      }
    }
  });
}
