/**
 * The npm packages from their packed files, installed into an empty folder.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import project from "../../deno.json" with { type: "json" };
import { get } from "../support/ask.ts";
import { temporaryFolder } from "../support/launch.ts";
import { end, Output } from "../support/server.ts";
import { inTime, waitUntil } from "../support/wait.ts";
import { isInstalled, npmFile, type Outcome, outcome, ownNpmFile, whyNot } from "./packages.ts";

const reason = whyNot() ?? (isInstalled("npm") ? undefined : "no npm");

function packaged(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: `npm: ${name}${reason === undefined ? "" : ` (ignored: ${reason})`}`,
    ignore: reason !== undefined,
    fn,
  });
}

async function install(
  folder: string,
  files: readonly string[],
  options: readonly string[] = [],
): Promise<void> {
  const { code, stderr } = await outcome(
    "npm",
    ["install", "--no-audit", "--no-fund", ...options, ...files],
    {
      cwd: folder,
    },
  );
  assertEquals(code, 0, stderr);
}

/** A server that was started by a command, and the port that it listens on. */
async function started(
  command: string,
  args: readonly string[],
  folder: string,
): Promise<AsyncDisposable & { child: Deno.ChildProcess; port: number; pid: number; said: Output }> {
  await Deno.mkdir(join(folder, "site"), { recursive: true });
  await Deno.writeTextFile(join(folder, "site/index.html"), "packed");
  const child = new Deno.Command(command, {
    args: [...args, "--port", "0", "--ready-json", "site"],
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = new Output(child);
  await said.waitFor(/\{.*\}\n/);
  const ready = JSON.parse(/\{.*\}/.exec(said.stdout)![0]);
  return {
    child,
    said,
    port: Number(/:(\d+)\/\n/.exec(said.stderr)![1]),
    pid: ready.pid,
    async [Symbol.asyncDispose]() {
      await end(child);
      await said.status;
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

async function ends(pid: number): Promise<void> {
  await waitUntil(() => !isAlive(pid), `the server ${pid} has ended`);
}

const BIN = "node_modules/webserv/bin/webserv.js";

packaged("installed from the files into an empty folder, it serves, also without scripts", async () => {
  for (const options of [[], ["--ignore-scripts"]]) {
    await using folder = await temporaryFolder();
    await install(folder.path, [npmFile("webserv"), ownNpmFile()], options);
    const version = await outcome("npx", ["webserv", "--version"], { cwd: folder.path });
    assertEquals(version.code, 0, version.stderr);
    assertStringIncludes(version.stdout, project.version);
    await using server = await started("npx", ["webserv"], folder.path);
    assertEquals(await get(server.port, "/"), "200 packed");
    server.child.kill("SIGTERM");
    await inTime(server.said.status, "npx has ended");
    await ends(server.pid);
  }
});

packaged(
  "signals reach the server, its exit status is the command's, and nothing is left behind",
  async () => {
    await using folder = await temporaryFolder();
    await install(folder.path, [npmFile("webserv"), ownNpmFile()]);
    for (
      const [signal, status] of [["SIGINT", 0], ["SIGTERM", 0], ["SIGKILL", 137]] as const
    ) {
      await using server = await started("node", [BIN], folder.path);
      assert(isAlive(server.pid));
      server.child.kill(signal);
      assertEquals(await inTime(server.said.status, `${signal} ends the command`), status);
      await ends(server.pid);
    }
    {
      await using server = await started("node", [BIN], folder.path);
      server.child.kill("SIGHUP");
      await server.said.waitFor("configuration file to load again");
      assertEquals(await get(server.port, "/"), "200 packed", "SIGHUP loads again and ends nothing");
      // What ends by itself ends the command with it.
      Deno.kill(server.pid, "SIGKILL");
      assertEquals(await inTime(server.said.status, "the command ends with the server"), 137);
    }
    const usage = await outcome("node", [BIN, "--nonsense"], { cwd: folder.path });
    assertEquals(usage.code, 2);
    assertMatch(usage.stderr, /^webserv: unknown option "--nonsense"/);
  },
);

packaged("without the package of the system it says which one is missing, and what to do", async () => {
  await using folder = await temporaryFolder();
  await install(folder.path, [npmFile("webserv")], ["--omit=optional"]);
  const { code, stdout, stderr } = await outcome("node", [BIN], { cwd: folder.path });
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /^webserv: the package webserv-\w+-\w+ is not installed.*--omit=optional.*\n$/);
});

/** What the command says on another system, by what Node tells of it. */
async function elsewhere(folder: string, script: string): Promise<Outcome> {
  const file = join(folder, "elsewhere.cjs");
  await Deno.writeTextFile(file, script);
  return await outcome("node", ["--require", file, BIN], { cwd: folder });
}

packaged("on a system without executable it says which there are", async () => {
  await using folder = await temporaryFolder();
  await install(folder.path, [npmFile("webserv")], ["--omit=optional"]);
  const other = await elsewhere(
    folder.path,
    `Object.defineProperty(process, "platform", { value: "freebsd" });`,
  );
  assertEquals(other.code, 1);
  assertMatch(other.stderr, /^webserv: there is no executable for freebsd \w+: only for linux x64, .*Deno/);
  const musl = await elsewhere(
    folder.path,
    `process.report.getReport = () => ({ header: {} });`,
  );
  assertEquals(musl.code, 1);
  assertMatch(musl.stderr, /^webserv: there is no executable for Linux with musl \(Alpine\): .*node:slim/);
});
