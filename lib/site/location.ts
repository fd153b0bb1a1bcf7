/**
 * A location made ready to answer: what its configuration says, worked out once.
 *
 * @module
 */
import { FileCodings } from "../coding/file_codings.ts";
import { CodingRules, forbidsTransforming } from "../coding/rules.ts";
import { bucketStore, originRoot, withoutSlash } from "../config/places.ts";
import type { LocationConfig } from "../config/types.ts";
import { DiskOrigin } from "../disk/disk_origin.ts";
import { joinPath } from "../disk/place.ts";
import type { FileCache } from "../disk/file_cache.ts";
import { StoreOrigin, type StorePorts } from "../disk/store_origin.ts";
import { HttpError } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import type { Origin, WritableOrigin } from "../http/origin.ts";
import { uploadLimit } from "../http/upload_fields.ts";
import { AccessGuard } from "./access_guard.ts";
import { AddedFields } from "./added_fields.ts";
import type { Buckets } from "./buckets.ts";
import { FileLabels } from "./file_labels.ts";
import { type LocationWeather, weatherOf } from "./weather.ts";

/** Methods of RFC 9110, RFC 5789 and RFC 4918; all others are unknown, unless a location allows them. */
const KNOWN_METHODS: ReadonlySet<string> = new Set(
  [
    ..."GET HEAD POST PUT DELETE PATCH OPTIONS TRACE CONNECT".split(" "),
    ..."PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK".split(" "),
  ],
);

/** Windows mounts only what says the second. */
const DAV = FieldBlock.of(["DAV", "1, 2, 3"], ["MS-Author-Via", "DAV"]);

/** One location of one server. */
export class Location {
  readonly methods: ReadonlySet<string>;
  /** The field Allow. */
  readonly allow: FieldBlock;
  /** What OPTIONS is answered: with WebDAV, which classes of it (RFC 4918 section 10.1). */
  readonly options: FieldBlock;
  /** What uploads that are gone on with may be: Upload-Limit; undefined where there are none. */
  readonly uploadLimit: FieldBlock | undefined;
  /** The answer to a method that is known but not allowed here. */
  readonly notAllowed: HttpError;
  /** Why a path is not found here, for the access log on a terminal. */
  readonly notFound: string;
  /** What add_header and cors add to every response; undefined where that is nothing. */
  readonly added: AddedFields | undefined;
  /** What of its answers is sent compressed; undefined where nothing is. */
  readonly coding: CodingRules | undefined;
  /** In which coding its files are sent; undefined where all are sent as they are. */
  readonly fileCodings: FileCodings | undefined;
  /** What is said of its files; undefined where they say it all themselves. */
  readonly labels: FileLabels | undefined;
  /** Where its files lie; undefined if it has none. */
  readonly origin: Origin | undefined;
  /** The same, where that is on this machine. */
  readonly folder: DiskOrigin | undefined;
  /** Where uploads go; undefined if it takes none. */
  readonly store: WritableOrigin | undefined;
  /** The same where that is a folder of this machine: what takes one needs more than a store. */
  readonly trees: StoreOrigin | undefined;
  /** Where the files lie that its programs may name; undefined if they may name none. */
  readonly named: DiskOrigin | undefined;
  /** What is stored at a path is what is shown there. */
  readonly showsStore: boolean;
  /** Its one path is an alias: where that leads to a file, a slash at the path's end does not ask for a folder. */
  readonly isOneFile: boolean;
  /** How much of a path the origin stands for. */
  readonly replaced: number;
  /** The same of the store. */
  readonly #prefix: number;
  /** What makes its answers slow and broken on purpose; undefined where nothing does. */
  readonly weather: LocationWeather | undefined;
  /** Who may come in; undefined where everybody may do everything. */
  readonly guard: AccessGuard | undefined;

  /** @param written the location as the configuration has it: where its folders depend on the host, that is another */
  constructor(
    readonly config: LocationConfig,
    cache: FileCache,
    ports: StorePorts,
    programs: readonly string[],
    readonly written = config,
    buckets?: Buckets,
  ) {
    const { access, answer: { addHeader }, files: { alias, bucket, root }, store: { uploadStore } } = config;
    const { programs: { sendfileFrom } } = config;
    this.weather = weatherOf(config);
    this.guard = AccessGuard.of(config);
    this.methods = new Set(access.allowedMethods);
    this.allow = FieldBlock.of(["Allow", [...access.allowedMethods, "OPTIONS"].join(", ")]);
    this.options = config.store.dav && uploadStore !== undefined ? this.allow.concat(DAV) : this.allow;
    this.notAllowed = new HttpError(405, undefined, { fields: this.allow });
    if (uploadStore !== undefined && this.methods.has("PATCH") && this.methods.has("HEAD")) {
      const limits = { size: access.clientMaxBodySize, age: config.store.uploadExpires };
      this.uploadLimit = FieldBlock.of(["Upload-Limit", uploadLimit(limits)]);
    }
    const cors = access.cors ? CORS : [];
    if (cors.length + addHeader.length > 0) this.added = new AddedFields([...cors, ...addHeader]);
    const { compression, compressionTypes } = config.coding;
    if (compression.length > 0) this.coding = new CodingRules(compression, compressionTypes);
    this.fileCodings = fileCodingsOf(config, this.coding);
    this.labels = FileLabels.of(config.files);
    const prefix = withoutSlash(config.path), isWhole = bucket?.isInherited ?? root !== undefined;
    this.isOneFile = config.match === "exact" && (alias !== undefined || bucket !== undefined && !isWhole);
    this.#prefix = prefix.length;
    this.replaced = alias === undefined && isWhole ? 0 : prefix.length;
    const base = originRoot(config);
    this.folder = base === undefined ? undefined : new DiskOrigin(cache, base, config.files.allowLinksTo);
    if (uploadStore !== undefined) {
      this.trees = new StoreOrigin(ports, withoutSlash(uploadStore) || "/", programs);
    }
    if (bucket === undefined) {
      this.origin = this.folder;
      this.store = this.trees;
    } else {
      if (buckets === undefined) throw new Error("A location lies in a bucket, and nothing knows of buckets");
      const { proxyTimeouts: timeouts, proxySslVerify: verify } = config.proxy, way = { timeouts, verify };
      this.origin = buckets.originOf(bucket, way);
      const place = bucketStore(config);
      this.store = place && buckets.storeOf(place, way);
    }
    this.notFound = config.answer.return !== undefined
      ? `returned by location ${config.key}`
      : this.origin === undefined
      ? "no files are served here"
      : `not found in ${this.origin.root}`;
    if (sendfileFrom !== undefined) this.named = new DiskOrigin(cache, withoutSlash(sendfileFrom) || "/");
    this.showsStore = this.store !== undefined && this.origin !== undefined &&
      joinPath(this.origin.root, prefix.slice(this.replaced)) === this.store.root;
  }

  /** True for methods that this server knows, allowed here or not. */
  knows(method: string): boolean {
    return KNOWN_METHODS.has(method) || this.methods.has(method);
  }

  /** Where a path of this location lies in its origin. */
  originPath(path: string): string {
    return below(path, this.replaced);
  }

  /** Where a path of this location lies in its store. */
  storePath(path: string): string {
    return below(path, this.#prefix);
  }
}

/** What is added to every answer may say that files are coded already, or are to be left as they are. */
function fileCodingsOf(
  { answer: { addHeader }, coding: { precompressed }, programs: { cgi, fastcgi } }: LocationConfig,
  rules: CodingRules | undefined,
): FileCodings | undefined {
  const added = FieldBlock.of(...addHeader);
  if (added.has("content-encoding")) return undefined;
  return FileCodings.of({
    rules: forbidsTransforming(added) ? undefined : rules,
    precompressed,
    programs: new Set(Object.keys({ ...cgi, ...fastcgi })),
  });
}

const CORS = [["Access-Control-Allow-Origin", "*"], ["Access-Control-Expose-Headers", "*"]] as const;

/** What is left of a path behind its first characters, without a slash at its end. */
function below(path: string, replaced: number): string {
  return path.slice(replaced, path.endsWith("/") ? Math.max(replaced, path.length - 1) : path.length);
}
