/**
 * Keys of one section that do not go together, whatever each of them says: they are reported where both are written
 * in the same place. An inherited key never clashes, since the nearer one wins.
 *
 * @module
 */
import { IN_BUCKET } from "./buckets.ts";
import { isMap, type Section, type Shape } from "./decoder.ts";
import { type Position, quote, type Report } from "./issues.ts";
import { METHODS_OF_TREES } from "./location_keys.ts";
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
  { word: "bucket", with: ["root"], why: "a bucket takes the place of the root" },
  { word: "bucket", with: ["return"], why: "a return answers everything itself" },
  { word: "bucket", with: ["cgi", "fastcgi"], why: "no program lies in a bucket" },
  { word: "bucket", with: ["allow_links_to"], why: "there are no links in a bucket" },
];

const LOCATION_CLASHES: readonly Clash<LocationWord>[] = [
  { word: "alias", with: ["root"], why: "an alias takes the place of the root" },
  { word: "bucket", with: ["root", "alias"], why: "a bucket takes the place of a folder" },
  { word: "bucket", with: ["return"], why: "a return answers everything itself" },
  {
    word: "bucket",
    with: ["cgi", "cgi_script", "fastcgi", "fastcgi_pass"],
    why: "no program lies in a bucket",
  },
  { word: "bucket", with: ["proxy_pass"], why: "another server answers everything below the location" },
  { word: "bucket", with: ["allow_links_to"], why: "there are no links in a bucket" },
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
  const asksOthers = has("proxy_pass") || has("bucket") || server.at("bucket") !== undefined;
  for (const word of asksOthers ? [] : [...OF_PROXIES, "proxy_ssl_verify"] as const) {
    const node = location.at(word);
    if (node !== undefined) report(node, `${word} needs a proxy_pass here`);
  }
  checkBucketStore(server, location, report);
  const sources = [
    "root",
    "alias",
    "bucket",
    "return",
    "upload_store",
    "cgi_script",
    "fastcgi_pass",
    "proxy_pass",
  ] as const;
  const programs = location.at("cgi") ?? location.at("fastcgi");
  if (programs !== undefined && server.at("bucket") !== undefined && !has("root") && !has("alias")) {
    report(programs, "no program lies in a bucket: give the location a root, or an alias");
  }
  const inherits = (["root", "bucket", "return"] as const).some((word) => server.at(word) !== undefined);
  if (!sources.some(has) && !inherits) {
    report(location.node, "no root: give the location or its server a root (or an alias, a return, ...)");
  }
  checkCors(location, server.values.cors, report);
}

/** What is stored in a bucket is one object each: there are no folders to be made, and none to be mounted. */
function checkBucketStore(server: ServerSection, location: LocationSection, report: Report): void {
  const store = location.at("upload_store");
  if (store === undefined) return;
  const isThere = location.at("bucket") ?? server.at("bucket");
  if (location.values.upload_store !== IN_BUCKET) {
    if (location.at("bucket") !== undefined) {
      report(store, 'a location that has its files in a bucket stores there: write "upload_store: bucket"');
    }
    return;
  }
  if (isThere === undefined || location.at("root") !== undefined || location.at("alias") !== undefined) {
    report(store, 'upload_store: bucket needs a bucket here (a folder of that name is "./bucket")');
  }
  const dav = location.at("dav");
  if (dav !== undefined && location.values.dav === true) {
    report(dav, "a bucket cannot be mounted: dav needs a folder as its upload_store");
  }
  const methods = location.at("allowed_methods");
  const unfit = location.values.allowed_methods?.filter((method) => METHODS_OF_TREES.includes(method)) ?? [];
  if (methods !== undefined && unfit.length > 0) {
    report(methods, `a bucket takes PUT, POST and DELETE, and never ${unfit.join(", ")}`);
  }
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
  const hasFiles = server.at("root") !== undefined || server.at("bucket") !== undefined;
  if (!hasFiles && returned === undefined && !hasLocations) {
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
  const asksOthers = [server, ...locations.map(([, location]) => location)].some((section) =>
    (section as LocationSection).at("proxy_pass") !== undefined || section.at("bucket") !== undefined
  );
  if (!asksOthers) {
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
const NOT_INHERITING = [
  "bucket",
  "upload_store",
  "return",
  "cgi_script",
  "fastcgi_pass",
  "proxy_pass",
] as const;

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
