/**
 * Runs scripts/install.sh in a folder of its own, against releases that are served here.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { generateKeyPairSync } from "node:crypto";
import { installScript } from "../../scripts/release/install_script.ts";
import { releaseOf } from "../../scripts/release/release.ts";
import { type ReleaseKey, releaseKey } from "../../scripts/release/signature.ts";

export const SCRIPT = fromFileUrl(new URL("../../scripts/install.sh", import.meta.url));

/** What stands in for an executable. */
export const EXECUTABLE = '#!/bin/sh\necho "webserv 9.9.9"\n';

/** What the script runs, except for the downloader. */
export const TOOLS = [
  "sh",
  "mktemp",
  "rm",
  "rmdir",
  "cp",
  "mv",
  "mkdir",
  "chmod",
  "dirname",
  "sha256sum",
  "cat",
];

export async function sumOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The version that is released. */
export const VERSION = "9.9.9";

/** The executables of a release, by name. */
export const EXECUTABLES: Readonly<Record<string, string>> = Object.fromEntries(
  ["webserv-linux-x64", "webserv-linux-arm64", "webserv-macos-x64", "webserv-macos-arm64"].map((
    name,
  ) => [name, `${EXECUTABLE}# ${name}\n`]),
);

/** The key of the releases, and one that is not. */
export const KEY: ReleaseKey = newKey(), OTHER_KEY: ReleaseKey = newKey();

function newKey(): ReleaseKey {
  const { privateKey } = generateKeyPairSync("ec", {
    namedCurve: "prime256v1",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return releaseKey(privateKey);
}

/** SHA256SUMS of files. */
export async function listOf(files: Readonly<Record<string, string>>): Promise<string> {
  const lines = Object.entries(files).map(async ([name, text]) => `${await sumOf(text)}  ${name}\n`);
  return (await Promise.all(lines)).join("");
}

/** The install.sh of a release of files. */
export async function scriptOf(
  files: Readonly<Record<string, string>> = EXECUTABLES,
  version = VERSION,
  publicKey: string | undefined = KEY.publicKey,
): Promise<string> {
  const sums = new Map<string, string>();
  for (const [name, text] of Object.entries(files)) sums.set(name, await sumOf(text));
  const release = releaseOf(version, "https://webserv.invalid/download", sums);
  return installScript(await Deno.readTextFile(SCRIPT), release, publicKey);
}

/** A server of releases. */
export interface Releases extends AsyncDisposable {
  readonly url: string;
}

/** One release, served; files take the place of those that belong to it, or, by null, take them away. */
export async function releases(
  files: Readonly<Record<string, string | Uint8Array<ArrayBuffer> | null>> = {},
): Promise<Releases> {
  const list = await listOf(EXECUTABLES);
  const all: typeof files = { ...EXECUTABLES, SHA256SUMS: list, "SHA256SUMS.sig": KEY.sign(list), ...files };
  const served = new Map(Object.entries(all).map(([name, content]) => [`/v${VERSION}/${name}`, content]));
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
    const content = served.get(new URL(url).pathname) ?? null;
    return content === null ? new Response("none\n", { status: 404 }) : new Response(content);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

export interface Wish {
  readonly url: string;
  /** In the temporary folder. */
  readonly prefix?: string;
  /** What `uname` says. */
  readonly system?: string;
  readonly machine?: string;
  /** TOOLS and curl, if not told otherwise. */
  readonly tools?: readonly string[];
  /** Also on PATH. */
  readonly path?: string;
  readonly uid?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What is run: the script of the release that is served, if not told otherwise. */
  readonly script?: string;
}

/** Runs the script in a folder with a PATH of its own. */
export async function install(folder: string, wish: Wish): Promise<{ code: number; stderr: string }> {
  const { system = "Linux", machine = "x86_64", tools = [...TOOLS, "curl"], prefix = "bin", path, uid, env } =
    wish;
  const bin = join(folder, "tools");
  await Deno.mkdir(bin);
  await Deno.mkdir(join(folder, "tmp"), { mode: 0o777 });
  await Deno.chmod(join(folder, "tmp"), 0o777);
  for (const tool of tools) {
    const { stdout } = await new Deno.Command("sh", { args: ["-c", `command -v ${tool}`] }).output();
    await Deno.symlink(new TextDecoder().decode(stdout).trim(), join(bin, tool));
  }
  await Deno.writeTextFile(
    join(bin, "uname"),
    `#!/bin/sh\n[ "$1" = -s ] && echo "${system}" || echo "${machine}"\n`,
    { mode: 0o755 },
  );
  const script = join(bin, "install.sh");
  await Deno.writeTextFile(script, wish.script ?? await scriptOf());
  const { code, stdout, stderr } = await new Deno.Command(join(bin, "sh"), {
    args: [script],
    cwd: folder,
    clearEnv: true,
    env: {
      PATH: path === undefined ? bin : `${path}:${bin}`,
      HOME: join(folder, "home"),
      TMPDIR: join(folder, "tmp"),
      WEBSERV_URL: wish.url,
      ...(prefix !== "" && { WEBSERV_PREFIX: prefix.startsWith("/") ? prefix : join(folder, prefix) }),
      ...env,
    },
    ...(uid !== undefined && { uid, gid: uid }),
    stdin: "null",
  }).output();
  assertEquals(stdout.length, 0, "everything is said on standard error");
  return { code, stderr: new TextDecoder().decode(stderr) };
}

/** Everything below a folder, but for what install() put there. */
export async function filesOf(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (name === "tools") continue;
    const below = isDirectory ? await filesOf(join(folder, name)) : [];
    found.push(...(isDirectory ? below.map((path) => `${name}/${path}`) : [name]));
    if (isDirectory && below.length === 0 && name !== "tmp") found.push(`${name}/`);
  }
  return found.sort();
}
