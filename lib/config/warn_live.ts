/**
 * What is said of live reload and has no effect.
 *
 * @module
 */
import type { Report } from "./issues.ts";
import type { LocationSection, ServerSection } from "./schema.ts";
import type { LocationConfig, ServerConfig } from "./types.ts";
import { forbidsTransforming } from "./warn_coding.ts";

/** Warns of what a server and its locations say of live reload. @param server what was decoded from the section */
export function warnAboutLiveReload(server: ServerConfig, section: ServerSection, report: Report): void {
  checkLive(section, [server.fallback, ...server.locations], report);
  for (const [index, [, own]] of (section.values.locations ?? []).entries()) {
    checkLive(own, [server.locations[index]!], report);
  }
}

/** @param places that have what is written, unless they say otherwise */
function checkLive(
  section: ServerSection | LocationSection,
  places: readonly LocationConfig[],
  report: Report,
): void {
  const on = section.at("live_reload"), watched = section.at("live_reload_watch");
  if (on !== undefined && section.values.live_reload === true && places.every(forbidsTransforming)) {
    report(on, "without effect: Cache-Control: no-transform, which is sent here, forbids it");
  }
  if (on !== undefined && places.every(({ files }) => files.bucket !== undefined)) {
    report(on, "without effect: nothing tells of what changes in a bucket");
  }
  if (watched !== undefined && places.every(isOff)) {
    report(watched, "without effect: live_reload is off here");
  }
}

/** It is written that it is off: where nothing is, `--live` turns it on. */
function isOff({ live, lines }: LocationConfig): boolean {
  return !live.liveReload && lines?.keys["live_reload"] !== undefined;
}
