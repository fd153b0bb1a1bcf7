/**
 * A server whose configuration is rewritten and loaded again.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { type ServerOptions, startServer, type TestServer } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";

/** Signals are what asks for it. */
export const ignore = Deno.build.os === "windows";

/** A server that can be told to load another configuration. */
export interface ReloadServer extends TestServer {
  /** Resolves when the other one is loaded. Everything that standard error and error.log say is looked at. */
  reload(config: string): Promise<void>;
  /** Resolves with what was said instead. */
  reloadInVain(config: string): Promise<string>;
}

/** Starts a server; `LISTEN` stands for an address with port 0, as in startServer(). */
export async function reloadServer(
  options: ServerOptions & { readonly config: string },
): Promise<ReloadServer> {
  const server = await startServer(options);
  const said = () => {
    const file = [...Deno.readDirSync(server.folder)].filter(({ name }) => name.endsWith("error.log"));
    return [
      server.output().stderr,
      ...file.map(({ name }) => Deno.readTextFileSync(`${server.folder}/${name}`)),
    ]
      .join("");
  };
  const count = (text: string) => said().split(text).length - 1;
  const write = async (config: string, awaited: string) => {
    const before = count(awaited);
    await Deno.writeTextFile(
      `${server.folder}/webserv.yaml`,
      config.replaceAll("LISTEN", '"127.0.0.1:0"'),
    );
    server.kill("SIGHUP");
    await waitUntil(() => count(awaited) > before, () => `it says that ${awaited}; it said: ${said()}`);
  };
  return {
    ...server,
    reload: async (config) => {
      const errors = count("error: the configuration was not loaded again");
      await write(config, "is loaded again");
      assertEquals(count("error: the configuration was not loaded again"), errors, said());
    },
    reloadInVain: async (config) => {
      const before = said().length;
      await write(config, "the old one stays");
      return said().slice(before);
    },
  };
}
