/**
 * A configuration file, read and decoded. Whoever serves a folder does without this module, and without the YAML library
 * behind it.
 *
 * @module
 */
import { resolve } from "@std/path";
import { decodeConfig, formatIssue, formatPlace } from "../config/decode.ts";
import { mayWrite } from "../runtime/may_write.ts";
import { addressOf, ListenError } from "../runtime/net.ts";
import { permissionFlag } from "../supervisor/permissions.ts";
import { machineName, systemInfo, VARIABLES } from "../supervisor/system_info.ts";
import { certificateLook } from "./certificate_look.ts";
import { ConfigError, FileAccessError, readingProblem } from "./file_problems.ts";
import type { LoadedConfiguration } from "./loaded_configuration.ts";
import { mayRead, NamedVariables } from "./named_variables.ts";
import { look, realPath } from "./real_path.ts";
import { missingInterpreters } from "./sandbox_gaps.ts";
import { userFileLook } from "./user_file_look.ts";

/** What a file says, before options are heeded. */
export interface LoadedFile extends LoadedConfiguration {
  readonly namesAccessLog: boolean;
}

/**
 * Reads and decodes a configuration file.
 *
 * @param isNamed by the command line, and not found
 * @throws {ConfigError | FileAccessError}
 */
export function loadFile(file: string, isNamed: boolean): LoadedFile {
  // Asked for later, a missing one would fail without a hint of what to do.
  const ungranted = VARIABLES.filter((variable) => !mayRead(variable));
  if (ungranted.length > 0) throw new FileAccessError(`--allow-env=${ungranted.join(",")} is missing`);
  let content: Uint8Array;
  try {
    content = Deno.readFileSync(file);
  } catch (error) {
    throw new FileAccessError(`${file} ${readingProblem(error, file)}`);
  }
  const { os, findProgram, missing } = systemInfo();
  const outside = {
    os,
    realPath,
    findProgram,
    missing,
    look,
    mayWrite,
    isNamed,
    certificate: certificateLook,
    users: userFileLook,
    addressOf: addressOrNothing,
    machineName: machineName(),
  };
  const variables = new NamedVariables();
  const result = decodeConfig(content, resolve(file), outside, variables.lookUp);
  if (variables.withheld.length > 0) {
    const flag = permissionFlag("env", variables.withheld);
    throw new FileAccessError(`${file} names variables of the environment: start with ${flag}`);
  }
  const here = Deno.cwd();
  if (result.issues) throw new ConfigError(result.issues.map((issue) => formatIssue(issue, here)).join("\n"));
  const warnings = result.warnings.map((issue) => formatIssue(issue, here));
  return {
    config: result.config,
    namesAccessLog: result.namesAccessLog,
    variables: variables.names,
    warnings: [...warnings, ...missingInterpreters(result.config, findProgram)],
    listens: new Map(
      [...result.listens].map(([key, position]) => [key, formatPlace(resolve(file), position, here)]),
    ),
  };
}

/** The address of a name; undefined where it has none, or may not be looked up, which others say (name_problems.ts). */
function addressOrNothing(name: string): string | undefined {
  try {
    return addressOf(name);
  } catch (error) {
    if (error instanceof ListenError) return undefined;
    throw error;
  }
}
