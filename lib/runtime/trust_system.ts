/**
 * What is on this system for lib/trust, and the doing of what it plans.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "@std/path";
import { type NssStore, SYSTEM_STORES, type SystemFacts } from "../trust/plan.ts";
import type { Action, Step } from "../trust/steps.ts";
import { SYSTEM } from "./system.ts";
import { mayWrite } from "./may_write.ts";
import { findProgram } from "./find_program.ts";

/** A program that has not come to an end by then waits for somebody: in milliseconds. */
const PATIENCE = 60_000;

/** Programs that are made for administrators, and are not on everybody's search path. */
const ADMINISTRATORS = "/usr/local/sbin:/usr/sbin:/sbin";

/** Where this is done. */
export interface TrustPlaces {
  readonly home: string;
  readonly searchPath: string;
  readonly user: number | undefined;
  /** Who has become root by sudo. */
  readonly sudoer?: string | undefined;
  /** In front of the system's own paths, and where programs for administrators lie, in tests. */
  readonly root?: string;
  readonly administrators?: string;
}

/** Stores of NSS below the home folder: each folder of these that has a database. `*` is any one name. */
const NSS_FOLDERS: Readonly<
  Record<"linux" | "darwin", readonly (readonly [kind: string, pattern: string])[]>
> = {
  linux: [
    ["Chromium", ".pki/nssdb"],
    ["Chromium", "snap/*/current/.pki/nssdb"],
    ["Chromium", ".var/app/*/.pki/nssdb"],
    ["Firefox", ".mozilla/firefox/*"],
    ["Firefox", ".config/mozilla/firefox/*"],
    ["Firefox", "snap/firefox/common/.mozilla/firefox/*"],
    ["Firefox", ".var/app/org.mozilla.firefox/.mozilla/firefox/*"],
    ["LibreWolf", ".librewolf/*"],
  ],
  darwin: [["Firefox", "Library/Application Support/Firefox/Profiles/*"]],
};

/** Programs that look in ~/.pki/nssdb. */
const CHROMIUMS = [
  ..."chromium chromium-browser google-chrome google-chrome-stable brave-browser".split(" "),
  ..."microsoft-edge vivaldi opera".split(" "),
];

/** Looks at the system. */
export function systemFacts(places: TrustPlaces): SystemFacts {
  const { home, searchPath, user, root = "", administrators = ADMINISTRATORS } = places;
  const os = SYSTEM, path = os === "windows" ? searchPath : `${searchPath}:${administrators}`;
  const find = (program: string) => os === "windows" ? program : findProgram(program, path);
  return {
    os,
    home,
    root,
    isRoot: user === 0,
    find,
    exists: isThere,
    mayWrite,
    nssStores: os === "windows"
      ? []
      : nssStores(os, home, CHROMIUMS.some((name) => find(name) !== undefined)),
  };
}

/** True if one of the system's stores has this file, with this text. Looks only where it may. */
export function isInSystemStore(name: string, text: string, root = ""): boolean {
  return SYSTEM_STORES.some(({ folder }) => {
    const path = `${root}${folder}/${name}`;
    if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") return false;
    try {
      return Deno.readTextFileSync(path) === text;
    } catch {
      // Whatever it is, it is not that text.
      return false;
    }
  });
}

function nssStores(os: "linux" | "darwin", home: string, hasChromium: boolean): NssStore[] {
  const stores = NSS_FOLDERS[os].flatMap(([kind, pattern]) =>
    matching(home, pattern)
      .filter((folder) => isThere(join(folder, "cert9.db")))
      .map((folder): NssStore => ({ kind, folder, exists: true }))
  );
  // A link to a version of a snap is the same folder under another name.
  const known = new Map(stores.map((store) => [Deno.realPathSync(store.folder), store]));
  const first = join(home, ".pki", "nssdb");
  const missing: NssStore = { kind: "Chromium", folder: first, exists: false };
  const isMissing = os === "linux" && hasChromium && !isThere(join(first, "cert9.db"));
  return [...(isMissing ? [missing] : []), ...known.values()];
}

function matching(folder: string, pattern: string): string[] {
  const [name, ...rest] = pattern.split("/");
  if (name === undefined || name === "") return [folder];
  const names = name === "*" ? namesIn(folder) : [name];
  return names.flatMap((name) =>
    rest.length === 0 ? [join(folder, name)] : matching(join(folder, name), rest.join("/"))
  );
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    // Nothing there, or nothing that this user may see.
    return [];
  }
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return false;
  }
}

/** What came of a step. */
export type Outcome =
  | { readonly type: "done" }
  /** There was nothing to be done. */
  | { readonly type: "nothing" }
  | { readonly type: "failed"; readonly why: string };

/** Does what a step says, up to the first thing that fails. */
export async function doStep({ actions }: Step): Promise<Outcome> {
  let hasChanged = false;
  for (const action of actions) {
    try {
      // What makes changes known is not run where there are none.
      if (action.type === "run" && !hasChanged && actions[0]!.type === "remove") continue;
      hasChanged = await act(action) || hasChanged;
    } catch (error) {
      return { type: "failed", why: error instanceof Error ? error.message : String(error) };
    }
  }
  return { type: hasChanged ? "done" : "nothing" };
}

/** True if anything has changed. @throws {Error} */
async function act(action: Action): Promise<boolean> {
  switch (action.type) {
    case "copy":
      Deno.copyFileSync(action.from, action.to);
      Deno.chmodSync(action.to, 0o644);
      return true;
    case "folder":
      Deno.mkdirSync(action.path, { recursive: true, mode: 0o700 });
      return true;
    case "remove":
      return remove(action.path, action.fingerprint);
    case "run":
      await run(action.program, action.args);
      return true;
    case "forget":
      return await forget(action);
  }
}

function remove(path: string, fingerprint: string): boolean {
  if (!isThere(path)) return false;
  if (fingerprintIn(Deno.readTextFileSync(path)) !== fingerprint) {
    throw new Error(`${path} has another certificate, and is left as it is`);
  }
  Deno.removeSync(path);
  return true;
}

async function forget(
  { program, store, nickname, fingerprint }: Action & { type: "forget" },
): Promise<boolean> {
  const named = ["-d", `sql:${store}`, "-n", nickname];
  let text: string;
  try {
    text = await run(program, ["-L", ...named, "-a"]);
  } catch (error) {
    // SEC_ERROR_UNRECOGNIZED_OID is how it says that there is no such name.
    if (error instanceof Error && /could not find|not found|PR_FILE_NOT_FOUND/i.test(error.message)) {
      return false;
    }
    throw error;
  }
  if (fingerprintIn(text) !== fingerprint) {
    throw new Error(`"${nickname}" is another certificate, and is left as it is`);
  }
  await run(program, ["-D", ...named]);
  return true;
}

/** Of the first certificate in a text; undefined where there is none. */
function fingerprintIn(text: string): string | undefined {
  const base64 = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END/.exec(text)?.[1];
  if (base64 === undefined) return undefined;
  const digest = createHash("sha256").update(base64, "base64").digest("hex");
  return digest.toUpperCase().match(/../g)!.join(":");
}

/** What the program says on its standard output. @throws {Error} with what it says on its standard error */
async function run(program: string, args: readonly string[]): Promise<string> {
  const { success, code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(PATIENCE),
  }).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  const said = decoder.decode(stderr).trim().split("\n")[0] || decoder.decode(stdout).trim().split("\n")[0];
  throw new Error(`${program} ended with status ${code}${said ? `: ${said}` : ""}`);
}
