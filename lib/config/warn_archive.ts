/**
 * Archives of what is not listed.
 *
 * @module
 */
import type { Report } from "./issues.ts";
import type { ServerSection } from "./schema.ts";
import type { ServerConfig } from "./types.ts";

/** Warns of `archive: on` where no folder is listed. @param server what was decoded from the section */
export function warnAboutArchives(server: ServerConfig, section: ServerSection, report: Report): void {
  const lists = server.locations.map(({ files: { autoindex } }) => autoindex);
  for (const [index, [, own]] of (section.values.locations ?? []).entries()) {
    const node = own.at("archive");
    if (node !== undefined && own.values.archive === true && !lists[index]) {
      report(
        node,
        "without effect: autoindex is off here, and only folders that are listed are sent as one file",
      );
    }
  }
  const node = section.at("archive"), isListed = section.values.autoindex === true || lists.includes(true);
  if (node !== undefined && section.values.archive === true && !isListed) {
    report(node, "without effect: autoindex is off everywhere in this server");
  }
}
