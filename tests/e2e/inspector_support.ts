/**
 * A server with its inspector, for end-to-end tests.
 *
 * @module
 */
import { runProgram, type ServerOptions, startServer, type TestServer } from "../support/server.ts";

/** A running one. */
export interface InspectedServer extends TestServer {
  /** `http://127.0.0.1:PORT` of the inspector. */
  readonly admin: string;
  readonly token: string;
  /** The user's folder for data. */
  readonly data: string;
  /** Asks the inspector, with the token. */
  inspect(path: string, init?: RequestInit): Promise<Response>;
  json<T = Summary[]>(path: string, init?: RequestInit): Promise<T>;
  /** Runs `webserv requests` as the user of this server. */
  requests(...args: string[]): ReturnType<typeof runProgram>;
}

/** What a list has of a request. */
export interface Summary {
  readonly id: number;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly line: number | null;
  readonly location: string;
}

/** What one has besides. */
export interface Detail extends Summary {
  readonly protocol: string;
  readonly request: Message;
  readonly response: Message;
}

interface Message {
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly body: string;
  readonly encoding?: "base64";
  readonly truncated: boolean;
}

/** The address that a start has told. */
export function inspectorIn(output: string): { admin: string; token: string } {
  const found = [...output.matchAll(/inspector at (http:\/\/\S+?)\/\?token=(\S+)/g)].at(-1);
  if (!found) throw new Error(`No inspector was told of: ${output}`);
  return { admin: found[1]!, token: found[2]! };
}

/** Starts one. Without an `admin` in its configuration it has --inspect. @param data where several share it */
export async function startInspected(options: ServerOptions, data?: string): Promise<InspectedServer> {
  const folder = data ?? await Deno.makeTempDir({ prefix: "webserv-data-" });
  const isConfigured = options.config?.includes("admin:") ?? false;
  const env = { WEBSERV_DATA: folder };
  const server = await startServer({
    ...options,
    args: [...options.args ?? [], ...isConfigured ? [] : ["--inspect"]],
    env: { ...options.env, ...env },
  });
  const { admin, token } = inspectorIn(server.output().stderr);
  const inspect = (path: string, init: RequestInit = {}) =>
    fetch(admin + path, { ...init, headers: { Authorization: `Bearer ${token}`, ...init.headers } });
  return {
    ...server,
    output: server.output,
    admin,
    token,
    data: folder,
    inspect,
    json: async (path, init) => await (await inspect(path, init)).json(),
    requests: (...args) => runProgram(["requests", ...args], { cwd: server.folder, env }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      if (data === undefined) await Deno.remove(folder, { recursive: true });
    },
  };
}
