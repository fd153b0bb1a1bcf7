/**
 * What the configuration may say but this version can not do yet.
 *
 * @module
 */
import type { Config } from "../config/types.ts";
import { ConfigError } from "./configuration.ts";

/** @throws {ConfigError} that names every use of what is not supported yet */
export function refuseUnsupported(config: Config): void {
  const problems: string[] = [];
  if (config.workers !== 1) problems.push(`workers: more than one thread is not supported yet`);
  for (const { fallback, locations } of config.servers) {
    for (const { key, uploadStore } of new Set([fallback, ...locations])) {
      if (uploadStore !== undefined) problems.push(`${key}: uploads are not supported yet`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems.map((problem) => `webserv: ${problem}`).join("\n"));
}
