/**
 * What is said of WebDAV, and cannot be meant so.
 *
 * @module
 */
import { originRoot, withoutSlash } from "./places.ts";
import { quote, type Report } from "./issues.ts";
import type { ServerSection } from "./schema.ts";
import type { LocationConfig, ServerConfig } from "./types.ts";

/** What clients that mount a store cannot do without. */
const NEEDED: readonly string[] = "PUT DELETE MKCOL COPY MOVE PROPFIND PROPPATCH LOCK UNLOCK".split(" ");

/** Warns of locations whose store is mounted. @param server what was decoded from the section */
export function warnAboutDav(server: ServerConfig, section: ServerSection, report: Report): void {
  for (const [index, [, own]] of (section.values.locations ?? []).entries()) {
    const location = server.locations[index]!, dav = own.at("dav");
    if (dav === undefined || !location.store.dav || location.store.uploadStore === undefined) continue;
    if (showsAnother(location)) {
      report(
        dav,
        "what is mounted is not what is shown here: give the location its upload_store as its alias, or no alias",
      );
    }
    const methods = own.at("allowed_methods"), missing = NEEDED.filter((one) => !allows(location, one));
    if (methods !== undefined && missing.length > 0) {
      report(
        methods,
        `${quote(missing.join(" "))} of WebDAV is not allowed: who mounts the store cannot do it`,
      );
    }
  }
}

function allows({ access: { allowedMethods } }: LocationConfig, method: string): boolean {
  return allowedMethods.includes(method);
}

/** True where what is sent lies elsewhere than what is stored. */
function showsAnother(location: LocationConfig): boolean {
  const { files: { alias, root }, path, store: { uploadStore } } = location;
  const base = originRoot(location);
  if (base === undefined) return false;
  const shown = alias === undefined && root !== undefined
    ? `${withoutSlash(root)}${withoutSlash(path)}`
    : base;
  return withoutSlash(shown) !== withoutSlash(uploadStore!);
}
