/**
 * The configuration that a command line asks for: from a file, or made for a folder.
 *
 * @module
 */
import { basename, resolve } from "@std/path";
import { withSlashes } from "../config/absolute.ts";
import { fileConfig, type FileOptions, folderConfig } from "../config/defaults.ts";
import { endpointsOf, withEndpoints } from "../config/listen.ts";
import { uploadStores } from "../config/places.ts";
import type { Config } from "../config/types.ts";
import { isContained } from "../http/containment.ts";
import { endpointOf } from "../http/endpoint.ts";
import { everyAddress } from "../runtime/own_addresses.ts";
import { type CommandLine, folderOptions, UsageError } from "./command_line.ts";
import { environmentPort } from "./environment_port.ts";
import { ConfigError, FileAccessError, readingProblem } from "./file_problems.ts";
import { withLiveOptions } from "./live_options.ts";
import type { LoadedConfiguration } from "./loaded_configuration.ts";
import { operandGuess } from "./operand_guess.ts";
import { ownFilesInStores } from "./own_files.ts";
import { realPath } from "./real_path.ts";
import { asksForLogin, publicWarnings } from "./login_options.ts";

const DEFAULT_FILE = "webserv.yaml";
/** Where the inspector is that an option asks for, unless another program is there. */
const INSPECTOR = endpointOf("127.0.0.1", 8079);
const DEFAULT_PORT = 8080, DEFAULT_HTTPS_PORT = 8443;

/**
 * @param running what is being served: then its file is read again, and no other
 * @throws {UsageError | ConfigError | FileAccessError}
 */
export async function loadConfiguration(
  commandLine: CommandLine,
  running?: Config,
): Promise<LoadedConfiguration> {
  const file = commandLine.config ?? defaultFile(commandLine, running);
  if (file === undefined) {
    if (commandLine.command !== "serve") {
      throw new FileAccessError(
        `there is no ${DEFAULT_FILE} here: name a file with --config, or make one with webserv init`,
      );
    }
    if (commandLine.switches.has("watch-config")) {
      throw new UsageError(`--watch-config needs a configuration file: name one with --config`);
    }
    const config = withShared(configForOperand(commandLine), commandLine);
    return {
      config,
      warnings: [...ownFilesInStores(config), ...publicWarnings(commandLine)],
      listens: new Map(),
      variables: [],
    };
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
  const { loadFile } = await import("./configuration_file.ts");
  const loaded = loadFile(file, isNamed);
  const config = withOptions(loaded.config, commandLine, loaded.namesAccessLog);
  return {
    config,
    warnings: [...loaded.warnings, ...ownFilesInStores(config)],
    listens: replacing(commandLine) === undefined ? loaded.listens : new Map(),
    variables: loaded.variables,
  };
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

/** The path of the file that a command line asks for, or would take. */
export function configurationFile({ config }: CommandLine): string {
  return config ?? DEFAULT_FILE;
}

/** The configuration for DIR or FILE. @throws {UsageError | FileAccessError} */
function configForOperand(commandLine: CommandLine): Config {
  const operand = commandLine.operand ?? ".";
  const path = withSlashes(resolve(operand));
  const { switches } = commandLine, shared = sharedOptions(commandLine);
  if (kindOf(path, operand) === "file") {
    refuseFolderOptions(commandLine, operand);
    return fileConfig({ ...shared, file: path });
  }
  return folderConfig({
    ...shared,
    root: path,
    listing: !switches.has("no-listing"),
    spa: switches.has("spa"),
    upload: switches.has("upload"),
    cgi: switches.has("cgi"),
    sites: switches.has("sites"),
  });
}

/** What options say of everything that is served without a file. */
export function sharedOptions(commandLine: CommandLine): Omit<FileOptions, "file"> {
  const { switches } = commandLine, https = switches.has("https");
  const [hostname, ...moreHostnames] = switches.has("lan")
    ? everyAddress()
    : [commandLine.host ?? "127.0.0.1"];
  return {
    hostname: hostname!,
    moreHostnames,
    port: commandLine.port ?? environmentPort(commandLine) ?? (https ? DEFAULT_HTTPS_PORT : DEFAULT_PORT),
    https,
    cors: switches.has("cors"),
    headers: commandLine.headers,
    workers: commandLine.workers ?? 1,
    login: asksForLogin(commandLine),
    quiet: isQuiet(commandLine, false),
  };
}

/** @throws {UsageError | FileAccessError} if it is neither, or cannot be read */
export function kindOf(path: string, operand: string): "file" | "folder" {
  try {
    const { isDirectory, isFile } = Deno.statSync(path);
    if (isDirectory) return "folder";
    // Whether it may be read is known only then.
    if (isFile) Deno.openSync(path).close();
    if (isFile) return "file";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new UsageError(`there is no file or folder "${operand}"${operandGuess(operand)}`);
    }
    throw new FileAccessError(`${path} ${readingProblem(error, path)}`);
  }
  throw new UsageError(`"${operand}" is neither a folder nor a file`);
}

/** What only a folder can have; and a configuration that is named like this is not meant to be shown to people. */
function refuseFolderOptions({ switches }: CommandLine, file: string): void {
  const needing = ["cgi", "upload", "spa", "sites"].find((name) => switches.has(name));
  if (needing !== undefined) {
    throw new UsageError(
      `--${needing} needs a folder, and "${file}" is a file: name the folder that it is in`,
    );
  }
  if (basename(file) === DEFAULT_FILE) {
    throw new UsageError(`"${file}" is a configuration: did you mean --config ${file}?`);
  }
}

/** The options that go with a configuration file beat what it says. */
function withOptions(config: Config, commandLine: CommandLine, namesAccessLog: boolean): Config {
  const here = replacing(commandLine) === undefined ? config : withAddress(config, commandLine);
  return {
    ...withShared(here, commandLine),
    workers: commandLine.workers ?? config.workers,
    accessLog: isQuiet(commandLine, namesAccessLog) ? { to: "off" } : config.accessLog,
  };
}

/** Without an access log. Beside a command there is none unless somebody has asked for it: the output is the command's. */
function isQuiet({ switches, beside, logFormat }: CommandLine, namesAccessLog: boolean): boolean {
  return switches.has("quiet") || (beside !== undefined && !namesAccessLog && logFormat === undefined);
}

/** What goes with a folder as well as with a file. */
export function withShared(config: Config, commandLine: CommandLine): Config {
  const { allowedHosts, logFormat, switches } = commandLine;
  return {
    ...withLiveOptions(config, commandLine),
    ...(switches.has("inspect") && { admin: config.admin ?? INSPECTOR }),
    allowedHosts: [...config.allowedHosts, ...allowedHosts],
    ...(logFormat !== undefined && { logFormat }),
  };
}

/** An option that is given and replaces the address of a configuration file. */
function replacing({ port, host, switches }: CommandLine): "port" | "host" | "https" | undefined {
  if (port !== undefined) return "port";
  if (host !== undefined) return "host";
  return switches.has("https") ? "https" : undefined;
}

/** All servers on another endpoint: only possible where there is just one to replace. */
function withAddress(config: Config, commandLine: CommandLine): Config {
  const count = endpointsOf(config).length;
  if (count !== 1) {
    throw new UsageError(
      `--${replacing(commandLine)} cannot replace ${count} addresses: change them in the file`,
    );
  }
  const { port, host } = commandLine, https = commandLine.switches.has("https");
  return withEndpoints(config, (endpoint) => {
    const usual = https && !endpoint.tls ? DEFAULT_HTTPS_PORT : endpoint.port;
    return {
      ...endpointOf(host ?? endpoint.hostname, port ?? usual),
      tls: endpoint.tls || https,
    };
  });
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw new FileAccessError(`${path} ${readingProblem(error, path)}`);
  }
}
