/**
 * Names in `listen` that a start could do nothing with.
 *
 * @module
 */
import { endpointsOf } from "../config/listen.ts";
import { endpointKey, isName } from "../http/endpoint.ts";
import { addressOf, ListenError } from "../runtime/net.ts";
import type { LoadedConfiguration } from "./loaded_configuration.ts";

/** What is wrong with each, and where it stands. */
export function nameProblems(
  { config, listens }: Pick<LoadedConfiguration, "config" | "listens">,
  lookUp: (name: string) => string = addressOf,
): string[] {
  return endpointsOf(config).filter(isName).flatMap((endpoint) => {
    const problem = problemOf(endpoint.hostname, lookUp);
    return problem === undefined ? [] : `${listens.get(endpointKey(endpoint))}: ${problem}`;
  });
}

function problemOf(name: string, lookUp: (name: string) => string): string | undefined {
  try {
    lookUp(name);
    return undefined;
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    const { message, problem } = error;
    if (problem === "unresolved") return `${message}: check its spelling`;
    return problem === "permission" ? `${message}: without it the name ${name} cannot be looked up` : message;
  }
}
