/**
 * `webserv check`: what the configuration says, or what is wrong with it.
 *
 * @module
 */
import type { Config, LocationConfig, ServerConfig, TryFiles } from "../config/types.ts";
import { endpointUrl, isLoopback } from "../http/endpoint.ts";
import { systemInfo } from "../supervisor/system_info.ts";
import { isAll } from "./addresses.ts";
import type { CommandLine } from "./command_line.ts";
import {
  FileAccessError,
  loadConfiguration,
  type LoadedConfiguration,
  readingProblem,
} from "./configuration.ts";
import { print, printToStderr } from "./console.ts";
import { mayRead } from "./real_path.ts";
import { type FindProgram, missingInterpreters, sandboxGaps } from "./sandbox_gaps.ts";

/** @throws {ConfigError | FileAccessError} */
export async function check(commandLine: CommandLine): Promise<void> {
  const loaded = loadConfiguration(commandLine);
  const { config } = loaded;
  const { findProgram } = systemInfo();
  for (const warning of allWarnings(loaded, findProgram)) printToStderr(`warning: ${warning}`);
  print(`${config.file} is valid\n${config.servers.map(describeServer).join("")}`);
  const gaps = await sandboxGaps(config, findProgram);
  if (gaps.length > 0) {
    print(
      `\nwhat the sandbox does not hold: a worker that was taken over could\n${gaps.map(asItem).join("")}`,
    );
  }
}

/** All that is odd about a configuration, here and at each start. @throws {FileAccessError} */
export function allWarnings({ config, warnings }: LoadedConfiguration, find: FindProgram): string[] {
  return [
    ...warnings,
    ...missingFolders(config.servers),
    ...missingInterpreters(config, find),
    ...openStores(config),
  ];
}

function asItem(text: string): string {
  return `  ${text}\n`;
}

function describeServer(server: ServerConfig): string {
  const names = server.serverName.length > 0 ? ` (${server.serverName.join(", ")})` : "";
  const addresses = server.listen.map(endpointUrl).join(" ");
  const locations = [...server.locations, server.fallback].map((location) =>
    `  ${location === server.fallback ? "otherwise" : location.key}: ${describeLocation(location)}\n`
  );
  return `\n${addresses}${names}\n${locations.join("")}`;
}

function describeLocation(location: LocationConfig): string {
  const { access, answer: { return: answer }, files: { alias, root, autoindex, tryFiles } } = location;
  const { programs: { cgi, cgiScript }, store: { uploadStore } } = location;
  const parts: string[] = [];
  if (answer) parts.push(`return ${answer.status}${"location" in answer ? ` ${answer.location}` : ""}`);
  if (cgiScript !== undefined) parts.push(`program ${cgiScript}`);
  if (cgi) parts.push(`programs ${Object.keys(cgi).join(" ")}`);
  if (uploadStore !== undefined) parts.push(`uploads to ${uploadStore}`);
  const files = alias ?? root ?? uploadStore;
  if (!answer && cgiScript === undefined) parts.push(files === undefined ? "404" : `files of ${files}`);
  if (autoindex) parts.push("listing");
  if (tryFiles) parts.push(`try ${describeTries(tryFiles)}`);
  return `${parts.join(", ")} [${access.allowedMethods.join(" ")}]`;
}

/** As it is written in the file. */
function describeTries({ candidates, last }: TryFiles): string {
  return [...candidates, typeof last === "number" ? `=${last}` : last].join(" ");
}

/** Folders that are named but not there: often a typing error, sometimes a build that has not run yet. */
function missingFolders(servers: readonly ServerConfig[]): string[] {
  const missing = new Set<string>();
  for (const { fallback, locations } of servers) {
    for (const { files, programs } of [fallback, ...locations]) {
      for (const path of [files.root, files.alias, programs.cgiScript]) {
        if (path !== undefined && !exists(path)) {
          missing.add(`${path} does not exist: requests for it get 404`);
        }
      }
    }
  }
  return [...missing];
}

/** Stores that other machines can write to: there is nothing that asks them who they are. */
function openStores({ servers }: Config): string[] {
  const warnings = servers.flatMap(({ listen, fallback, locations }) => {
    const stores = [...locations, fallback].filter(({ access, store }) =>
      store.uploadStore !== undefined && access.allowedMethods.some((method) => WRITING.includes(method))
    ).map(({ key }) => key);
    const hosts = listen.filter((endpoint) => !isLoopback(endpoint)).map((endpoint) =>
      isAll(endpoint) ? "this machine" : endpoint.hostname
    );
    if (stores.length === 0) return [];
    return hosts.map((host) =>
      `whoever reaches ${host} may store and delete files below ${stores.join(", ")}: there are no passwords`
    );
  });
  return [...new Set(warnings)];
}

const WRITING = ["PUT", "POST", "DELETE"];

function exists(path: string): boolean {
  // What we may not look at may well be there; what serving it needs is asked for elsewhere.
  if (!mayRead(path)) return true;
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw new FileAccessError(`${path} ${readingProblem(error)}`);
  }
}
