import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import project from "../../deno.json" with { type: "json" };
import { TARGETS } from "../../scripts/compile/plan.ts";
import { mainPackage, platformPackage } from "../../scripts/package/npm.ts";
import { temporaryFolder } from "../support/launch.ts";
import { writeFiles } from "../support/server.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
const LAUNCHER = join(ROOT, "packaging/npm/webserv.js");
const NODE_SYSTEM = `${{ linux: "linux", darwin: "darwin", windows: "win32" }[Deno.build.os as "linux"]}-${
  Deno.build.arch === "aarch64" ? "arm64" : "x64"
}`;

interface Run {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with the launcher, and the platform's package with a program of the test's in place of the executable. */
async function installed(program: string | undefined) {
  const folder = await temporaryFolder();
  await writeFiles(folder.path, { "node_modules/webserv/webserv.js": await Deno.readTextFile(LAUNCHER) });
  if (program !== undefined) {
    const path = `node_modules/webserv-${NODE_SYSTEM}/webserv`;
    await writeFiles(folder.path, { [path]: program });
    await Deno.chmod(join(folder.path, path), 0o755);
  }
  return folder;
}

/** @param before what is run in Node before the launcher */
function start(folder: string, args: readonly string[], before = ""): Deno.ChildProcess {
  const launcher = JSON.stringify(join(folder, "node_modules/webserv/webserv.js"));
  return new Deno.Command("node", {
    args: ["-e", `${before};require(${launcher})`, "webserv", ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function outcome(child: Deno.ChildProcess): Promise<Run> {
  const { code, signal, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return { code, signal, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** With and without Node being replaced, which older ones cannot do. */
const WAYS: readonly [string, string][] = [
  ["as it is", ""],
  ["as a child", "process.execve=undefined"],
];

for (const [way, before] of WAYS) {
  Deno.test(`the launcher hands on arguments, environment, status and output (${way})`, async () => {
    await using folder = await installed('#!/bin/sh\nprintf "%s|" "$@"\necho "$GIVEN" >&2\nexit 7\n');
    const child = start(folder.path, ["a b", "--port", "0", "ü"], `process.env.GIVEN='x';${before}`);
    assertEquals(await outcome(child), {
      code: 7,
      signal: null,
      stdout: "a b|--port|0|ü|",
      stderr: "x\n",
    });
  });

  Deno.test(`the launcher hands on signals, and nobody is left behind (${way})`, async () => {
    await using folder = await installed(
      "#!/bin/sh\ntrap 'echo hangup' HUP\ntrap 'echo ending; exit 0' TERM\necho $$\nwhile :; do sleep 0.05; done\n",
    );
    const child = start(folder.path, [], before);
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const pid = Number((await lines.read()).value);
    child.kill("SIGHUP");
    assertStringIncludes((await lines.read()).value ?? "", "hangup");
    child.kill("SIGTERM");
    assertStringIncludes((await lines.read()).value ?? "", "ending");
    assertEquals((await child.status).code, 0);
    await lines.cancel();
    await child.stderr.cancel();
    assertEquals(await isRunning(pid), false);
  });

  Deno.test(`what ends by a signal looks so from outside (${way})`, async () => {
    await using folder = await installed("#!/bin/sh\nkill -KILL $$\n");
    assertEquals((await outcome(start(folder.path, [], before))).signal, "SIGKILL");
  });
}

Deno.test("without the platform's package, and on a system that there is none for, it says what to do", async () => {
  await using folder = await installed(undefined);
  const missing = await outcome(start(folder.path, []));
  assertEquals([missing.code, missing.stdout], [1, ""]);
  assertStringIncludes(
    missing.stderr,
    `webserv: the package webserv-${NODE_SYSTEM} is not installed: install again`,
  );
  const other = await outcome(
    start(folder.path, [], "Object.defineProperty(process,'arch',{value:'s390x'})"),
  );
  assertEquals(other.code, 1);
  assertMatch(other.stderr, /^webserv: there is no executable for \w+-s390x: only for linux-x64, .*\n$/);
});

Deno.test("each platform's package holds its executable alone, and the main one asks for all of them in its version", () => {
  const { optionalDependencies, bin, version } = JSON.parse(mainPackage(TARGETS, project).manifest);
  assertEquals([version, bin], [project.version, { webserv: "webserv.js" }]);
  const platforms = TARGETS.map((target) => platformPackage(target, project));
  assertEquals(Object.keys(optionalDependencies), platforms.map(({ name }) => name));
  assertEquals(new Set(Object.values(optionalDependencies)), new Set([project.version]));
  for (const { name, manifest, files } of platforms) {
    const { os: [os], cpu: [cpu], files: listed, scripts } = JSON.parse(manifest);
    assertEquals([`webserv-${os}-${cpu}`, scripts], [name, undefined]);
    assertEquals([...files.keys()], [listed[0], "LICENSE"]);
  }
});

const PACKED = join(ROOT, "dist/npm");

Deno.test({
  name: "the packed files, installed into an empty folder, serve it",
  ignore: whyNotPacked() !== undefined,
  async fn() {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, {
      "package.json": '{ "private": true }',
      "site/index.html": "<h1>From npm",
    });
    const files = [`webserv-${project.version}.tgz`, `webserv-${NODE_SYSTEM}-${project.version}.tgz`];
    const install = await new Deno.Command("npm", {
      args: [
        "install",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        ...files.map((file) => join(PACKED, file)),
      ],
      cwd: folder.path,
      stdin: "null",
    }).output();
    assert(install.success, new TextDecoder().decode(install.stderr));
    const child = new Deno.Command(join(folder.path, "node_modules/.bin/webserv"), {
      args: ["--port", "0", "site"],
      cwd: folder.path,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    try {
      const url = await addressOf(child);
      assertEquals(await (await fetch(url)).text(), "<h1>From npm");
    } finally {
      child.kill("SIGTERM");
    }
    assertEquals((await child.status).code, 0);
  },
});

/** Where a server says that it listens. */
async function addressOf(child: Deno.ChildProcess): Promise<string> {
  let said = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    said += text;
    const [, url] = /listening on (http:\S+)\n/.exec(said) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`it ended before it listened: ${said}`);
}

function whyNotPacked(): string | undefined {
  try {
    return Deno.statSync(join(PACKED, `webserv-${NODE_SYSTEM}-${project.version}.tgz`)).isFile
      ? undefined
      : "it is no file";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "deno task package makes them";
    throw error;
  }
}

async function isRunning(pid: number): Promise<boolean> {
  const { success } = await new Deno.Command("kill", { args: ["-0", String(pid)], stderr: "null" }).output();
  return success;
}
