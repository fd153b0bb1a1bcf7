/**
 * The addresses of sites that are folders, for whoever looks at a start.
 *
 * @module
 */
import { isLabelled, labelIn, labelledFolder } from "../config/host_label.ts";
import type { Config, ServerConfig } from "../config/types.ts";
import { type Endpoint, endpointUrl, isLoopback } from "../http/endpoint.ts";
import { encryptedFirst, isAll } from "./addresses.ts";

const DOMAIN = "localhost";

/** So many names are looked at: it is a start that waits for them. */
const MOST_LOOKED_AT = 1000;

/**
 * Those below localhost that this machine can open, sorted; where there is none yet, what one would be like. Undefined for
 * a configuration without such sites.
 *
 * @param list the names of the folders in a folder; throws what the system does
 */
export function siteUrls(config: Config, list = foldersIn): string[] | undefined {
  const urls = config.servers.flatMap((server) => {
    const endpoint = encryptedFirst(server.listen).find((endpoint) =>
      isLoopback(endpoint) || isAll(endpoint)
    );
    const isLocal = isLabelled(server) && server.serverName.includes(`*.${DOMAIN}`);
    return endpoint === undefined || !isLocal ? [] : urlsOf(server, endpoint, list);
  });
  return urls.length === 0 ? undefined : [...new Set(urls)];
}

function urlsOf(server: ServerConfig, endpoint: Endpoint, list: typeof foldersIn): string[] {
  const { above, first } = labelledFolder(server)!;
  const labels = list(above).flatMap((name) => labelIn(name, first) ?? []).sort();
  return (labels.length === 0 ? ["NAME"] : labels).map((label) =>
    endpointUrl({ ...endpoint, hostname: `${label}.${DOMAIN}` })
  );
}

function foldersIn(path: string): string[] {
  const names: string[] = [];
  try {
    let looked = 0;
    for (const { name, isDirectory } of Deno.readDirSync(path)) {
      if (isDirectory) names.push(name);
      if (++looked === MOST_LOOKED_AT) break;
    }
  } catch (error) {
    // It may come yet, and requests are told what is wrong with it.
    if (
      !(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied ||
        error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.NotADirectory)
    ) throw error;
  }
  return names;
}
