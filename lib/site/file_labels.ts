/**
 * What a location says of its files: their types, and how long browsers may keep them.
 *
 * @module
 */
import type { LocationConfig } from "../config/types.ts";
import type { CacheControl } from "../config/value_types.ts";
import { FieldBlock } from "../http/fields.ts";
import { extensionOfName, isToldByExtension, typeByName } from "../http/media_type.ts";
import type { Labels, Representation } from "../http/origin.ts";

/** What a file says itself. */
const BY_DEFAULT = "no-cache";

/** The keys `types`, `default_type` and `cache_control` of a location. */
export class FileLabels {
  readonly #types: ReadonlyMap<string, string>;
  readonly #defaultType: string | undefined;
  readonly #rules: CacheControl;
  /** PERF: a file has the same validators at every request, until it changes; and in a location it has one path. */
  readonly #made = new WeakMap<FieldBlock, Labels>();

  private constructor(
    types: ReadonlyMap<string, string>,
    defaultType: string | undefined,
    rules: CacheControl,
  ) {
    this.#types = types;
    this.#defaultType = defaultType;
    this.#rules = rules;
  }

  /** Undefined where files say it all themselves, which costs nothing. */
  static of({ types, defaultType, cacheControl }: LocationConfig["files"]): FileLabels | undefined {
    const byExtension = new Map(
      Object.entries(types).map(([extension, type]) => [extension.slice(1), type] as const),
    );
    const isDefault = cacheControl.every(([, value]) => value === BY_DEFAULT);
    return byExtension.size === 0 && defaultType === undefined && isDefault
      ? undefined
      : new FileLabels(byExtension, defaultType, cacheControl);
  }

  /**
   * The labels of a file.
   *
   * @param path where it was found, decoded; a folder's index has its own
   * @throws {FileError} if only its content tells its type, and cannot be read
   */
  labelsOf(file: Representation, path: string): Labels {
    const contentType = this.#typeOf(file);
    let labels = this.#made.get(file.validators);
    if (labels?.contentType !== contentType) {
      this.#made.set(file.validators, labels = this.#make(file, path, contentType));
    }
    return labels;
  }

  /** What Content-Type says of a file by its name; undefined where only the content tells. */
  typeOfName(name: string): string | undefined {
    const written = this.#types.get(extensionOfName(name));
    if (written !== undefined) return written;
    return this.#defaultType !== undefined && !isToldByExtension(name) ? this.#defaultType : typeByName(name);
  }

  #typeOf(file: Representation): string {
    const written = this.#types.get(extensionOfName(file.path));
    if (written !== undefined) return written;
    const isDefault = this.#defaultType !== undefined && !isToldByExtension(file.path);
    return isDefault ? this.#defaultType! : file.contentType;
  }

  #make(file: Representation, path: string, contentType: string): Labels {
    const value = this.#rules.find(([pattern]) => matches(pattern, path))?.[1] ?? BY_DEFAULT;
    const validators = withCacheControl(file.validators, value);
    return {
      contentType,
      validators,
      fields: FieldBlock.of(["Content-Type", contentType]).concat(validators)
        .concat(file.stored ?? FieldBlock.EMPTY),
    };
  }
}

/** Where nothing is configured it is the file's own word that counts. */
function withCacheControl(validators: FieldBlock, value: string): FieldBlock {
  if (value === BY_DEFAULT) return validators;
  return value === "" ? validators.without("cache-control") : validators.with("Cache-Control", value);
}

/** True if a path is a pattern with something, also nothing and also slashes, in the place of each star. */
function matches(pattern: string, path: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return path === first;
  const end = path.length - last.length;
  if (first.length > end || !path.startsWith(first) || !path.endsWith(last)) return false;
  // The first place is as good as any other for those that follow: there is no way back, so no path takes long.
  let at = first.length;
  for (const piece of rest) {
    const found = path.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= end;
}
