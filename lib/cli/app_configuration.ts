/**
 * The configuration that `webserv app` asks for: an upstream with a name and a port of its own.
 *
 * @module
 */
import { resolve } from "@std/path";
import { withSlashes } from "../config/absolute.ts";
import { appConfig } from "../config/app.ts";
import { freePort } from "../runtime/free_port.ts";
import { nameOfFolder, parseAppName } from "./app_name.ts";
import { type CommandLine, UsageError } from "./command_line.ts";
import { kindOf, sharedOptions, withShared } from "./configuration.ts";
import type { LoadedConfiguration } from "./loaded_configuration.ts";

/** @throws {UsageError | FileAccessError} */
export function loadAppConfiguration(commandLine: CommandLine): LoadedConfiguration {
  const { operand, name, beside } = commandLine;
  const folder = withSlashes(resolve(operand ?? "."));
  if (kindOf(folder, operand ?? ".") === "file") {
    throw new UsageError(`"${operand}" is a file: name the folder that it is in`);
  }
  const config = appConfig({
    ...sharedOptions(commandLine),
    root: operand === undefined ? undefined : folder,
    app: {
      name: name === undefined ? nameOfFolder(folder) : parseAppName(name),
      port: freePort(),
      command: beside!.join(" "),
    },
  });
  return { config: withShared(config, commandLine), warnings: [], listens: new Map(), variables: [] };
}
