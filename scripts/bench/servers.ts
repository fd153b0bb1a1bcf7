/**
 * The servers that are measured, each with one worker, without an access log, with any number of requests on a
 * connection. A new one is one more object in SERVERS.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { findBun, findDeno, findInstalled } from "./find.ts";
import type { Feature, Peer, Place } from "./types.ts";

const ALL: readonly Feature[] = ["answer", "large", "missing", "range", "condition", "close"];
const ENDLESS = 1_000_000_000;

const fileOf = (path: string) => fromFileUrl(new URL(path, import.meta.url));
const isRoot = () => Deno.uid() === 0;

/** `WEBSERV` names an executable to be measured instead of main.ts, as for the tests. */
const webserv: Peer = {
  id: "webserv",
  title: "webserv",
  wants: "webserv",
  features: ALL,
  find: () => {
    const executable = Deno.env.get("WEBSERV");
    return executable ? findInstalled(executable, "--version") : findDeno();
  },
  launch: ({ folder, site, main, port }) => ({
    args: [
      ...(Deno.env.get("WEBSERV") ? [] : ["run", "-A", "--no-lock", "--no-code-cache", main]),
      "serve",
      "-c",
      `${folder}/webserv.yaml`,
    ],
    files: {
      "webserv.yaml": [
        "workers: 1",
        "access_log: off",
        "servers:",
        `  - listen: ${port}`,
        `    root: ${JSON.stringify(site)}`,
        "",
      ].join("\n"),
    },
    // The copy's path is new each time, so what Deno keeps of it would only fill its cache.
    env: { DENO_EMIT_CACHE_MODE: "disable" },
  }),
};

/** With what Debian's nginx.conf sets; tcp_nopush makes it faster. */
function configureNginx({ folder, site, port }: Place, more = ""): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`).join(" ");
  return `${isRoot() ? "user root;" : ""}
worker_processes 1;
daemon off;
pid ${folder}/nginx.pid;
events { worker_connections 4096; }
http {
  access_log off;
  log_not_found off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests ${ENDLESS};
  types { text/html html; }
  default_type application/octet-stream;
  ${temporary}
  ${more}
  server {
    listen 127.0.0.1:${port} backlog=4096;
    root ${site};
  }
}
`;
}

function nginx(id: string, title: string, more?: string): Peer {
  return {
    id,
    title,
    wants: "nginx",
    features: ALL,
    find: () => findInstalled("nginx", "-v"),
    launch: (place) => ({
      args: ["-e", `${place.folder}/error.log`, "-c", `${place.folder}/nginx.conf`],
      files: { "nginx.conf": configureNginx(place, more) },
    }),
  };
}

/** 65535 is the most that its number of requests on a connection can be. */
const lighttpd: Peer = {
  id: "lighttpd",
  title: "lighttpd",
  wants: "lighttpd",
  features: ALL,
  find: () => findInstalled("lighttpd", "-v"),
  launch: ({ folder, site, port }) => ({
    args: ["-D", "-f", `${folder}/lighttpd.conf`],
    files: {
      "lighttpd.conf": `server.bind = "127.0.0.1"
server.port = ${port}
server.document-root = "${site}"
server.errorlog = "${folder}/error.log"
server.upload-dirs = ( "${folder}" )
server.listen-backlog = 4096
server.max-fds = 8192
server.max-connections = 4096
server.max-keep-alive-requests = 65535
server.max-keep-alive-idle = 60
mimetype.assign = ( ".html" => "text/html", "" => "application/octet-stream" )
`,
    },
  }),
};

const apache: Peer = {
  id: "apache",
  title: "Apache (event)",
  wants: "apache2",
  features: ALL,
  find: () => findInstalled("apache2", "-v"),
  launch: (place) => ({
    args: ["-DFOREGROUND", "-f", `${place.folder}/apache2.conf`],
    files: { "apache2.conf": configureApache(place) },
  }),
};

/** With a thread for every client and a few more: when all of them are busy it cuts kept connections. */
function configureApache({ folder, site, port, row }: Place): string {
  const threads = row.connections + 16;
  const modules = ["mpm_event", "authz_core", "mime"]
    .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n");
  return `${modules}
ServerRoot ${folder}
ServerName localhost
Listen 127.0.0.1:${port}
ListenBackLog 4096
PidFile ${folder}/apache2.pid
DefaultRuntimeDir ${folder}
Mutex file:${folder} default
ErrorLog ${folder}/error.log
${isRoot() ? "User nobody\nGroup nogroup" : ""}
StartServers 1
ServerLimit 1
ThreadLimit ${threads}
ThreadsPerChild ${threads}
MaxRequestWorkers ${threads}
MinSpareThreads 1
MaxSpareThreads ${threads}
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 60
EnableSendfile On
TypesConfig /dev/null
AddType text/html .html
DocumentRoot ${site}
<Directory ${site}>
  Options FollowSymLinks
  AllowOverride None
  Require all granted
</Directory>
`;
}

/** Go takes as many threads as the cores that it may run on, here one. */
const caddy: Peer = {
  id: "caddy",
  title: "Caddy",
  wants: "caddy",
  features: ALL,
  find: () => findInstalled("caddy", "version"),
  launch: ({ folder, site, port }) => ({
    args: ["run", "--config", `${folder}/Caddyfile`, "--adapter", "caddyfile"],
    files: {
      "Caddyfile": `{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  bind 127.0.0.1
  root * ${site}
  file_server
}
`,
    },
    env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  }),
};

const bun: Peer = {
  id: "bun",
  title: "Bun.serve",
  wants: "bun",
  // It closes a connection when asked, but does not say so, which wrk takes for an error.
  features: ["answer", "large", "missing"],
  find: findBun,
  launch: ({ site, port }) => ({ args: ["run", fileOf("peers/bun_serve.ts"), String(port), site] }),
};

const denoServe: Peer = {
  id: "deno-serve",
  title: "Deno.serve",
  wants: "deno",
  features: ["answer", "large", "missing", "close"],
  find: findDeno,
  launch: ({ site, port }) => ({
    args: ["run", "-A", "--no-lock", fileOf("peers/deno_serve.ts"), String(port), site],
  }),
};

const bareDeno: Peer = {
  id: "bare-deno",
  title: "bare Deno loop",
  wants: "deno",
  features: ["answer"],
  find: findDeno,
  launch: ({ port, row }) => ({
    args: ["run", "-A", "--no-lock", fileOf("peers/bare.ts"), String(port), String(row.expect.length ?? 0)],
  }),
};

/** In the order of the result. */
export const SERVERS: readonly Peer[] = [
  webserv,
  nginx("nginx", "nginx"),
  nginx(
    "nginx-cache",
    "nginx with open_file_cache",
    "open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s; open_file_cache_errors on;",
  ),
  lighttpd,
  apache,
  caddy,
  bun,
  denoServe,
  bareDeno,
];

/** The one that the others are compared with. */
export const REFERENCE = "nginx";
