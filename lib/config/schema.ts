/**
 * The keys of webserv.yaml. Only what one key says is looked at here; keys that do not go together are the work of
 * check.ts, inheritance that of inherit.ts.
 *
 * @module
 */
import {
  type Decoded,
  type Decoder,
  flag,
  integer,
  isList,
  map,
  object,
  oneOf,
  oneOrMany,
  parsed,
  refuse,
  type Section,
} from "./decoder.ts";
import * as keys from "./keys.ts";
import { parseExtension, parseIndex, parseLocationKey, parseServerName, parseVariable } from "./names.ts";
import { ADDRESS, parseAddress } from "./values.ts";

/** The whole file, one server, one location, as they were written. */
export type FileSection = Decoded<ReturnType<typeof fileDecoder>>;
export type ServerSection = Section<ReturnType<typeof serverShape>>;
export type LocationSection = Section<ReturnType<typeof locationShape>>;
/** The keys that a location has in common with its server. */
export type SharedSection = Section<ReturnType<typeof sharedShape>>;

/**
 * The decoder for the whole file.
 *
 * @param folder absolute: where relative paths start
 */
export function fileDecoder(folder: string) {
  const logTarget = keys.logTargetDecoder(folder);
  const shape = {
    workers: keys.workers,
    access_log: logTarget,
    log_format: oneOf(["combined", "common", "json"]),
    error_log: logTarget,
    sandbox: flag,
    timeouts: object("a mapping of times", {
      header: keys.patience,
      body: keys.patience,
      send: keys.patience,
      keep_alive: keys.duration,
      cgi: keys.patience,
      shutdown: keys.duration,
    }),
    limits: object("a mapping of limits", {
      request_line: keys.size,
      header_fields: keys.size,
      header_count: integer(1, Infinity),
      connections: integer(1, Infinity),
      cgi_processes: integer(1, Infinity),
    }),
    servers: servers(folder),
  };
  return object("a mapping with a list of servers", shape, placesOf(serverShape(folder), "in a server"));
}

function servers(folder: string): Decoder<readonly Section<ReturnType<typeof serverShape>>[]> {
  const elsewhere = new Map([
    ...placesOf(locationShape(folder), "in a location"),
    ...["workers", "access_log", "log_format", "error_log", "sandbox", "timeouts", "limits"].map((key) =>
      [key, "at the top of the file"] as const
    ),
  ]);
  const server = object("a mapping with a server's keys", serverShape(folder), elsewhere);
  return (node, report) => {
    if (!isList(node.value)) return refuse(node, 'a list with a "- " before each server', report);
    if (node.value.length === 0) {
      report(node, "expected at least one server");
      return undefined;
    }
    // A server that can not be used must not keep the others from being checked.
    return node.value.flatMap((child) => server(child, report) ?? []);
  };
}

function serverShape(folder: string) {
  const location = object(
    "a mapping with a location's keys",
    locationShape(folder),
    new Map([["listen", "in a server"], ["server_name", "in a server"], ["locations", "in a server"]]),
  );
  return {
    listen: oneOrMany(parsed(ADDRESS, parseAddress)),
    server_name: oneOrMany(parsed("a server name", parseServerName)),
    locations: map(
      "a mapping from paths to locations",
      parseLocationKey,
      (node, report) => location(node.value === null ? { ...node, value: new Map() } : node, report),
    ),
    ...sharedShape(folder),
  };
}

function locationShape(folder: string) {
  return {
    ...sharedShape(folder),
    alias: keys.pathDecoder("a folder or a file", folder),
    cgi_script: keys.pathDecoder("the path of a program", folder),
    upload_store: keys.pathDecoder("a folder", folder),
  };
}

function sharedShape(folder: string) {
  return {
    root: keys.pathDecoder("a folder", folder),
    index: oneOrMany(parsed("the name of a file", parseIndex)),
    autoindex: flag,
    client_max_body_size: keys.size,
    error_page: keys.errorPage,
    add_header: keys.addHeader,
    allowed_methods: keys.allowedMethods,
    try_files: keys.tryFiles,
    return: keys.returned,
    cgi: map("a mapping from extensions to interpreters", parseExtension, keys.interpreter(folder)),
    cgi_env: map("a mapping from names to texts", parseVariable, keys.environmentValue),
    cgi_pass_authorization: flag,
    overwrite: flag,
    cors: flag,
  };
}

function placesOf(shape: Readonly<Record<string, unknown>>, place: string): Map<string, string> {
  return new Map(Object.keys(shape).map((key) => [key, place]));
}
