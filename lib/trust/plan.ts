/**
 * Where the programs of each system look for authorities, and how one gets there and away again. Pure: what is on the
 * system comes in.
 *
 * @module
 */
import {
  type Action,
  type AuthorityCertificate,
  commandOf,
  fileNameOf,
  nicknameOf,
  type Step,
} from "./steps.ts";

/** A folder with a store of NSS. */
export interface NssStore {
  /** Whose: `Chromium`, `Firefox`, ... */
  readonly kind: string;
  readonly folder: string;
  /** False: it is to be made. */
  readonly exists: boolean;
}

/** What is on the system. */
export interface SystemFacts {
  readonly os: "linux" | "darwin" | "windows";
  /** Absolute path of the user's folder. */
  readonly home: string;
  /** This user may do everything. */
  readonly isRoot: boolean;
  /** In front of the paths of the system; empty but in tests. */
  readonly root: string;
  /** The path of a program; undefined where there is none. */
  readonly find: (program: string) => string | undefined;
  /** Whether there is anything at a path of the system. */
  readonly exists: (path: string) => boolean;
  readonly mayWrite: (folder: string) => boolean;
  /** Stores of this user, those to be made included. */
  readonly nssStores: readonly NssStore[];
}

/** A folder for authorities that an administrator adds, and what makes them known. */
interface SystemStore {
  readonly folder: string;
  readonly program: string;
  readonly args: readonly string[];
  /** The list that comes of it, for programs that want one by name. */
  readonly bundle: string;
}

/** Fedora, Debian (also Alpine), Arch, openSUSE: the first that is there counts. */
export const SYSTEM_STORES: readonly SystemStore[] = [
  {
    folder: "/etc/pki/ca-trust/source/anchors",
    program: "update-ca-trust",
    args: ["extract"],
    bundle: "/etc/pki/tls/certs/ca-bundle.crt",
  },
  {
    folder: "/usr/local/share/ca-certificates",
    program: "update-ca-certificates",
    args: [],
    bundle: "/etc/ssl/certs/ca-certificates.crt",
  },
  {
    folder: "/etc/ca-certificates/trust-source/anchors",
    program: "trust",
    args: ["extract-compat"],
    bundle: "/etc/ssl/certs/ca-certificates.crt",
  },
  {
    folder: "/usr/share/pki/trust/anchors",
    program: "update-ca-certificates",
    args: [],
    bundle: "/etc/ssl/ca-bundle.pem",
  },
];

/** Packages with certutil, by the program that installs them. */
const CERTUTIL_PACKAGES: readonly (readonly [installer: string, command: string])[] = [
  ["apt-get", "apt-get install libnss3-tools"],
  ["dnf", "dnf install nss-tools"],
  ["pacman", "pacman -S nss"],
  ["zypper", "zypper install mozilla-nss-tools"],
  ["apk", "apk add nss-tools"],
];

/** What is to be believed, and what was before. */
export interface Certificates {
  readonly current: AuthorityCertificate;
  /** Of authorities that were replaced: they are taken away. */
  readonly earlier: readonly AuthorityCertificate[];
}

/** How an authority comes to be believed. */
export function planTrust(certificates: Certificates, facts: SystemFacts): Step[] {
  return [systemStep(certificates, facts, true), ...nssSteps(certificates, facts, true)];
}

/** How that is taken back. */
export function planRemoval(certificates: Certificates, facts: SystemFacts): Step[] {
  return [systemStep(certificates, facts, false), ...nssSteps(certificates, facts, false)];
}

/** The list of all authorities that the system's store makes, if it is there. */
export function bundleOf(facts: Pick<SystemFacts, "os" | "root" | "exists">): string | undefined {
  const store = facts.os === "linux" ? storeOf(facts) : undefined;
  return store && facts.exists(facts.root + store.bundle) ? facts.root + store.bundle : undefined;
}

function storeOf({ root, exists }: Pick<SystemFacts, "root" | "exists">): SystemStore | undefined {
  return SYSTEM_STORES.find(({ folder }) => exists(root + folder));
}

function systemStep(certificates: Certificates, facts: SystemFacts, isAdded: boolean): Step {
  switch (facts.os) {
    case "linux":
      return linuxStep(certificates, facts, isAdded);
    case "darwin":
      return macStep(certificates, facts, isAdded);
    case "windows":
      return windowsStep(certificates, isAdded);
  }
}

const SYSTEM = "system";

function linuxStep({ current, earlier }: Certificates, facts: SystemFacts, isAdded: boolean): Step {
  const { root, exists, find, mayWrite } = facts, store = storeOf(facts);
  if (store === undefined) {
    return {
      kind: SYSTEM,
      where: "no store that is known",
      actions: [],
      obstacle: "this system keeps its authorities in a way of its own",
      byHand: isAdded ? [`# add ${current.path} to them`] : [],
    };
  }
  const folder = root + store.folder;
  const gone = [...earlier, ...(isAdded ? [] : [current])]
    .map((certificate) => ({ certificate, path: `${folder}/${fileNameOf(certificate.fingerprint)}` }))
    .filter(({ path }) => exists(path));
  const changes: Action[] = gone.map(({ certificate: { fingerprint }, path }) => ({
    type: "remove",
    path,
    fingerprint,
  }));
  if (isAdded) {
    changes.push({ type: "copy", from: current.path, to: `${folder}/${fileNameOf(current.fingerprint)}` });
  }
  if (changes.length === 0) return { kind: SYSTEM, where: folder, actions: [] };
  const program = find(store.program);
  const actions: Action[] = [...changes, {
    type: "run",
    program: program ?? store.program,
    args: store.args,
  }];
  const byHand = actions.map((action) => `sudo ${commandOf(action)}`);
  const step = { kind: SYSTEM, where: folder, actions, byHand };
  if (program === undefined) {
    return { ...step, obstacle: `${store.program} is missing: install the package ca-certificates` };
  }
  return mayWrite(folder) ? step : { ...step, obstacle: "this takes the rights of an administrator" };
}

/** The settings of this user, or of the whole machine where this user is its administrator. */
function macStep({ current, earlier }: Certificates, { home, isRoot }: SystemFacts, isAdded: boolean): Step {
  const keychain = isRoot
    ? "/Library/Keychains/System.keychain"
    : `${home}/Library/Keychains/login.keychain-db`;
  const domain = isRoot ? ["-d"] : [];
  const security = (...args: string[]): Action => ({ type: "run", program: "security", args });
  const gone = [...earlier, ...(isAdded ? [] : [current])].flatMap(({ path, sha1 }) => [
    security("remove-trusted-cert", ...domain, path),
    security("delete-certificate", "-Z", sha1, keychain),
  ]);
  const added = security("add-trusted-cert", ...domain, "-r", "trustRoot", "-k", keychain, current.path);
  // Of earlier ones nothing may be left, which is no reason not to add this one.
  return withByHand({ kind: SYSTEM, where: keychain, actions: isAdded ? [added] : gone });
}

function windowsStep({ current, earlier }: Certificates, isAdded: boolean): Step {
  const certutil = (...args: string[]): Action => ({ type: "run", program: "certutil", args });
  const gone = [...earlier, current].map(({ sha1 }) => certutil("-delstore", "-user", "Root", sha1));
  const added = certutil("-addstore", "-user", "Root", current.path);
  return withByHand({
    kind: SYSTEM,
    where: "the certificates of this user (Root)",
    actions: isAdded ? [added] : gone,
  });
}

function withByHand(step: Step): Step {
  return { ...step, byHand: step.actions.map(commandOf) };
}

function nssSteps(certificates: Certificates, facts: SystemFacts, isAdded: boolean): Step[] {
  const { os, find, nssStores } = facts;
  // There browsers look where the system does, and certutil is another program.
  if (os === "windows") return [];
  const program = find("certutil");
  if (program === undefined && os === "darwin") return [];
  return nssStores
    .filter(({ exists }) => exists || isAdded)
    .map((store) => nssStep(certificates, store, program, facts, isAdded));
}

function nssStep(
  { current, earlier }: Certificates,
  { kind, folder, exists }: NssStore,
  program: string | undefined,
  { find }: SystemFacts,
  isAdded: boolean,
): Step {
  const certutil = program ?? "certutil";
  const run = (...args: string[]): Action => ({ type: "run", program: certutil, args });
  const gone: Action[] = (isAdded ? earlier : [...earlier, current]).map((certificate) => ({
    type: "forget",
    program: certutil,
    store: folder,
    nickname: nicknameOf(certificate),
    fingerprint: certificate.fingerprint,
  }));
  const database = `sql:${folder}`;
  const made: Action[] = exists
    ? []
    : [{ type: "folder", path: folder }, run("-N", "-d", database, "--empty-password")];
  const added = run("-A", "-d", database, "-t", "C,,", "-n", nicknameOf(current), "-i", current.path);
  const actions = isAdded ? [...made, ...(exists ? gone : []), added] : gone;
  if (program !== undefined) return withByHand({ kind, where: folder, actions });
  const install = CERTUTIL_PACKAGES.find(([installer]) => find(installer) !== undefined)?.[1];
  return {
    kind,
    where: folder,
    actions,
    obstacle: "certutil is missing" + (install === undefined ? ": it is one of the tools of NSS" : ""),
    byHand: install === undefined ? [] : [`sudo ${install}`, `webserv trust${isAdded ? "" : " --remove"}`],
  };
}
