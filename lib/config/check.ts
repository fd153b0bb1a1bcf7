/**
 * Keys of one section that do not go together, whatever each of them says: they are reported where both are written
 * in the same place. An inherited key never clashes, since the nearer one wins.
 *
 * @module
 */
import { isMap, type Section, type Shape } from "./decoder.ts";
import { type Position, quote, type Report } from "./issues.ts";
import type { LocationSection, ServerSection, SharedSection } from "./schema.ts";

type LocationWord = keyof LocationSection["values"] & string;
type SharedWord = keyof SharedSection["values"] & string;

/** Keys that exclude each other, and why. */
interface Clash<Word extends string> {
  readonly word: Word;
  readonly with: readonly Word[];
  readonly why: string;
}

const SHARED_CLASHES: readonly Clash<SharedWord>[] = [
  { word: "return", with: ["cgi", "fastcgi", "try_files"], why: "a return answers everything itself" },
];

const LOCATION_CLASHES: readonly Clash<LocationWord>[] = [
  { word: "alias", with: ["root"], why: "an alias takes the place of the root" },
  {
    word: "return",
    with: ["alias", "cgi", "cgi_script", "fastcgi", "fastcgi_pass", "upload_store", "try_files"],
    why: "a return answers everything itself",
  },
  {
    word: "cgi_script",
    with: ["cgi", "fastcgi", "fastcgi_pass", "try_files"],
    why: "a cgi_script answers everything below the location",
  },
  {
    word: "fastcgi_pass",
    with: ["cgi", "fastcgi", "try_files"],
    why: "a fastcgi_pass answers everything below the location",
  },
  {
    word: "upload_store",
    with: ["cgi", "cgi_script", "fastcgi", "fastcgi_pass"],
    why: "nothing that was uploaded is ever run",
  },
  {
    word: "proxy_pass",
    with: [
      "root",
      "alias",
      "return",
      "cgi",
      "cgi_script",
      "fastcgi",
      "fastcgi_pass",
      "upload_store",
      "try_files",
    ],
    why: "another server answers everything below the location",
  },
];

/** Keys that say something of programs, and nothing where there are none. */
const OF_PROGRAMS = [
  "cgi_only",
  "cgi_env",
  "sendfile_from",
  "cgi_pass_authorization",
  "cgi_debug",
  "allow_encoded_slash",
] as const;

/** Keys that say something of FastCGI servers. */
const OF_FASTCGI = ["fastcgi_root"] as const;

/** Keys of which each has programs answer. */
const PROGRAMS = ["cgi", "cgi_script", "fastcgi", "fastcgi_pass"] as const;
const FASTCGI = ["fastcgi", "fastcgi_pass"] as const;

/** Keys that say something of other servers, and nothing where there are none. */
const OF_PROXIES = ["proxy_set_header", "proxy_timeouts"] as const;

/** The location's own keys; what it inherits is looked at for whether anything can be served at all. */
export function checkLocation(server: ServerSection, location: LocationSection, report: Report): void {
  checkClashes(location, LOCATION_CLASHES, report);
  const has = (word: LocationWord) => location.at(word) !== undefined;
  const overwrite = location.at("overwrite");
  if (overwrite !== undefined && !has("upload_store")) {
    report(overwrite, "overwrite needs an upload_store here");
  }
  const dav = location.at("dav");
  if (dav !== undefined && location.values.dav === true && !has("upload_store")) {
    report(dav, "dav needs an upload_store here");
  }
  checkNeeds(location, OF_PROGRAMS, PROGRAMS, answers(PROGRAMS, server, location), report);
  checkNeeds(location, OF_FASTCGI, FASTCGI, answers(FASTCGI, server, location), report);
  checkExtensions(location, report);
  for (const word of has("proxy_pass") ? [] : [...OF_PROXIES, "proxy_ssl_verify"] as const) {
    const node = location.at(word);
    if (node !== undefined) report(node, `${word} needs a proxy_pass here`);
  }
  const sources = [
    "root",
    "alias",
    "return",
    "upload_store",
    "cgi_script",
    "fastcgi_pass",
    "proxy_pass",
  ] as const;
  if (!sources.some(has) && server.at("root") === undefined && server.at("return") === undefined) {
    report(location.node, "no root: give the location or its server a root (or an alias, a return, ...)");
  }
  checkCors(location, server.values.cors, report);
}

/** The server's own keys. */
export function checkServer(server: ServerSection, report: Report): void {
  checkClashes(server, SHARED_CLASHES, report);
  checkExtensions(server, report);
  checkCors(server, undefined, report);
  checkKeyPair(server, report);
  const locations = server.at("locations");
  const returned = server.at("return");
  if (returned !== undefined && locations !== undefined) {
    report(returned, "return and locations together: a server with a return answers everything with it");
  }
  const hasLocations = (server.values.locations?.length ?? 0) > 0;
  if (server.at("root") === undefined && returned === undefined && !hasLocations) {
    // Locations that could not be decoded have been reported already.
    if (locations === undefined || server.values.locations !== undefined && isEmpty(locations.value)) {
      report(server.node, "no root: give the server a root, a return or locations");
    }
  }
}

/** One without the other is of no use. */
function checkKeyPair(server: ServerSection, report: Report): void {
  const certificate = server.at("ssl_certificate"), key = server.at("ssl_certificate_key");
  if (certificate !== undefined && key === undefined) {
    report(certificate, "ssl_certificate needs its key: give the server an ssl_certificate_key, too");
  } else if (key !== undefined && certificate === undefined) {
    report(key, "ssl_certificate_key needs its certificate: give the server an ssl_certificate, too");
  }
}

/** The same path twice is a slip: only one of the two could ever be chosen. */
export function checkDuplicateLocations(server: ServerSection, report: Report): void {
  const seen = new Map<string, Position>();
  for (const [{ match, path }, , node] of server.values.locations ?? []) {
    const id = `${match} ${path}`;
    const earlier = seen.get(id);
    if (earlier === undefined) seen.set(id, node);
    else report(node, `the same location as on line ${earlier.line}: keep one of them`);
  }
}

/** Warns of keys that are well-formed but do nothing. */
export function warnAboutServer(server: ServerSection, report: Report): void {
  const locations = server.values.locations ?? [];
  const overwrite = server.at("overwrite");
  if (
    overwrite !== undefined && !locations.some(([, location]) => location.at("upload_store") !== undefined)
  ) {
    report(overwrite, "without effect: no location of this server has an upload_store");
  }
  if (server.values.listen?.some(({ tls }) => tls) !== true) {
    for (const word of ["ssl_certificate", "ssl_certificate_key", "hsts"] as const) {
      const node = server.at(word);
      if (node !== undefined) {
        report(
          node,
          'without effect: no address of this server speaks TLS; write "8443 ssl" into its listen',
        );
      }
    }
  }
  const any = (words: Answering) =>
    answers(words, server) || locations.some(([, location]) => answers(words, server, location));
  for (const word of any(PROGRAMS) ? [] : OF_PROGRAMS) {
    const node = server.at(word);
    if (node !== undefined) report(node, "without effect: nothing in this server runs programs");
  }
  for (const word of any(FASTCGI) ? [] : OF_FASTCGI) {
    const node = server.at(word);
    if (node !== undefined) report(node, "without effect: nothing in this server is answered by FastCGI");
  }
  if (!locations.some(([, location]) => location.at("proxy_pass") !== undefined)) {
    for (const word of OF_PROXIES) {
      const node = server.at(word);
      if (node !== undefined) report(node, "without effect: no location of this server has a proxy_pass");
    }
  }
  const sections: readonly Section<Shape>[] = [server, ...locations.map(([, location]) => location)];
  for (const section of sections) {
    if (section.at("return") === undefined) continue;
    for (const word of ["root", "allow_links_to", "index", "autoindex", "types", "cache_control"]) {
      const node = section.at(word);
      if (node !== undefined) report(node, "without effect: the return beside it answers everything");
    }
  }
}

type Answering = readonly (typeof PROGRAMS)[number][];

/** One of the keys is written, or inherited where that is possible. */
function answers(words: Answering, server: ServerSection, location?: LocationSection): boolean {
  if (location !== undefined) {
    if (words.some((word) => location.at(word) !== undefined)) return true;
    if (NOT_INHERITING.some((word) => location.at(word) !== undefined)) return false;
  }
  return words.some((word) => (word === "cgi" || word === "fastcgi") && server.at(word) !== undefined);
}

/** A location with one of these has no programs of its server. */
const NOT_INHERITING = ["upload_store", "return", "cgi_script", "fastcgi_pass", "proxy_pass"] as const;

function checkNeeds(
  location: LocationSection,
  words: readonly LocationWord[],
  needed: Answering,
  isThere: boolean,
  report: Report,
): void {
  for (const word of isThere ? [] : words) {
    const node = location.at(word);
    if (node !== undefined) report(node, `${word} needs one of these here: ${needed.join(", ")}`);
  }
}

/** One extension, two who answer for it. */
function checkExtensions(section: SharedSection, report: Report): void {
  const node = section.at("fastcgi");
  for (const extension of Object.keys(section.values.fastcgi ?? {})) {
    if (node === undefined || section.values.cgi?.[extension] === undefined) continue;
    const entry = isMap(node.value) ? node.value.get(extension) : undefined;
    report(entry ?? node, `${quote(extension)} in cgi and in fastcgi: only one can answer; keep one of them`);
  }
}

function checkClashes<S extends Shape>(
  section: Section<S>,
  clashes: readonly Clash<keyof S & string>[],
  report: Report,
): void {
  for (const { word, with: others, why } of clashes) {
    if (section.at(word) === undefined) continue;
    for (const other of others) {
      const node = section.at(other);
      if (node !== undefined) {
        report(node, `${word} and ${other} in the same place: ${why}; keep one of them`);
      }
    }
  }
}

/** A browser refuses an answer that has the field twice. */
function checkCors(section: SharedSection, inherited: boolean | undefined, report: Report): void {
  const node = section.at("add_header");
  const allows = section.values.add_header?.some(([name, values]) =>
    name.toLowerCase() === "access-control-allow-origin" && values.some((value) => value !== "")
  );
  if (node !== undefined && allows && (section.values.cors ?? inherited)) {
    report(
      node,
      "Access-Control-Allow-Origin is sent by cors already: write cors: off, or leave the field out",
    );
  }
}

function isEmpty(value: unknown): boolean {
  return value instanceof Map && value.size === 0;
}
