/**
 * Sections as they were written to complete locations: own key, else the server's, else the default. error_page,
 * add_header and cgi_env are merged by name, everything else is replaced as a whole.
 *
 * @module
 */
import { DEFAULT_BODY_SIZE, DEFAULT_INDEX, defaultMethods } from "./defaults.ts";
import type { ErrorCode, LocationKey } from "./names.ts";
import type { LocationSection, SharedSection } from "./schema.ts";
import type { LocationConfig } from "./types.ts";

type Shared = SharedSection["values"];
type Own = LocationSection["values"];

const NOTHING: Own = {};

/** A server's own keys as the location for whatever no other location matches. */
export function serverFallback(server: SharedSection): LocationConfig {
  return complete({ key: "/", match: "prefix", path: "/" }, server.values, NOTHING);
}

/** A location with all that it inherits. */
export function completeLocation(
  key: LocationKey,
  server: SharedSection,
  location: LocationSection,
): LocationConfig {
  return complete(key, server.values, location.values);
}

function complete(key: LocationKey, server: Shared, own: Own): LocationConfig {
  const { alias, cgi_script: cgiScript, upload_store: uploadStore } = own;
  const returned = own.return ?? server.return;
  const answersItself = cgiScript !== undefined || returned !== undefined;
  const ownFiles = alias !== undefined || uploadStore !== undefined;

  const root = own.root ?? (ownFiles ? undefined : server.root);
  const tryFiles = own.try_files ?? (ownFiles || answersItself ? undefined : server.try_files);
  // SECURITY: nothing stored is ever run by the store's location.
  const inheritsCgi = uploadStore === undefined && !answersItself;
  const cgi = own.cgi ?? (inheritsCgi ? server.cgi : undefined);
  const hasCgi = cgi !== undefined && cgi.length > 0;

  const methods = own.allowed_methods ?? server.allowed_methods;
  return {
    ...key,
    ...(root !== undefined && { root }),
    ...(alias !== undefined && { alias }),
    index: own.index ?? server.index ?? DEFAULT_INDEX,
    autoindex: own.autoindex ?? server.autoindex ?? false,
    ...(tryFiles !== undefined && { tryFiles }),
    ...(returned !== undefined && { return: returned }),
    allowedMethods: methods === undefined
      ? defaultMethods({ cgi: hasCgi || cgiScript !== undefined, store: uploadStore !== undefined })
      : completeMethods(methods),
    clientMaxBodySize: own.client_max_body_size ?? server.client_max_body_size ?? DEFAULT_BODY_SIZE,
    errorPage: errorPages(new Map([...server.error_page ?? [], ...own.error_page ?? []])),
    addHeader: mergeFields(server.add_header ?? [], own.add_header ?? []),
    cors: own.cors ?? server.cors ?? false,
    ...(hasCgi && { cgi: Object.fromEntries(cgi) }),
    ...(cgiScript !== undefined && { cgiScript }),
    cgiEnv: Object.fromEntries([...server.cgi_env ?? [], ...own.cgi_env ?? []]),
    cgiPassAuthorization: own.cgi_pass_authorization ?? server.cgi_pass_authorization ?? false,
    ...(uploadStore !== undefined && { uploadStore }),
    overwrite: own.overwrite ?? server.overwrite ?? false,
  };
}

/** Each once; HEAD wherever GET is; OPTIONS is answered in any case, so it does not stand in the list. */
function completeMethods(written: readonly string[]): readonly string[] {
  const methods = new Set(written.flatMap((method) => method === "GET" ? ["GET", "HEAD"] : [method]));
  methods.delete("OPTIONS");
  return [...methods];
}

/** Writes every class out; a code that is written itself beats its class. */
function errorPages(written: ReadonlyMap<ErrorCode, string>): Readonly<Record<number, string>> {
  const pages: Record<number, string> = {};
  for (const [name, first] of [["4xx", 400], ["5xx", 500]] as const) {
    const page = written.get(name);
    for (let code = first; page !== undefined && code < first + 100; code++) pages[code] = page;
  }
  for (const [code, page] of written) if (typeof code === "number") pages[code] = page;
  return pages;
}

type AddedFields = NonNullable<Shared["add_header"]>;

function mergeFields(inherited: AddedFields, own: AddedFields): readonly (readonly [string, string])[] {
  const replaced = new Set(own.map(([name]) => name.toLowerCase()));
  return [...inherited.filter(([name]) => !replaced.has(name.toLowerCase())), ...own].flatMap((
    [name, values],
  ) => values.filter((value) => value !== "").map((value) => [name, value] as const));
}
