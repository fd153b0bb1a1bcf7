/**
 * Where FastCGI servers are: `unix:PATH`, `HOST:PORT`, or a command that is started here.
 *
 * @module
 */
import { resolve } from "@std/path";
import type { UpstreamAddress } from "../ports.ts";
import { type Decoder, integer, isMap, object, parsed } from "./decoder.ts";
import { quote } from "./issues.ts";
import { command, record } from "./key_decoders.ts";
import { parseExtension } from "./names.ts";
import type { FastcgiTarget, FastcgiTargets } from "./value_types.ts";
import { parseHost, ValueError } from "./values.ts";

/** Servers that are started here have so many processes unless the file says otherwise. */
const PROCESSES = 4;

/** Each of them is a program that stays. */
const MOST_PROCESSES = 1000;

/** Bytes of a socket's path that every system can do with. */
const LONGEST_SOCKET = 103;

const ADDRESS = "unix:PATH or HOST:PORT, such as unix:/run/php/php-fpm.sock or 127.0.0.1:9000";
const COMMAND = "a command such as php-cgi";

/** An address. @param folder absolute: where relative paths of sockets start */
export function fastcgiAddress(folder: string): Decoder<{ readonly address: UpstreamAddress }> {
  return parsed(ADDRESS, (text) => ({ address: parseAddress(text, folder) }));
}

/** The server of each extension. @param folder absolute: where relative paths start */
export function fastcgiTargets(folder: string): Decoder<FastcgiTargets> {
  return record("a mapping from extensions to FastCGI servers", parseExtension, fastcgiTarget(folder));
}

/** An address, or a command. @param folder absolute: where relative paths start */
function fastcgiTarget(folder: string): Decoder<FastcgiTarget> {
  const address = fastcgiAddress(folder);
  const spawned = object("an address, or a mapping with spawn and processes", {
    spawn: command(COMMAND, folder),
    processes: integer(1, MOST_PROCESSES),
  });
  return (node, report) => {
    if (!isMap(node.value)) return address(node, report);
    const section = spawned(node, report);
    if (section === undefined) return undefined;
    const { spawn, processes = PROCESSES } = section.values;
    if (section.at("spawn") === undefined) report(node, `needs spawn: ${COMMAND}`);
    return spawn && { spawn, processes };
  };
}

/** @throws {ValueError} */
function parseAddress(text: string, folder: string): UpstreamAddress {
  if (text.startsWith("unix:")) return { path: parseSocket(text.slice("unix:".length), text, folder) };
  const [, host = "", port = ""] = /^(\[.*\]|[^:]*):(\d{1,5})$/.exec(text) ?? [];
  const hostname = host === "" ? undefined : parseHost(host);
  const number = Number(port);
  if (hostname !== undefined && number >= 1 && number <= 65535) return { hostname, port: number };
  throw new ValueError(`expected ${ADDRESS}, not ${quote(text)}`);
}

function parseSocket(path: string, text: string, folder: string): string {
  if (path === "" || path.includes("\0")) throw new ValueError(`expected ${ADDRESS}, not ${quote(text)}`);
  const whole = resolve(folder, path);
  const { length } = new TextEncoder().encode(whole);
  if (length <= LONGEST_SOCKET) return whole;
  throw new ValueError(
    `the path of a socket has ${LONGEST_SOCKET} bytes at most, and ${quote(whole)} has ${length}`,
  );
}
