/**
 * What is never run, whatever leads to it: what lies in a place that strangers write to, which are the upload stores of
 * every server, and the log files. Resolved places are compared, so neither a link nor another URL, another server or
 * another spelling makes a program of an upload.
 *
 * What no path tells is not seen: a hard link to an upload, or a folder of a store that is mounted at another place too.
 *
 * @module
 */
import { resolve } from "@std/path";
import { allLocations, bucketStore, logFiles, uploadStores } from "../config/places.ts";
import type { Config } from "../config/types.ts";
import { isContained } from "../http/containment.ts";
import { mayBeWithin } from "../http/disk_names.ts";
import { objectUrl } from "../http/object_url.ts";
import { FileError, type FileSystem } from "../ports.ts";

/** The places that strangers write to. */
export class NeverRun {
  readonly #files: Pick<FileSystem, "realPath" | "names">;
  /** As they are named, and where they were when the site was made. */
  readonly #places: readonly (readonly [name: string, first: string])[];
  readonly #programFolder: string | undefined;
  /** In buckets, as their objects are told: `s3://BUCKET/PREFIX`. */
  readonly #bucketStores: readonly string[];

  constructor(config: Config, files: Pick<FileSystem, "realPath" | "names">) {
    this.#files = files;
    this.#programFolder = config.programFolder;
    this.#bucketStores = allLocations(config).flatMap((location) => {
      const place = bucketStore(location), bucket = place && config.buckets[place.name]?.bucket;
      return bucket === undefined ? [] : objectUrl(bucket, place!.prefix);
    });
    // What clients send stands in logs word for word.
    this.#places = [...uploadStores(config), ...logFiles(config)].map((
      name,
    ) => [name, this.#resolve(name) ?? name]);
  }

  /**
   * Why a command is not run, for the error log; undefined if it may be. The common case, no store at all, costs nothing.
   *
   * @param words the program and its arguments: those that are paths are looked at
   * @param folder where it is run, absolute: the start of relative paths
   * @throws {FileError} if one cannot be looked at
   */
  reason(words: readonly string[], folder: string): string | undefined {
    if (this.#places.length === 0) return undefined;
    for (const word of words) {
      // Names without a slash are looked for on the search path, or are no paths at all.
      if (!/[/\\]/.test(word)) continue;
      const path = this.#resolve(resolve(folder, word));
      const place = path === undefined ? undefined : this.#placeOf(path);
      if (place !== undefined) return `${word} lies in ${place}: nothing that strangers write is ever run`;
    }
    return undefined;
  }

  /** True for a file that strangers may have written. @param path resolved @throws {FileError} */
  has(path: string): boolean {
    return this.#places.length > 0 && this.#placeOf(path) !== undefined;
  }

  /** True for an object that strangers may have stored. @param path `s3://BUCKET/KEY` */
  hasObject(path: string): boolean {
    return this.#bucketStores.some((store) => isContained(path, store));
  }

  #placeOf(path: string): string | undefined {
    for (const [name, first] of this.#places) {
      // A store may be a link that was set to another place since: what was stored before is no program either.
      const place = this.#resolve(name);
      const isIn = (other: string) => mayBeWithin(this.#files.names, path, other);
      if (!isIn(first) && (place === undefined || !isIn(place))) continue;
      if (!this.#isKept(path)) return name;
    }
    return undefined;
  }

  /** In the folder that no store writes to, though it lies in one. */
  #isKept(path: string): boolean {
    const folder = this.#programFolder === undefined ? undefined : this.#resolve(this.#programFolder);
    return folder !== undefined && isContained(path, folder);
  }

  /** Undefined where nothing is. */
  #resolve(path: string): string | undefined {
    try {
      return this.#files.realPath(path);
    } catch (error) {
      // The sandbox may not let a log be looked at; then no root leads to it but by its own name.
      if (error instanceof FileError && error.problem === "denied") return path;
      throw error;
    }
  }
}
