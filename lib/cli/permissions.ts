/**
 * `webserv permissions`: the flags with which `deno run` serves a configuration.
 *
 * @module
 */
import { permissionFlags, shellWord, workerPermissions } from "../supervisor/permissions.ts";
import { DEBUGGER_ADDRESS } from "../runtime/debugger_port.ts";
import { ListenError, permissionToLookUp } from "../runtime/net.ts";
import { hostNames, withAddresses } from "../supervisor/endpoints.ts";
import { killersOf, systemInfo, VARIABLES, WORKER_MODULES } from "../supervisor/system_info.ts";
import type { CommandLine } from "./command_line.ts";
import type { Config } from "../config/types.ts";
import { type AddressSources, withAdvice } from "./listen_advice.ts";
import { loadConfiguration } from "./configuration.ts";
import { print, printToStderr } from "./console.ts";
import { loaderVariables } from "../config/loader_variables.ts";

/** Prints them on one line, quoted for a shell. @throws {ConfigError | FileAccessError | ListenError} */
export function permissions(commandLine: CommandLine): void {
  const { config: loaded, listens } = loadConfiguration(commandLine);
  // Workers listen on addresses: the flags name those, besides what it takes to find them out.
  const config = addressesOf(loaded, listens);
  const system = systemInfo();
  const workers = workerPermissions(config, system);
  const flags = permissionFlags(config, workers, {
    file: config.file,
    modules: WORKER_MODULES,
    net: [...hostNames(loaded).map(permissionToLookUp), DEBUGGER_ADDRESS],
    killers: killersOf(system),
    variables: VARIABLES,
  });
  const variables = loaderVariables(config);
  if (variables.length > 0) {
    printToStderr(
      `--allow-run is for every program, since cgi_env has ${variables.join(", ")}: the runtime hands such ` +
        "variables on with nothing less",
    );
  }
  print(`${flags.map(shellWord).join(" ")}\n`);
}

function addressesOf(config: Config, listens: AddressSources["listens"]): Config {
  try {
    return withAddresses(config);
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    throw withAdvice(error, { listens, takesOptions: false }, undefined);
  }
}
