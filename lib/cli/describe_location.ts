/**
 * A location as `webserv check` tells of it.
 *
 * @module
 */
import { FORWARDED_METHODS } from "../config/location_keys.ts";
import { programFolder } from "../config/places.ts";
import type { LocationConfig, TryFiles } from "../config/types.ts";
import type { ProxyTarget } from "../config/upstreams.ts";
import { nameOfServer } from "../fastcgi/server.ts";
import { nameOf } from "../proxy/route.ts";

/** What answers at a location, and for which methods, in one line. */
export function describeLocation(location: LocationConfig): string {
  const { access, answer: { return: answer }, files: { alias, root, autoindex, tryFiles } } = location;
  const { programs: { cgi, cgiOnly, cgiScript, fastcgi, fastcgiPass }, store: { uploadStore } } = location;
  const { proxyPass } = location.proxy;
  const parts: string[] = [];
  if (answer) parts.push(`return ${answer.status}${"location" in answer ? ` ${answer.location}` : ""}`);
  if (cgiScript !== undefined) parts.push(`program ${cgiScript}`);
  if (cgi) parts.push(`programs ${Object.keys(cgi).join(" ")}`);
  for (const [extension, server] of Object.entries(fastcgi ?? {})) {
    parts.push(`${extension} by FastCGI ${nameOfServer(server)}`);
  }
  if (fastcgiPass !== undefined) parts.push(`FastCGI ${nameOfServer(fastcgiPass)}`);
  if (proxyPass !== undefined) parts.push(`goes on to ${proxyPass.map(describeTarget).join(", ")}`);
  if (uploadStore !== undefined) parts.push(`uploads to ${uploadStore}`);
  const files = alias ?? root ?? uploadStore;
  const isWhole = cgiScript !== undefined || fastcgiPass !== undefined || proxyPass !== undefined;
  const onlyPrograms = isWhole || (programFolder(location) !== undefined && cgiOnly);
  if (onlyPrograms && !isWhole) parts.push(`nothing else of ${files}`);
  if (!answer && !onlyPrograms) parts.push(files === undefined ? "404" : `files of ${files}`);
  if (autoindex && !onlyPrograms) parts.push("listing");
  if (tryFiles) parts.push(`try ${describeTries(tryFiles)}`);
  return `${parts.join(", ")} [${describeMethods(access.allowedMethods)}]`;
}

/** As it is written in the file. */
function describeTarget(target: ProxyTarget): string {
  const uri = target.uri ?? "";
  return `${nameOf(target)}${"path" in target.address && uri !== "" ? ":" : ""}${uri}`;
}

function describeMethods(methods: readonly string[]): string {
  return methods === FORWARDED_METHODS ? "all methods but TRACE and CONNECT" : methods.join(" ");
}

/** As it is written in the file. */
function describeTries({ candidates, last }: TryFiles): string {
  return [...candidates, typeof last === "number" ? `=${last}` : last].join(" ");
}
