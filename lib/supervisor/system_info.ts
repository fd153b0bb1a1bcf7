/**
 * What the system around the server is like: programs, folders, cores, and which permissions were given.
 *
 * @module
 */
import { fromFileUrl, resolve } from "@std/path";
import {
  certificateFiles,
  hasLocalCertificate,
  logFiles,
  spawnedPools,
  userFiles,
} from "../config/places.ts";
import type { Config } from "../config/types.ts";
import { FileError, type System } from "../ports.ts";
import { DATA_VARIABLES, dataFolder } from "../runtime/data_folder.ts";
import { fileSystem } from "../runtime/files.ts";
import type { OwnFolder } from "../runtime/own_folder.ts";
import { holderSockets, namedSockets, poolFolder } from "../runtime/pool_folder.ts";
import { NOTIFY_VARIABLE, notifyAddress, notifyFolder, notifyName } from "../runtime/notify_address.ts";
import { serversFolder } from "../runtime/server_files.ts";
import { findProgram, foldersOf, isPath } from "../runtime/find_program.ts";
import { KILL_PROGRAMS } from "../runtime/process_trees.ts";
import { type SpoolFolder, spoolFolder } from "../runtime/spool.ts";
import { SYSTEM } from "../runtime/system.ts";
import { netNamesSockets } from "../runtime/version.ts";
import {
  collectsBodies,
  inspectorNet,
  NO_POOLS,
  permissionFlag,
  type PermissionSet,
  type PoolNeeds,
  socketPermissions,
  startsPrograms,
  type SystemPaths,
} from "./permissions.ts";
import { poolName } from "./pool_names.ts";
import { CONVENTIONS, environmentForPrograms, temporaryFolder, variablesOf } from "./system_conventions.ts";

/** Variables of the environment that are read. */
export const VARIABLES: readonly string[] = variablesOf(SYSTEM);

/** Where the modules of this program are that workers import. */
export const WORKER_MODULES: readonly string[] = ["../", "../../deno.json"].map((path) =>
  resolve(fromFileUrl(new URL(path, import.meta.url)))
);

/** What a supervisor must know of the system. */
export interface SystemInfo extends SystemPaths {
  readonly os: System;
  /** The folder for what is temporary. */
  readonly temporary: string;
  readonly spoolFolder: SpoolFolder;
  /** The folder for the sockets of FastCGI servers that are started here. */
  readonly poolFolder: OwnFolder;
  /** What every program has in its environment. */
  readonly programEnvironment: Readonly<Record<string, string>>;
  /** The path of `kill`, on Windows of `taskkill`. */
  readonly killProgram: string | undefined;
  /** The path of `sh`, where a shell can find the programs of a server that is gone: it takes /proc. */
  readonly guardShell: string | undefined;
  /** This is process 1 of a container: it gets whatever others leave behind. */
  readonly isInit: boolean;
  /** Connections to one port are shared out among all threads that listen on it. */
  readonly sharesPorts: boolean;
  /** Why a program cannot be started, as the end of a sentence that begins with its name; undefined if it can. */
  missing(program: string): string | undefined;
  /** How many threads a configuration gets here. */
  workerCount(config: Config): number;
}

/** Finds all of it out. @param os to be taken for another system */
export function systemInfo(os = SYSTEM): SystemInfo {
  const { launcher, guardShell, sharesPorts, hasInit, ...conventions } = CONVENTIONS[os];
  const searchPath = variable("PATH") ?? conventions.searchPath;
  // Where we may not look, only what we may run is found. These are there: if they are not found they were not allowed.
  const mayLook = foldersOf(searchPath, os).every((path) => isGranted({ name: "read", path }));
  const find = (name: string) => findProgram(name, searchPath, os) ?? (mayLook ? undefined : name);
  const temporary = temporaryFolder(os, variable), user = userId(), pools = poolFolder(temporary, user);
  return {
    os,
    searchPath,
    programEnvironment: environmentForPrograms(os, variable),
    launchers: { setsid: launcher && find(launcher) },
    temporary,
    killProgram: find(KILL_PROGRAMS[os]),
    guardShell: guardShell && find(guardShell),
    spoolFolder: spoolFolder(temporary, user),
    poolFolder: pools,
    poolSockets: (pool) => namedSockets(pools, poolName(pool)),
    isInit: hasInit && Deno.pid === 1,
    sharesPorts,
    netNamesSockets: netNamesSockets(),
    realPath: (path) => existingPath(path) ?? path,
    findProgram: (name) => isPath(name, os) ? name : findProgram(name, searchPath, os),
    missing(program) {
      if (findProgram(program, searchPath, os) !== undefined) return undefined;
      const where = isPath(program, os) ? "" : ", or not in a folder of PATH";
      return `is not installed${where}${
        mayLook ? "" : `, or ${permissionFlag("run", [program])} is missing`
      }`;
    },
    workerCount(config) {
      if (!sharesPorts) return 1;
      return config.workers === "auto" ? Math.max(1, navigator.hardwareConcurrency) : config.workers;
    },
  };
}

/** The path with every link resolved; undefined if there is nothing, or nothing that we may see. */
export function existingPath(path: string): string | undefined {
  try {
    return fileSystem.realPath(path);
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

/** Undefined where it is not set, or may not be read. */
function variable(name: string): string | undefined {
  return isGranted({ name: "env", variable: name }) ? Deno.env.get(name) : undefined;
}

function isGranted(permission: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(permission).state === "granted";
}

/** The user's own folder for data; undefined where nothing tells it, or it may not be read. */
export function dataFolderOf(): string | undefined {
  return dataFolder(SYSTEM, variable);
}

/** This machine's name; undefined where it may not be asked for. */
export function machineName(): string | undefined {
  return isGranted(MACHINE_NAME) ? Deno.hostname() : undefined;
}

/** The user's name, for people; undefined where nothing tells it, or it may not be read. */
export function userName(): string | undefined {
  return USER_NAMES.map(variable).find((name) => name);
}

const USER_NAMES = ["USER", "LOGNAME", "USERNAME"] as const;

const MACHINE_NAME = { name: "sys", kind: "hostname" } as const;

/** What the main thread needs of this user's data. */
export interface DataNeeds {
  /** Read and written. */
  readonly folders: readonly string[];
  readonly variables: readonly string[];
  readonly sys: readonly string[];
}

/** What it takes to have certificates signed; nothing where no server takes its own from the local authority. */
export function authorityNeeds({ servers }: Config): DataNeeds {
  if (!servers.some(hasLocalCertificate)) return { folders: [], variables: [], sys: [] };
  const folder = dataFolderOf();
  return {
    folders: folder === undefined ? [] : [folder],
    variables: [...DATA_VARIABLES[SYSTEM], USER_NAMES[0]],
    sys: [MACHINE_NAME.kind, USER_ID.kind],
  };
}

/** What it takes to tell this user's programs where the inspector is; nothing where there is none. It goes on without. */
export function inspectorNeeds({ admin }: Config): DataNeeds {
  const folder = dataFolderOf();
  if (admin === undefined || folder === undefined) return { folders: [], variables: [], sys: [] };
  return {
    folders: [serversFolder(folder)],
    variables: DATA_VARIABLES[SYSTEM],
    sys: [USER_ID.kind],
  };
}

/** The folder for a socket of our own, from which a service manager is told something. */
export function notifyFolderOf(): OwnFolder {
  return notifyFolder(variable("TMPDIR"), userId());
}

/** What it takes to tell a service manager how this server stands; nothing where none wants to be told. */
export function notifyNeeds(
  system: Pick<SystemInfo, "netNamesSockets">,
): DataNeeds & { net: readonly string[] } {
  const address = notifyAddress();
  if (address === undefined) return { folders: [], variables: [], sys: [], net: [] };
  const folder = notifyFolderOf();
  // No such permission leads to an abstract name.
  const sockets = address.startsWith("/") ? [notifyName(folder), address] : [];
  return {
    folders: sockets.length > 0 ? [folder.path, address] : [],
    variables: [NOTIFY_VARIABLE],
    sys: sockets.length > 0 ? [USER_ID.kind] : [],
    net: socketPermissions(sockets, system).net,
  };
}

/** Undefined where users have no number, or it may not be asked for. */
export function userId(): number | undefined {
  return isGranted(USER_ID) ? Deno.uid() ?? undefined : undefined;
}

/** The user's number is a part of the name of his folder for large bodies. */
const USER_ID = { name: "sys", kind: "uid" } as const;

/** Nothing where none is started. */
export function poolNeeds(
  config: Config,
  system: Pick<SystemInfo, "poolFolder" | "findProgram" | "netNamesSockets">,
): PoolNeeds {
  const pools = spawnedPools(config);
  if (pools.length === 0) return NO_POOLS;
  return {
    run: pools.flatMap(({ command }) => system.findProgram(command[0]!) ?? []),
    folders: [system.poolFolder.path],
    net: socketPermissions(holderSockets(system.poolFolder), system).net,
  };
}

/** The programs with which the main thread ends those of workers. */
export function killersOf(
  { killProgram, guardShell }: Pick<SystemInfo, "killProgram" | "guardShell">,
): string[] {
  return [killProgram, guardShell].filter((path) => path !== undefined);
}

/** The first permission that this program was not given but is going to need, with its flag; undefined if none is missing. */
export function missingPermission(
  config: Config,
  workers: PermissionSet,
  system: Pick<SystemInfo, "killProgram" | "guardShell" | "poolFolder" | "findProgram" | "netNamesSockets">,
): string | undefined {
  const killers = startsPrograms(config) ? killersOf(system) : [];
  for (const [flag, descriptor] of descriptors(config, workers, killers, poolNeeds(config, system))) {
    if (!isGranted(descriptor)) {
      return `${flag} is missing: webserv permissions prints all flags that this configuration needs`;
    }
  }
  return undefined;
}

function* descriptors(
  config: Config,
  { net, read, write, run }: PermissionSet,
  killers: readonly string[],
  pools: PoolNeeds,
): Generator<[flag: string, descriptor: Deno.PermissionDescriptor]> {
  const logs = logFiles(config);
  // First, since without it the folders for large bodies and sockets have other names than the other flags say.
  if (collectsBodies(config)) yield [permissionFlag("sys", [USER_ID.kind]), USER_ID];
  const { folders, variables, sys } = authorityNeeds(config);
  // Before its folder, which they tell.
  for (const variable of variables) yield [permissionFlag("env", [variable]), { name: "env", variable }];
  for (const kind of sys) {
    yield [permissionFlag("sys", [kind]), { name: "sys", kind } as Deno.SysPermissionDescriptor];
  }
  for (const path of [...folders, ...pools.folders]) {
    yield [permissionFlag("read", [path]), { name: "read", path }];
    yield [permissionFlag("write", [path]), { name: "write", path }];
  }
  for (const host of [...net, ...inspectorNet(config), ...pools.net]) {
    yield [permissionFlag("net", [host]), { name: "net", host }];
  }
  for (const path of [...WORKER_MODULES, ...read, ...certificateFiles(config), ...userFiles(config)]) {
    yield [permissionFlag("read", [path]), { name: "read", path }];
  }
  for (const path of [...write, ...logs]) yield [permissionFlag("write", [path]), { name: "write", path }];
  for (const path of logs) yield [permissionFlag("read", [path]), { name: "read", path }];
  if (run === "all") yield ["--allow-run", { name: "run" }];
  for (const command of [...(run === "all" ? [] : [...run, ...pools.run]), ...killers]) {
    yield [permissionFlag("run", [command]), { name: "run", command }];
  }
}
