/**
 * What a configuration says once it is decoded, checked and completed with defaults: plain data, so that it can be
 * posted to a worker thread. Paths are absolute, sizes are bytes, times are milliseconds; `Infinity` stands for
 * "no limit". The types of single keys come from the tables of keys, and so do their comments.
 *
 * @module
 */
import type { Endpoint } from "../http/endpoint.ts";
import type { LOCATION_GROUPS } from "./location_keys.ts";
import type { LocationPath } from "./names.ts";
import type { SERVER_KEYS } from "./server_keys.ts";
import type { ValuesOf } from "./table.ts";
import type { LIMIT_KEYS, TIMEOUT_KEYS, TOP_KEYS } from "./top_keys.ts";
import type { LabelledPaths } from "./value_types.ts";

export type { ProxyTarget } from "./upstreams.ts";
export type {
  AccessRights,
  BucketConfig,
  BucketPlace,
  LogTarget,
  ProxyFields,
  ProxyTimeouts,
  Return,
  TryFiles,
  Who,
} from "./value_types.ts";

/** A whole configuration, from a file or from the command line. */
export interface Config extends ValuesOf<typeof TOP_KEYS> {
  /** The file it came from, absolute; undefined when the command line alone made it. */
  readonly file?: string;
  /**
   * The folder of programs of `--cgi` beside `--upload`: it lies in the store, but nothing is stored there, so it is the
   * one whose programs are run all the same. With `--sites` it has `$host_label` in it.
   */
  readonly programFolder?: string;
  /** Of `--cgi`: a file that may be executed and begins with `#!` is run as it says, whatever its extension. */
  readonly heedsFirstLines?: boolean;
  /** Of `webserv app`: what its one upstream is, which this server starts itself. */
  readonly app?: AppConfig;
  readonly timeouts: Timeouts;
  readonly limits: Limits;
  readonly servers: readonly ServerConfig[];
}

/** A command that is itself a server. */
export interface AppConfig {
  /** A name under localhost without that: its host is `NAME.localhost`. */
  readonly name: string;
  /** The port that it is told to listen on, on 127.0.0.1. */
  readonly port: number;
  /** Its words, for people. */
  readonly command: string;
}

/** How long each phase may last, in milliseconds. */
export interface Timeouts extends ValuesOf<typeof TIMEOUT_KEYS> {}

/** How much there may be of what a client can ask for. */
export interface Limits extends ValuesOf<typeof LIMIT_KEYS> {}

/** One virtual host. */
export interface ServerConfig extends ValuesOf<typeof SERVER_KEYS> {
  readonly listen: readonly Endpoint[];
  /** Lower case: a name, or `*.` and a name for any number of labels before it. Empty: only as a default. */
  readonly serverName: readonly string[];
  /** As serverName, or `*`. */
  readonly allowedHosts: readonly string[];
  /** What holds where no location matches: the server's own keys, as a location for `/`. */
  readonly fallback: LocationConfig;
  readonly locations: readonly LocationConfig[];
  /** Where it stands in the file, and all of its keys; undefined where there is no file. */
  readonly lines?: Lines;
}

/** One location with everything that it inherits already filled in. */
export interface LocationConfig extends LocationPath {
  readonly access: AccessConfig;
  readonly answer: AnswerConfig;
  readonly coding: CodingConfig;
  readonly files: FilesConfig;
  readonly programs: ProgramsConfig;
  readonly proxy: ProxyConfig;
  readonly store: StoreConfig;
  readonly live: LiveConfig;
  readonly weather: WeatherConfig;
  /**
   * Where its folders depend on the host's first label: what stands behind those that are named above, which have them
   * all in them. Undefined where none does.
   */
  readonly labelled?: LabelledPaths;
  /** Where it stands in the file; undefined where there is no file. Of the fallback that is where its server stands. */
  readonly lines?: Lines;
}

/** Where a place stands in the file, and its keys: lines are counted from 1. */
export interface Lines {
  /** Undefined where nothing of the place itself is written. */
  readonly line: number | undefined;
  /**
   * Of the keys that are written, by the file's words, those that are inherited too; and of each entry of a mapping, as
   * `add_header.X-Frame-Options`. What is not there has its default.
   */
  readonly keys: Readonly<Record<string, number>>;
}

/** How pages are told of what has changed. */
export interface LiveConfig extends ValuesOf<typeof LOCATION_GROUPS.live> {}

/** What is slow, or goes wrong, on purpose. */
export interface WeatherConfig extends ValuesOf<typeof LOCATION_GROUPS.weather> {}

/** What may be asked of a location. */
export interface AccessConfig extends ValuesOf<typeof LOCATION_GROUPS.access> {}

/** What is answered whatever lies at the path, and what every answer gets. */
export interface AnswerConfig extends ValuesOf<typeof LOCATION_GROUPS.answer> {}

/** Where files lie, and which of them a path means. */
export interface FilesConfig extends ValuesOf<typeof LOCATION_GROUPS.files> {}

/** What is sent compressed, and how. */
export interface CodingConfig extends ValuesOf<typeof LOCATION_GROUPS.coding> {}

/** Programs that answer. */
export interface ProgramsConfig extends ValuesOf<typeof LOCATION_GROUPS.programs> {}

/** Other servers that answer. */
export interface ProxyConfig extends ValuesOf<typeof LOCATION_GROUPS.proxy> {}

/** Where uploads go. */
export interface StoreConfig extends ValuesOf<typeof LOCATION_GROUPS.store> {
  /** They go where the location has its files: into its bucket. There is no folder then. */
  readonly storesInBucket?: true;
}
