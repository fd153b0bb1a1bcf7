/**
 * The inspector that a command is to ask: of a server that runs on this machine.
 *
 * @module
 */
import { resolve } from "@std/path";
import { askInspector, type InspectorAt, NoInspectorError, textOf } from "../inspector/client.ts";
import { isLoopback } from "../http/endpoint.ts";
import { parseHost } from "../http/host.ts";
import { describeFileError } from "../http/errors.ts";
import { FileError } from "../ports.ts";
import { clock } from "../runtime/clock.ts";
import { systemDialer } from "../runtime/dial.ts";
import type { ServerFiles } from "../runtime/server_files.ts";
import { UsageError } from "./command_line.ts";
import { FileAccessError } from "./file_problems.ts";
import { parseRunningServer, type RunningServer, serverFiles } from "./inspector_file.ts";
import { realPath } from "./real_path.ts";

/** What commands ask with. */
export const INSPECTOR_ASKING = { dialer: systemDialer, clock } as const;

/** Bytes of what /health says, at most. */
const MOST_HEALTH = 10_000;

/** What was asked for on the command line. */
export interface InspectorWanted {
  /** A URL, with or without its token. */
  readonly admin: string | undefined;
  /** The configuration's file. */
  readonly config: string | undefined;
}

/** @throws {UsageError} for an address that is none @throws {FileAccessError} where no such server runs, or several do */
export async function findInspector({ admin, config }: InspectorWanted): Promise<InspectorAt> {
  const named = admin === undefined ? undefined : inspectorOf(admin);
  if (named?.token !== undefined) return named;
  const running = await runningServers();
  if (named !== undefined) {
    const known = running.find((server) => isSame(addressOf(server), named));
    if (known !== undefined) return addressOf(known);
    throw new FileAccessError(
      `no token is known for ${admin}: name it with its token, as the server has printed it`,
    );
  }
  if (config !== undefined) {
    const path = realPath(resolve(config));
    const found = running.filter(({ file }) => file !== null && realPath(file) === path);
    if (found.length > 0) return addressOf(found.at(-1)!);
    throw new FileAccessError(
      `no server with an inspector runs with ${config}: start it with --inspect, or write admin: 127.0.0.1:8079 into the file`,
    );
  }
  if (running.length === 1) return addressOf(running[0]!);
  if (running.length === 0) {
    throw new FileAccessError(
      "no server with an inspector runs: start one with --inspect, or name it with --admin URL",
    );
  }
  const list = running.map(({ admin, place }) => `\n  --admin ${admin}  ${place}`).join("");
  throw new FileAccessError(`${running.length} servers run: say which one is meant${list}`);
}

/** @throws {UsageError} */
function inspectorOf(text: string): InspectorAt {
  const wrong = (why: string) =>
    new UsageError(`--admin must be an address such as http://127.0.0.1:8079/, ${why}`);
  const [, authority, query = ""] = /^(?:http:\/\/)?([^/?#]+)\/?(?:\?(.*))?$/.exec(text) ?? [];
  const host = authority === undefined ? undefined : parseHost(authority);
  if (host === undefined) throw wrong(`not "${text.replace(/token=[^&]*/g, "token=…")}"`);
  const hostname = host.host === "localhost" ? "127.0.0.1" : host.host;
  // SECURITY: the token goes to no other machine.
  if (!isLoopback({ hostname })) throw wrong("and that of this machine");
  return { hostname, port: host.port ?? 80, token: new URLSearchParams(query).get("token") ?? undefined };
}

function addressOf({ admin, token }: RunningServer): InspectorAt {
  return { ...inspectorOf(admin), token };
}

function isSame(a: InspectorAt, b: InspectorAt): boolean {
  return a.hostname === b.hostname && a.port === b.port;
}

/** Those that have told of themselves and run. What servers have left behind that are gone is removed. */
async function runningServers(): Promise<RunningServer[]> {
  const files = serverFiles();
  if (files === undefined) return [];
  const looks = listOf(files).map(async ({ pid, text }) => {
    const server = parseRunningServer(text);
    if (server !== undefined && await runs(server)) return server;
    files.remove(pid);
    return undefined;
  });
  return (await Promise.all(looks)).filter((server) => server !== undefined);
}

function listOf(files: ServerFiles) {
  try {
    return files.list();
  } catch (error) {
    throw error instanceof FileError ? new FileAccessError(describeFileError(error)) : error;
  }
}

/** True unless another server, or nobody, is where it was. */
async function runs(server: RunningServer): Promise<boolean> {
  try {
    const { hostname, port } = addressOf(server);
    // SECURITY: without the token, which another program may be there to get.
    const answer = await askInspector({ hostname, port }, "/health", INSPECTOR_ASKING);
    return JSON.parse(await textOf(answer, MOST_HEALTH)).pid === server.pid;
  } catch (error) {
    if (error instanceof NoInspectorError || error instanceof SyntaxError) return false;
    throw error;
  }
}
