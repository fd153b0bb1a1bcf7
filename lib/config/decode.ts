/**
 * The text of webserv.yaml to a complete Config, or to everything that is wrong with it. Pure: reading the file is
 * the caller's work, and so is looking at what its paths lead to.
 *
 * @module
 */
import { dirname } from "@std/path";
import { checkDuplicateLocations, checkLocation, checkServer, warnAboutServer } from "./check.ts";
import { warnAboutInterpreters } from "./check_interpreters.ts";
import { checkAccess, checkUserFiles } from "./check_access.ts";
import { checkAdmin } from "./check_admin.ts";
import { checkBuckets } from "./check_buckets.ts";
import { checkCertificates } from "./check_certificates.ts";
import { checkLabels } from "./check_labels.ts";
import { checkLinks } from "./check_links.ts";
import { checkLocalNames } from "./check_local_names.ts";
import { checkOutside } from "./check_outside.ts";
import { checkSystem } from "./check_system.ts";
import { checkPlaces } from "./check_places.ts";
import { checkServers } from "./check_servers.ts";
import { decodeText } from "./encoding.ts";
import { completeServer, completeTop } from "./complete.ts";
import type { Environment } from "./environment.ts";
import { endpointKey } from "../http/endpoint.ts";
import { type Issue, IssueList, type Position, quote, type Report } from "./issues.ts";
import { parseTree } from "./tree.ts";
import type { PlacesOutside, Reports } from "./outside.ts";
import { fileDecoder, type FileSection, type ServerSection } from "./schema.ts";
import type { Config } from "./types.ts";
import { warnAboutCgiDebug } from "./warn_cgi_debug.ts";
import { warnAboutCoding } from "./warn_coding.ts";
import { warnAboutArchives } from "./warn_archive.ts";
import { warnAboutDav } from "./warn_dav.ts";
import { warnAboutErrorPages } from "./warn_error_pages.ts";
import { warnAboutLiveReload } from "./warn_live.ts";
import { warnAboutMethods } from "./warn_methods.ts";
import { warnAboutNames } from "./warn_names.ts";
import { warnAboutWeather } from "./warn_weather.ts";

export { formatIssue, formatPlace, type Issue } from "./issues.ts";

/** A configuration and what is odd about it, or all that is wrong. */
export type DecodeResult =
  | {
    readonly config: Config;
    readonly warnings: readonly Issue[];
    /** Where each address stands, by endpointKey(); where none is written, its server. */
    readonly listens: ReadonlyMap<string, Position>;
    /** The file itself says where the access log goes. */
    readonly namesAccessLog: boolean;
    readonly issues?: never;
  }
  | { readonly issues: readonly Issue[]; readonly config?: never };

/**
 * Decodes a whole configuration file. Never throws for what the text says.
 *
 * @param content the file's text, or its bytes
 * @param file its absolute path; relative paths in it start at its folder
 * @param outside tells where paths lead; without it none is compared with another
 * @param environment has the variables that values name; by default there are none
 */
export function decodeConfig(
  content: string | Uint8Array,
  file: string,
  outside?: PlacesOutside,
  environment: Environment = () => undefined,
): DecodeResult {
  const issues = new IssueList(file);
  const warnings = new IssueList(file);
  const text = typeof content === "string" ? content : decodeText(content, issues.report);
  if (text === undefined) return { issues: issues.sorted() };
  const reports = { issue: issues.report, warning: warnings.report };
  const section = decodeSections(text, dirname(file), reports, environment);
  const servers = section?.values.servers ?? [];
  checkServers(servers, issues.report, outside?.addressOf);
  for (const server of servers) {
    checkServer(server, issues.report);
    checkLabels(server, issues.report);
    checkDuplicateLocations(server, issues.report);
    for (const [, location] of server.values.locations ?? []) checkLocation(server, location, issues.report);
    warnAboutServer(server, warnings.report);
    warnAboutNames(server, warnings.report);
    warnAboutWeather(server, warnings.report);
  }
  if (section === undefined || !issues.empty) return { issues: issues.sorted() };
  warnAboutLogs(section, warnings.report);
  warnAboutProxies(section, warnings.report);
  warnAboutCgiDebug(section, warnings.report);
  const config = { file, ...completeTop(section.values), servers: servers.map(completeServer) };
  checkAdmin(config, section, issues.report);
  checkBuckets(config, section, reports);
  if (!issues.empty) return { issues: issues.sorted() };
  for (const [index, server] of config.servers.entries()) {
    warnAboutErrorPages(server, servers[index]!, warnings.report);
    warnAboutMethods(server, servers[index]!, warnings.report);
    warnAboutDav(server, servers[index]!, warnings.report);
    warnAboutArchives(server, servers[index]!, warnings.report);
    warnAboutCoding(server, servers[index]!, warnings.report);
    warnAboutLiveReload(server, servers[index]!, warnings.report);
  }
  if (outside) {
    checkSystem(section, outside.os ?? "linux", issues.report);
    checkPlaces(config, section, outside, reports);
    checkOutside(config, section, outside, reports);
    checkLinks(config, section, outside, reports);
    checkCertificates(config, servers, outside, reports);
    for (const [index, server] of config.servers.entries()) checkAccess(server, servers[index]!, reports);
    checkUserFiles(config, servers, outside, reports);
    checkLocalNames(config, servers, outside.machineName, issues.report);
    if (outside.missing) warnAboutInterpreters(section, outside.missing, warnings.report);
    if (!issues.empty) return { issues: issues.sorted() };
  }
  const namesAccessLog = section.at("access_log") !== undefined;
  return { config, warnings: warnings.sorted(), listens: listensOf(config, servers), namesAccessLog };
}

function listensOf(config: Config, sections: readonly ServerSection[]): ReadonlyMap<string, Position> {
  return new Map(config.servers.flatMap(({ listen }, index) => {
    const { node, ...section } = sections[index]!;
    return listen.map((endpoint) => [endpointKey(endpoint), section.at("listen") ?? node] as const);
  }));
}

function decodeSections(
  text: string,
  folder: string,
  reports: Reports,
  environment: Environment,
): FileSection | undefined {
  const report = reports.issue, tree = parseTree(text, reports, environment);
  if (tree === undefined) return undefined;
  const file = { line: undefined, path: "" };
  if (tree.value === null) {
    report(file, 'the file says nothing: it needs a list of servers ("servers:")');
    return undefined;
  }
  const section = fileDecoder(folder)(tree, report);
  if (section !== undefined && section.at("servers") === undefined) {
    report(file, 'no servers: it needs a list of servers ("servers:")');
  }
  return section;
}

function warnAboutProxies(section: FileSection, report: Report): void {
  const all = section.values.trusted_proxies?.find((network) => network.endsWith("/0"));
  if (all === undefined) return;
  report(
    section.at("trusted_proxies")!,
    `${all} is everybody: whoever connects may say whom the request is from`,
  );
}

function warnAboutLogs(section: FileSection, report: Report): void {
  const format = section.at("log_format");
  if (format !== undefined && section.values.access_log?.to === "off") {
    report(format, "without effect: the access log is off");
  }
  for (const word of ["access_log", "error_log"] as const) {
    const node = section.at(word);
    if (node === undefined || section.values[word]?.to !== "file") continue;
    if (/^(std[a-z]*|none|null)$/i.test(node.text)) {
      report(node, `a file named ${quote(node.text)} will be written: was stdout, stderr or off meant?`);
    }
  }
}
