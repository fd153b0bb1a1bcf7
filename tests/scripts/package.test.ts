import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { TARGETS } from "../../scripts/compile/plan.ts";
import { changelog, control, copyright, oldestLibc } from "../../scripts/package/deb.ts";
import { executableInPackage, mainManifest, platformManifest } from "../../scripts/package/npm.ts";
import { npmName, PLATFORMS } from "../../scripts/package/platforms.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
const PROJECT = { version: "1.2.3", license: "MIT" };

Deno.test("there is a platform for each executable that is made", () => {
  assertEquals(PLATFORMS.map(({ target }) => target), [...TARGETS]);
});

Deno.test("the main package wants the same version of each system's package", () => {
  assertEquals(mainManifest(PROJECT).optionalDependencies, {
    "webserv-linux-x64": "1.2.3",
    "webserv-linux-arm64": "1.2.3",
    "webserv-darwin-x64": "1.2.3",
    "webserv-darwin-arm64": "1.2.3",
    "webserv-win32-x64": "1.2.3",
  });
});

Deno.test("a system's package is installed there only, and with the GNU C library only", () => {
  const restrictions = PLATFORMS.map((platform) => {
    const { os, cpu, libc } = platformManifest(platform, PROJECT);
    return [os, cpu, libc, executableInPackage(platform)];
  });
  assertEquals(restrictions, [
    [["linux"], ["x64"], ["glibc"], "bin/webserv"],
    [["linux"], ["arm64"], ["glibc"], "bin/webserv"],
    [["darwin"], ["x64"], undefined, "bin/webserv"],
    [["darwin"], ["arm64"], undefined, "bin/webserv"],
    [["win32"], ["x64"], undefined, "bin/webserv.exe"],
  ]);
});

Deno.test("the script for Node knows the very packages that are made", async () => {
  const script = await Deno.readTextFile(join(ROOT, "packaging/npm/bin/webserv.js"));
  const known = [...script.matchAll(/"(\w+) (\w+)": "(webserv-[\w-]+)"/g)].map(([, os, cpu, name]) => [
    os,
    cpu,
    name,
  ]);
  assertEquals(known, PLATFORMS.map((platform) => [platform.npm.os, platform.npm.cpu, npmName(platform)]));
});

Deno.test("no package runs anything when it is installed", () => {
  for (const manifest of [mainManifest(PROJECT), ...PLATFORMS.map((one) => platformManifest(one, PROJECT))]) {
    assertEquals(manifest.scripts, undefined);
    assertEquals(manifest.license, "MIT");
  }
});

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("oldestLibc() is the newest version that the program names", () => {
  assertEquals(oldestLibc(bytes("x\0GLIBC_2.9\0GLIBC_2.27\0GLIBC_2.2.5\0y")), "2.27");
  // Text of another kind is none.
  assertEquals(oldestLibc(bytes("\0GLIBC_2.4\0 needs GLIBC_2.99 or so\0")), "2.4");
  assertThrows(() => oldestLibc(bytes("MZ")), Error, "no program for the GNU C library");
});

Deno.test("control tells the size in KiB, rounded up, and what it depends on", () => {
  const text = control({ version: "1.2.3", architecture: "arm64", libc: "2.27", size: 1025 });
  assertMatch(text, /^Installed-Size: 2$/m);
  assertMatch(text, /^Depends: libc6 \(>= 2\.27\), libgcc-s1/m);
  assertMatch(text, /^Architecture: arm64$/m);
  assert(text.endsWith("\n") && !text.includes("\n\n"), "one paragraph");
  assert(text.split("\n").every((line) => line.length <= 80));
});

Deno.test("the changelog's date is the last change's", () => {
  assertStringIncludes(changelog("1.2.3", 0), "webserv (1.2.3) unstable; urgency=medium\n");
  assertMatch(changelog("1.2.3", 0), / -- .+ <.+@.+> {2}Thu, 01 Jan 1970 00:00:00 \+0000\n$/);
});

Deno.test("copyright tells the holder and the whole permission of LICENSE", async () => {
  const text = copyright(await Deno.readTextFile(join(ROOT, "LICENSE")));
  assertMatch(text, /^Copyright: \d{4} \S+/m);
  assertStringIncludes(text, "License: Expat\n Permission is hereby granted");
  assertMatch(text, /\n \.\n THE SOFTWARE IS PROVIDED/);
  assertThrows(() => copyright("Do what you like"), Error, "LICENSE");
});
