import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { hasProgram } from "../support/demo.ts";
import { temporaryFolder } from "../support/launch.ts";
import {
  EXECUTABLE,
  filesOf,
  install,
  releases,
  SCRIPT,
  scriptOf,
  TOOLS,
  type Wish,
} from "../support/install.ts";

const ignore = Deno.build.os === "windows" || !hasProgram("curl");
const reason = ignore ? " (there is no curl here)" : "";

/** A test with a folder of its own. */
function test(name: string, body: (folder: string) => Promise<void>): void {
  Deno.test({ name: `install.sh ${name}${reason}`, ignore }, async () => {
    await using folder = await temporaryFolder();
    await body(folder.path);
  });
}

/** Nothing is installed, nothing is left, and the last line says why. */
async function assertFails(
  folder: string,
  wish: Wish,
  why: RegExp,
  left: readonly string[] = [],
): Promise<void> {
  const { code, stderr } = await install(folder, wish);
  assertEquals(code, 1, stderr);
  assertMatch(stderr.trimEnd().split("\n").at(-1)!, why);
  assertEquals(await filesOf(folder), [...left]);
}

for (const downloader of ["curl", "wget"]) {
  const missing = !hasProgram(downloader);
  Deno.test({
    name: `install.sh installs the executable by ${downloader}${
      missing ? ` (${downloader} is not installed)` : ""
    }`,
    ignore: ignore || missing,
  }, async () => {
    await using server = await releases();
    await using folder = await temporaryFolder();
    const { code, stderr } = await install(folder.path, {
      url: `${server.url}/`,
      tools: [...TOOLS, downloader],
      prefix: "new/bin/",
    });
    assertEquals(code, 0, stderr);
    const target = join(folder.path, "new/bin/webserv");
    assertEquals(await Deno.readTextFile(target), `${EXECUTABLE}# webserv-linux-x64\n`);
    assertEquals((await Deno.stat(target)).mode! & 0o777, 0o755);
    assertStringIncludes(stderr, `install.sh: downloading ${server.url}/v9.9.9/webserv-linux-x64\n`);
    assertStringIncludes(stderr, `install.sh: installed webserv 9.9.9 as ${target}\n`);
    assertStringIncludes(stderr, `note: ${join(folder.path, "new/bin")} is not on your PATH`);
    assertEquals(await filesOf(folder.path), ["new/bin/webserv"]);
  });
}

test("chooses the executable of the system", async (folder) => {
  await using server = await releases();
  for (
    const [system, machine, name] of [
      ["Linux", "aarch64", "linux-arm64"],
      ["Linux", "amd64", "linux-x64"],
      ["Darwin", "x86_64", "macos-x64"],
      ["Darwin", "arm64", "macos-arm64"],
    ] as const
  ) {
    const own = join(folder, `${system}-${machine}`);
    await Deno.mkdir(own);
    assertEquals((await install(own, { url: server.url, system, machine })).code, 0);
    assertStringIncludes(await Deno.readTextFile(join(own, "bin/webserv")), `# webserv-${name}\n`);
  }
});

test("installs into ~/.local/bin where no folder is named", async (folder) => {
  await using server = await releases();
  assertEquals((await install(folder, { url: server.url, prefix: "" })).code, 0);
  assertEquals(await filesOf(folder), ["home/.local/bin/webserv"]);
});

test("replaces an older one, whole, while it runs", async (folder) => {
  await using server = await releases();
  const target = join(folder, "bin/webserv");
  await Deno.mkdir(join(folder, "bin"));
  await Deno.copyFile("/bin/sleep", target);
  await using running = startedSleep(target);
  assertEquals((await install(folder, { url: server.url })).code, 0);
  assertStringIncludes(await Deno.readTextFile(target), "9.9.9");
  assert(running.pid > 0);
  assertEquals(await filesOf(folder), ["bin/webserv"]);
});

function startedSleep(program: string): AsyncDisposable & { readonly pid: number } {
  const child = new Deno.Command(program, { args: ["60"], stdin: "null" }).spawn();
  return {
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

test("says nothing about a PATH that has the folder, and names another webserv that hides it", async (folder) => {
  await using server = await releases();
  const [first, second] = [join(folder, "first"), join(folder, "second")];
  for (const own of [first, second]) await Deno.mkdir(own);
  const plain = await install(first, { url: server.url, path: join(first, "bin") });
  assertEquals([plain.code, plain.stderr.includes("note:")], [0, false], plain.stderr);
  const hidden = await install(second, {
    url: server.url,
    path: `${join(first, "bin")}:${join(second, "bin")}`,
  });
  assertStringIncludes(
    hidden.stderr,
    `note: webserv on your PATH is another one, ${join(first, "bin/webserv")}`,
  );
});

test("refuses a system that there is no executable for", async (folder) => {
  const url = "http://127.0.0.1:1";
  for (
    const [system, machine, why] of [
      ["FreeBSD", "amd64", /there is no executable for FreeBSD here: only for Linux and macOS/],
      ["MINGW64_NT-10.0", "x86_64", /for Windows, download webserv-windows-x64\.exe/],
      ["Linux", "riscv64", /there is no executable for Linux on riscv64: only for x86_64 and arm64/],
    ] as const
  ) {
    const own = join(folder, machine);
    await Deno.mkdir(own);
    await assertFails(own, { url, system, machine }, why);
  }
});

test("says so when nothing can be downloaded, and leaves nothing", async (folder) => {
  await using server = await releases({ "webserv-linux-x64": null });
  const wishes: [string, RegExp][] = [
    [
      "http://127.0.0.1:1",
      /http:\/\/127\.0\.0\.1:1\/v9\.9\.9\/webserv-linux-x64 could not be downloaded: check/,
    ],
    [`${server.url}/missing/`, /\/missing\/v9\.9\.9\/webserv-linux-x64 could not be downloaded/],
    [server.url, /\/webserv-linux-x64 could not be downloaded/],
  ];
  for (const [index, [url, why]] of wishes.entries()) {
    for (const tool of ["curl", "wget"].filter(hasProgram)) {
      const own = join(folder, `${index}-${tool}`);
      await Deno.mkdir(own);
      await assertFails(own, { url, tools: [...TOOLS, tool] }, why);
    }
  }
});

test("installs nothing that does not start here", async (folder) => {
  const broken = "#!/bin/sh\nexit 1\n";
  await using server = await releases({ "webserv-linux-x64": broken });
  const script = await scriptOf({ "webserv-linux-x64": broken });
  const prefix = "new/bin/of/it";
  await assertFails(folder, { url: server.url, script, prefix }, /webserv-linux-x64 does not start on this/);
});

test("names the tools that are missing", async (folder) => {
  await using server = await releases();
  const [first, second] = [join(folder, "first"), join(folder, "second")];
  for (const own of [first, second]) await Deno.mkdir(own);
  await assertFails(first, { url: server.url, tools: TOOLS }, /neither curl nor wget is installed/);
  const tools = [...TOOLS.filter((tool) => tool !== "sha256sum"), "curl"];
  await assertFails(second, { url: server.url, tools }, /neither sha256sum nor shasum is installed/);
});

test("refuses a place that cannot be written before it downloads anything", async (folder) => {
  await Deno.writeTextFile(join(folder, "file"), "");
  await Deno.mkdir(join(folder, "taken/webserv"), { recursive: true });
  const url = "http://127.0.0.1:1";
  const own = join(folder, "own");
  await Deno.mkdir(own);
  const file = join(folder, "file");
  await assertFails(
    own,
    { url, prefix: `${file}/bin` },
    /\/file is no folder: choose another with WEBSERV_PREFIX/,
  );
  const other = join(folder, "other");
  await Deno.mkdir(other);
  await assertFails(
    other,
    { url, prefix: join(folder, "taken") },
    /taken\/webserv is a folder: move it away/,
  );
});

test("says so where it may not write", async (folder) => {
  // Whoever is root may write everywhere.
  const root = Deno.uid() === 0;
  await Deno.chmod(folder, 0o755);
  await Deno.mkdir(join(folder, "closed"), { mode: 0o555 });
  await Deno.chmod(join(folder, "closed"), 0o555);
  const url = "http://127.0.0.1:1";
  const why = /closed may not be written: choose another folder with WEBSERV_PREFIX/;
  await assertFails(folder, { url, prefix: "closed/bin", ...(root && { uid: 65534 }) }, why, ["closed/"]);
});

Deno.test({
  name: `shellcheck finds no fault in install.sh${
    hasProgram("shellcheck") ? "" : " (shellcheck is not installed)"
  }`,
  ignore: !hasProgram("shellcheck"),
}, async () => {
  await using folder = await temporaryFolder();
  const [template, released] = [join(folder.path, "template.sh"), join(folder.path, "install.sh")];
  await Deno.copyFile(SCRIPT, template);
  await Deno.writeTextFile(released, await scriptOf());
  const { stdout } = await new Deno.Command("shellcheck", { args: ["--shell=sh", template, released] })
    .output();
  assertEquals(new TextDecoder().decode(stdout), "");
});

test("does nothing when it was downloaded by half", async (folder) => {
  const text = await scriptOf();
  for (const part of [0.3, 0.6, 0.9, 0.99]) {
    const half = join(folder, "half.sh");
    await Deno.writeTextFile(half, text.slice(0, Math.floor(text.length * part)));
    await new Deno.Command("sh", {
      args: [half],
      cwd: folder,
      clearEnv: true,
      env: { PATH: "/usr/bin:/bin", HOME: folder, TMPDIR: folder, WEBSERV_URL: "http://127.0.0.1:1" },
      stdin: "null",
    }).output();
    assertEquals(await filesOf(folder), ["half.sh"]);
  }
});
