/**
 * Who may come in: keys that do not go together, names that no file of users has, and files of users that are of no use, or
 * lie where they are served.
 *
 * Pure: what is in the files comes in from outside.
 *
 * @module
 */
import { isContained } from "../http/containment.ts";
import { type Position, quote } from "./issues.ts";
import type { PlacesOutside, Reports } from "./outside.ts";
import { allLocations, linkFolders, originRoot } from "./places.ts";
import type { LocationSection, ServerSection } from "./schema.ts";
import type { Config, LocationConfig, ServerConfig } from "./types.ts";
import type { Who } from "./value_types.ts";

type Section = ServerSection | LocationSection;

/** Reports on what a server and its locations say of it. @param section what the server was decoded from */
export function checkAccess(server: ServerConfig, section: ServerSection, reports: Reports): void {
  const { fallback, locations } = server, asksSomewhere = [fallback, ...locations].some(asks);
  checkPlace(section, section, fallback, asksSomewhere, reports);
  for (const [index, [, own]] of (section.values.locations ?? []).entries()) {
    checkPlace(own, section, locations[index]!, asks(locations[index]!), reports);
  }
}

/** @param asksBelow somebody is asked for a name in the place, or in one that inherits from it */
function checkPlace(
  own: Section,
  server: ServerSection,
  place: LocationConfig,
  asksBelow: boolean,
  { issue, warning }: Reports,
): void {
  const { authBasic, authBasicUserFile, access } = place.access;
  const realm = own.at("auth_basic"), file = own.at("auth_basic_user_file"), rights = own.at("access");
  if (authBasic !== undefined && authBasicUserFile === undefined && realm !== undefined) {
    issue(realm, "auth_basic needs an auth_basic_user_file: webserv passwd FILE NAME makes one");
  }
  if (file !== undefined && !asksBelow) {
    warning(file, "without effect: nobody is asked for a name (auth_basic)");
  }
  if (authBasic !== undefined || !namesUsers(access.read) && !namesUsers(access.write)) return;
  const what = [access.read, access.write].find(namesUsers)!;
  const whom = typeof what === "string" ? what : what.join(", ");
  if (rights !== undefined && !asksBelow) {
    issue(rights, `access is for ${whom}, and nobody is asked for a name: auth_basic is missing`);
  } else if (rights === undefined && realm !== undefined && server.at("access") !== undefined) {
    warning(
      realm,
      `access, as the server has it, is for ${whom}, and nobody can log in here: write one for this place`,
    );
  }
}

function asks({ access: { authBasic } }: LocationConfig): boolean {
  return authBasic !== undefined;
}

function namesUsers(who: Who | undefined): boolean {
  return who !== undefined && who !== "all" && who !== "none";
}

/** Reports on files of users: on what is wrong in them, on names that they have not, and on where they lie. */
export function checkUserFiles(
  config: Config,
  sections: readonly ServerSection[],
  outside: Pick<PlacesOutside, "realPath" | "users">,
  reports: Reports,
): void {
  const said = new Set<string>();
  const once = (report: typeof reports.issue, node: Position, text: string) => {
    if (!said.has(text)) report(node, text);
    said.add(text);
  };
  for (const [index, server] of config.servers.entries()) {
    const section = sections[index]!, own = section.values.locations ?? [];
    const places: (readonly [Section, LocationConfig])[] = [
      [section, server.fallback],
      ...own.map(([, location], at) => [location, server.locations[at]!] as const),
    ];
    for (const [written, { access: { authBasic, authBasicUserFile: file, access } }] of places) {
      if (authBasic === undefined || file === undefined) continue;
      const node = written.at("auth_basic_user_file") ?? section.at("auth_basic_user_file") ?? section.node;
      warnOfServedFile(config, file, outside, (text) => once(reports.warning, node, text));
      const look = outside.users?.(file);
      if (look === undefined) continue;
      if ("problem" in look) {
        once(reports.issue, node, `the user file ${quote(file)} ${look.problem}`);
        continue;
      }
      const unknown = [
        ...new Set([access.read, access.write].flatMap((who) => typeof who === "object" ? who : [])),
      ]
        .filter((name) => !look.names.has(name));
      if (unknown.length === 0) continue;
      const rights = written.at("access") ?? section.at("access") ?? node;
      once(reports.warning, rights, `${quote(file)} has no ${unknown.join(", ")}, whom access names`);
    }
  }
}

/** It is never sent, but who makes a copy of the folder has it. */
function warnOfServedFile(
  config: Config,
  path: string,
  { realPath }: Pick<PlacesOutside, "realPath">,
  warn: (text: string) => void,
): void {
  const real = realPath(path);
  const root = allLocations(config).flatMap((location) => [originRoot(location), ...linkFolders(location)])
    .find((folder) => folder !== undefined && isContained(real, realPath(folder)));
  if (root === undefined) return;
  warn(
    `the user file lies in ${
      quote(root)
    }, which is served: requests for it get 404, but programs and copies have it; ` +
      "move it to a folder beside it",
  );
}
