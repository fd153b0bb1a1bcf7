/**
 * What a file names that is not there, or is something else: folders, stores, logs, pages. Refused is what cannot be
 * served at all; what may come yet, a build or a mounted disk, is a warning.
 *
 * Pure: what is at a path comes in from outside.
 *
 * @module
 */
import { dirname } from "@std/path";
import { type Position, quote } from "./issues.ts";
import type { PlacesOutside, Reports, Seen } from "./outside.ts";
import { locationOf, originRoot, programFolder } from "./places.ts";
import type { FileSection, LocationSection, ServerSection } from "./schema.ts";
import type { Config, LocationConfig, ServerConfig } from "./types.ts";
import type { FastcgiTarget } from "./value_types.ts";

type Outside = Pick<PlacesOutside, "look" | "mayWrite">;

/** Reports what is not as the file says. @param config what was decoded from the section */
export function checkOutside(
  config: Config,
  section: FileSection,
  outside: Outside,
  reports: Reports,
): void {
  const check = new OutsideCheck(outside, reports);
  for (const [index, server] of config.servers.entries()) {
    const serverSection = section.values.servers![index]!;
    check.place(server, server.fallback, serverSection);
    for (const [at, location] of server.locations.entries()) {
      check.place(server, location, serverSection.values.locations![at]![1]);
    }
  }
  for (const [word, log] of [["access_log", config.accessLog], ["error_log", config.errorLog]] as const) {
    const node = section.at(word);
    if (node !== undefined && log.to === "file") check.log(node, log.path);
  }
}

type Section = ServerSection | LocationSection;

/** Keys that name a folder that is read. */
type FolderWord = "root" | "alias" | "sendfile_from";

class OutsideCheck {
  readonly #seen = new Map<string, Seen>();

  constructor(readonly outside: Outside, readonly reports: Reports) {}

  /** What a server or a location itself says. */
  place(server: ServerConfig, location: LocationConfig, section: ServerSection | LocationSection): void {
    if (location.answer.return === undefined) {
      this.#folder(section, "root", location.files.root);
      const own = section as LocationSection;
      this.#folder(section, "alias", location.files.alias);
      this.#program(own.at("cgi_script"), location.programs.cgiScript);
      this.#sockets(own);
      this.#folder(section, "sendfile_from", location.programs.sendfileFrom);
      this.#store(own.at("upload_store"), location.store.uploadStore);
      const last = section.values.try_files?.last;
      if (typeof last === "string") this.#page(server, section.at("try_files")!, last, "404 is sent instead");
    }
    const pages = section.at("error_page");
    if (pages === undefined) return;
    for (const page of new Set(section.values.error_page?.values())) {
      this.#page(server, pages, page, "the built-in page is sent instead");
    }
  }

  log(node: Position, path: string): void {
    const { issue } = this.reports, folder = dirname(path);
    if (this.#look(path) === "folder") issue(node, `${quote(path)} is a folder: name a file`);
    else if (this.#look(folder) === "nothing") {
      issue(node, `the folder of ${quote(path)} does not exist: make it, or name another`);
    } else if (this.#look(folder) === "file") {
      issue(node, `${quote(folder)} is a file: name a folder for the log`);
    }
  }

  #folder(section: Section, word: FolderWord, path: string | undefined): void {
    const node = (section as LocationSection).at(word), mayBeFile = word === "alias";
    if (node === undefined || path === undefined) return;
    const seen = this.#look(path);
    if ((seen === "file" && !mayBeFile) || seen === "other") {
      const what = seen === "file" ? "a file" : "neither a folder nor a file";
      const instead = seen === "file"
        ? `name the folder that it is in${word === "root" ? ", or use alias for one file" : ""}`
        : "name a folder";
      this.reports.issue(node, `${quote(path)} is ${what}: ${instead}`);
    } else this.#missing(node, path, seen);
  }

  #program(node: Position | undefined, path: string | undefined): void {
    if (node === undefined || path === undefined) return;
    const seen = this.#look(path);
    if (seen === "folder") {
      this.reports.warning(node, `${quote(path)} is a folder: name a program (requests for it get 404)`);
    } else this.#missing(node, path, seen);
  }

  #missing(node: Position, path: string, seen: Seen): void {
    if (seen === "nothing") {
      this.reports.warning(node, `${quote(path)} does not exist: requests for it get 404`);
    } else if (seen === "denied") {
      this.reports.warning(node, `${quote(path)} may not be read by this user: check its permissions`);
    }
  }

  /** Those of FastCGI servers, which make them when they start. */
  #sockets(section: LocationSection): void {
    const { fastcgi = {}, fastcgi_pass: whole } = section.values;
    const check = (node: Position | undefined, target: FastcgiTarget) => {
      if (node === undefined || !("address" in target) || !("path" in target.address)) return;
      const { path } = target.address;
      if (this.#look(path) !== "nothing") return;
      this.reports.warning(
        node,
        `nobody listens on ${quote(path)} yet: requests get 502 until its server runs`,
      );
    };
    for (const target of Object.values(fastcgi)) check(section.at("fastcgi"), target);
    if (whole !== undefined) check(section.at("fastcgi_pass"), whole);
  }

  #store(node: Position | undefined, path: string | undefined): void {
    if (node === undefined || path === undefined) return;
    let above = path;
    while (this.#look(above) === "nothing" && dirname(above) !== above) above = dirname(above);
    const seen = this.#look(above);
    if (seen === "file" || seen === "other") {
      const why = above === path ? "is a file" : `cannot be made, since ${quote(above)} is a file`;
      this.reports.issue(node, `the store ${quote(path)} ${why}: name a folder`);
    } else if (seen === "folder" && !this.outside.mayWrite(above)) {
      const why = above === path
        ? "may not be written to by this user"
        : `cannot be made: ${quote(above)} may not be written to by this user`;
      this.reports.warning(node, `the store ${quote(path)} ${why}: check its permissions, or name another`);
    }
  }

  /** A file below a root; what a program, another server or a return answers is not looked for. */
  #page(server: ServerConfig, node: Position, page: string, instead: string): void {
    const location = locationOf(server, page);
    const { answer, programs, proxy } = location;
    if ((answer.return ?? programs.cgiScript ?? programs.fastcgiPass ?? proxy.proxyPass) !== undefined) {
      return;
    }
    // Some of the folders may have it; a bucket is not asked for it.
    if (location.labelled !== undefined || location.files.bucket !== undefined) return;
    const file = fileOf(location, page), root = originRoot(location);
    // Of a root that is not there it is said already.
    if (root !== undefined && !["folder", "file"].includes(this.#look(root))) return;
    const seen = file === undefined ? "nothing" : this.#look(file);
    if (seen !== "nothing" && seen !== "folder") return;
    // Behind a program's name stands its PATH_INFO.
    if (file !== undefined && programFolder(location) !== undefined && this.#isBelowFile(file)) return;
    const why = file === undefined
      ? "no root has it"
      : seen === "folder"
      ? `${quote(file)} is a folder`
      : `${quote(file)} does not exist`;
    this.reports.warning(node, `there is no page ${quote(page)}, since ${why}: ${instead}`);
  }

  #isBelowFile(path: string): boolean {
    for (let above = dirname(path); above !== dirname(above); above = dirname(above)) {
      if (this.#look(above) === "file") return true;
    }
    return false;
  }

  #look(path: string): Seen {
    let seen = this.#seen.get(path);
    if (seen === undefined) this.#seen.set(path, seen = this.outside.look(path));
    return seen;
  }
}

/** Where the file of a path lies (lib/site/location.ts has the rules). */
function fileOf(location: LocationConfig, path: string): string | undefined {
  const root = originRoot(location);
  if (root === undefined) return undefined;
  const isWhole = location.files.alias === undefined && location.files.root !== undefined;
  const rest = isWhole ? path : path.slice(location.path.replace(/\/$/, "").length);
  return (root === "/" ? "" : root) + rest.replace(/\/$/, "") || "/";
}
