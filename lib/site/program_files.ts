/**
 * Which files are programs: those that some location of the site runs, by their names and where they lie. Their source is
 * sent to nobody, whatever names them.
 *
 * @module
 */
import { allLocations, programFolder } from "../config/places.ts";
import type { Config } from "../config/types.ts";
import type { DiskFile } from "../disk/found.ts";
import { mayBeWithin } from "../http/disk_names.ts";
import type { FileSystem } from "../ports.ts";

/** The programs of all servers. */
export class ProgramFiles {
  readonly #files: Pick<FileSystem, "realPath" | "names">;
  readonly #folders: readonly { readonly path: string; readonly extensions: ReadonlySet<string> }[];
  /** Files that answer everything below a location. */
  readonly #scripts: readonly string[];

  constructor(config: Config, files: Pick<FileSystem, "realPath" | "names">) {
    this.#files = files;
    const locations = allLocations(config);
    this.#folders = locations.flatMap((location) => {
      const folder = programFolder(location), { cgi, fastcgi } = location.programs;
      if (folder === undefined) return [];
      const extensions = new Set(
        Object.keys({ ...cgi, ...fastcgi }).map((key) => files.names?.fold(key) ?? key),
      );
      // What its links may lead to it runs, too.
      return [folder, ...location.files.allowLinksTo].map((path) => ({ path, extensions }));
    });
    this.#scripts = locations.flatMap(({ programs: { cgiScript } }) => cgiScript ?? []);
  }

  /** True for a program, and for a link to one. @throws {FileError} */
  has(file: DiskFile): boolean {
    if (this.#scripts.length + this.#folders.length === 0) return false;
    const path = this.#files.realPath(file.place);
    // It is gone, and so cannot be sent.
    if (path === undefined) return false;
    const { names } = this.#files;
    const isIn = (place: string): boolean => {
      const real = this.#files.realPath(place);
      return mayBeWithin(names, path, place) || real !== undefined && mayBeWithin(names, path, real);
    };
    // SECURITY: what is run in whatever case is a program in whatever case.
    const extension = /\.[^./\\]*$/.exec(this.#files.names?.fold(path) ?? path)?.[0] ?? "";
    return this.#scripts.some(isIn) ||
      this.#folders.some(({ path: folder, extensions }) =>
        (extensions.has(extension) || extensions.has("*")) && isIn(folder)
      );
  }
}
