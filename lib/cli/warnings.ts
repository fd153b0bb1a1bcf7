/**
 * What is odd about a configuration and no reason to refuse it, for `check` and for each start.
 *
 * @module
 */
import { Rights } from "../access/rights.ts";
import { hasStore } from "../config/places.ts";
import type { Config, LocationConfig } from "../config/types.ts";
import { isLoopback } from "../http/endpoint.ts";
import { isAll } from "./addresses.ts";
import type { LoadedConfiguration } from "./loaded_configuration.ts";

/** All that is odd about a configuration, here and at each start. */
export function allWarnings({ config, warnings }: LoadedConfiguration): string[] {
  return [...warnings, ...openStores(config)];
}

/** Stores that other machines can write to, and nobody is asked who he is. */
function openStores({ servers }: Config): string[] {
  const warnings = servers.flatMap(({ listen, fallback, locations }) => {
    const stores = [...locations, fallback].filter((location) =>
      hasStore(location) && isOpen(location.access) &&
      location.access.allowedMethods.some((method) => WRITING.includes(method))
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

/** Where it is written that everybody may write, that is what is meant. */
function isOpen({ authBasic, access, allow, deny }: LocationConfig["access"]): boolean {
  return access.write !== "all" && new Rights(access, authBasic !== undefined).of("write") === "all" &&
    allow.includes("all") &&
    !deny.includes("all");
}

const WRITING = ["PUT", "POST", "DELETE"];
