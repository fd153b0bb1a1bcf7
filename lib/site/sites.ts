/**
 * Sites that are folders: the first label of a request's host is the folder's name (lib/config/host_label.ts). For each
 * label a server is made of the one that is configured, with the label put in, so that all that is known of folders holds
 * for it, and nothing in one site leads into another. What is asked of the server without a label is answered by a list of
 * the sites.
 *
 * @module
 */
import { configFor, isLabelled, labelledFolder, putLabel, serverFor } from "../config/host_label.ts";
import { linkFolders, withoutSlash } from "../config/places.ts";
import type { Config, LocationConfig, ServerConfig } from "../config/types.ts";
import { DiskOrigin } from "../disk/disk_origin.ts";
import type { FileCache } from "../disk/file_cache.ts";
import { isContained } from "../http/containment.ts";
import { HttpError } from "../http/errors.ts";
import type { Request } from "../http/message.ts";
import { FileError } from "../ports.ts";
import type { Answerer, Server, SiteServers } from "./exchange.ts";
import { SiteNames } from "./site_names.ts";
import { answerSiteIndex, type SiteFolders } from "./site_index.ts";

/** So many sites are kept ready; one more is made anew when it is asked for. */
const MOST_KEPT = 256;

/** What is special about a server's locations. */
export interface Shape {
  /** The location as the configuration has it. */
  written(location: LocationConfig): LocationConfig;
  /** Changes what answers in it. */
  wrap(location: LocationConfig, answer: Answerer): Answerer;
}

/** Of a server without sites: nothing. */
const PLAIN: Shape = { written: (location) => location, wrap: (_, answer) => answer };

/** Makes a server ready, with the rules of its configuration. */
export type MakeServer = (server: ServerConfig, config: Config, shape: Shape) => Server;

/** The sites of one server whose folders depend on the host. */
export class Sites implements SiteServers {
  readonly #names: SiteNames;
  readonly #folder: SiteFolders;
  /** By their labels; those that were asked for last stand last. */
  readonly #kept = new Map<string, Server>();
  /** PERF: nearly all requests name the host that the one before them named. */
  #lastHost: string | undefined;
  #lastLabel: string | undefined;

  /** @param config all of it */
  constructor(
    readonly config: Config,
    readonly server: ServerConfig,
    readonly cache: FileCache,
    readonly make: MakeServer,
  ) {
    const { above, first, key } = labelledFolder(server)!;
    this.#names = new SiteNames(server.serverName);
    this.#folder = { origin: new DiskOrigin(cache, above, linkFolders(server.fallback)), first, key };
  }

  /**
   * A server ready to answer.
   *
   * @param config all of it
   * @returns of a server without sites the server; of one with some that which answers where no site is asked for
   */
  static serverOf(server: ServerConfig, config: Config, cache: FileCache, make: MakeServer): Server {
    if (!isLabelled(server)) return make(server, config, PLAIN);
    const sites = new Sites(config, server, cache, make);
    const above = make(server, config, { ...PLAIN, wrap: sites.#aboveSites });
    return { ...above, sites };
  }

  find(request: Request, above: Server): Server {
    const label = this.#labelOf(request.host);
    if (label === undefined || label === "") return above;
    const kept = this.#kept.get(label);
    if (kept !== undefined) {
      if (this.#kept.size > 1) {
        this.#kept.delete(label);
        this.#kept.set(label, kept);
      }
      return kept;
    }
    // Whoever makes up names is to have nothing made.
    if (!this.#isAnyThere(label)) return above;
    const made = this.#siteOf(label);
    this.#kept.set(label, made);
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    return made;
  }

  #labelOf(host: string): string | undefined {
    if (host !== this.#lastHost) {
      this.#lastLabel = this.#names.labelOf(host);
      this.#lastHost = host;
    }
    return this.#lastLabel;
  }

  #isAnyThere(label: string): boolean {
    const { fallback, locations } = this.server;
    return [fallback, ...locations].some((location) => {
      try {
        return foldersOf(location, label, this.cache).some((folder) => folder.isThere());
      } catch (error) {
        // Whoever answers says what is wrong with it.
        if (error instanceof FileError) return true;
        throw error;
      }
    });
  }

  #siteOf(label: string): Server {
    const { server, config } = this;
    const site = serverFor(server, label), sites = configFor(config, label);
    const written = new Map([
      [site.fallback, server.fallback],
      ...site.locations.map((location, index) => [location, server.locations[index]!] as const),
    ]);
    const programFolder = config.programFolder && putLabel(config.programFolder, label);
    const forLabel = programFolder === undefined ? sites : { ...sites, programFolder };
    return this.make(site, forLabel, {
      written: (location) => written.get(location)!,
      wrap: (location, answer) => {
        const folders = foldersOf(written.get(location)!, label, this.cache);
        if (folders.length === 0) return answer;
        // SECURITY: at each request, since a link may have come in a folder's place that leads out.
        return (exchange) => {
          const missing = folders.find((folder) => !folder.isThere());
          if (missing === undefined) return answer(exchange);
          exchange.trace?.because?.(`there is no folder ${missing.name} that may be sent`, missing.key);
          return NO_SITE;
        };
      },
    });
  }

  /** Where no site is asked for, or one that is not there. */
  readonly #aboveSites: Shape["wrap"] = ({ labelled }, answer) => {
    if (labelled === undefined) return answer;
    return (exchange) => {
      const label = this.#labelOf(exchange.request.host), { trace } = exchange;
      if (label !== undefined) {
        trace?.because?.(`there is no folder for this name in ${this.#folder.origin.root}`, this.#folder.key);
        return NO_SITE;
      }
      trace?.because?.("the host is the name of no site, so this is where they are listed", "server_name");
      return answerSiteIndex(exchange, this.#names, this.#folder);
    };
  };
}

const NO_SITE = new HttpError(404, "there is no folder of this name", {
  hint:
    "There is no folder for this name here: a site is a folder that is called as the address begins, up to the first dot.",
});

/** What has the label in it, and what is behind that: each begins with a slash, or is empty. */
function segmentsOf(behind: string): [first: string, rest: string] {
  const slash = behind.indexOf("/", 1);
  return slash < 0 ? [behind, ""] : [behind.slice(0, slash), behind.slice(slash)];
}

/** The folders of a location that depend on the host, for one label. */
function foldersOf(
  { labelled = {}, files, store }: LocationConfig,
  label: string,
  cache: FileCache,
): SiteFolder[] {
  const paths = [
    ["root", files.root, labelled.root],
    ["alias", files.alias, labelled.alias],
    ["upload_store", store.uploadStore, labelled.uploadStore],
  ] as const;
  return paths.flatMap(([key, above, behind]) => {
    if (above === undefined || behind === undefined) return [];
    const origin = new DiskOrigin(cache, withoutSlash(above) || "/", files.allowLinksTo);
    return new SiteFolder(origin, putLabel(behind, label), key);
  });
}

/** A site's folder, or its one file, below the folder that has them all in it. */
class SiteFolder {
  readonly #first: string;
  readonly #rest: string;

  /** @param key the file's word of the key that names it */
  constructor(readonly above: DiskOrigin, behind: string, readonly key: string) {
    [this.#first, this.#rest] = segmentsOf(behind);
  }

  get name(): string {
    return withoutSlash(this.above.root) + this.#first + this.#rest;
  }

  /** True if it is there, and no link has led out of the folder above. @throws {FileError} */
  isThere(): boolean {
    const { above } = this, found = above.find(this.#first);
    if (found === undefined || this.#rest === "") return found !== undefined;
    // The configuration names what is behind the label, so that may be hidden; but it may be a link, too.
    const { files } = above.cache, site = withoutSlash(above.root) + this.#first;
    const path = files.realPath(site + this.#rest);
    return path !== undefined &&
      [site, ...above.linksTo].some((folder) => {
        const real = files.realPath(folder);
        return real !== undefined && isContained(path, real);
      });
  }
}
