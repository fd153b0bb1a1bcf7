/**
 * A location made ready to answer: what its configuration says, worked out once.
 *
 * @module
 */
import type { LocationConfig } from "../config/types.ts";
import { fieldLine } from "../http/message.ts";

/** Methods of RFC 9110 and RFC 5789; all others are unknown, unless a location allows them. */
const KNOWN_METHODS: ReadonlySet<string> = new Set(
  ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"],
);

/** One location of one server. */
export class Location {
  readonly methods: ReadonlySet<string>;
  /** The field Allow. */
  readonly allow: string;
  /** Field lines of add_header and cors, which every response of this location gets. */
  readonly added: string;
  /** The folder (or file) that nothing served here may leave. */
  readonly base: string | undefined;
  /** The folder that uploads go to. */
  readonly store: string | undefined;
  /** How much of the path the base stands for. */
  readonly #replaced: number;

  constructor(readonly config: LocationConfig) {
    this.methods = new Set(config.allowedMethods);
    this.allow = fieldLine("Allow", [...config.allowedMethods, "OPTIONS"].join(", "));
    this.added =
      (config.cors ? "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: *\r\n" : "") +
      config.addHeader.map(([name, value]) => fieldLine(name, value)).join("");
    const base = config.alias ?? config.root ?? config.uploadStore;
    this.base = base === undefined ? undefined : withoutSlash(base) || "/";
    this.store = config.uploadStore === undefined ? undefined : withoutSlash(config.uploadStore) || "/";
    this.#replaced = config.alias === undefined && config.root !== undefined
      ? 0
      : withoutSlash(config.path).length;
  }

  /** True for methods that this server knows, allowed here or not. */
  knows(method: string): boolean {
    return KNOWN_METHODS.has(method) || this.methods.has(method);
  }

  /** Where a path of this location lies on disk, without a slash at the end; undefined if nothing here has files. */
  filePath(path: string): string | undefined {
    return this.base === undefined ? undefined : below(this.base, path, this.#replaced);
  }

  /** Where a path of this location lies in its store; undefined if it has none. */
  storePath(path: string): string | undefined {
    return this.store === undefined
      ? undefined
      : below(this.store, path, withoutSlash(this.config.path).length);
  }
}

/** A path on disk without a slash at the end: the base, and what of the path it does not stand for. */
function below(base: string, path: string, replaced: number): string {
  const end = path.endsWith("/") ? path.length - 1 : path.length;
  if (end <= replaced) return base;
  return (base === "/" ? "" : base) + path.slice(replaced, end);
}

function withoutSlash(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : path;
}
