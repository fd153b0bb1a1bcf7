/**
 * A path to the program that answers it.
 *
 * @module
 */
import { basename, dirname } from "@std/path";
import { firstLine } from "../cgi/first_line.ts";
import type { ProgramLimits } from "../cgi/gateway.ts";
import type { ProgramNotes } from "../cgi_protocol/program_notes.ts";
import type { Script, ScriptFile } from "../cgi_protocol/environment.ts";
import { withoutSlash } from "../config/places.ts";
import type { LocationConfig } from "../config/types.ts";
import type { DiskFile, DiskFolder } from "../disk/found.ts";
import { joinPath } from "../disk/place.ts";
import { type FastcgiServer, nameOfServer } from "../fastcgi/server.ts";
import { isLoopback } from "../http/endpoint.ts";
import { HttpError, refusal } from "../http/errors.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { DiskNames } from "../ports.ts";
import { InternalRedirect, type Outcome } from "../http/message.ts";
import { asPlain } from "./coded_answers.ts";
import type { Answerer, Exchange, Server } from "./exchange.ts";
import { isForeign } from "./foreign.ts";
import { askForWhole } from "./live_reload.ts";
import type { Location } from "./location.ts";
import type { NeverRun } from "./never_run.ts";
import { notFound } from "./refused_links.ts";
import { slashRedirect } from "./returns.ts";
import { withSentFile } from "./sent_files.ts";
import { statusOnPurpose } from "./failing_on_purpose.ts";

/** An interpreter's words, true where the file itself is run, or the FastCGI server that it belongs to. */
type Runner = readonly string[] | true | FastcgiServer;

/** What runs the files of a location. */
class Runners {
  /** @param table extension with its dot, or `*`, to what runs such files */
  constructor(readonly table: Readonly<Record<string, Runner>>) {}

  /** Undefined where a name is none of a program's. */
  of(fileName: string): Runner | undefined {
    return this.byExtension(fileName) ?? this.table["*"];
  }

  /** Undefined where the extension says nothing. */
  byExtension(fileName: string): Runner | undefined {
    return this.table[extension(fileName)];
  }
}

/**
 * The same where case does not count. SECURITY: a program is one in whatever case its name is asked for: it would be sent
 * as a file.
 */
class FoldedRunners extends Runners {
  constructor(table: Readonly<Record<string, Runner>>, readonly names: DiskNames) {
    super(
      Object.fromEntries(Object.entries(table).map(([extension, runner]) => [names.fold(extension), runner])),
    );
  }

  override byExtension(fileName: string): Runner | undefined {
    return super.byExtension(this.names.fold(fileName));
  }
}

/** What runs the files of a location by their extension; undefined where nothing does. */
export function runnersOf(
  { programs: { cgi, fastcgi } }: LocationConfig,
  { names }: Pick<ProgramRules, "names">,
): Runners | undefined {
  if (cgi === undefined && fastcgi === undefined) return undefined;
  const table = { ...cgi, ...fastcgi };
  return names === undefined ? new Runners(table) : new FoldedRunners(table, names);
}

/** What holds for all programs of a site. */
export interface ProgramRules {
  readonly limits: ProgramLimits;
  readonly neverRun: NeverRun;
  /** As of FileSystem. */
  readonly names?: DiskNames | undefined;
  /** What may be executed and begins with `#!` is run as it says, whatever its extension. */
  readonly heedsFirstLines: boolean;
}

const LINK_TO_PROGRAM = new HttpError(403, "A link leads to a program, whose source is not sent");

/** One program for everything below the location. */
export function answerWithScript(file: string, rules: ProgramRules): Answerer {
  return (exchange) => {
    const { path, services, location: { config } } = exchange;
    const stat = services.files.files.probe(file);
    if (stat?.kind !== "file") return refusal(404);
    const length = config.path.endsWith("/") ? config.path.length - 1 : config.path.length;
    const script = { file, name: path.slice(0, length), pathInfo: path.slice(length) };
    return stat.executable ? run(exchange, rules, script, []) : notExecutable(exchange, script);
  };
}

/** A FastCGI server for everything below the location. It may have a file of that name, and need not. */
export function answerWithServer(server: FastcgiServer, rules: ProgramRules): Answerer {
  return (exchange) => {
    const { path, location: { config: { path: prefix, files: { alias, root } } } } = exchange;
    const name = path.slice(0, withoutSlash(prefix).length);
    const file = alias ?? (root === undefined ? undefined : joinPath(root, name));
    return ask(exchange, rules, server, { file, name, pathInfo: path.slice(name.length) });
  };
}

/**
 * The first file on the way down the path whose extension has an interpreter; what is behind it is its PATH_INFO.
 * Undefined if the path leads to none.
 *
 * SECURITY: the way starts where the location's files start, be that one file, and what counts is the file's own name.
 * A program that was overlooked here would be sent as a file, which is its source.
 *
 * @param namesEnd where the path's end begins that can be no file's name
 */
export function answerWithPrograms(
  runners: Runners,
  rules: ProgramRules,
  namesEnd = Infinity,
): (exchange: Exchange) => MaybePromise<Outcome> | undefined {
  return (exchange) => {
    const { path, location: { folder: origin, replaced, config } } = exchange;
    if (origin === undefined) return undefined;
    const aliasEnd = config.files.alias === undefined ? undefined : replaced;
    for (let end = aliasEnd ?? endOfSegment(path, 1);; end = endOfSegment(path, end + 1)) {
      if (end > namesEnd) return undefined;
      const fileName = end === aliasEnd
        ? basename(origin.root)
        : path.slice(path.lastIndexOf("/", end - 1) + 1, end);
      const runner = runners.of(fileName);
      if (runner !== undefined) {
        const found = origin.find(path.slice(replaced, end));
        if (!found) return undefined;
        if (found.kind === "file") {
          const { executable } = found.stat;
          const script = { file: found.path, name: path.slice(0, end), pathInfo: path.slice(end) };
          if (runner === true && !executable) {
            // With --cgi everything is taken for a program; what neither may be executed nor looks like one is data.
            const isData = rules.heedsFirstLines && !hasInterpreterLine(exchange, found.path);
            return isData ? refusal(404) : notExecutable(exchange, script);
          }
          if (isServer(runner)) return ask(exchange, rules, runner, script);
          const itself = runner === true ||
            (rules.heedsFirstLines && executable && hasInterpreterLine(exchange, found.path));
          return run(exchange, rules, script, itself ? [] : runner);
        }
      }
      if (end + 1 >= path.length) return refusalOfLink(origin.find(path.slice(replaced, end)), runners);
    }
  };
}

/**
 * SECURITY: a link whose own name is no program's leads to one, which would be sent as a file.
 *
 * PERF: the look is shared with whoever sends the file.
 */
function refusalOfLink(found: DiskFile | DiskFolder | undefined, runners: Runners): HttpError | undefined {
  if (found?.kind !== "file" || found.linkedName === undefined) return undefined;
  return runners.byExtension(found.linkedName) === undefined ? undefined : LINK_TO_PROGRAM;
}

function notExecutable(exchange: Exchange, script: ScriptFile): MaybePromise<HttpError> {
  const error = new HttpError(403, undefined, {
    log: `${script.file} is not executable`,
    hint: exchange.services.files.files.names?.system === "windows"
      ? "Windows starts no scripts by themselves: name what runs them in cgi, such as .py: python."
      : "This program is not executable: chmod +x makes it so.",
  });
  return showsFailures(exchange)
    ? import("./program_failures.ts").then(({ neverRun }) => neverRun(exchange, script, error))
    : error;
}

/** Has a program answer; where its failure is to be shown, what it says and does is taken down. */
function noting(
  exchange: Exchange,
  script: Script,
  answer: (notes?: ProgramNotes) => Promise<Outcome>,
): Promise<Outcome> {
  if (!showsFailures(exchange)) return answer();
  return import("./program_failures.ts").then(({ noted }) => noted(exchange, script, answer));
}

/**
 * SECURITY: what is shown is for whoever sits at this machine. The connection's other end decides, since what a request
 * says of itself is anybody's word; and a page of another origin, whose browser sits here too, is not to read it where
 * cors is on. Nobody reads what a link opens.
 */
function showsFailures({ request, location: { config } }: Exchange): boolean {
  if (!config.programs.cgiDebug) return false;
  const { remote, forwarded, fields } = request;
  return isLoopback(forwarded?.peer ?? remote) &&
    (!isForeign(request) || fields.get("sec-fetch-mode") === "navigate");
}

/**
 * Where nothing but programs is answered: a folder by the first of its index files that is one, and everything else by
 * 404.
 */
export function answerProgramIndex(runners: Runners): Answerer {
  return (exchange) => {
    const { path, location: { folder: origin, replaced, config } } = exchange;
    const folder = path.endsWith("/") ? path : `${path}/` as const;
    if (exchange.errorPage !== undefined) return refusal(404);
    for (const name of config.files.index) {
      if (runners.of(name) === undefined) continue;
      const index = `${folder}${name}` as const;
      if (origin?.find(index.slice(replaced))?.kind !== "file") continue;
      return folder === path ? new InternalRedirect(index) : slashRedirect(exchange);
    }
    exchange.trace?.because?.("nothing but programs is answered here", "cgi_only");
    return notFound(exchange);
  };
}

function hasInterpreterLine({ services }: Exchange, path: string): boolean {
  return firstLine(services.files.files, path).startsWith("#!");
}

function isServer(runner: Runner): runner is FastcgiServer {
  return typeof runner === "object" && !Array.isArray(runner);
}

/** Where the segment ends that begins at `start`. */
function endOfSegment(path: string, start: number): number {
  const slash = path.indexOf("/", start);
  return slash < 0 ? path.length : slash;
}

/** With its dot; empty if there is none. */
function extension(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot);
}

const UPLOADED = "It lies where uploads or logs are written, and nothing there is ever run.";

/**
 * Every program is started here, whatever led to it: an index, try_files, an error_page, another program.
 *
 * SECURITY: what was uploaded is refused, and not sent as a file either: where programs are, a file's content is a secret.
 */
function run(
  exchange: Exchange,
  { limits, neverRun }: ProgramRules,
  script: ScriptFile,
  interpreter: readonly string[],
): MaybePromise<Outcome> {
  const reason = neverRun.reason([...interpreter, script.file], dirname(script.file));
  if (reason !== undefined) return new HttpError(403, undefined, { log: reason, hint: UPLOADED });
  // Another error takes the place of this one.
  if (statusOnPurpose(exchange) !== undefined) return refusal(500);
  const { location, server, services, errorPage, trace } = exchange, request = asPlain(exchange);
  const { access, programs } = location.config;
  trace?.answeredBy({ kind: "program", path: script.file, command: [...interpreter, script.file] });
  return noting(
    exchange,
    script,
    (notes) =>
      askForWhole(exchange, request, (asked) =>
        services.gateway.answer(asked, {
          script,
          interpreter,
          documentRoot: documentRoot(location, server) ?? dirname(script.file),
          environment: programs.cgiEnv,
          passAuthorization: programs.cgiPassAuthorization,
          user: exchange.user,
          bodyLimit: access.clientMaxBodySize,
          limits,
          errorPage,
          listener: trace,
          notes,
        })),
  ).then((outcome) => withSentFile(exchange, outcome));
}

function documentRoot({ config, origin }: Location, server: Server): string | undefined {
  return config.files.root ?? server.fallback.location.config.files.root ?? origin?.root;
}

/**
 * The same for programs that a FastCGI server has.
 *
 * SECURITY: what was uploaded is refused here, too: the server would run it.
 */
function ask(
  exchange: Exchange,
  { limits, neverRun }: ProgramRules,
  fastcgi: FastcgiServer,
  { file, name, pathInfo }: Script,
): MaybePromise<Outcome> {
  const reason = file === undefined ? undefined : neverRun.reason([file], dirname(file));
  if (reason !== undefined) return new HttpError(403, undefined, { log: reason, hint: UPLOADED });
  // Another error takes the place of this one.
  if (statusOnPurpose(exchange) !== undefined) return refusal(500);
  const { location, server, services, errorPage, trace } = exchange, request = asPlain(exchange);
  const { access, programs } = location.config;
  trace?.answeredBy({ kind: "fastcgi", path: file, server: nameOfServer(fastcgi) });
  return noting(
    exchange,
    { file, name, pathInfo },
    (notes) =>
      askForWhole(exchange, request, (asked) =>
        services.fastcgi.answer(asked, {
          server: fastcgi,
          script: { file: asServerSees(location, file, name), name, pathInfo },
          documentRoot: programs.fastcgiRoot ?? documentRoot(location, server),
          environment: programs.cgiEnv,
          passAuthorization: programs.cgiPassAuthorization,
          user: exchange.user,
          bodyLimit: access.clientMaxBodySize,
          limits,
          errorPage,
          listener: trace,
          notes,
        })),
  ).then((outcome) => withSentFile(exchange, outcome));
}

/** A script's file where the server has it: in a container, the place of the root or the alias is another. */
function asServerSees(
  { origin, config: { programs: { fastcgiRoot } } }: Location,
  file: string | undefined,
  name: string,
): string | undefined {
  if (fastcgiRoot === undefined) return file;
  const rest = file === undefined || origin === undefined
    ? name
    : file.slice(withoutSlash(origin.root).length);
  return withoutSlash(fastcgiRoot) + rest || "/";
}
