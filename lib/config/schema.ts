/**
 * The shape of webserv.yaml: which keys stand where. Only what one key says is looked at here; keys that do not go
 * together are the work of check.ts, inheritance and defaults that of complete.ts.
 *
 * @module
 */
import { type Decoded, type Decoder, isList, map, object, refuse, type Section } from "./decoder.ts";
import { LOCATION_KEYS, SHARED_KEYS } from "./location_keys.ts";
import { parseLocationPath } from "./names.ts";
import { SERVER_KEYS } from "./server_keys.ts";
import { type ShapeOf, shapeOf } from "./table.ts";
import { LIMIT_KEYS, TIMEOUT_KEYS, TOP_KEYS } from "./top_keys.ts";

/** The whole file, one server, one location, as they were written. */
export type FileSection = Decoded<ReturnType<typeof fileDecoder>>;
export type ServerSection = Section<ReturnType<typeof serverShape>>;
export type LocationSection = Section<ShapeOf<typeof LOCATION_KEYS>>;
/** The keys that a location has in common with its server. */
export type SharedSection = Section<ShapeOf<typeof SHARED_KEYS>>;

const AT_TOP = "at the top of the file";
const IN_SERVER = "in a server";
const IN_LOCATION = "in a location";

/**
 * The decoder for the whole file.
 *
 * @param folder absolute: where relative paths start
 */
export function fileDecoder(folder: string) {
  const shape = { ...topShape(folder), servers: servers(folder) };
  return object("a mapping with a list of servers", shape, placesOf(serverShape(folder), IN_SERVER));
}

function topShape(folder: string) {
  return {
    ...shapeOf(TOP_KEYS, folder),
    timeouts: object("a mapping of times", shapeOf(TIMEOUT_KEYS, folder)),
    limits: object("a mapping of limits", shapeOf(LIMIT_KEYS, folder)),
  };
}

function servers(folder: string): Decoder<readonly ServerSection[]> {
  const elsewhere = new Map([
    ...placesOf(shapeOf(LOCATION_KEYS, folder), IN_LOCATION),
    ...placesOf(topShape(folder), AT_TOP),
  ]);
  const server = object("a mapping with a server's keys", serverShape(folder), elsewhere);
  return (node, report) => {
    if (!isList(node.value)) return refuse(node, 'a list with a "- " before each server', report);
    if (node.value.length === 0) {
      report(node, "expected at least one server");
      return undefined;
    }
    // A server that cannot be used must not keep the others from being checked.
    return node.value.flatMap((child) => server(child, report) ?? []);
  };
}

function serverShape(folder: string) {
  const ownShape = shapeOf(SERVER_KEYS, folder);
  const location = object(
    "a mapping with a location's keys",
    shapeOf(LOCATION_KEYS, folder),
    placesOf({ ...ownShape, locations: undefined }, IN_SERVER),
  );
  return {
    ...ownShape,
    locations: map(
      "a mapping from paths to locations",
      parseLocationPath,
      // A location may be empty: it has what its server has.
      (node, report) => location(node.value === null ? { ...node, value: new Map() } : node, report),
    ),
    ...shapeOf(SHARED_KEYS, folder),
  };
}

function placesOf(shape: Readonly<Record<string, unknown>>, place: string): Map<string, string> {
  return new Map(Object.keys(shape).map((key) => [key, place]));
}
