/**
 * `webserv permissions`: the flags with which `deno run` serves a configuration.
 *
 * @module
 */
import { hasPrograms, permissionFlags, shellWord, workerPermissions } from "../supervisor/permissions.ts";
import { endpointsOf } from "../config/listen.ts";
import { INTERFACES } from "../runtime/own_addresses.ts";
import { permissionToLookUp } from "../runtime/net.ts";
import { hostNames, withAddresses } from "../supervisor/endpoints.ts";
import { systemInfo, VARIABLES, WORKER_MODULES } from "../supervisor/system_info.ts";
import { isAll } from "./addresses.ts";
import type { CommandLine } from "./command_line.ts";
import { loadConfiguration } from "./configuration.ts";
import { print, printToStderr } from "./console.ts";

/** The executable has its permissions from when it was made. */
const FOR_DENO =
  "these flags are for `deno run`, from the source, which also takes --allow-read of its lib folder and " +
  "deno.json; this executable needs none: its workers get only what the configuration names";

/** Prints them on one line, quoted for a shell. @throws {ConfigError | FileAccessError | ListenError} */
export function permissions(commandLine: CommandLine): void {
  const loaded = loadConfiguration(commandLine).config;
  // Workers listen on addresses: the flags name those, besides what it takes to find them out.
  const config = withAddresses(loaded);
  const system = systemInfo(), { standalone } = Deno.build;
  const workers = workerPermissions(config, system);
  const flags = permissionFlags(config, workers, {
    file: config.file,
    // Those of the executable lie in itself.
    modules: standalone ? [] : WORKER_MODULES,
    lookUps: hostNames(loaded).map(permissionToLookUp),
    kill: hasPrograms(config) ? system.killProgram : undefined,
    variables: VARIABLES,
  });
  // The start names the addresses of this machine where it listens on all of them.
  if (endpointsOf(config).some(isAll)) flags.push(`--allow-sys=${INTERFACES}`);
  print(`${flags.map(shellWord).join(" ")}\n`);
  if (standalone) printToStderr(`webserv: ${FOR_DENO}`);
}
