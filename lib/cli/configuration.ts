/**
 * The configuration that a command line asks for: from a file, or made for a folder.
 *
 * @module
 */
import { resolve } from "@std/path";
import { decodeConfig, formatIssue } from "../config/decode.ts";
import { folderConfig } from "../config/defaults.ts";
import { endpointsOf, withEndpoints } from "../config/listen.ts";
import { uploadStores } from "../config/places.ts";
import type { Config } from "../config/types.ts";
import { isContained } from "../http/containment.ts";
import { endpointOf } from "../http/endpoint.ts";
import { systemInfo, VARIABLES } from "../supervisor/system_info.ts";
import { type CommandLine, folderOptions, UsageError } from "./command_line.ts";
import { ownFilesInStores } from "./own_files.ts";
import { realPath } from "./real_path.ts";

const DEFAULT_FILE = "webserv.yaml";
export const DEFAULT_PORT = 8080;

/** The configuration is wrong: exit status 2. The message has a line for each issue. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** A file or folder cannot be read or written: exit status 1. */
export class FileAccessError extends Error {
  override readonly name = "FileAccessError";
}

/** A configuration and what is odd about it. */
export interface LoadedConfiguration {
  readonly config: Config;
  readonly warnings: readonly string[];
}

/**
 * @param running what is being served: then its file is read again, and no other
 * @throws {UsageError | ConfigError | FileAccessError}
 */
export function loadConfiguration(commandLine: CommandLine, running?: Config): LoadedConfiguration {
  const file = commandLine.config ?? defaultFile(commandLine, running);
  if (file === undefined) {
    if (commandLine.command !== "serve") {
      throw new FileAccessError(
        `there is no ${DEFAULT_FILE} here: name a file with --config, or make one with webserv init`,
      );
    }
    const config = withHosts(configForFolder(commandLine), commandLine);
    return { config, warnings: ownFilesInStores(config) };
  }
  const misplaced = folderOptions(commandLine);
  if (misplaced.length > 0) {
    throw new UsageError(
      `${misplaced[0]} describes a folder to serve: name one, or write it into ${file} instead`,
    );
  }
  const isNamed = commandLine.config !== undefined;
  // SECURITY: before it is read, since one that was uploaded would not say so.
  if (running !== undefined && !isNamed) refuseUploaded(file, running);
  const loaded = loadFile(file, isNamed);
  const config = withOptions(loaded.config, commandLine);
  return { config, warnings: [...loaded.warnings, ...ownFilesInStores(config)] };
}

/**
 * The file that is taken where none is named. SECURITY: a server that was started without one never takes one up, which
 * may have been uploaded meanwhile.
 */
function defaultFile({ operand }: CommandLine, running: Config | undefined): string | undefined {
  if (running !== undefined) return running.file === undefined ? undefined : DEFAULT_FILE;
  return operand === undefined && isFile(DEFAULT_FILE) ? DEFAULT_FILE : undefined;
}

/** @throws {ConfigError} if the file lies where the running server stores what it is sent */
function refuseUploaded(file: string, running: Config): void {
  const path = realPath(resolve(file));
  const store = uploadStores(running).find((folder) => isContained(path, realPath(folder)));
  if (store === undefined) return;
  throw new ConfigError(
    `${file} lies in the upload store ${store}: move it, or start with --config ${file} if it is yours`,
  );
}

/** Reads and decodes a configuration file. @throws {ConfigError | FileAccessError} */
function loadFile(file: string, isNamed: boolean): LoadedConfiguration {
  // Asked for later, a missing one would fail without a hint of what to do.
  const ungranted = VARIABLES.filter((variable) =>
    Deno.permissions.querySync({ name: "env", variable }).state !== "granted"
  );
  if (ungranted.length > 0) throw new FileAccessError(`--allow-env=${ungranted.join(",")} is missing`);
  let text: string;
  try {
    text = Deno.readTextFileSync(file);
  } catch (error) {
    throw new FileAccessError(`${file} ${readingProblem(error)}`);
  }
  const { findProgram, missing } = systemInfo();
  const result = decodeConfig(text, resolve(file), { realPath, findProgram, missing, isNamed });
  const here = Deno.cwd();
  if (result.issues) throw new ConfigError(result.issues.map((issue) => formatIssue(issue, here)).join("\n"));
  return { config: result.config, warnings: result.warnings.map((issue) => formatIssue(issue, here)) };
}

function configForFolder(commandLine: CommandLine): Config {
  const root = resolve(commandLine.operand ?? ".");
  let isDirectory = false;
  try {
    isDirectory = Deno.statSync(root).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new UsageError(`there is no folder "${commandLine.operand}"`);
    }
    throw new FileAccessError(`${root} ${readingProblem(error)}`);
  }
  if (!isDirectory) {
    throw new UsageError(`"${commandLine.operand}" is no folder: name the folder that it is in`);
  }
  const { switches } = commandLine;
  return folderConfig({
    root,
    hostname: commandLine.host ?? "127.0.0.1",
    port: commandLine.port ?? DEFAULT_PORT,
    listing: !switches.has("no-listing"),
    spa: switches.has("spa"),
    cors: switches.has("cors"),
    upload: switches.has("upload"),
    cgi: switches.has("cgi"),
    workers: commandLine.workers ?? 1,
    quiet: switches.has("quiet"),
  });
}

/** The options that go with a configuration file beat what it says. */
function withOptions(config: Config, commandLine: CommandLine): Config {
  const here = commandLine.port === undefined && commandLine.host === undefined
    ? config
    : withAddress(config, commandLine);
  return {
    ...withHosts(here, commandLine),
    workers: commandLine.workers ?? config.workers,
    accessLog: commandLine.switches.has("quiet") ? { to: "off" } : config.accessLog,
  };
}

function withHosts(config: Config, { allowedHosts }: CommandLine): Config {
  return { ...config, allowedHosts: [...config.allowedHosts, ...allowedHosts] };
}

/** All servers on another endpoint: only possible where there is just one to replace. */
function withAddress(config: Config, { port, host }: CommandLine): Config {
  const count = endpointsOf(config).length;
  if (count !== 1) {
    const option = port === undefined ? "host" : "port";
    throw new UsageError(`--${option} cannot replace ${count} addresses: change them in the file`);
  }
  return withEndpoints(config, ({ tls, ...endpoint }) => ({
    ...endpointOf(host ?? endpoint.hostname, port ?? endpoint.port),
    tls,
  }));
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw new FileAccessError(`${path} ${readingProblem(error)}`);
  }
}

/** Why a file cannot be read, and what to do, as the end of a sentence about it. */
export function readingProblem(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "does not exist: check the name";
  if (error instanceof Deno.errors.NotCapable) return "may not be read: start with --allow-read";
  if (error instanceof Deno.errors.PermissionDenied) return "may not be read: check its permissions";
  if (error instanceof Deno.errors.IsADirectory) return "is a folder: name a file";
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}
