/**
 * Folders that depend on the host, in servers that no such host leads to.
 *
 * @module
 */
import { hasHostLabel } from "./host_label.ts";
import type { Position, Report } from "./issues.ts";
import { isAddress } from "../http/host.ts";
import type { ServerSection } from "./schema.ts";

const EXAMPLE = 'server_name: "*.localhost"';

/** Reports `$host_label` where it can stand for nothing. */
export function checkLabels(server: ServerSection, report: Report): void {
  const position = firstLabelled(server);
  // Names that cannot be read are reported where they stand.
  if (position === undefined || (server.at("server_name") && server.values.server_name === undefined)) return;
  const names = server.values.server_name ?? [];
  if (names.some((name) => name.includes(".") && !isAddress(name))) return;
  report(position, `$host_label needs names with a label for it: give the server ${EXAMPLE}`);
}

/** Where a folder is first named that depends on the host. */
function firstLabelled(server: ServerSection): Position | undefined {
  if (hasHostLabel(server.values.root)) return server.at("root");
  for (const [, location] of server.values.locations ?? []) {
    for (const word of ["root", "alias", "upload_store"] as const) {
      if (hasHostLabel(location.values[word])) return location.at(word);
    }
  }
  return undefined;
}
