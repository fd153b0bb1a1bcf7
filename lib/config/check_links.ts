/**
 * Folders that links may lead to (allow_links_to): whether they are folders, and whether more may be read through them
 * than was meant.
 *
 * Pure: what lies on the machine comes in from outside.
 *
 * @module
 */
import { isContained } from "../http/containment.ts";
import { type Position, quote } from "./issues.ts";
import type { PlacesOutside, Reports } from "./outside.ts";
import { logFiles, originRoot, programFolder, uploadStores } from "./places.ts";
import type { FileSection } from "./schema.ts";
import type { Config, LocationConfig } from "./types.ts";

type Outside = Pick<PlacesOutside, "look" | "realPath">;

/** Reports folders of which something is to be said. @param config what was decoded from the section */
export function checkLinks(config: Config, section: FileSection, outside: Outside, reports: Reports): void {
  const check = new LinkCheck(config, outside, reports);
  for (const [index, { fallback, locations }] of config.servers.entries()) {
    const server = section.values.servers![index]!;
    const own = (server.values.locations ?? []).map(([, location]) => location.at("allow_links_to"));
    const node = server.at("allow_links_to");
    if (node !== undefined) {
      check.folders(node, fallback.files.allowLinksTo, [
        fallback,
        ...locations.filter((_, at) => own[at] === undefined),
      ]);
    }
    for (const [at, location] of locations.entries()) {
      if (own[at] !== undefined) check.folders(own[at], location.files.allowLinksTo, [location]);
    }
  }
}

class LinkCheck {
  /** Resolved. */
  readonly #stores: readonly string[];

  constructor(readonly config: Config, readonly outside: Outside, readonly reports: Reports) {
    this.#stores = uploadStores(config).map(outside.realPath);
  }

  /** @param users the locations that they hold for, first the one where they are written */
  folders(node: Position, folders: readonly string[], users: readonly LocationConfig[]): void {
    const serving = users.filter(servesFiles);
    for (const folder of folders) {
      if (!this.#isFolder(node, folder) || serving.length === 0) continue;
      const path = this.outside.realPath(folder);
      this.#checkRoots(node, folder, path, serving);
      this.#checkOwnFiles(node, folder, path);
      this.#checkStores(node, folder, path, serving);
    }
  }

  #isFolder(node: Position, folder: string): boolean {
    const seen = this.outside.look(folder);
    if (seen === "file" || seen === "other") {
      const what = seen === "file" ? "a file: name the folder that it is in" : "no folder";
      this.reports.issue(node, `${quote(folder)} is ${what}`);
    } else if (seen === "nothing") {
      this.reports.warning(node, `${quote(folder)} does not exist: what links lead to there gets 404`);
    } else if (seen === "denied") {
      this.reports.warning(node, `${quote(folder)} may not be read by this user: check its permissions`);
    } else return true;
    return false;
  }

  #checkRoots(node: Position, folder: string, path: string, users: readonly LocationConfig[]): void {
    const roots = [...new Set(users.flatMap((location) => originRoot(location) ?? []))];
    const within = roots.filter((root) => isContained(path, this.outside.realPath(root)));
    if (within.length > 0 && within.length === roots.length) {
      this.reports.warning(
        node,
        `without effect: ${quote(folder)} lies in the root ${quote(within[0]!)}, where links may lead anyway`,
      );
      return;
    }
    // Another location of the server may well be what links lead to.
    const [around] = roots;
    if (around === undefined || !isContained(this.outside.realPath(around), path)) return;
    this.reports.warning(
      node,
      `${quote(folder)} has the root ${
        quote(around)
      } in it, so links may lead to all that lies beside that: ` +
        "name the folders that they do lead to",
    );
  }

  /** What nobody is to read. */
  #checkOwnFiles(node: Position, folder: string, path: string): void {
    const { file } = this.config;
    const own = [
      ...(file === undefined ? [] : [["the configuration file itself", file] as const]),
      ...logFiles(this.config).map((log) => [`the log ${quote(log)}`, log] as const),
    ];
    for (const [what, name] of own) {
      if (!isContained(this.outside.realPath(name), path)) continue;
      this.reports.warning(
        node,
        `${what} lies in ${quote(folder)}, so a link may show it to everybody: ` +
          "name the folders that links do lead to",
      );
    }
  }

  #checkStores(node: Position, folder: string, path: string, users: readonly LocationConfig[]): void {
    if (!users.some((location) => programFolder(location) !== undefined)) return;
    if (!this.#stores.some((store) => isContained(path, store))) return;
    this.reports.warning(
      node,
      `${quote(folder)} lies in an upload store, and nothing in a store is ever run: ` +
        "what links lead to there is sent, or refused where it is a program by its name",
    );
  }
}

/** Files that links may lead to are of no use to what answers by itself. */
function servesFiles({ answer, programs, proxy }: LocationConfig): boolean {
  return (answer.return ?? programs.cgiScript ?? programs.fastcgiPass ?? proxy.proxyPass) === undefined;
}
