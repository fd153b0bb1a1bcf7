/**
 * A location as `webserv check` tells of it.
 *
 * @module
 */
import { Rights, whoText } from "../access/rights.ts";
import { FORWARDED_METHODS } from "../config/location_keys.ts";
import { writtenPath } from "../config/host_label.ts";
import type { FastcgiTarget } from "../config/value_types.ts";
import { programFolder } from "../config/places.ts";
import type { BucketConfig, BucketPlace, LocationConfig, ProxyTarget, TryFiles } from "../config/types.ts";
import { formatTemplate } from "../config/variables.ts";
import { formatUpstream, upstreamUrl } from "../http/upstream_url.ts";

/** What answers at a location, and for which methods, in one line. */
export function describeLocation(
  location: LocationConfig,
  buckets: Readonly<Record<string, BucketConfig>> = {},
): string {
  const { access, answer: { return: answer }, files: { allowLinksTo, autoindex, tryFiles }, labelled } =
    location;
  const { programs: { cgi, cgiOnly, cgiScript, fastcgi, fastcgiPass } } = location;
  const alias = writtenPath(location.files.alias, labelled?.alias);
  const root = writtenPath(location.files.root, labelled?.root);
  const uploadStore = writtenPath(location.store.uploadStore, labelled?.uploadStore);
  if (location.proxy.proxyPass !== undefined) return describeProxy(location.proxy.proxyPass, access);
  const parts: string[] = [];
  if (answer) {
    const target = "location" in answer ? ` ${formatTemplate(answer.location)}` : "";
    parts.push(`return ${answer.status}${target}`);
  }
  if (cgiScript !== undefined) parts.push(`program ${cgiScript}`);
  if (cgi) parts.push(`programs ${Object.keys(cgi).join(" ")}`);
  for (const [extension, server] of Object.entries(fastcgi ?? {})) {
    parts.push(`${extension} by FastCGI ${describeServer(server)}`);
  }
  if (fastcgiPass !== undefined) parts.push(`FastCGI ${describeServer(fastcgiPass)}`);
  const bucket = location.files.bucket && describeBucket(location.files.bucket, buckets);
  if (uploadStore !== undefined) parts.push(`uploads to ${uploadStore}`);
  if (location.store.storesInBucket) parts.push("uploads to its bucket");
  const files = alias ?? root ?? bucket ?? uploadStore;
  const isWhole = cgiScript !== undefined || fastcgiPass !== undefined;
  const onlyPrograms = isWhole || (programFolder(location) !== undefined && cgiOnly);
  if (onlyPrograms && !isWhole) parts.push(`nothing else of ${files}`);
  if (!answer && !onlyPrograms) parts.push(files === undefined ? "404" : `files of ${files}`);
  if (!answer && !isWhole && allowLinksTo.length > 0) parts.push(`links to ${allowLinksTo.join(" ")}`);
  if (autoindex && !onlyPrograms) parts.push("listing");
  if (tryFiles) parts.push(`try ${describeTries(tryFiles)}`);
  parts.push(...describeAccess(access));
  return `${parts.join(", ")} [${access.allowedMethods.join(" ")}]`;
}

/** Nothing where everybody may do everything. */
function describeAccess({ authBasic, access, allow, deny }: LocationConfig["access"]): string[] {
  const rights = new Rights(access, authBasic !== undefined);
  return [
    ...rights.areAll
      ? []
      : [`read by ${whoText(rights.of("read"))}, written by ${whoText(rights.of("write"))}`],
    ...allow.includes("all") ? [] : [`for ${allow.join(" ")}`],
    ...deny.length === 0 ? [] : [`not for ${deny.join(" ")}`],
  ];
}

function describeBucket(
  { name, prefix }: BucketPlace,
  buckets: Readonly<Record<string, BucketConfig>>,
): string {
  const place = prefix === "" ? name : `${name}/${prefix}`, bucket = buckets[name];
  if (bucket === undefined) return `bucket ${place}`;
  const { endpoint: { tls, hostname, port } } = bucket;
  return `bucket ${place} at ${upstreamUrl({ address: { hostname, port }, tls, hostname })}`;
}

function describeServer(server: FastcgiTarget): string {
  return "spawn" in server ? server.spawn.join(" ") : formatUpstream(server.address);
}

function describeProxy(
  targets: readonly ProxyTarget[],
  { allowedMethods }: LocationConfig["access"],
): string {
  const urls = targets.map((target) => {
    const colon = target.uri !== undefined && "path" in target.address ? ":" : "";
    return upstreamUrl(target) + colon + (target.uri ?? "");
  }).join(", ");
  const isEvery = FORWARDED_METHODS.every((method) => allowedMethods.includes(method));
  return `passed on to ${urls} [${isEvery ? "every known method" : allowedMethods.join(" ")}]`;
}

/** As it is written in the file. */
function describeTries({ candidates, last, query }: TryFiles): string {
  const path = typeof last === "number" ? `=${last}` : formatTemplate(last);
  return [...candidates, query === undefined ? path : `${path}?${formatTemplate(query)}`].join(" ");
}
