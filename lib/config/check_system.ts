/**
 * What a file asks for that the system of this machine cannot do: refused at the start, with what does it there.
 *
 * Pure: which system it is comes in from outside.
 *
 * @module
 */
import { diskNamesOf } from "../http/disk_names.ts";
import type { System } from "../ports.ts";
import { isMap } from "./decoder.ts";
import { type Position, quote, type Report } from "./issues.ts";
import type { FileSection, LocationSection, ServerSection } from "./schema.ts";

type Section = ServerSection | LocationSection;

/** Reports each at its place. Nothing on Linux, which does everything that a file can ask for. */
export function checkSystem(section: FileSection, os: System, report: Report): void {
  for (const server of section.values.servers ?? []) {
    const locations = (server.values.locations ?? []).map(([, location]) => location);
    checkSpellings(server, os, report);
    if (os === "windows") { for (const place of [server, ...locations]) checkOnWindows(place, report); }
  }
}

/** Where case does not count, two locations that differ in nothing else would answer for the same files. */
function checkSpellings(server: ServerSection, os: System, report: Report): void {
  const names = diskNamesOf(os), seen = new Map<string, string>();
  if (names === undefined) return;
  for (const [{ match, path }, location] of server.values.locations ?? []) {
    const key = `${match} ${names.fold(path)}`, other = seen.get(key);
    if (other !== undefined && other !== path) {
      report(
        location.node,
        `differs from the location ${
          quote(other)
        } in nothing that the disks of this system tell apart: remove one`,
      );
    }
    seen.set(key, path);
  }
}

function checkOnWindows(section: Section, report: Report): void {
  const { cgi = {}, fastcgi = {} } = section.values, own = section as LocationSection;
  for (const [extension, words] of Object.entries(cgi)) {
    if (words !== true || /^(?:\.exe|\.com|\*)$/i.test(extension)) continue;
    report(
      entryOf(section, "cgi", extension),
      `Windows starts no scripts by themselves: name what runs them, such as ${extension}: python`,
    );
  }
  for (const [extension, target] of Object.entries(fastcgi)) {
    const entry = entryOf(section, "fastcgi", extension);
    if ("spawn" in target) report(entry, NO_POOLS);
    else if ("path" in target.address) report(entry, NO_SOCKETS);
  }
  const { cgi_script: script, fastcgi_pass: server, proxy_pass: upstream } = own.values;
  if (script !== undefined && !/\.(?:exe|com)$/i.test(script)) {
    report(
      own.at("cgi_script")!,
      "Windows starts no scripts by themselves: name an .exe file, or use cgi with what runs them",
    );
  }
  if (server !== undefined && "path" in server.address) report(own.at("fastcgi_pass")!, NO_SOCKETS);
  if (upstream?.some(({ address }) => "path" in address)) report(own.at("proxy_pass")!, NO_SOCKETS);
}

const NO_SOCKETS =
  "on Windows servers are not reached by sockets with a path: have it listen on 127.0.0.1:PORT, " +
  "and write that";

const NO_POOLS = "on Windows no FastCGI servers are started from here: start it yourself, such as " +
  "php-cgi -b 127.0.0.1:9000, and write that address";

/** Where an extension is written. */
function entryOf(section: Section, word: "cgi" | "fastcgi", extension: string): Position {
  const node = section.at(word);
  return (node && isMap(node.value) ? node.value.get(extension) : undefined) ?? node ?? section.node;
}
