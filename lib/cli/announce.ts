/**
 * What a server says about itself while it starts, runs and stops: to programs and to people.
 *
 * @module
 */
import { endpointsOf } from "../config/listen.ts";
import type { Config } from "../config/types.ts";
import { type Endpoint, endpointKey, endpointUrl } from "../http/endpoint.ts";
import { INTERFACES } from "../runtime/own_addresses.ts";
import type { Terminal } from "../runtime/terminal.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { encryptedFirst, inspectorUrl, openAddresses } from "./addresses.ts";
import { tell } from "./console.ts";
import { placeOf, startBlock } from "./start_block.ts";
import { siteUrls } from "./site_urls.ts";
import { SHORT_VERSION } from "./version.ts";

/**
 * Says where it listens, each time only what has not been said before.
 *
 * @param tellsInspector the start says nothing of it elsewhere
 */
export function announcer(supervisor: Supervisor, tellsInspector: boolean): () => Promise<void> {
  let told: ReadonlySet<string> = new Set();
  let inspector = tellsInspector ? undefined : inspectorOf(supervisor);
  return async () => {
    const endpoints: readonly Endpoint[] = encryptedFirst(supervisor.endpoints);
    const added = endpoints.filter((endpoint) => !told.has(endpointKey(endpoint)));
    told = new Set(endpoints.map(endpointKey));
    const lines = added.map((endpoint) => `listening on ${endpointUrl(endpoint)}`);
    const url = inspectorOf(supervisor);
    if (url !== undefined && url !== inspector) lines.push(`inspector at ${url}`);
    inspector = url;
    // In one piece, so that whoever waits for the first line has read them all.
    if (lines.length > 0) await tell(lines.join("\n"));
  };
}

function inspectorOf({ inspector }: Supervisor): string | undefined {
  return inspector && inspectorUrl(inspector);
}

/** What there is to say at a start besides what is served. */
export interface StartWords {
  /** With the ports that were asked for. */
  readonly wanted: Config;
  /** Addresses by which others reach this machine; undefined where we may not look. */
  readonly own: readonly string[] | undefined;
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/** Shows a person what is served. */
export async function showStart(
  supervisor: Supervisor,
  { wanted, own, notes: more, warnings }: StartWords,
  terminal: Terminal,
): Promise<void> {
  const { config, endpoints: [first] } = supervisor;
  const asked = endpointsOf(wanted)[0]!.port;
  const notes = asked !== 0 && first!.port !== asked && endpointsOf(wanted).length === 1
    ? [`${asked} is taken, so this is ${first!.port}`]
    : [];
  if (own === undefined) {
    notes.push(`other machines reach it by every address of this one: --allow-sys=${INTERFACES} names them`);
  }
  notes.push(...more);
  await tell(startBlock({
    version: SHORT_VERSION,
    place: placeOf(config),
    config,
    addresses: openAddresses(config, own ?? []),
    inspector: inspectorOf(supervisor),
    sites: siteUrls(config),
    notes,
    warnings,
  }, terminal));
}

/** What whoever has asked for the end is told. */
export function waitingFor(running: number, { timeouts: { shutdown: { requests } } }: Config): string {
  const what = running === 1 ? "1 request is" : `${running} requests are`;
  return `${what} running: waiting up to ${requests / 1000} s (Ctrl+C again ends it now)`;
}
