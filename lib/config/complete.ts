/**
 * From what is written to what holds: every key gets its value, be it its own, an inherited one or the default, as the
 * tables of keys say.
 *
 * @module
 */
import { IN_BUCKET } from "./buckets.ts";
import { splitLabels } from "./host_label.ts";
import type { HasSource, Key } from "./key.ts";
import { linesOf } from "./lines.ts";
import { LOCATION_GROUPS, LOCATION_KEYS, METHODS_OF_TREES, type SHARED_KEYS } from "./location_keys.ts";
import { type LocationPath, parseLocationPath } from "./names.ts";
import type { FileSection, ServerSection } from "./schema.ts";
import { SERVER_KEYS } from "./server_keys.ts";
import { valuesOf, wordOf, type WrittenOf } from "./table.ts";
import { LIMIT_KEYS, TIMEOUT_KEYS, TOP_KEYS } from "./top_keys.ts";
import type { Config, LocationConfig, ServerConfig } from "./types.ts";

/** What is written at the top of a file, without its servers. */
export type WrittenTop = Omit<FileSection["values"], "servers">;

/** The configuration of everything above the servers. */
export function completeTop(written: WrittenTop): Omit<Config, "servers" | "file"> {
  return {
    ...valuesOf(TOP_KEYS, written),
    timeouts: valuesOf(TIMEOUT_KEYS, written.timeouts?.values ?? {}),
    limits: valuesOf(LIMIT_KEYS, written.limits?.values ?? {}),
  };
}

/** A server with all its locations. */
export function completeServer({ node, values }: ServerSection): ServerConfig {
  const lines = linesOf(node);
  return {
    ...valuesOf(SERVER_KEYS, values),
    fallback: { ...completeLocation(parseLocationPath("/"), values, {}), lines },
    locations: (values.locations ?? []).map(([path, location, node]) => {
      return { ...completeLocation(path, values, location.values), lines: linesOf(node, lines) };
    }),
    lines,
  };
}

/** A location with all that it inherits. */
export function completeLocation(
  path: LocationPath,
  server: WrittenOf<typeof SHARED_KEYS>,
  own: WrittenOf<typeof LOCATION_KEYS>,
): LocationConfig {
  const inherited: WrittenOf<typeof LOCATION_KEYS> = server;
  const has: HasSource = (source) => {
    const key: Key<unknown, unknown> = LOCATION_KEYS[source];
    const word = wordOf(source);
    const value = key.complete(own[word], inherited[word], has);
    return value !== undefined && value !== false;
  };
  const store = storeOf(valuesOf(LOCATION_GROUPS.store, own, inherited, has));
  return splitLabels({
    ...path,
    access: accessOf(valuesOf(LOCATION_GROUPS.access, own, inherited, has), store, own),
    answer: valuesOf(LOCATION_GROUPS.answer, own, inherited, has),
    coding: valuesOf(LOCATION_GROUPS.coding, own, inherited, has),
    files: nearerFolder(own, valuesOf(LOCATION_GROUPS.files, own, inherited, has), store),
    programs: nearerOnes(own, valuesOf(LOCATION_GROUPS.programs, own, inherited, has)),
    proxy: valuesOf(LOCATION_GROUPS.proxy, own, inherited, has),
    store,
    live: valuesOf(LOCATION_GROUPS.live, own, inherited, has),
    weather: valuesOf(LOCATION_GROUPS.weather, own, inherited, has),
  });
}

/** The word that stands for the bucket is no folder. */
function storeOf(store: LocationConfig["store"]): LocationConfig["store"] {
  if (store.uploadStore !== IN_BUCKET) return store;
  const { uploadStore: _, ...others } = store;
  return { ...others, storesInBucket: true };
}

/** What only a tree of folders can do is not asked of a bucket, unless somebody has written so, which is an error. */
function accessOf(
  access: LocationConfig["access"],
  { storesInBucket }: LocationConfig["store"],
  own: WrittenOf<typeof LOCATION_KEYS>,
): LocationConfig["access"] {
  if (storesInBucket === undefined || own.allowed_methods !== undefined) return access;
  return {
    ...access,
    allowedMethods: access.allowedMethods.filter((method) => !METHODS_OF_TREES.includes(method)),
  };
}

/** Of two places of files, the one counts that the location itself has. */
function nearerFolder(
  own: WrittenOf<typeof LOCATION_KEYS>,
  files: LocationConfig["files"],
  { uploadStore }: LocationConfig["store"],
): LocationConfig["files"] {
  const { bucket, root, ...others } = files;
  if (bucket === undefined) return files;
  if (own.bucket !== undefined) return { ...others, bucket };
  if (own.root !== undefined) return { ...others, ...root !== undefined && { root } };
  return uploadStore === undefined ? { ...others, bucket: { ...bucket, isInherited: true } } : others;
}

/** Of two keys that say what answers for an extension, the one counts that the location itself has. */
function nearerOnes(own: WrittenOf<typeof LOCATION_KEYS>, programs: Programs): Programs {
  if (own.cgi !== undefined) {
    return own.fastcgi === undefined ? without(programs, "fastcgi", own.cgi) : programs;
  }
  return own.fastcgi === undefined ? programs : without(programs, "cgi", own.fastcgi);
}

type Programs = LocationConfig["programs"];

function without(programs: Programs, word: "cgi" | "fastcgi", extensions: object): Programs {
  const { [word]: all = {}, ...others } = programs;
  const left = Object.entries(all).filter(([extension]) => !Object.hasOwn(extensions, extension));
  return left.length === 0 ? others : { ...others, [word]: Object.fromEntries(left) };
}
