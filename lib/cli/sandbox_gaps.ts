/**
 * What the sandbox does not hold for a certain configuration: what a worker that was taken over could still do, because
 * a link leads out of where it may read or write, or because a program that it may start starts others.
 *
 * @module
 */
import { basename } from "@std/path";
import { controlEscaper } from "../bytes/controls.ts";
import { loaderVariables } from "../config/loader_variables.ts";
import { allLocations, linkFolders, originRoot, uploadStores } from "../config/places.ts";
import type { Config } from "../config/types.ts";
import { formatUpstream } from "../http/upstream_url.ts";
import { outwardLinks, type SearchBounds, type SearchedFolder } from "../runtime/outward_links.ts";
import { mayRead, realPath } from "./real_path.ts";

/** At a start, which nobody is to wait for. */
export const QUICK_SEARCH: SearchBounds = { entries: 10_000, time: 200 };
/** Where somebody asked for it. */
export const LONG_SEARCH: SearchBounds = { entries: 1_000_000, time: 10_000 };

/** Finds the program that a name on the search path stands for; undefined if there is none. */
export type FindProgram = (name: string) => string | undefined;

/** Names of files and first lines may hold what terminals obey. */
const escaped = controlEscaper();

/** Bytes of a first line that systems heed. */
const FIRST_LINE = 256;

/** Lines for `webserv check`, each of them the end of "a worker that was taken over could". */
export async function sandboxGaps(config: Config, find: FindProgram): Promise<string[]> {
  if (!config.sandbox) return ["do whatever webserv itself may: the sandbox is off"];
  const { links, count, isWhole } = await outwardLinks(searchedFolders(config), LONG_SEARCH);
  const lines = links.map(({ path, target }) => `reach ${target} by the link ${path}`);
  if (count > links.length) lines.push(`reach what ${count - links.length} more links lead to`);
  if (!isWhole) {
    lines.push(
      `use more links: the search for them ended after ${LONG_SEARCH.entries} files and folders, or ` +
        `${LONG_SEARCH.time / 1000} s`,
    );
  }
  return [...lines, ...programGaps(config, find), ...fastcgiGaps(config)].map(escaped);
}

/** The warning for a start, one line; undefined if nothing is out of the ordinary. */
export async function linkWarning(config: Config): Promise<string | undefined> {
  if (!config.sandbox) return undefined;
  const { links: [first], count } = await outwardLinks(searchedFolders(config), QUICK_SEARCH);
  if (first === undefined) return undefined;
  const more = count > 2
    ? `, and ${count - 1} more such links`
    : count === 2
    ? ", and one more such link"
    : "";
  return escaped(
    `${first.path} leads out to ${first.target}${more}: no request is answered from there, but the sandbox does not ` +
      "hold it; remove such links (webserv check names them), or let them lead there with allow_links_to",
  );
}

/**
 * The roots and the folders that links may lead to, whose links may lead to each other, and the stores, where a link to a
 * root would let it be written to.
 */
function searchedFolders(config: Config): SearchedFolder[] {
  const stores = uploadStores(config);
  const read = allLocations(config).flatMap((location) => [
    ...location.answer.return || location.programs.cgiScript !== undefined ? [] : [originRoot(location)],
    ...linkFolders(location),
    location.programs.sendfileFrom,
  ]).filter((path) => path !== undefined);
  const writable = stores.map(realPath);
  const readable = [...read.map(realPath), ...writable];
  return [
    ...stores.map((path) => ({ path, allowed: writable })),
    ...[...new Set(read)].filter((path) => !stores.includes(path)).map((path) => ({
      path,
      allowed: readable,
    })),
  ].filter(({ path }) => mayRead(path));
}

function programGaps(config: Config, find: FindProgram): string[] {
  const variables = loaderVariables(config);
  if (variables.length > 0) {
    return [
      `run any program: to hand on ${variables.join(", ")} (cgi_env) takes the permission for all of them`,
    ];
  }
  const locations = allLocations(config).map(({ programs }) => programs);
  const words = locations.flatMap(({ cgi }) => Object.values(cgi ?? {}));
  const names = [...new Set(words.flatMap((word) => word === true ? [] : word[0]!))];
  if (words.length > 0) {
    const itself = words.includes(true) ? ["the launcher of those that run by themselves"] : [];
    return [`run any program: ${[...names, ...itself].join(", ")} start whatever they are told to`];
  }
  return [...new Set(locations.flatMap(({ cgiScript }) => cgiScript ?? []))].map((script) => {
    const started = startedBy(script, find);
    if (started.kind === "binary") {
      return `start ${script} with any arguments and variables (but LD_*), and so whatever that looks for in them`;
    }
    const line = `its first line is "${started.line}"`;
    if (started.kind === "env") {
      return `run any program: the interpreter of ${script} is looked for on a PATH that a worker may choose (${line}` +
        `${started.interpreter === undefined ? "" : `; write ${started.interpreter} there instead of env`})`;
    }
    return `run whatever ${script} takes from PATH and other variables that a worker may choose (${line})`;
  });
}

/** A request of FastCGI names the file to be run, and for PHP its settings, too. */
function fastcgiGaps(config: Config): string[] {
  const names = allLocations(config).flatMap(({ programs: { fastcgi, fastcgiPass } }) =>
    [...Object.values(fastcgi ?? {}), ...(fastcgiPass === undefined ? [] : [fastcgiPass])].map((target) =>
      "spawn" in target ? target.spawn[0]! : formatUpstream(target.address)
    )
  );
  if (names.length === 0) return [];
  return [
    `have FastCGI servers (${
      [...new Set(names)].join(", ")
    }) run any file that they can read: they do as they are told`,
  ];
}

/** Programs for a location whose first line names an interpreter that is not there: no request will be answered. */
export function missingInterpreters(config: Config, find: FindProgram): string[] {
  const scripts = new Set(allLocations(config).flatMap(({ programs: { cgiScript } }) => cgiScript ?? []));
  return [...scripts].flatMap((script) => {
    const started = startedBy(script, find);
    if (started.kind === "binary" || started.interpreter !== undefined) return [];
    return escaped(
      `${script} cannot be started: its first line is "${started.line}", and there is no such program`,
    );
  });
}

/** What the system starts for a file. */
interface Started {
  /** `env` looks for the interpreter on the search path. */
  readonly kind: "binary" | "script" | "env";
  readonly line: string;
  /** Resolved; undefined if it is not there. */
  readonly interpreter: string | undefined;
}

function startedBy(script: string, find: FindProgram): Started {
  const [, line = "", path = "", rest = ""] = /^#![ \t]*((\S+)[ \t]*([^\n]*))/.exec(firstBytes(script)) ?? [];
  if (path === "") return { kind: "binary", line, interpreter: undefined };
  if (basename(path) !== "env") {
    return { kind: "script", line: `#!${line}`, interpreter: isFile(path) ? path : undefined };
  }
  // `env -S A=b python3 -u`: options and variables come before the name.
  const name = rest.split(/\s+/).find((word) => word !== "" && !word.startsWith("-") && !word.includes("="));
  return { kind: "env", line: `#!${line}`, interpreter: name === undefined ? undefined : find(name) };
}

function firstBytes(path: string): string {
  if (!mayRead(path)) return "";
  const bytes = new Uint8Array(FIRST_LINE);
  try {
    using file = Deno.openSync(path);
    return new TextDecoder().decode(bytes.subarray(0, file.readSync(bytes) ?? 0));
  } catch {
    // It is not there, or may be run but not read: check says so where it matters.
    return "";
  }
}

function isFile(path: string): boolean {
  try {
    // What we may not look at may well be there.
    return !mayRead(path) || Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
