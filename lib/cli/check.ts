/**
 * `webserv check`: what the configuration says, or what is wrong with it.
 *
 * @module
 */
import type { LocationConfig, ServerConfig, TryFiles } from "../config/types.ts";
import { endpointUrl } from "../http/endpoint.ts";
import { systemInfo } from "../supervisor/system_info.ts";
import type { CommandLine } from "./command_line.ts";
import { FileAccessError, loadConfiguration, readingProblem } from "./configuration.ts";
import { print, printToStderr } from "./console.ts";
import { missingInterpreters, sandboxGaps } from "./sandbox_gaps.ts";

/** @throws {ConfigError | FileAccessError} */
export async function check(commandLine: CommandLine): Promise<void> {
  const { config, warnings } = loadConfiguration(commandLine);
  const { findProgram } = systemInfo();
  for (
    const warning of [
      ...warnings,
      ...missingFolders(config.servers),
      ...missingInterpreters(config, findProgram),
    ]
  ) {
    printToStderr(`warning: ${warning}`);
  }
  print(`${config.file} is valid\n${config.servers.map(describeServer).join("")}`);
  const gaps = await sandboxGaps(config, findProgram);
  if (gaps.length > 0) {
    print(
      `\nwhat the sandbox does not hold: a worker that was taken over could\n${gaps.map(asItem).join("")}`,
    );
  }
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
  const { programs: { cgi, cgiOnly, cgiScript }, store: { uploadStore } } = location;
  const parts: string[] = [];
  if (answer) parts.push(`return ${answer.status}${"location" in answer ? ` ${answer.location}` : ""}`);
  if (cgiScript !== undefined) parts.push(`program ${cgiScript}`);
  if (cgi) parts.push(`programs ${Object.keys(cgi).join(" ")}`);
  if (uploadStore !== undefined) parts.push(`uploads to ${uploadStore}`);
  const files = alias ?? root ?? uploadStore;
  const onlyPrograms = cgiScript !== undefined || (cgi !== undefined && cgiOnly);
  if (onlyPrograms && cgiScript === undefined) parts.push(`nothing else of ${files}`);
  if (!answer && !onlyPrograms) parts.push(files === undefined ? "404" : `files of ${files}`);
  if (autoindex && !onlyPrograms) parts.push("listing");
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

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw new FileAccessError(`${path} ${readingProblem(error)}`);
  }
}
