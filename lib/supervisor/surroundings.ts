/**
 * What the system around the server is like: programs, folders, cores, and which permissions were given.
 *
 * @module
 */
import { join } from "@std/path";
import type { Config } from "../config/types.ts";
import { fileError, fileSystem } from "../runtime/files.ts";
import { findProgram } from "../runtime/processes.ts";
import { type PermissionSet, type Surroundings as PermissionSurroundings } from "./permissions.ts";

/** Variables of the environment that are read; nothing else of it is. The last two are switches of the YAML library. */
export const VARIABLES: readonly string[] = ["PATH", "TMPDIR", "LOG_STREAM", "LOG_TOKENS"];

const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

/** What a supervisor must know of the system. */
export interface Surroundings extends PermissionSurroundings {
  readonly searchPath: string;
  /** The path of `kill`. */
  readonly killProgram: string | undefined;
  /** Connections to one port are shared out among all threads that listen on it. */
  readonly sharesPorts: boolean;
  /** How many threads a configuration gets here. */
  workerCount(config: Config): number;
}

/** Looks around. */
export function surroundings(): Surroundings {
  const searchPath = variable("PATH") ?? DEFAULT_PATH;
  // Other systems let several listen on one port too, but give all connections to one of them.
  const sharesPorts = Deno.build.os === "linux";
  return {
    searchPath,
    launcher: findProgram("setsid", searchPath),
    killProgram: findProgram("kill", searchPath),
    spoolFolder: join(variable("TMPDIR") ?? "/tmp", "webserv-spool"),
    sharesPorts,
    realPath: (path) => fileSystem.realPath(path) ?? path,
    findProgram: (name) => name.includes("/") ? name : findProgram(name, searchPath) ?? name,
    workerCount(config) {
      if (!sharesPorts) return 1;
      return config.workers === "auto" ? Math.max(1, navigator.hardwareConcurrency) : config.workers;
    },
  };
}

/** Undefined where it is not set, or may not be read. */
function variable(name: string): string | undefined {
  return Deno.permissions.querySync({ name: "env", variable: name }).state === "granted"
    ? Deno.env.get(name)
    : undefined;
}

/** Makes the folder for large bodies, for this user alone. @throws {FileError} */
export function prepareSpoolFolder(path: string): void {
  try {
    Deno.mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const known = fileError(error, path);
    if (known.problem !== "exists") throw known;
    // SECURITY: a link there could have been laid by another user.
    if (!Deno.lstatSync(path).isDirectory) throw known;
  }
}

/** The first permission that this program was not given but its workers need, with its flag; undefined if none is missing. */
export function missingPermission(needed: PermissionSet, config: Config): string | undefined {
  for (const [flag, descriptor] of descriptors(needed, config)) {
    if (Deno.permissions.querySync(descriptor).state !== "granted") {
      return `${flag} is missing: webserv permissions prints all flags that this configuration needs`;
    }
  }
  return undefined;
}

function* descriptors(
  { net, read, write, run }: PermissionSet,
  config: Config,
): Generator<[flag: string, descriptor: Deno.PermissionDescriptor]> {
  for (const host of net) yield [`--allow-net=${host}`, { name: "net", host }];
  for (const path of read) yield [`--allow-read=${path}`, { name: "read", path }];
  for (const path of write) yield [`--allow-write=${path}`, { name: "write", path }];
  for (const command of run) yield [`--allow-run=${command}`, { name: "run", command }];
  for (const log of [config.accessLog, config.errorLog]) {
    if (log.to === "file") yield [`--allow-write=${log.path}`, { name: "write", path: log.path }];
  }
}
