/**
 * Weather that nothing comes of.
 *
 * @module
 */
import type { Report } from "./issues.ts";
import type { LocationSection, ServerSection } from "./schema.ts";

/** Warns of what a server and its locations say of it. */
export function warnAboutWeather(server: ServerSection, report: Report): void {
  const sections: readonly (ServerSection | LocationSection)[] = [
    server,
    ...(server.values.locations ?? []).map(([, location]) => location),
  ];
  for (const section of sections) {
    const { fail } = section.values, node = section.at("fail");
    if (node === undefined || fail === undefined || fail === "off" || fail.rate > 0) continue;
    report(node, "without effect: a rate of 0% is never; `fail: off` says so, too");
  }
}
