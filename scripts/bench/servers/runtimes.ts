/**
 * Servers that are a few lines of a program, and Caddy, which is a few lines of configuration.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { findBun, findDeno, findInstalled } from "../find.ts";
import type { Peer } from "../types.ts";

const peer = (name: string) => fromFileUrl(new URL(`../peers/${name}`, import.meta.url));

/** Go takes as many threads as the cores that it may run on, here one. */
export const caddy: Peer = {
  id: "caddy",
  title: "Caddy",
  wants: "caddy",
  features: [
    ...["answer", "large", "missing", "range", "condition", "close", "tls", "http2"] as const,
    ...["fastcgi", "proxy", "tunnel", "idle"] as const,
  ],
  find: () => findInstalled("caddy", "version"),
  launch: ({ folder, site, port, setup, tls, backend }) => ({
    args: ["run", "--config", `${folder}/Caddyfile`, "--adapter", "caddyfile"],
    files: {
      "Caddyfile": `{
  admin off
  auto_https off
  servers {
    protocols h1 h2
  }
}
${setup.tls ? `https://127.0.0.1:${port}, https://:${port}` : `http://127.0.0.1:${port}`} {
  bind 127.0.0.1
  ${setup.tls ? `tls ${tls.certificate} ${tls.key}` : ""}
  root * ${site}
  ${setup.backend === "php-fpm" ? `php_fastcgi unix/${backend?.slice("unix:".length)}` : ""}
  ${setup.backend === undefined || setup.backend === "php-fpm" ? "file_server" : `reverse_proxy ${backend}`}
}
`,
    },
    env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  }),
};

export const bun: Peer = {
  id: "bun",
  title: "Bun.serve",
  wants: "bun",
  // It closes a connection when asked, but does not say so, which wrk takes for an error.
  features: ["answer", "large", "missing"],
  find: findBun,
  launch: ({ site, port }) => ({ args: ["run", peer("bun_serve.ts"), String(port), site] }),
};

export const denoServe: Peer = {
  id: "deno-serve",
  title: "Deno.serve",
  wants: "deno",
  features: ["answer", "large", "missing", "close", "idle"],
  find: findDeno,
  launch: ({ site, port }) => ({
    args: ["run", "-A", "--no-lock", peer("deno_serve.ts"), String(port), site],
  }),
};

export const bareDeno: Peer = {
  id: "bare-deno",
  title: "bare Deno loop",
  wants: "deno",
  features: ["answer", "close"],
  find: findDeno,
  launch: ({ port, length }) => ({
    args: ["run", "-A", "--no-lock", peer("bare.ts"), String(port), String(length)],
  }),
};
