/**
 * The configuration for `webserv app`: one server, whose upstream is a command that is started with it.
 *
 * @module
 */
import { completeLocation } from "./complete.ts";
import { type FolderOptions, wholeConfig } from "./defaults.ts";
import { parseLocationPath } from "./names.ts";
import type { AppConfig, Config } from "./types.ts";

/** The options of `webserv app [DIR]`. */
export interface AppOptions
  extends Pick<FolderOptions, "hostname" | "port" | "https" | "cors" | "headers" | "workers" | "quiet"> {
  readonly app: AppConfig;
  /** DIR, absolute: what is there is sent, and the app answers everything else. Undefined: it answers everything. */
  readonly root: string | undefined;
}

/** The first page may be long in the making, and hot reload's WebSocket says nothing while nobody edits: one hour. */
const PATIENCE = 3_600_000;

/** The configuration that serves one app. */
export function appConfig(options: AppOptions): Config {
  const { app, root, cors, headers } = options;
  const fallback = completeLocation(parseLocationPath("/"), {
    cors,
    add_header: headers,
    // Whatever the app makes of it.
    client_max_body_size: Infinity,
  }, {
    ...(root !== undefined && { root }),
    proxy_pass: [{
      address: { hostname: "127.0.0.1", port: app.port },
      tls: false,
      hostname: "127.0.0.1",
    }],
    proxy_timeouts: { connect: 5000, read: PATIENCE },
  });
  const config = wholeConfig(options, fallback, []);
  return {
    ...config,
    app,
    servers: config.servers.map((server) => ({ ...server, serverName: [`${app.name}.localhost`] })),
  };
}
