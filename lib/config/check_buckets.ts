/**
 * Buckets that locations name and nobody has written down, and what is odd about those that are.
 *
 * @module
 */
import { isLoopback } from "../http/endpoint.ts";
import { IN_BUCKET } from "./buckets.ts";
import { isMap } from "./decoder.ts";
import { quote } from "./issues.ts";
import type { Reports } from "./outside.ts";
import { allLocations, usedBuckets } from "./places.ts";
import type { FileSection, LocationSection, ServerSection } from "./schema.ts";
import { suggestion } from "./suggestion.ts";
import type { Config } from "./types.ts";

/** @param config what was decoded from the section */
export function checkBuckets(config: Config, section: FileSection, { issue, warning }: Reports): void {
  const names = Object.keys(config.buckets);
  for (const server of section.values.servers ?? []) {
    const places: readonly (ServerSection | LocationSection)[] = [
      server,
      ...(server.values.locations ?? []).map(([, location]) => location),
    ];
    for (const place of places) {
      warnAboutStore(place as LocationSection, warning);
      const node = place.at("bucket"), name = place.values.bucket?.name;
      if (node === undefined || name === undefined || Object.hasOwn(config.buckets, name)) continue;
      const why = names.length === 0 ? ': the file has no "buckets"' : suggestion(name, names);
      issue(node, `there is no bucket ${quote(name)}${why}`);
    }
  }
  const written = section.at("buckets"), nodes = written && isMap(written.value) ? written.value : undefined;
  const used = new Set(usedBuckets(config).map(({ name }) => name));
  for (const [name, { endpoint: { tls, hostname }, accessKey }] of Object.entries(config.buckets)) {
    const node = nodes?.get(name);
    if (node === undefined) continue;
    if (!used.has(name)) warning(node, `without effect: no location has its files in ${quote(name)}`);
    else if (!tls && accessKey !== undefined && !isLocal(hostname)) {
      warning(node, `what lies in ${quote(name)} travels in plain: its endpoint is not https`);
    }
    warnAboutSecret(node, warning);
  }
  warnWithoutEffect(config, section, warning);
}

/** SECURITY: a file is read by more people than an environment, and is put under version control. */
function warnAboutSecret(
  node: Parameters<Reports["warning"]>[0] & { readonly value?: unknown },
  warning: Reports["warning"],
): void {
  const key = node.value instanceof Map ? node.value.get("secret_key") : undefined;
  if (key === undefined || key.expanded) return;
  warning(key, 'the secret stands in the file: "${S3_SECRET}" takes it from the environment');
}

/** What only files need. */
function warnAboutStore(place: LocationSection, warning: Reports["warning"]): void {
  if (place.values.upload_store !== IN_BUCKET) return;
  for (const word of ["fsync", "upload_expires"] as const) {
    const node = place.at(word);
    if (node !== undefined) warning(node, "without effect: what is stored goes into a bucket");
  }
}

function warnWithoutEffect(
  config: Config,
  section: FileSection,
  warning: Reports["warning"],
): void {
  if (allLocations(config).some(({ files }) => files.bucket !== undefined)) return;
  for (const word of ["bucket_cache", "bucket_cache_size"] as const) {
    const node = section.at(word);
    if (node !== undefined) warning(node, "without effect: no location has its files in a bucket");
  }
}

function isLocal(hostname: string): boolean {
  return isLoopback({ hostname }) || /(?:^|\.)localhost$/.test(hostname);
}
