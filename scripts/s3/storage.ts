/**
 * A real S3 storage for tests and for trying things out: Ceph's radosgw over one monitor and one OSD that keeps all in
 * memory, on free ports of 127.0.0.1, ready in about two seconds. Nothing of it is left when it is disposed of, or
 * when the process that started it dies.
 *
 * @module
 */
import { freePort } from "../../lib/runtime/free_port.ts";
import { S3Client } from "./client.ts";
import { cephConf } from "./configuration.ts";
import { Guard } from "./guard.ts";
import { whatIsMissing } from "./programs.ts";

export interface StorageOptions {
  /** Of radosgw; a free one if not given. */
  readonly port?: number;
  /** Made before it is ready. Names have three letters at least. */
  readonly buckets?: readonly string[];
  /** True if everybody may read and list the buckets. */
  readonly isPublic?: boolean;
  /** The cores that its programs may use, as taskset wants them: `0` or `0,1`; all if not given. */
  readonly cores?: string;
  /** The files of a certificate and its key, both in PEM: it speaks TLS at a port of its own as well. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Gives the start up. */
  readonly signal?: AbortSignal;
}

/** A storage that runs until disposal. */
export interface Storage extends AsyncDisposable {
  /** As in a configuration: `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly port: number;
  /** `https://127.0.0.1:PORT`, where it has a certificate. */
  readonly tlsEndpoint?: string;
  /** Of radosgw. */
  readonly pid: number;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly client: S3Client;
  /** Names have three letters at least. */
  makeBucket(name: string, options?: { readonly isPublic?: boolean }): Promise<void>;
  /** Kills radosgw, in whatever it is doing; what was stored stays. */
  kill(): Promise<void>;
  /** Starts it again at the same port, and waits until it answers. */
  restart(): Promise<void>;
  /** Stops radosgw (SIGSTOP): its connections stay open and silent; the system still accepts new ones for it. */
  pause(): void;
  resume(): void;
}

export const REGION = "us-east-1";

/** How long all of the start may take, in milliseconds. */
const START_PATIENCE = 60_000;

/** How often a port is tried, in milliseconds. */
const INTERVAL = 20;

/**
 * Starts a storage.
 *
 * @throws {Error} if programs are missing, one of them fails, or it takes longer than a minute
 */
export async function startStorage(options: StorageOptions = {}): Promise<Storage> {
  const missing = whatIsMissing();
  if (missing !== undefined) throw new Error(missing);
  const timeout = AbortSignal.timeout(START_PATIENCE);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  const guard = await Guard.start("webserv-s3-");
  try {
    return await start(guard, options, signal);
  } catch (error) {
    const why = timeout.aborted
      ? `not ready after ${START_PATIENCE / 1000} s`
      : error instanceof Error
      ? error.message
      : String(error);
    const said = await lastWords(guard.folder);
    await guard[Symbol.asyncDispose]();
    options.signal?.throwIfAborted();
    throw new Error(`The storage did not start: ${why}${said}`);
  }
}

async function start(guard: Guard, options: StorageOptions, signal: AbortSignal): Promise<Storage> {
  const { folder } = guard;
  const fsid = crypto.randomUUID(), osd = crypto.randomUUID();
  const monitorPort = freePort(), port = options.port ?? freePort();
  refuseTaken(port);
  const tls = options.tls && { ...options.tls, port: freePort() };
  const accessKey = randomKey(20), secretKey = randomKey(40);
  const conf = ["-c", `${folder}/ceph.conf`];
  for (const name of ["mon", "osd", "run"]) await Deno.mkdir(`${folder}/${name}`);
  await Deno.writeTextFile(conf[1]!, cephConf({ folder, fsid, monitorPort, gatewayPort: port, tls }));

  const map = `${folder}/monmap`, address = `[v2:127.0.0.1:${monitorPort}]`;
  await run("monmaptool", ["--create", "--fsid", fsid, "--addv", "a", address, map], signal);
  await run("ceph-mon", [...conf, "-i", "a", "--mkfs", "--monmap", map], signal);
  const cores = options.cores === undefined ? [] : ["taskset", "-c", options.cores];
  await guard.spawn([...cores, "ceph-mon", ...conf, "-i", "a", "-f"]);
  await run("ceph", [...conf, "osd", "new", osd], signal);
  await run("ceph-osd", [...conf, "-i", "0", "--mkfs", "--osd-uuid", osd], signal);
  await guard.spawn([...cores, "ceph-osd", ...conf, "-i", "0", "-f"]);
  const user = ["user", "create", "--uid=webserv", "--display-name=webserv", "--max-buckets=0"];
  await run(
    "radosgw-admin",
    [...conf, ...user, `--access-key=${accessKey}`, `--secret=${secretKey}`],
    signal,
  );

  let gateway: Deno.ChildProcess;
  const startGateway = async (signal: AbortSignal) => {
    gateway = await guard.spawn([...cores, "radosgw", ...conf, "-n", "client.rgw", "-f"]);
    await untilListening(port, gateway, signal);
  };
  await startGateway(signal);
  const client = new S3Client(port, { accessKey, secretKey, region: REGION });
  const makeBucket = client.makeBucket.bind(client);
  for (const name of options.buckets ?? []) {
    await makeBucket(name, { isPublic: options.isPublic ?? false });
    signal.throwIfAborted();
  }
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    ...(tls && { tlsEndpoint: `https://127.0.0.1:${tls.port}` }),
    get pid() {
      return gateway.pid;
    },
    region: REGION,
    accessKey,
    secretKey,
    client,
    makeBucket,
    kill: () => guard.kill(gateway),
    restart: async () => {
      await guard.kill(gateway);
      await startGateway(AbortSignal.timeout(START_PATIENCE));
    },
    pause: () => gateway.kill("SIGSTOP"),
    resume: () => gateway.kill("SIGCONT"),
    [Symbol.asyncDispose]: () => guard[Symbol.asyncDispose](),
  };
}

/** Whoever has the port already would answer in radosgw's place, or not answer at all. */
function refuseTaken(port: number): void {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) throw new Error(`port ${port} is taken`);
    throw error;
  }
}

/** Letters and digits: nothing that a shell or YAML would take for something else. */
function randomKey(length: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return [...crypto.getRandomValues(new Uint8Array(length))].map((byte) => alphabet[byte % 32]).join("");
}

/** Runs a program to its end. Throws if it fails or the signal comes first. */
async function run(program: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const command = new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal,
  });
  const { code, stderr } = await command.output();
  signal.throwIfAborted();
  if (code === 0) return;
  throw new Error(
    `${program} ended with status ${code}: ${new TextDecoder().decode(stderr).trim().slice(-1000)}`,
  );
}

async function untilListening(port: number, gateway: Deno.ChildProcess, signal: AbortSignal): Promise<void> {
  let hasEnded = false;
  void gateway.status.then(() => hasEnded = true);
  while (!await accepts(port)) {
    signal.throwIfAborted();
    if (hasEnded) throw new Error("radosgw ended before it listened");
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
}

async function accepts(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}

/** The end of each program's log. */
async function lastWords(folder: string): Promise<string> {
  let text = "";
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".log")) continue;
    const lines = (await Deno.readTextFile(`${folder}/${name}`)).trim().split("\n");
    if (lines.join("") !== "") text += `\n${name}:\n  ${lines.slice(-5).join("\n  ")}`;
  }
  return text;
}
