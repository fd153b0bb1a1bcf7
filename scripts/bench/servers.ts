/**
 * The servers that are measured, each with one worker, without an access log, with any number of requests on a
 * connection, where a row does not say otherwise. A new one is one more object in SERVERS.
 *
 * @module
 */
import { apache } from "./servers/apache.ts";
import { lighttpd } from "./servers/lighttpd.ts";
import { nginx } from "./servers/nginx.ts";
import { bareDeno, bun, caddy, denoServe } from "./servers/runtimes.ts";
import { webserv } from "./servers/webserv.ts";
import type { Peer } from "./types.ts";

/** In the order of the result. */
export const SERVERS: readonly Peer[] = [
  webserv,
  nginx("nginx", "nginx"),
  {
    ...nginx(
      "nginx-cache",
      "nginx with open_file_cache",
      {
        more: "open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s; open_file_cache_errors on;",
      },
    ),
    features: ["answer", "large", "missing", "range", "condition", "close"],
  },
  // No runtime for scripts can send a file without copying it, so this is the like to compare with.
  { ...nginx("nginx-copy", "nginx, sendfile off", { sendfile: false }), features: ["large", "range"] },
  lighttpd,
  apache,
  caddy,
  bun,
  denoServe,
  bareDeno,
];

/** The one that the others are compared with. */
export const REFERENCE = "nginx";
