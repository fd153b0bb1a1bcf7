/**
 * Interpreters that are not there: whatever they are to run is answered 502, but the rest of the site is served.
 *
 * Pure: whether a program is there comes in from outside.
 *
 * @module
 */
import { isMap } from "./decoder.ts";
import { quote, type Report } from "./issues.ts";
import type { FileSection, LocationSection, ServerSection } from "./schema.ts";

/**
 * Warns where an interpreter is written, once for each place.
 *
 * @param missing why a program cannot be started, as the end of a sentence that begins with its name
 */
export function warnAboutInterpreters(
  section: FileSection,
  missing: (program: string) => string | undefined,
  report: Report,
): void {
  for (const server of section.values.servers ?? []) {
    warnAbout(server, missing, report);
    for (const [, location] of server.values.locations ?? []) warnAbout(location, missing, report);
  }
}

function warnAbout(
  section: ServerSection | LocationSection,
  missing: (program: string) => string | undefined,
  report: Report,
): void {
  const { cgi = {}, fastcgi = {} } = section.values;
  const interpreters = Object.entries(cgi).map(([extension, words]) => {
    return { key: "cgi", extension, program: words === true ? undefined : words[0] } as const;
  });
  const servers = Object.entries(fastcgi).map(([extension, target]) => {
    return { key: "fastcgi", extension, program: "spawn" in target ? target.spawn[0] : undefined } as const;
  });
  for (const { key, extension, program } of [...interpreters, ...servers]) {
    const node = section.at(key), why = program === undefined ? undefined : missing(program);
    if (node === undefined || program === undefined || why === undefined) continue;
    const entry = isMap(node.value) ? node.value.get(extension) : undefined;
    const name = /^[\w.+/-]+$/.test(program) ? program : quote(program);
    report(entry ?? node, `${name} ${why}: requests for such programs get 502`);
  }
}
