/**
 * nginx's configuration: what Debian's nginx.conf sets; tcp_nopush makes it faster.
 *
 * @module
 */
import { fileExists, findInstalled, said } from "../find.ts";
import { BUCKET } from "../backends.ts";
import { LEVELS } from "../coding_rows.ts";
import { hostNames, locationPaths } from "../setup.ts";
import type { BackendName, Peer, Place, Program } from "../types.ts";
import { ENDLESS, isRoot } from "./common.ts";

const BROTLI_MODULE = "/usr/lib/nginx/modules/ngx_http_brotli_filter_module.so";
const DAV_MODULE = "/usr/lib/nginx/modules/ngx_http_dav_module.so";

/** What is different from Debian's nginx.conf. */
export interface NginxOptions {
  /** Further lines for the http block. */
  readonly more?: string;
  /** Off in an nginx that nobody configures, on in Debian's. */
  readonly sendfile?: boolean;
}

export function nginx(id: string, title: string, options: NginxOptions = {}): Peer {
  return {
    id,
    title,
    wants: "nginx",
    features: [
      ...["answer", "large", "missing", "range", "condition", "close", "tls", "http2"] as const,
      ...["put", "names", "locations", "log", "fastcgi", "proxy", "tunnel", "bucket"] as const,
      ...["gzip", "brotli", "idle"] as const,
    ],
    find,
    launch: (place) => ({
      args: ["-e", `${place.folder}/error.log`, "-c", `${place.folder}/nginx.conf`],
      files: { "nginx.conf": configure(place, options) },
    }),
  };
}

async function find(): Promise<Program | undefined> {
  const program = await findInstalled("nginx", "-v");
  if (!program) return program;
  const hasDav = fileExists(DAV_MODULE) || isBuiltIn(await said(program.path, ["-V"]));
  const lacks = {
    ...(!hasDav && { put: "its dav module is not installed (nginx-extras)" }),
    ...(!fileExists(BROTLI_MODULE) && {
      brotli: "its brotli module is not installed (libnginx-mod-http-brotli-filter)",
    }),
  };
  return { ...program, lacks };
}

/** Whether the dav module is in the program itself, by its own words. */
export function isBuiltIn(configureArguments: string): boolean {
  return /--with-http_dav_module(?!=dynamic)/.test(configureArguments);
}

function configure(place: Place, { more = "", sendfile = true }: NginxOptions): string {
  const { folder, setup } = place;
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`).join(" ");
  const names = setup.names === undefined ? [undefined] : hostNames(setup.names);
  return `${isRoot() ? "user root;" : ""}
${setup.store && fileExists(DAV_MODULE) ? `load_module ${DAV_MODULE};` : ""}
${setup.coding && fileExists(BROTLI_MODULE) ? `load_module ${BROTLI_MODULE};` : ""}
worker_processes 1;
daemon off;
pid ${folder}/nginx.pid;
events { worker_connections ${setup.idle ? 2 * place.connections : 4096}; }
http {
  access_log ${setup.log ? `${folder}/access.log combined` : "off"};
  log_not_found off;
  sendfile ${sendfile ? "on" : "off"};
  tcp_nopush on;
  keepalive_requests ${ENDLESS};
  server_names_hash_max_size 65536;
  server_names_hash_bucket_size 128;
  types { text/html html; text/javascript js; text/plain txt; }
  default_type application/octet-stream;
  ${temporary}
  ${setup.coding ? configureCoding() : ""}
  ${more}
  ${place.backend === undefined ? "" : configureUpstream(place)}
${names.map((name, index) => configureServer(place, name, index === 0)).join("")}}
`;
}

/** It compresses each answer anew, and has no way to keep what comes of it. */
function configureCoding(): string {
  const types = "text/javascript text/plain";
  return `gzip on; gzip_types ${types}; gzip_comp_level ${LEVELS.gzip};` +
    (fileExists(BROTLI_MODULE) ? ` brotli on; brotli_types ${types}; brotli_comp_level ${LEVELS.br};` : "");
}

/** Connections are kept, as webserv does; of php-fpm none may be kept that another one waits for. */
function configureUpstream({ backend, connections }: Place): string {
  return `upstream behind { server ${backend}; keepalive ${connections}; keepalive_requests ${ENDLESS}; }`;
}

/** Without the fields that Debian's `proxy_params` adds, and with the variables of its `fastcgi.conf`. */
const BACKEND_LOCATIONS: Readonly<Record<BackendName, string>> = {
  "php-fpm": `location ~ \\.php$ { fastcgi_pass behind; fastcgi_keep_conn on; ${
    Object.entries({
      SCRIPT_FILENAME: "$document_root$fastcgi_script_name",
      QUERY_STRING: "$query_string",
      REQUEST_METHOD: "$request_method",
      CONTENT_TYPE: "$content_type",
      CONTENT_LENGTH: "$content_length",
      SCRIPT_NAME: "$fastcgi_script_name",
      REQUEST_URI: "$request_uri",
      DOCUMENT_URI: "$document_uri",
      DOCUMENT_ROOT: "$document_root",
      SERVER_PROTOCOL: "$server_protocol",
      REQUEST_SCHEME: "$scheme",
      GATEWAY_INTERFACE: "CGI/1.1",
      SERVER_SOFTWARE: "nginx/$nginx_version",
      REMOTE_ADDR: "$remote_addr",
      REMOTE_PORT: "$remote_port",
      SERVER_ADDR: "$server_addr",
      SERVER_PORT: "$server_port",
      SERVER_NAME: "$server_name",
      REDIRECT_STATUS: "200",
    }).map(([name, value]) => `fastcgi_param ${name} ${value};`).join(" ")
  } }`,
  upstream:
    'location / { proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Connection ""; }',
  // It cannot sign: the bucket is public. Any other name would be taken for that of a bucket.
  bucket:
    `location / { proxy_pass http://behind/${BUCKET}/; proxy_set_header Host 127.0.0.1; proxy_http_version 1.1; proxy_set_header Connection ""; }`,
  tunnel:
    "location / { proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; " +
    "proxy_set_header Connection upgrade; }",
};

function configureServer(
  { folder, site, port, setup, tls }: Place,
  name: string | undefined,
  isFirst: boolean,
): string {
  return `  server {
    listen 127.0.0.1:${port}${setup.tls ? " ssl http2" : ""}${isFirst ? " backlog=4096" : ""};
    ${setup.tls ? `ssl_certificate ${tls.certificate}; ssl_certificate_key ${tls.key};` : ""}
    ${setup.tls ? "ssl_protocols TLSv1.2 TLSv1.3;" : ""}
    ${name === undefined ? "" : `server_name ${name};`}
    root ${site};
    ${setup.backend === undefined ? "" : BACKEND_LOCATIONS[setup.backend]}
    ${
    setup.store ? `location /files/ { alias ${folder}/store/; dav_methods PUT; client_max_body_size 0; }` : ""
  }
${locationPaths(setup.locations ?? 0).map((path) => `    location ${path} { alias ${site}/; }\n`).join("")}  }
`;
}
