/**
 * What servers pass requests on to: one PHP of the system, one small HTTP server, and one that switches protocols and
 * sends without end, and one S3 storage. All servers of a row have one of the same kind behind them.
 *
 * @module
 */
import { join } from "@std/path";
import { whatIsMissing } from "../s3/programs.ts";
import { startStorage } from "../s3/storage.ts";
import { findExecutable } from "./find.ts";
import { freePort, ServerProcess } from "./process.ts";
import { isRoot } from "./servers/common.ts";
import { TUNNEL } from "./tunnel.ts";
import type { BackendName, Lacks, StorageKeys } from "./types.ts";

/** The script of the row with PHP, and what it says. */
export const SCRIPT = "hello.php";
export const SCRIPT_GREETING = "Hello from PHP\n";

/** The bucket of the rows with a storage, and the files of the site that lie in it. */
export const BUCKET = "bench";
export const BUCKET_FILES = ["1k.html", "100m.bin"];

/** Children of php-fpm; there are no more clients than that, since each connection has a child of its own. */
export const CHILDREN = 4;

/** A running back end. */
export interface Backend {
  /** `unix:PATH` or `HOST:PORT`. */
  readonly address: string;
  readonly pid: number;
  /** Where it runs: the CPU time that it takes there is none of strangers. */
  readonly core: number;
  /** Of a storage. */
  readonly keys?: StorageKeys;
}

/** Where a back end gets what it needs, and where it may run. */
export interface BackendOptions {
  /** Temporary: that of the server before it. */
  readonly folder: string;
  readonly site: string;
  /** The folder with compiled programs. */
  readonly programs: string;
  readonly serverCore: number;
  readonly loadCore: number;
  readonly signal: AbortSignal;
}

/** What this machine lacks of them. */
export function backendLacks(cc: string | undefined): Lacks {
  const storage = whatIsMissing();
  return {
    ...(storage !== undefined && { bucket: storage }),
    ...(findPhpFpm() === undefined && { fastcgi: "php-fpm is not installed" }),
    ...(findExecutable("nginx") === undefined && { proxy: "nginx, which is the upstream, is not installed" }),
    ...(cc !== undefined && { tunnel: cc }),
  };
}

/** Starts one, which ends with the stack. */
export async function startBackend(
  name: BackendName,
  options: BackendOptions,
  stack: AsyncDisposableStack,
): Promise<Backend> {
  const folder = join(options.folder, name);
  await Deno.mkdir(folder);
  return await STARTS[name]({ ...options, folder }, stack);
}

const STARTS: Record<
  BackendName,
  (options: BackendOptions, stack: AsyncDisposableStack) => Promise<Backend>
> = {
  // On the server's core: of one machine, what the server saves is PHP's.
  "php-fpm": async ({ folder, site, serverCore: core, signal }, stack) => {
    await Deno.writeTextFile(join(site, SCRIPT), `<?php echo "${SCRIPT_GREETING.trimEnd()}\\n";\n`);
    const path = join(folder, "fpm.sock"), file = join(folder, "fpm.conf");
    await Deno.writeTextFile(file, phpFpmConfiguration(folder, path));
    const program = findPhpFpm()!, args = ["-n", "-F", "-y", file];
    const process = await ServerProcess.start(
      { cores: String(core), program, args, cwd: folder, signal },
      { path },
    );
    stack.use(process);
    return { address: `unix:${path}`, pid: process.pid, core };
  },
  upstream: async ({ folder, site, loadCore: core, signal }, stack) => {
    const port = freePort(), file = join(folder, "nginx.conf");
    await Deno.writeTextFile(file, upstreamConfiguration(folder, site, port));
    const args = ["-e", join(folder, "error.log"), "-c", file];
    const program = findExecutable("nginx")!;
    const process = await ServerProcess.start(
      { cores: String(core), program, args, cwd: folder, signal },
      port,
    );
    stack.use(process);
    return { address: `127.0.0.1:${port}`, pid: process.pid, core };
  },
  tunnel: async ({ folder, programs, loadCore: core, signal }, stack) => {
    const port = freePort(), program = join(programs, TUNNEL), args = ["serve", String(port)];
    const process = await ServerProcess.start(
      { cores: String(core), program, args, cwd: folder, signal },
      port,
    );
    stack.use(process);
    return { address: `127.0.0.1:${port}`, pid: process.pid, core };
  },
  bucket: async ({ site, loadCore: core, signal }, stack) => {
    const storage = await startStorage({ buckets: [BUCKET], isPublic: true, cores: String(core), signal });
    stack.use(storage);
    for (const name of BUCKET_FILES) {
      const type = name.endsWith(".html") ? "text/html" : "application/octet-stream";
      await storage.client.put(BUCKET, name, await Deno.readFile(join(site, name)), { "content-type": type });
    }
    const { port, pid, accessKey, secretKey } = storage;
    return { address: `127.0.0.1:${port}`, pid, core, keys: { accessKey, secretKey } };
  },
};

/** Debian's has the version in its name. */
function findPhpFpm(): string | undefined {
  const versions = ["", "8.4", "8.3", "8.2", "8.1", "7.4"];
  return versions.map((version) => findExecutable(`php-fpm${version}`)).find((path) => path !== undefined);
}

function phpFpmConfiguration(folder: string, socket: string): string {
  return `[global]
error_log = ${folder}/fpm.log
[www]
${isRoot() ? "user = nobody\ngroup = nogroup" : ""}
listen = ${socket}
listen.mode = 0666
listen.backlog = 4096
pm = static
pm.max_children = ${CHILDREN}
pm.max_requests = 0
`;
}

function upstreamConfiguration(folder: string, site: string, port: number): string {
  return `${isRoot() ? "user root;" : ""}
worker_processes 1;
daemon off;
pid ${folder}/nginx.pid;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  default_type text/html;
  open_file_cache max=10;
  client_body_temp_path ${folder}/body;
  server { listen 127.0.0.1:${port} backlog=4096; root ${site}; }
}
`;
}
