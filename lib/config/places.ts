/**
 * Where on this machine a configuration's files lie, by what is done with them.
 *
 * @module
 */
import type { Pool, UpstreamAddress } from "../ports.ts";
import { OWN_USERS } from "./access.ts";
import type { BucketConfig, BucketPlace, Config, LocationConfig, ServerConfig } from "./types.ts";

/** The folder (or the file) that nothing a location serves may leave; undefined if it has no files. */
export function originRoot({ files, store }: LocationConfig): string | undefined {
  const base = files.alias ?? files.root ?? store.uploadStore;
  return base === undefined ? undefined : withoutSlash(base) || "/";
}

/** That part of it which the location's own path leads to; where it depends on the host, the folder above. */
export function servedFolder(location: LocationConfig): string | undefined {
  const base = originRoot(location);
  const { files: { alias, root }, labelled } = location;
  if (base === undefined || labelled !== undefined || alias !== undefined || root === undefined) return base;
  return (base === "/" ? "" : base) + withoutSlash(location.path) || "/";
}

/** Folders outside of it that links of a location may lead to; none where it has no files. */
export function linkFolders(location: LocationConfig): readonly string[] {
  return originRoot(location) === undefined ? [] : location.files.allowLinksTo;
}

/** Where the programs of a location lie, a folder or one file; undefined if it has none by their extension. */
export function programFolder(location: LocationConfig): string | undefined {
  const { cgi, fastcgi } = location.programs;
  return cgi === undefined && fastcgi === undefined ? undefined : servedFolder(location);
}

/** All locations of all servers, those that stand for the servers themselves first. */
export function allLocations({ servers }: Config): LocationConfig[] {
  return servers.flatMap(({ fallback, locations }) => [fallback, ...locations]);
}

/** The FastCGI servers that are to be started here; one that is named twice stands there twice. */
export function spawnedPools(config: Config): Pool[] {
  return allLocations(config).flatMap(({ programs: { fastcgi } }) => Object.values(fastcgi ?? {})).flatMap(
    (target) => "spawn" in target ? { command: target.spawn, processes: target.processes } : [],
  );
}

/** True if FastCGI servers answer for something. */
export function hasFastcgi(config: Config): boolean {
  return allLocations(config).some(({ programs: { fastcgi, fastcgiPass } }) =>
    fastcgi !== undefined || fastcgiPass !== undefined
  );
}

/** True if pages of some location load themselves anew. */
export function hasLiveReload(config: Config): boolean {
  return allLocations(config).some(({ live }) => live.liveReload);
}

/** Where the FastCGI servers listen that are not started here; one that is named twice stands there twice. */
export function fastcgiAddresses(config: Config): UpstreamAddress[] {
  return allLocations(config)
    .flatMap(({ programs: { fastcgi, fastcgiPass } }) => [...Object.values(fastcgi ?? {}), fastcgiPass ?? []])
    .flat()
    .flatMap((target) => "address" in target ? target.address : []);
}

/** The location that a path falls into (lib/site/location_table.ts has the rules). */
export function locationOf({ fallback, locations }: ServerConfig, path: string): LocationConfig {
  let best = fallback, length = 0;
  for (const location of locations) {
    const prefix = withoutSlash(location.path);
    if (location.match === "exact") {
      if (location.path === path) return location;
    } else if (prefix.length >= length && `${path}/`.startsWith(`${prefix}/`)) {
      best = location;
      length = prefix.length;
    }
  }
  return best;
}

/** True if a store is mounted by WebDAV. */
export function hasDav(config: Config): boolean {
  return allLocations(config).some(({ store: { dav, uploadStore } }) => dav && uploadStore !== undefined);
}

/** True if requests may store in a location, in a folder of this machine or in a bucket. */
export function hasStore({ store }: Pick<LocationConfig, "store">): boolean {
  return store.uploadStore !== undefined || store.storesInBucket === true;
}

/** Where a location stores in its bucket: what is behind its prefix goes there; undefined where it does not. */
export function bucketStore(
  { files: { bucket }, store: { storesInBucket }, path }: Pick<LocationConfig, "files" | "store" | "path">,
): BucketPlace | undefined {
  if (bucket === undefined || storesInBucket === undefined) return undefined;
  if (bucket.isInherited === undefined) return bucket;
  const below = withoutSlash(path).slice(1), { name, prefix } = bucket;
  return { name, prefix: prefix === "" || below === "" ? prefix + below : `${prefix}/${below}` };
}

/** The buckets that locations have their files in, each once. */
export function usedBuckets(config: Config): BucketConfig[] {
  const names = new Set(allLocations(config).flatMap(({ files: { bucket } }) => bucket?.name ?? []));
  return [...names].flatMap((name) => config.buckets[name] ?? []);
}

/** The host and the port that a bucket is asked at. */
export function bucketServer({ endpoint, bucket, pathStyle }: BucketConfig): BucketConfig["endpoint"] {
  return pathStyle ? endpoint : { ...endpoint, hostname: `${bucket}.${endpoint.hostname}` };
}

/** The folders that are written to, each once, sorted. */
export function uploadStores(config: Config): string[] {
  return [...new Set(allLocations(config).flatMap(({ store }) => store.uploadStore ?? []))].sort();
}

/** The log files, each once. */
export function logFiles({ accessLog, errorLog }: Config): string[] {
  return [...new Set([accessLog, errorLog].flatMap((log) => log.to === "file" ? [log.path] : []))];
}

/** The files of certificates and keys that are read, each once. */
export function certificateFiles({ servers }: Config): string[] {
  return [
    ...new Set(
      servers.filter(({ listen }) => listen.some(({ tls }) => tls)).flatMap(
        ({ sslCertificate, sslCertificateKey }) =>
          [sslCertificate, sslCertificateKey].filter((path) => path !== undefined),
      ),
    ),
  ];
}

/** A path without the slash at its end; empty for the root of all paths. */
export function withoutSlash(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : path;
}

/** The files of users that are read, each once. */
export function userFiles(config: Config): string[] {
  return [
    ...new Set(
      allLocations(config).flatMap(({ access: { authBasic, authBasicUserFile } }) =>
        authBasic === undefined || authBasicUserFile === undefined || authBasicUserFile === OWN_USERS
          ? []
          : authBasicUserFile
      ),
    ),
  ];
}

/** True if somebody is asked for a name and a password somewhere. */
export function asksForNames(config: Config): boolean {
  return allLocations(config).some(({ access: { authBasic } }) => authBasic !== undefined);
}

/** True if requests go on to other servers somewhere. */
export function passesRequestsOn(config: Config): boolean {
  return allLocations(config).some(({ proxy }) => proxy.proxyPass !== undefined);
}

/** True if the server speaks TLS somewhere. */
export function speaksTls({ listen }: ServerConfig): boolean {
  return listen.some(({ tls }) => tls);
}

/** True if it speaks TLS with a certificate of the local authority. */
export function hasLocalCertificate(server: ServerConfig): boolean {
  return speaksTls(server) && server.sslCertificate === undefined;
}
