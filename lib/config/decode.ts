/**
 * The text of webserv.yaml to a complete Config, or to everything that is wrong with it. Pure: reading the file is
 * the caller's work, and whether the paths in it exist is not looked at.
 *
 * @module
 */
import { dirname } from "@std/path";
import { adviseServer, checkLocation, checkServer, checkTwins } from "./check.ts";
import { checkServers } from "./check_servers.ts";
import { DEFAULT_ADDRESS, DEFAULTS } from "./defaults.ts";
import { completeLocation, serverFallback } from "./inherit.ts";
import { type Issue, IssueList, quote, type Report } from "./issues.ts";
import { parseTree } from "./node.ts";
import { fileDecoder, type FileSection, type ServerSection } from "./schema.ts";
import type { Config, Limits, ServerConfig, Timeouts } from "./types.ts";

export { formatIssue, type Issue } from "./issues.ts";

/** A configuration and what is odd about it, or all that is wrong. */
export type DecodeResult =
  | { readonly config: Config; readonly warnings: readonly Issue[]; readonly issues?: never }
  | { readonly issues: readonly Issue[]; readonly config?: never };

/**
 * Decodes a whole configuration file. Never throws for what the text says.
 *
 * @param text the file's content
 * @param file its absolute path; relative paths in it start at its folder
 */
export function decodeConfig(text: string, file: string): DecodeResult {
  const issues = new IssueList(file);
  const warnings = new IssueList(file);
  const section = decodeSections(text, dirname(file), issues.report);
  const servers = section?.values.servers ?? [];
  checkServers(servers, issues.report);
  for (const server of servers) {
    checkServer(server, issues.report);
    checkTwins(server, issues.report);
    for (const [, location] of server.values.locations ?? []) checkLocation(server, location, issues.report);
    adviseServer(server, warnings.report);
  }
  if (section === undefined || !issues.empty) return { issues: issues.sorted() };
  adviseLogs(section, warnings.report);
  return { config: complete(section, file), warnings: warnings.sorted() };
}

function decodeSections(text: string, folder: string, report: Report): FileSection | undefined {
  const tree = parseTree(text, report);
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

function complete(section: FileSection, file: string): Config {
  const { values } = section;
  const timeouts: Partial<Record<string, number>> = values.timeouts?.values ?? {};
  const limits: Partial<Record<string, number>> = values.limits?.values ?? {};
  return {
    file,
    workers: values.workers ?? DEFAULTS.workers,
    accessLog: values.access_log ?? DEFAULTS.accessLog,
    logFormat: values.log_format ?? DEFAULTS.logFormat,
    errorLog: values.error_log ?? DEFAULTS.errorLog,
    sandbox: values.sandbox ?? DEFAULTS.sandbox,
    timeouts: withDefaults<Timeouts>(DEFAULTS.timeouts, timeouts),
    limits: withDefaults<Limits>(DEFAULTS.limits, limits),
    servers: (values.servers ?? []).map(completeServer),
  };
}

/** The file writes `keep_alive` where the program says `keepAlive`. */
function withDefaults<T extends { readonly [K in keyof T]: number }>(
  defaults: T,
  written: Partial<Record<string, number>>,
): T {
  const snake = (word: string) => word.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(
    Object.entries(defaults).map(([word, value]) => [word, written[snake(word)] ?? value]),
  ) as T;
}

function completeServer(server: ServerSection): ServerConfig {
  return {
    listen: server.values.listen ?? [DEFAULT_ADDRESS],
    serverName: server.values.server_name ?? [],
    fallback: serverFallback(server),
    locations: (server.values.locations ?? []).map(([key, location]) =>
      completeLocation(key, server, location)
    ),
  };
}

function adviseLogs(section: FileSection, report: Report): void {
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
