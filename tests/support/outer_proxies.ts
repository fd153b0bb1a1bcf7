/**
 * Proxies of others, as they stand before webserv: nginx, Caddy and Apache, each as lenient as it can be made, so that
 * as much as may be of what a hostile client sends comes through. They give up clients that say nothing within a second.
 *
 * @module
 */
import { freePort } from "../../lib/runtime/free_port.ts";
import { end } from "./server.ts";
import { waitUntil } from "./wait.ts";

/** The field that each request has which a proxy has passed on: what comes without it was inside of another. */
export const MARK = "X-Outer";

/** A proxy that can be started. */
export interface OuterProxy {
  readonly name: string;
  /** The program that has to be there. */
  readonly program: string;
  /** The file of its configuration, by its name. */
  readonly file: string;
  readonly config: (folder: string, port: number, upstream: number) => string;
  readonly args: (folder: string) => readonly string[];
}

const NGINX: OuterProxy = {
  name: "nginx",
  program: "nginx",
  file: "nginx.conf",
  args: (folder) => ["-p", folder, "-c", `${folder}/nginx.conf`, "-e", "stderr"],
  config: (folder, port, upstream) =>
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off; ignore_invalid_headers off; underscores_in_headers on; merge_slashes off;
  ${
      ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) =>
        `${name}_temp_path ${folder}/${name};`
      ).join(" ")
    }
  keepalive_timeout 1s; client_header_timeout 1s; client_body_timeout 1s; lingering_timeout 1s;
  upstream webserv { server 127.0.0.1:${upstream}; keepalive 8; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://webserv; proxy_http_version 1.1; proxy_request_buffering off; proxy_bind 127.0.0.9;
      proxy_set_header ${MARK} 1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }
  }
}
`,
};

const CADDY: OuterProxy = {
  name: "Caddy",
  program: "caddy",
  file: "Caddyfile",
  args: (folder) => ["run", "--config", `${folder}/Caddyfile`, "--adapter", "caddyfile"],
  config: (_, port, upstream) =>
    `{
  admin off
  auto_https off
  log default {
    level ERROR
  }
  servers {
    timeouts {
      read_header 1s
      read_body 1s
      idle 1s
    }
  }
}
http://:${port} {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:${upstream} {
    header_up ${MARK} 1
  }
}
`,
};

const MODULES = "/usr/lib/apache2/modules";

const APACHE: OuterProxy = {
  name: "Apache",
  program: "apache2",
  file: "apache.conf",
  args: (folder) => ["-d", folder, "-f", `${folder}/apache.conf`, "-DFOREGROUND"],
  config: (folder, port, upstream) =>
    `ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${folder}/apache.pid
ErrorLog /dev/null
DefaultRuntimeDir ${folder}
${
      ["mpm_event", "authz_core", "headers", "proxy", "proxy_http"].map((name) =>
        `LoadModule ${name}_module ${MODULES}/mod_${name}.so`
      ).join("\n")
    }
StartServers 1
ThreadsPerChild 128
ThreadLimit 128
MaxRequestWorkers 128
MinSpareThreads 1
HttpProtocolOptions Unsafe
AllowEncodedSlashes NoDecode
MergeSlashes Off
Timeout 1
KeepAliveTimeout 1
ProxyPreserveHost On
RequestHeader set ${MARK} 1
ProxyPass / http://127.0.0.1:${upstream}/ nocanon
`,
};

export const OUTER_PROXIES: readonly OuterProxy[] = [NGINX, CADDY, APACHE];

/** One that runs. */
export interface RunningProxy extends AsyncDisposable {
  readonly port: number;
}

/** Starts a proxy before a port of this machine, and waits until it listens. */
export async function startProxy(proxy: OuterProxy, upstream: number): Promise<RunningProxy> {
  const folder = await Deno.makeTempDir({ prefix: "webserv-test-" }), port = freePort();
  await Deno.writeTextFile(`${folder}/${proxy.file}`, proxy.config(folder, port, upstream));
  const child = new Deno.Command(proxy.program, {
    args: [...proxy.args(folder)],
    cwd: folder,
    env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const dispose = async () => {
    await end(child);
    await Deno.remove(folder, { recursive: true });
  };
  try {
    await waitUntil(() => listens(port), `${proxy.name} listens`);
  } catch (error) {
    await dispose();
    throw error;
  }
  return { port, [Symbol.asyncDispose]: dispose };
}

async function listens(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}
