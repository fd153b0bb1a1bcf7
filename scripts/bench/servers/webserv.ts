/**
 * webserv's configuration. `WEBSERV` names an executable to be measured instead of main.ts, as for the tests.
 *
 * @module
 */
import { BUCKET } from "../backends.ts";
import { findDeno, findInstalled } from "../find.ts";
import { hostNames, locationPaths } from "../setup.ts";
import { REGION } from "../../s3/storage.ts";
import type { Peer, Place, StorageKeys } from "../types.ts";

export const webserv: Peer = {
  id: "webserv",
  title: "webserv",
  wants: "webserv",
  features: [
    ...["answer", "large", "missing", "range", "condition", "close", "tls", "http2"] as const,
    ...[
      "cgi",
      "put",
      "names",
      "locations",
      "log",
      "inspector",
      "workers",
      "gzip",
      "brotli",
      "fastcgi",
      "proxy",
      "tunnel",
      "bucket",
      "idle",
    ] as const,
  ],
  find: () => {
    const executable = Deno.env.get("WEBSERV");
    return executable ? findInstalled(executable, "--version") : findDeno();
  },
  launch: (place) => ({
    args: [...programArguments(place), "serve", "-c", `${place.folder}/webserv.yaml`],
    // JSON is YAML.
    files: { "webserv.yaml": JSON.stringify(configure(place), null, 1) },
    // The copy's path is new each time, so what Deno keeps of it would only fill its cache.
    ...(!place.setup.caches && { env: { DENO_EMIT_CACHE_MODE: "disable" } }),
  }),
};

function programArguments({ main, setup }: Place): string[] {
  if (Deno.env.get("WEBSERV")) return [];
  return ["run", "-A", "--no-lock", ...(setup.caches ? [] : ["--no-code-cache"]), main];
}

function configure({ folder, site, programs, port, connections, setup, tls, backend, keys }: Place) {
  const server = {
    listen: setup.tls ? `${port} ssl` : port,
    ...(setup.tls && { ssl_certificate: tls.certificate, ssl_certificate_key: tls.key }),
    root: site,
    // As the others, which are not told to compress.
    compression: setup.coding ? "on" : "off",
    ...(setup.backend === "php-fpm" && { fastcgi: { ".php": backend } }),
    ...withLocations(),
  };
  return {
    workers: setup.workers ?? 1,
    access_log: setup.log ? `${folder}/access.log` : "off",
    ...(setup.log && { log_format: setup.log }),
    ...(setup.inspector && { admin: "127.0.0.1:0" }),
    ...(setup.idle && {
      timeouts: { header: "5m", keep_alive: "5m" },
      limits: { connections: 2 * connections },
    }),
    ...(keys && { buckets: { [BUCKET]: bucketOf(keys) } }),
    servers: setup.names === undefined
      ? [server]
      : hostNames(setup.names).map((name) => ({ server_name: name, ...server })),
  };

  function bucketOf({ accessKey, secretKey }: StorageKeys) {
    const place = { endpoint: `http://${backend}`, region: REGION, bucket: BUCKET, path_style: true };
    return { ...place, access_key: accessKey, secret_key: secretKey };
  }

  function withLocations() {
    const locations = {
      ...(setup.backend === "bucket" && { "/": { bucket: BUCKET } }),
      ...((setup.backend === "upstream" || setup.backend === "tunnel") &&
        { "/": { proxy_pass: `http://${backend}` } }),
      ...(setup.cgi && { "/cgi-bin/": { alias: programs, cgi: { ".cgi": true } } }),
      ...(setup.store && { "/files/": { upload_store: `${folder}/store`, client_max_body_size: 0 } }),
      ...Object.fromEntries(locationPaths(setup.locations ?? 0).map((path) => [path, { alias: site }])),
    };
    return Object.keys(locations).length > 0 ? { locations } : {};
  }
}
