/**
 * What a configuration needs to be allowed, and nothing more. Pure: the set for a worker thread, and the flags with
 * which `deno run` serves the same.
 *
 * @module
 */
import { endpointsOf } from "../config/listen.ts";
import { loaderVariables } from "../config/loader_variables.ts";
import {
  allLocations,
  bucketServer,
  certificateFiles,
  fastcgiAddresses,
  hasDav,
  hasFastcgi,
  linkFolders,
  logFiles,
  spawnedPools,
  usedBuckets,
  userFiles,
} from "../config/places.ts";
import type { Config } from "../config/types.ts";
import { isContained } from "../http/containment.ts";
import { type Endpoint, formatEndpoint, hostToDial } from "../http/endpoint.ts";
import type { Pool } from "../ports.ts";
import type { Launchers } from "../runtime/processes.ts";

/** Absolute paths, and addresses as Deno writes them. */
export interface PermissionSet {
  readonly net: readonly string[];
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** `all`: every program, as it takes to hand on a variable of the loader. */
  readonly run: readonly string[] | "all";
}

/** What only the system knows. */
export interface SystemPaths {
  /** The path with every link resolved, or the path itself where nothing is. */
  readonly realPath: (path: string) => string;
  /** The path of a program, which may be found on the search path; undefined if it is not there. */
  readonly findProgram: (name: string) => string | undefined;
  /** Where programs are looked for: PATH. */
  readonly searchPath: string;
  /** The programs that start others in a group of their own (see launchersFor()). */
  readonly launchers: Pick<Launchers, "own" | "setsid">;
  /** The folder for large bodies that wait for a program. */
  readonly spoolFolder: { readonly path: string };
  /** The runtime wants sockets that have a path among the addresses, too. */
  readonly netNamesSockets: boolean;
  /** The paths of the sockets on which a pool that is started here may come to listen. */
  readonly poolSockets: (pool: Pool) => readonly string[];
}

/** What it takes to connect to sockets that have a path. */
export function socketPermissions(
  paths: readonly string[],
  { netNamesSockets }: Pick<SystemPaths, "netNamesSockets">,
): Pick<PermissionSet, "net" | "read" | "write"> {
  return { net: netNamesSockets ? paths.map((path) => `unix:${path}`) : [], read: paths, write: paths };
}

/** What a worker thread gets. It may listen where the configuration says, so addresses and ports must be known by now. */
export function workerPermissions(config: Config, system: SystemPaths): PermissionSet {
  const { realPath, findProgram, spoolFolder } = system;
  const locations = allLocations(config);
  const { own, setsid } = launchersFor(config, system);
  // A path may be a link to the folder itself; files in it are opened under their resolved names.
  const both = (paths: readonly (string | undefined)[]) =>
    paths.filter((path) => path !== undefined).flatMap((path) => [path, realPath(path)]);
  const stores = locations.map(({ store }) => store.uploadStore);
  const spool = collectsBodies(config) ? [spoolFolder.path] : [];
  const servers = [
    ...fastcgiAddresses(config),
    ...locations.flatMap(({ proxy }) => proxy.proxyPass ?? []).map(({ address }) => address),
  ];
  const sockets = socketPermissions([
    // One may be a link, as Debian's is: the runtime goes by its name.
    ...servers.flatMap((address) => "path" in address ? address.path : []),
    ...spawnedPools(config).flatMap(system.poolSockets),
  ], system);
  return {
    net: unique([
      ...endpointsOf(config).map(formatEndpoint),
      ...servers.flatMap((address) => "path" in address ? [] : permissionToDial(address)),
      ...usedBuckets(config).map((bucket) => permissionToDial(bucketServer(bucket))),
      ...sockets.net,
    ]),
    read: unique([
      ...both(
        locations.flatMap((location) => {
          const { files, programs: { cgiScript, sendfileFrom } } = location;
          return [files.root, files.alias, ...linkFolders(location), cgiScript, sendfileFrom];
        }),
      ),
      ...both(stores),
      ...spool,
      ...sockets.read,
    ]),
    write: unique([...both(stores), ...spool, ...sockets.write]),
    run: loaderVariables(config).length > 0 ? "all" : unique([
      ...[own, setsid].filter((path) => path !== undefined),
      ...locations.flatMap(({ programs: { cgiScript } }) => cgiScript === undefined ? [] : [cgiScript]),
      ...locations
        .flatMap(({ programs: { cgi } }) => Object.values(cgi ?? {}))
        .flatMap((words) => words === true ? [] : findProgram(words[0]!) ?? []),
    ]),
  };
}

/** Where a program on this machine reaches what is listened on. */
export function reachedAt(config: Config): Endpoint[] {
  const reached = (hostname: string) =>
    hostname === "0.0.0.0" ? "127.0.0.1" : hostname === "::" ? "::1" : hostname;
  return endpointsOf(config).map((endpoint) => ({ ...endpoint, hostname: reached(endpoint.hostname) }));
}

/** What the inspector's thread gets: to listen on its address, and to send requests again to this server. Nothing else. */
export function inspectorNet(config: Config): string[] {
  return config.admin === undefined ? [] : unique([config.admin, ...reachedAt(config)].map(formatEndpoint));
}

/** An address that is connected to, as the runtime compares it. */
function permissionToDial({ hostname, port }: { readonly hostname: string; readonly port: number }): string {
  return formatEndpoint({ hostname: hostToDial(hostname), port });
}

/**
 * The launchers, where this configuration can use them. A launcher starts whatever it is told to, so with it the sandbox
 * no longer says which programs run. Where an interpreter is named that is so already (python3 starts whatever it is
 * told to), and where files are run by themselves no list could name them; but where all programs are named one by one
 * (cgi_script) they are started without a launcher, and stay the only ones that a worker starts itself. (With what
 * variables is the worker's choice, so a script may be brought to start others: lib/cli/sandbox_gaps.ts.) Where a variable
 * of the loader is handed on, every program may be run anyway.
 */
export function launchersFor(
  config: Config,
  { launchers, findProgram, searchPath }: Pick<SystemPaths, "launchers" | "findProgram" | "searchPath">,
): Launchers {
  const words = allLocations(config).flatMap(({ programs: { cgi } }) => Object.values(cgi ?? {}));
  if (config.sandbox && words.length === 0 && loaderVariables(config).length === 0) return {};
  const names = new Set(words.flatMap((word) => word === true || word[0]!.includes("/") ? [] : word[0]!));
  const programs = [...names].flatMap((name) => {
    const path = findProgram(name);
    return path?.startsWith("/") ? [[name, path] as const] : [];
  });
  return { ...launchers, found: { searchPath, programs: Object.fromEntries(programs) } };
}

/** What the main thread needs besides, to read its configuration, to write its logs and to look after programs. */
export interface MainNeeds {
  /** The configuration file. */
  readonly file: string | undefined;
  /** This program's own modules: the runtime wants to be allowed to read what a worker imports. */
  readonly modules: readonly string[];
  /** Programs with which the main thread ends what workers have started. */
  readonly killers: readonly string[];
  /** What it needs of the network itself: to look up the names that are listened on, and to hold a port. */
  readonly net: readonly string[];
  /** Variables that are read. */
  readonly variables: readonly string[];
  /** What it takes to start FastCGI servers; by default nothing. */
  readonly pools?: PoolNeeds;
  /** Files and folders whose changes pages are told of; by default none. */
  readonly watched?: readonly string[];
  /** What it takes of this user's data, one for each purpose; by default nothing. */
  readonly data?: readonly {
    readonly folders: readonly string[];
    readonly variables: readonly string[];
    readonly sys: readonly string[];
  }[];
}

/** What the main thread needs to start FastCGI servers; no worker needs any of it. */
export interface PoolNeeds {
  /** The paths of the programs. */
  readonly run: readonly string[];
  /** For their sockets. */
  readonly folders: readonly string[];
  /** Sockets of its own. */
  readonly net: readonly string[];
}

/** Where none is started. */
export const NO_POOLS: PoolNeeds = { run: [], folders: [], net: [] };

/**
 * Flags for `deno run`, ready for a shell: what workers get, and what the main thread needs to give it to them.
 * SECURITY: on a terminal the runtime would ask whether more is to be allowed, and everything would stand still.
 */
export function permissionFlags(config: Config, workers: PermissionSet, needs: MainNeeds): string[] {
  const logs = logFiles(config), data = needs.data ?? [];
  const folders = data.flatMap(({ folders }) => folders);
  const pools = needs.pools ?? NO_POOLS;
  const lists: readonly (readonly [string, readonly string[]])[] = [
    // Which port stands for 0 is only known later.
    [
      "net",
      unique([
        ...[...workers.net, ...inspectorNet(config)].map((address) => address.replace(/:0$/, "")),
        ...needs.net,
        ...pools.net,
      ]),
    ],
    [
      "read",
      unique([
        ...(needs.file === undefined ? [] : [needs.file]),
        ...needs.modules,
        ...outside(workers.read, pools.folders),
        ...certificateFiles(config),
        ...userFiles(config),
        ...folders,
        ...pools.folders,
        ...needs.watched ?? [],
        ...logs,
      ]),
    ],
    ["write", unique([...outside(workers.write, pools.folders), ...folders, ...pools.folders, ...logs])],
    [
      "run",
      workers.run === "all"
        ? []
        : unique([...workers.run, ...pools.run, ...(startsPrograms(config) ? needs.killers : [])]),
    ],
    ["env", [...new Set([...needs.variables, ...data.flatMap(({ variables }) => variables)])]],
    [
      "sys",
      unique([
        // For the names of the folders for large bodies and for sockets.
        ...(collectsBodies(config) ? ["uid"] : []),
        // How much room a mounted store has.
        ...(hasDav(config) ? ["statfs"] : []),
        ...data.flatMap(({ sys }) => sys),
      ]),
    ],
  ];
  return [
    "--no-prompt",
    ...lists.filter(([, list]) => list.length > 0).map(([name, list]) => permissionFlag(name, list)),
    ...(workers.run === "all" ? ["--allow-run"] : []),
  ];
}

/**
 * A flag of `deno run`. Between its words stand commas, and no spelling of a comma within a word is understood by all
 * releases (2.6 takes two of them for one, 2.9 takes none): what can be named is the folder above.
 */
export function permissionFlag(name: string, list: readonly string[]): string {
  return `--allow-${name}=${unique(list.map((word) => word.replace(/\/[^/,]*,.*$/, "") || "/")).join(",")}`;
}

/** Quotes a word for a POSIX shell where it needs it. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./[\]-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The same for the shells of Windows, where no path has a quote in it. */
export function windowsWord(word: string): string {
  return /^[A-Za-z0-9_@+=:,./\\-]+$/.test(word) ? word : `"${word}"`;
}

/** True if the configuration has programs started, by workers or by the main thread. */
export function startsPrograms(config: Config): boolean {
  return hasPrograms(config) || spawnedPools(config).length > 0;
}

/** True if the configuration has workers run programs. */
export function hasPrograms(config: Config): boolean {
  return allLocations(config).some(({ programs: { cgi, cgiScript } }) =>
    cgi !== undefined || cgiScript !== undefined
  );
}

/** True if bodies may have to be collected in the folder for that before a program gets them. */
export function collectsBodies(config: Config): boolean {
  return hasPrograms(config) || hasFastcgi(config);
}

/** What is not in one of these folders, which are named themselves. */
function outside(paths: readonly string[], folders: readonly string[]): string[] {
  return paths.filter((path) => !folders.some((folder) => isContained(path, folder)));
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)].sort();
}
