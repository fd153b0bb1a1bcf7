/**
 * What a start says to the person at a terminal: a short block of aligned rows. Programs read the lines
 * `listening on ...` instead.
 *
 * @module
 */
import { columnsOf, cutToColumns } from "../bytes/columns.ts";
import { controlEscaper } from "../bytes/controls.ts";
import { isLabelled } from "../config/host_label.ts";
import { allLocations, hasStore, speaksTls } from "../config/places.ts";
import type { Config, LocationConfig } from "../config/types.ts";
import type { OpenAddresses } from "./addresses.ts";

/** What is served: a folder, one file, or a configuration file; or the command of an app. */
export interface Place {
  readonly kind: "folder" | "file" | "app";
  readonly path: string;
}

/** What there is to say. */
export interface StartFacts {
  /** Name and version. */
  readonly version: string;
  readonly place: Place;
  readonly config: Config;
  readonly addresses: OpenAddresses;
  /** Where the inspector is, with its token; undefined where there is none. */
  readonly inspector?: string | undefined;
  /** Of sites that are folders, or what such an address is like; undefined where folders are none. */
  readonly sites?: readonly string[] | undefined;
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/** How it is shown. */
export interface BlockStyle {
  readonly colour: boolean;
  /** Undefined: not known. */
  readonly columns: number | undefined;
}

/** So many addresses of one kind are named. */
const MOST_ADDRESSES = 8;

/** Of a row before its text. */
const INDENT = "  ", LABEL = 9;

/** Names of folders may hold what terminals obey. */
const escaped = controlEscaper();

/** What a configuration serves: the file that it stands in, else the folder or the file of the command line. */
export function placeOf({ file, app, servers }: Config): Place {
  if (app !== undefined) return { kind: "app", path: app.command };
  if (file !== undefined) return { kind: "file", path: file };
  const { fallback, locations } = servers[0]!;
  const { root } = fallback.files;
  // Without a root it is the one file of fileConfig(), which each of its locations leads to.
  return root === undefined
    ? { kind: "file", path: locations[0]!.files.alias! }
    : { kind: "folder", path: root };
}

/** The block, with an empty line before it and behind it. */
export function startBlock(facts: StartFacts, style: BlockStyle): string {
  const { place, addresses, notes, warnings } = facts;
  const room = (style.columns ?? Infinity) - INDENT.length - LABEL;
  const paint = (code: number, text: string) => style.colour ? `\x1b[${code}m${text}\x1b[0m` : text;
  const lines: string[] = [];
  const rows = (label: string, texts: readonly string[], show = (text: string) => text) =>
    texts.forEach((text, index) =>
      lines.push(INDENT + paint(DIM, (index === 0 ? label : "").padEnd(LABEL)) + show(text))
    );
  const sentences = (label: string, texts: readonly string[], show?: (text: string) => string) =>
    texts.forEach((text) => rows(label, wrapped(escaped(text), room), show));
  const links = (label: string, urls: readonly string[]) => {
    rows(label, urls.slice(0, MOST_ADDRESSES), (url) => paint(CYAN, url));
    if (urls.length > MOST_ADDRESSES) rows("", [`and ${urls.length - MOST_ADDRESSES} more`]);
  };
  const path = escaped(place.path);
  rows(place.kind, [place.kind === "app" ? cutToColumns(path, room) : shortened(path, room)]);
  sentences("with", [featuresOf(facts.config).join(", ")].filter((text) => text !== ""));
  links("local", addresses.local);
  links("network", addresses.network);
  links("sites", facts.sites ?? []);
  links("inspect", facts.inspector === undefined ? [] : [facts.inspector]);
  sentences("note", notes);
  sentences("warning", warnings, (text) => paint(YELLOW, text));
  return `\n${INDENT}${paint(BOLD, facts.version)}\n\n${lines.join("\n")}\n\n${INDENT}Ctrl+C stops it.\n`;
}

/** Codes of ECMA-48 section 8.3.117. */
const BOLD = 1, DIM = 2, YELLOW = 33, CYAN = 36;

/** What is on besides the sending of files. */
function featuresOf(config: Config): string[] {
  const locations = allLocations(config);
  const has = (test: (location: LocationConfig) => boolean) => locations.some(test);
  const features: [string, boolean][] = [
    ["a site for each folder", config.servers.some(isLabelled)],
    ["listing", locations.some(({ files, proxy }) => files.autoindex && proxy.proxyPass === undefined)],
    ["uploads", locations.some(hasStore)],
    [
      "programs",
      locations.some(({ programs: { cgi, cgiScript, fastcgi, fastcgiPass } }) =>
        (cgi ?? cgiScript ?? fastcgi ?? fastcgiPass) !== undefined
      ),
    ],
    ["other servers", config.app === undefined && has(({ proxy }) => proxy.proxyPass !== undefined)],
    ["HTTPS", config.servers.some(speaksTls)],
    ["live reload", has(({ live }) => live.liveReload)],
    ["weather", has(isWeathered)],
    ["inspector", config.admin !== undefined],
  ];
  return features.filter(([, isOn]) => isOn).map(([name]) => name);
}

/** Slow, or failing, on purpose. */
function isWeathered({ weather: { delay, limitRate, fail } }: LocationConfig): boolean {
  return delay > 0 || limitRate !== Infinity || fail !== undefined;
}

/** A path without its first folders where it is too long. */
function shortened(path: string, room: number): string {
  let rest = path;
  while (columnsOf(rest) > room) {
    const next = /^…?\/?[^/]+(\/.+)$/.exec(rest)?.[1];
    if (next === undefined) return cutToColumns(rest, room);
    rest = `…${next}`;
  }
  return rest;
}

/** A text in lines that are no longer than there is room, so far as its words allow it. */
function wrapped(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && columnsOf(longer) > room) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
