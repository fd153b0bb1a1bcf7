/**
 * Places that get into each other's way: an upload store is written to by strangers, so nothing may lie in it that is
 * run, or that says what is done. What is refused here would be refused at each request too (lib/site/never_run.ts), so
 * that a link which is made later opens nothing.
 *
 * Pure: what a link leads to comes in from outside.
 *
 * @module
 */
import { isAbsolute } from "@std/path";
import { isContained } from "../http/containment.ts";
import { type Position, quote } from "./issues.ts";
import type { PlacesOutside, Reports } from "./outside.ts";
import { locationOf, programFolder, servedFolder, withoutSlash } from "./places.ts";
import type { FileSection, LocationSection, ServerSection } from "./schema.ts";
import type { Config, LocationConfig, ServerConfig } from "./types.ts";

/** A location with the server around it, and where they stand in the file. */
interface Place {
  readonly location: LocationConfig;
  readonly server: ServerConfig;
  readonly serverSection: ServerSection;
  /** Undefined: the server itself. */
  readonly section: LocationSection | undefined;
}

/** A store, resolved. */
interface Store {
  readonly name: string;
  readonly path: string;
  readonly position: Position;
}

/** Variables in which programs find what they run or obey. */
const LOOKED_UP: ReadonlySet<string> = new Set([
  ..."PATH LD_LIBRARY_PATH LD_PRELOAD DYLD_LIBRARY_PATH DYLD_INSERT_LIBRARIES ENV BASH_ENV".split(" "),
  ..."PYTHONPATH PYTHONHOME PYTHONSTARTUP PERL5LIB PERLLIB RUBYLIB GEM_PATH GEM_HOME NODE_PATH".split(" "),
  ..."PHPRC PHP_INI_SCAN_DIR CLASSPATH LUA_PATH GIT_PROJECT_ROOT GIT_EXEC_PATH GIT_CONFIG_GLOBAL".split(" "),
]);

/** Reports what lies where it must not. @param config what was decoded from the section */
export function checkPlaces(
  config: Config,
  section: FileSection,
  outside: PlacesOutside,
  reports: Reports,
): void {
  new PlaceCheck(config, section, outside, reports).check();
}

class PlaceCheck {
  readonly #real = new Map<string, string>();
  readonly #places: readonly Place[];
  readonly #stores: readonly Store[];

  constructor(
    readonly config: Config,
    readonly section: FileSection,
    readonly outside: PlacesOutside,
    readonly reports: Reports,
  ) {
    this.#places = config.servers.flatMap((server, index) => {
      const serverSection = section.values.servers![index]!;
      const shared = { server, serverSection };
      const locations = server.locations.map((location, at) => {
        return { ...shared, location, section: serverSection.values.locations![at]![1] };
      });
      return [{ ...shared, location: server.fallback, section: undefined }, ...locations];
    });
    this.#stores = this.#places.flatMap(({ location: { store: { uploadStore } }, section }) =>
      uploadStore === undefined || section === undefined ? [] : {
        name: uploadStore,
        path: this.#realPath(uploadStore),
        position: section.at("upload_store")!,
      }
    );
  }

  check(): void {
    const seen = new Set<string>();
    for (const place of this.#places) {
      if (place.location.answer.return !== undefined) continue;
      this.#checkPrograms(place, seen);
      this.#checkWords(place);
      this.#checkVariables(place);
    }
    this.#checkFile();
    this.#checkLog("access_log");
    this.#checkLog("error_log");
  }

  /** Folders of programs and stores: neither may lie in the other, unless the store has its part of the paths. */
  #checkPrograms(place: Place, seen: Set<string>): void {
    const folder = programFolder(place.location);
    if (folder === undefined || this.#stores.length === 0) return;
    const path = this.#realPath(folder);
    const position = positionOf(place, place.location.programs.cgi === undefined ? "fastcgi" : "cgi");
    for (const store of this.#stores) {
      if (isContained(path, store.path)) {
        // Locations inherit both: one line is enough for all of them.
        if (seen.has(`${position.line} ${store.path}`)) continue;
        seen.add(`${position.line} ${store.path}`);
        this.reports.issue(
          position,
          `the programs in ${quote(folder)} lie in the upload store on line ${store.position.line}, ` +
            "and nothing in a store is ever run: give them or the store a folder beside it",
        );
      } else if (isContained(store.path, path)) {
        const url = withoutSlash(place.location.path) + store.path.slice(path === "/" ? 0 : path.length);
        if (url.includes("/.") || this.#belongsToStore(place.server, url, store)) continue;
        if (seen.has(`${store.position.line} ${path}`)) continue;
        seen.add(`${store.position.line} ${path}`);
        this.reports.issue(
          store.position,
          `the store lies in the folder of programs on line ${position.line}, ` +
            `which has it as ${quote(`${url}/`)}: ` +
            "nothing in a store is ever run; give the store a folder outside, or that path",
        );
      }
    }
  }

  /** True if what is asked for below a path is the store's to answer. */
  #belongsToStore(server: ServerConfig, url: string, store: Store): boolean {
    const { uploadStore } = locationOf(server, `${url}/`).store;
    return uploadStore !== undefined && isContained(store.path, this.#realPath(uploadStore));
  }

  /** The program for a location, and interpreters. */
  #checkWords(place: Place): void {
    const { location: { programs: { cgi, cgiScript, fastcgi } } } = place;
    if (cgiScript !== undefined) this.#checkWord(place, "cgi_script", cgiScript);
    for (const words of Object.values(cgi ?? {})) if (words !== true) this.#checkCommand(place, "cgi", words);
    for (const target of Object.values(fastcgi ?? {})) {
      if ("spawn" in target) this.#checkCommand(place, "fastcgi", target.spawn);
    }
  }

  #checkCommand(place: Place, key: "cgi" | "fastcgi", [first, ...rest]: readonly string[]): void {
    const program = first!.includes("/") ? first : this.outside.findProgram(first!);
    // An argument may be a path, or a setting that holds one: `auto_prepend_file=/x.php`.
    for (const word of [program ?? "", ...rest.flatMap((argument) => argument.split("="))]) {
      if (isAbsolute(word)) this.#checkWord(place, key, word);
    }
  }

  #checkWord(place: Place, key: ProgramKey, path: string): void {
    // What is inherited is reported where it is written.
    if (key !== "cgi_script" && place.section !== undefined && place.section.at(key) === undefined) return;
    const store = this.#storeOf(path);
    if (store === undefined) return;
    this.reports.issue(
      positionOf(place, key),
      `${
        quote(path)
      } lies in the upload store on line ${store.position.line}, and nothing in a store is ever run: ` +
        "move it to a folder beside it",
    );
  }

  #checkVariables(place: Place): void {
    const node = place.section === undefined
      ? place.serverSection.at("cgi_env")
      : place.section.at("cgi_env");
    if (node === undefined) return;
    for (const [name, value] of Object.entries(place.location.programs.cgiEnv)) {
      if (!LOOKED_UP.has(name)) continue;
      for (const path of value.split(":")) {
        const store = isAbsolute(path) ? this.#storeOf(path) : undefined;
        if (store === undefined) continue;
        this.reports.issue(
          node,
          `${name} leads programs to ${quote(path)}, which lies in the upload store on line ` +
            `${store.position.line}: what is uploaded there they would run or obey`,
        );
      }
    }
  }

  #checkFile(): void {
    const { file } = this.config;
    const store = file === undefined ? undefined : this.#storeOf(file);
    if (store === undefined) return;
    const message =
      "the configuration file itself lies in this store, so whoever uploads may change what it says";
    if (this.outside.isNamed) this.reports.warning(store.position, `${message}: move one of the two`);
    else {
      this.reports.issue(
        store.position,
        `${message}: move one of the two, or name the file with --config if it is yours`,
      );
    }
  }

  #checkLog(word: "access_log" | "error_log"): void {
    const log = word === "access_log" ? this.config.accessLog : this.config.errorLog;
    const node = this.section.at(word);
    if (log.to !== "file" || node === undefined) return;
    const store = this.#storeOf(log.path);
    if (store !== undefined) {
      this.reports.issue(
        node,
        `the log lies in the upload store on line ${store.position.line}, so whoever uploads may replace it: ` +
          "give it a folder outside",
      );
      return;
    }
    const path = this.#realPath(log.path);
    for (const place of this.#places) {
      const { location, server } = place;
      const folder = servedFolder(location);
      const { cgi, cgiScript, fastcgi, fastcgiPass } = location.programs;
      const isWhole = location.answer.return ?? cgiScript ?? fastcgiPass;
      if (folder === undefined || isWhole !== undefined) continue;
      const realFolder = this.#realPath(folder);
      if (!isContained(path, realFolder)) continue;
      const url = withoutSlash(location.path) + path.slice(realFolder === "/" ? 0 : realFolder.length);
      if (url.includes("/.") || locationOf(server, url) !== location) continue;
      const programs = { ...cgi, ...fastcgi };
      const where = quote(url === "" ? "/" : url);
      const line = place.section?.node.line ?? place.serverSection.node.line;
      if (programs[extensionOf(path)] ?? programs["*"]) {
        this.reports.issue(
          node,
          `the log is a program by its name (${where} of line ${line}), and what clients send stands in it word for ` +
            "word: give it a folder outside",
        );
      } else if (location.programs.cgiOnly && programFolder(location) !== undefined) continue;
      else this.reports.warning(node, `everybody can read the log: it is ${where} of line ${line}`);
      return;
    }
  }

  #storeOf(path: string): Store | undefined {
    if (this.#stores.length === 0) return undefined;
    const real = this.#realPath(path);
    return this.#stores.find((store) => isContained(real, store.path));
  }

  #realPath(path: string): string {
    let real = this.#real.get(path);
    if (real === undefined) this.#real.set(path, real = this.outside.realPath(path));
    return real;
  }
}

/** A key that has programs answer for files. */
type ProgramKey = "cgi" | "cgi_script" | "fastcgi";

/** Where a key is written that a location has, be it its own or its server's. */
function positionOf({ section, serverSection }: Place, key: ProgramKey): Position {
  const inherited = key === "cgi_script" ? undefined : serverSection.at(key);
  return section?.at(key) ?? inherited ?? section?.node ?? serverSection.node;
}

function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1), dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot);
}
