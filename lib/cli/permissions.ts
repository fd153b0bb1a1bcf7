/**
 * `webserv permissions`: the flags with which `deno run` serves a configuration.
 *
 * @module
 */
import { endpointsOf } from "../config/listen.ts";
import { DEBUGGER_ADDRESS } from "../runtime/debugger_port.ts";
import { ListenError, permissionToLookUp } from "../runtime/net.ts";
import { INTERFACES } from "../runtime/own_addresses.ts";
import { SYSTEM } from "../runtime/system.ts";
import { hostNames, withAddresses } from "../supervisor/endpoints.ts";
import { liveTrees } from "../supervisor/live_trees.ts";
import { permissionFlags, shellWord, windowsWord, workerPermissions } from "../supervisor/permissions.ts";
import {
  authorityNeeds,
  inspectorNeeds,
  killersOf,
  notifyNeeds,
  poolNeeds,
  systemInfo,
  VARIABLES,
  WORKER_MODULES,
} from "../supervisor/system_info.ts";
import { isAll } from "./addresses.ts";
import type { CommandLine } from "./command_line.ts";
import type { Config } from "../config/types.ts";
import { type AddressSources, withAdvice } from "./listen_advice.ts";
import { loadConfiguration } from "./configuration.ts";
import { print, printToStderr } from "./console.ts";
import { loaderVariables } from "../config/loader_variables.ts";

/** The executable has its permissions from when it was made. */
const FOR_DENO =
  "these flags are for `deno run`, from the source, which also takes --allow-read of its lib folder and " +
  "deno.json; this executable needs none: its workers get only what the configuration names";

/** Prints them on one line, quoted for a shell. @throws {ConfigError | FileAccessError | ListenError} */
export async function permissions(commandLine: CommandLine): Promise<void> {
  const { config: loaded, listens, variables: named } = await loadConfiguration(commandLine);
  // Workers listen on addresses: the flags name those, besides what it takes to find them out.
  const config = addressesOf(loaded, listens);
  const system = systemInfo(), { standalone } = Deno.build;
  const notify = notifyNeeds(system);
  const workers = workerPermissions(config, system);
  const flags = permissionFlags(config, workers, {
    file: config.file,
    // Those of the executable lie in itself.
    modules: standalone ? [] : WORKER_MODULES,
    net: [...hostNames(loaded).map(permissionToLookUp), DEBUGGER_ADDRESS, ...notify.net],
    killers: killersOf(system),
    pools: poolNeeds(config, system),
    variables: [...VARIABLES, ...named],
    data: [authorityNeeds(config), inspectorNeeds(config), notify],
    watched: liveTrees(config).paths.flatMap((path) => [path, system.realPath(path)]),
  });
  // The start names the addresses of this machine where it listens on all of them.
  if (endpointsOf(config).some(isAll)) flags.push(`--allow-sys=${INTERFACES}`);
  const variables = loaderVariables(config);
  if (variables.length > 0) {
    printToStderr(
      `--allow-run is for every program, since cgi_env has ${variables.join(", ")}: the runtime hands such ` +
        "variables on with nothing less",
    );
  }
  print(`${flags.map(SYSTEM === "windows" ? windowsWord : shellWord).join(" ")}\n`);
  if (standalone) printToStderr(`webserv: ${FOR_DENO}`);
}

function addressesOf(config: Config, listens: AddressSources["listens"]): Config {
  try {
    return withAddresses(config);
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    throw withAdvice(error, { listens, takesOptions: false }, undefined, SYSTEM);
  }
}
