/**
 * What is made of the files of a release, from small ones that stand in for them.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { generateKeyPairSync, verify } from "node:crypto";
import { parse } from "yaml";
import project from "../../deno.json" with { type: "json" };
import { fileName, TARGETS } from "../../scripts/compile/plan.ts";
import { homebrewFormula } from "../../scripts/release/homebrew.ts";
import { installScript } from "../../scripts/release/install_script.ts";
import { madeFiles } from "../../scripts/release/plan.ts";
import { checkedVersion, DESCRIPTION, expectedFiles, releaseOf } from "../../scripts/release/release.ts";
import { scoopManifest } from "../../scripts/release/scoop.ts";
import { releaseKey } from "../../scripts/release/signature.ts";
import { sumsText } from "../../scripts/release/sums.ts";
import { wingetManifests } from "../../scripts/release/winget.ts";
import { hasProgram } from "../support/demo.ts";
import { sumOf } from "../support/install.ts";
import { temporaryFolder } from "../support/launch.ts";
import { assertKeepsRules } from "../support/sbom.ts";

const ADDRESS = "https://webserv.invalid/download";
const TEMPLATE = "#!/bin/sh\n# release: begin\nOLD=1\n# release: end\nmain\n";

/** A sum that tells which file it is of. */
const sumFor = (index: number) => `${index}${"abcdef01".repeat(8)}`.slice(0, 64);
const WHOLE = releaseOf(
  "1.2.3",
  `${ADDRESS}/`,
  new Map(expectedFiles("1.2.3").map((name, i) => [name, sumFor(i)])),
);
const HERE = releaseOf("1.2.3", ADDRESS, new Map([["webserv-linux-x64", sumFor(0)]]));
const WISH = { template: TEMPLATE, publicKey: "KEY", isOnlyHere: false };

Deno.test("a release of everything has a file for each way to install it", () => {
  const { files, notes } = madeFiles(WHOLE, WISH);
  assertEquals([...files.keys()], [
    "install.sh",
    "webserv.rb",
    "webserv.webserv.yaml",
    "webserv.webserv.installer.yaml",
    "webserv.webserv.locale.en-US.yaml",
    "webserv.json",
  ]);
  assertEquals(notes, []);
});

Deno.test("a release with holes is refused with the names of all that is missing, unless it is wished for", () => {
  for (const name of expectedFiles("1.2.3")) {
    const sums = new Map([...WHOLE.sums].filter(([other]) => other !== name));
    const { message } = assertThrows(() => madeFiles({ ...WHOLE, sums }, WISH), Error);
    assertStringIncludes(message, `there is no ${name}: make them with`);
    assert(
      madeFiles({ ...WHOLE, sums }, { ...WISH, isOnlyHere: true }).notes[0]!.startsWith(
        `${name} is not here`,
      ),
    );
  }
  const { message } = assertThrows(() => madeFiles(HERE, WISH), Error);
  for (const name of expectedFiles("1.2.3").slice(1)) assertStringIncludes(message, `no ${name}`);

  const { files, notes } = madeFiles(HERE, { ...WISH, isOnlyHere: true });
  assertEquals([...files.keys()], ["install.sh", "webserv.rb"]);
  assertEquals(notes.slice(-2), [
    "webserv.rb is without webserv-macos-arm64 and webserv-macos-x64 and webserv-linux-arm64",
    "what winget and scoop read is not made: it takes webserv-windows-x64.exe",
  ]);
  assertEquals(files.get("webserv.rb")!.includes("on_macos"), false);
});

Deno.test("a release has a package for each system that there is an executable for", () => {
  assertEquals(expectedFiles("1.2.3").filter((name) => /\.(deb|tgz)$/.test(name)), [
    "webserv_1.2.3_amd64.deb",
    "webserv_1.2.3_arm64.deb",
    "webserv-1.2.3.tgz",
    "webserv-linux-x64-1.2.3.tgz",
    "webserv-linux-arm64-1.2.3.tgz",
    "webserv-darwin-x64-1.2.3.tgz",
    "webserv-darwin-arm64-1.2.3.tgz",
    "webserv-win32-x64-1.2.3.tgz",
  ]);
});

Deno.test("a version is one of SemVer without metadata", () => {
  for (const version of ["0.1.0", "10.20.30", "1.0.0-rc.1"]) assertEquals(checkedVersion(version), version);
  for (const version of ["", "v1.0.0", "1.0", "1.0.0+5", "1.0.0 ", "1.0.0/..", "1.0.0-", "1.0.0-a..b"]) {
    assertThrows(() => checkedVersion(version), Error, `"${version}" is no version`);
  }
});

Deno.test("the description is what package managers take", () => {
  assert(DESCRIPTION.length <= 80 && !/^(An?|The) |\.$|webserv/.test(DESCRIPTION), DESCRIPTION);
});

Deno.test("the formula has each executable's address and checksum under its system and machine", () => {
  const formula = homebrewFormula(WHOLE);
  for (
    const [system, machine, name] of [
      ["macos", "arm", "macos-arm64"],
      ["macos", "intel", "macos-x64"],
      ["linux", "arm", "linux-arm64"],
      ["linux", "intel", "linux-x64"],
    ] as const
  ) {
    const block = new RegExp(`\\n  on_${system} do\\n((?:    .*\\n)+)  end\\n`).exec(formula)![1]!;
    const sum = WHOLE.sums.get(`webserv-${name}`)!;
    assertStringIncludes(
      block,
      `    on_${machine} do\n      url "${ADDRESS}/v1.2.3/webserv-${name}"\n      sha256 "${sum}"\n    end\n`,
    );
  }
  assertStringIncludes(formula, `  resource "manual" do\n    url "${ADDRESS}/v1.2.3/webserv.1"\n`);
});

/** What the formula asks of Homebrew, recorded: enough of its words to evaluate it. */
const RECORDER = `
require "json"
class Formula
  SEEN = []
  def self.method_missing(name, *args, &block)
    SEEN << [name, *args].join(" ")
    instance_eval(&block) if block
  end
  # Which every object has of its own.
  def self.test = nil
  def self.respond_to_missing?(*) = true
end
load ARGV[0]
abort "no install" unless Webserv.method_defined?(:install)
puts JSON.generate(Formula::SEEN)
`;

const noRuby = !hasProgram("ruby");
Deno.test({
  name: `ruby evaluates the formula${noRuby ? " (ruby is not installed)" : ""}`,
  ignore: noRuby,
}, async () => {
  await using folder = await temporaryFolder();
  for (const [index, release] of [WHOLE, HERE].entries()) {
    const [formula, recorder] = [join(folder.path, `${index}.rb`), join(folder.path, "recorder.rb")];
    await Deno.writeTextFile(formula, homebrewFormula(release));
    await Deno.writeTextFile(recorder, RECORDER);
    const { stdout, stderr } = await new Deno.Command("ruby", { args: ["-w", recorder, formula] }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    const seen: string[] = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(seen.filter((line) => line.startsWith("sha256")).length, release === WHOLE ? 5 : 1);
    assert(seen.includes("version 1.2.3") && seen.includes("license MIT"));
  }
});

Deno.test("the manifests for winget are in its schema 1.6", () => {
  const manifests = [...wingetManifests(WHOLE)].map(([name, text]) => {
    assertMatch(
      text,
      /^# yaml-language-server: \$schema=https:\/\/aka\.ms\/winget-manifest\.\w+\.1\.6\.0\.schema\.json\n/,
    );
    return [name, parse(text)] as const;
  });
  for (const [name, value] of manifests) {
    assertMatch(value.PackageIdentifier, /^[^.\s\\/:*?"<>|]{1,32}(\.[^.\s\\/:*?"<>|]{1,32}){1,7}$/);
    assert(name.startsWith(value.PackageIdentifier));
    assertEquals([value.PackageVersion, value.ManifestVersion], ["1.2.3", "1.6.0"]);
  }
  const [version, installer, locale] = manifests.map(([, value]) => value);
  assertEquals([version.ManifestType, installer.ManifestType, locale.ManifestType], [
    "version",
    "installer",
    "defaultLocale",
  ]);
  assertEquals(version.DefaultLocale, locale.PackageLocale);
  const [only] = installer.Installers;
  assertEquals(only.InstallerUrl, `${ADDRESS}/v1.2.3/webserv-windows-x64.exe`);
  assertMatch(only.InstallerSha256, /^[A-F0-9]{64}$/);
  assertEquals(only.InstallerSha256.toLowerCase(), WHOLE.sums.get("webserv-windows-x64.exe"));
  for (const key of ["Publisher", "PackageName", "License", "ShortDescription"]) {
    assertEquals(typeof locale[key], "string", key);
  }
  assertThrows(() => wingetManifests(HERE), Error, "winget takes an executable for Windows");
});

Deno.test("a checksum that looks like a number is text for winget", () => {
  const sums = new Map([["webserv-windows-x64.exe", `${"1".repeat(60)}e123`]]);
  const text = wingetManifests(releaseOf("1.2.3", ADDRESS, sums)).get("webserv.webserv.installer.yaml")!;
  assertEquals(parse(text).Installers[0].InstallerSha256, `${"1".repeat(60)}E123`);
});

Deno.test("the manifest for scoop stores the executable under its short name", () => {
  const manifest = JSON.parse(scoopManifest(WHOLE));
  assertEquals(manifest.version, "1.2.3");
  assertEquals(manifest.architecture["64bit"], {
    url: `${ADDRESS}/v1.2.3/webserv-windows-x64.exe#/webserv.exe`,
    hash: WHOLE.sums.get("webserv-windows-x64.exe"),
  });
  assertEquals(manifest.bin, "webserv.exe");
  assertEquals(
    manifest.autoupdate.architecture["64bit"].url.replace("$version", "1.2.3"),
    manifest.architecture["64bit"].url,
  );
  assertThrows(() => scoopManifest(HERE), Error, "scoop takes an executable for Windows");
});

Deno.test("install.sh has what is of the release between its marks, and the template's lines around them", () => {
  const release = releaseOf("1.2.3", "https://webserv.invalid/it's", WHOLE.sums);
  const unix = TARGETS.filter((target) => !target.includes("windows")).map(fileName);
  assertEquals(
    installScript(TEMPLATE, release, "KEY"),
    "#!/bin/sh\n# release: begin\nRELEASES='https://webserv.invalid/it'\\''s'\nVERSION='1.2.3'\n" +
      `SUMS='${unix.sort().map((name) => `${WHOLE.sums.get(name)}  ${name}`).join("\n")}'\n` +
      "PUBLIC_KEY='KEY'\n# release: end\nmain\n",
  );
  assertStringIncludes(installScript(TEMPLATE, release, undefined), "PUBLIC_KEY=''\n");
  assertThrows(() => installScript("#!/bin/sh\n", release, "KEY"), Error, "install.sh has no lines");
});

Deno.test("SHA256SUMS is sorted, and in the form of sha256sum", () => {
  assertEquals(sumsText(new Map([["b", "2"], ["a", "1"]])), "1  a\n2  b\n");
});

function pem(type: "ec" | "ed25519" | "rsa", namedCurve = "prime256v1"): string {
  const { privateKey } = type === "ec"
    ? generateKeyPairSync("ec", { namedCurve })
    : type === "rsa"
    ? generateKeyPairSync("rsa", { modulusLength: 2048 })
    : generateKeyPairSync("ed25519");
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

Deno.test("a signature is verified by the public key, and by no text but its own", () => {
  const key = releaseKey(pem("ec"));
  const holds = (text: string) =>
    verify("sha256", new TextEncoder().encode(text), key.publicKey, key.sign("1  a\n"));
  assertEquals([holds("1  a\n"), holds("2  a\n")], [true, false]);
});

Deno.test("keys that old systems do not verify by, and what is no key, are refused", () => {
  for (const text of [pem("ed25519"), pem("rsa"), pem("ec", "secp384r1")]) {
    assertThrows(() => releaseKey(text), Error, "is no ECDSA key of P-256: make one with openssl genpkey");
  }
  for (const text of ["", "key", releaseKey(pem("ec")).publicKey]) {
    assertThrows(() => releaseKey(text), Error, "is no private key in PEM without a passphrase");
  }
});

/** Runs the script on a folder that stands in for dist/. */
async function release(
  dist: string,
  args: readonly string[],
  key?: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const script = fromFileUrl(new URL("../../scripts/release.ts", import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, "--dist", dist, "--address", ADDRESS, ...args],
    env: { NO_COLOR: "1", WEBSERV_RELEASE_KEY: key ?? "" },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

const HEAD = new TextDecoder().decode(
  new Deno.Command("git", {
    args: ["rev-parse", "--short=12", "HEAD"],
    cwd: fromFileUrl(new URL("../../", import.meta.url)),
  }).outputSync().stdout,
).trim();

/** A dist/ of small files; executables say the version and the commit, packages are the newest. */
async function fakeDist(folder: string, says = project.version, commit = HEAD): Promise<void> {
  await Deno.mkdir(join(folder, "npm"));
  for (const name of expectedFiles(project.version)) {
    const path = name.endsWith(".tgz") ? join(folder, "npm", name) : join(folder, name);
    const text = `#!/bin/sh\necho "webserv ${says} (commit ${commit}, Deno 2.6.10, here)" # ${name}\n`;
    await Deno.writeTextFile(path, text, { mode: 0o755 });
    const time = Date.now() / 1000 - (/\.(?:deb|tgz)$/.test(name) ? 10 : 20);
    await Deno.utime(path, time, time);
  }
  // What is no release's, or another version's, stays where it is.
  await Deno.writeTextFile(join(folder, "SHA256SUMS"), "of the executables alone\n");
  for (const name of ["webserv_0.0.1_amd64.deb", "webserv-linux-x64.old", "npm/webserv-0.0.1.tgz"]) {
    await Deno.writeTextFile(join(folder, name), "");
  }
}

const noScripts = Deno.build.os === "windows";
const isNamed = TARGETS.some((target) => target === Deno.build.target);

Deno.test({
  name: "release.ts makes a release that its checksums, signature and install.sh agree on",
  ignore: noScripts,
}, async () => {
  await using dist = await temporaryFolder();
  await fakeDist(dist.path);
  const keyFile = join(dist.path, "key.pem");
  await Deno.writeTextFile(keyFile, pem("ec"));
  const { code, stdout, stderr } = await release(dist.path, [], keyFile);
  assertEquals([code, stderr], [0, ""]);
  const folder = join(dist.path, "release", `v${project.version}`);
  assertEquals(stdout, `${folder}: 21 files, signed\n`);

  const list = await Deno.readTextFile(join(folder, "SHA256SUMS"));
  const listed = new Map(list.trim().split("\n").map((line) => [line.slice(66), line.slice(0, 64)]));
  const there = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assertEquals([...listed.keys(), "SHA256SUMS", "SHA256SUMS.sig"].sort(), there);
  for (const [name, sum] of listed) {
    assertEquals(await sumOf(await Deno.readTextFile(join(folder, name))), sum, name);
  }
  for (const name of expectedFiles(project.version)) assert(listed.has(name), name);

  const { publicKey } = releaseKey(await Deno.readTextFile(keyFile));
  const signature = await Deno.readFile(join(folder, "SHA256SUMS.sig"));
  assert(verify("sha256", new TextEncoder().encode(list), publicKey, signature));

  const materials = await Deno.readTextFile(join(folder, `webserv-${project.version}.cdx.json`));
  assertKeepsRules(materials);
  const names: string[] = JSON.parse(materials).components.map(({ name }: { name: string }) => name);
  // Of argparse, which only markdown-it's own command uses, nothing is within.
  for (const name of ["deno", "deno-std", "markdown-it", "entities", "yaml"]) {
    assert(names.includes(name), name);
  }
  for (const name of ["argparse", "hast"]) assert(!names.includes(name), name);

  const script = await Deno.readTextFile(join(folder, "install.sh"));
  for (const name of ["webserv-linux-x64", "webserv-macos-arm64"]) {
    assertStringIncludes(script, `${listed.get(name)}  ${name}`);
  }
  assertStringIncludes(script, publicKey);
});

type Refusal = [
  name: string,
  prepare: (folder: string) => Promise<unknown>,
  args: string[],
  key: string | undefined,
  why: RegExp,
];

/** What an executable says of itself that no release's does. */
function ofItself(key: string): Refusal[] {
  return [
    [
      "an executable of another version",
      (folder) => fakeDist(folder, "0.0.1"),
      [],
      key,
      /is webserv 0\.0\.1 .*, and deno\.json says .*: make it again/,
    ],
    [
      "an executable of no commit",
      (folder) => fakeDist(folder, project.version, "1a2b3c4-changed"),
      [],
      key,
      /was made of files that differ from their commit: commit them and make it again/,
    ],
  ];
}

Deno.test({ name: "release.ts says what is missing, and makes nothing", ignore: noScripts }, async () => {
  const key = pem("ec");
  const cases: Refusal[] = [
    ["no key", fakeDist, [], undefined, /^WEBSERV_RELEASE_KEY is not set/],
    [
      "a key that is not wanted",
      fakeDist,
      ["--unsigned"],
      key,
      /^--unsigned does not go with WEBSERV_RELEASE_KEY/,
    ],
    ["a key that is none", fakeDist, [], "-----BEGIN nothing", /^the key of releases is no private key/],
    [
      "an option that is none",
      fakeDist,
      ["--only"],
      key,
      /--only-here, --unsigned, --dist DIR and --address URL/,
    ],
    ["nothing there", () => Promise.resolve(), [], key, /^there is no webserv-linux-x64, no /],
    [
      "one is missing",
      async (folder) => {
        await fakeDist(folder);
        await Deno.remove(join(folder, "webserv-macos-x64"));
      },
      [],
      key,
      /^there is no webserv-macos-x64: make them with deno task compile --all/,
    ],
    [
      "an executable of another commit",
      async (folder) => {
        await fakeDist(folder);
        await Deno.writeTextFile(join(folder, "webserv-windows-x64.exe"), "made of (commit 1a2b3c4d5e6f)");
      },
      [],
      key,
      /webserv-windows-x64\.exe was not made of the commit [0-9a-f]{12}: make it again/,
    ],
    [
      "a package that is older than the executables",
      async (folder) => {
        await fakeDist(folder);
        await Deno.utime(join(folder, `webserv_${project.version}_arm64.deb`), 1, 1);
      },
      [],
      key,
      /_arm64\.deb is older than an executable: make it again with deno task package/,
    ],
    // Where there is an executable for this system.
    ...(isNamed ? ofItself(key) : []),
  ];
  for (const [name, prepare, args, key, why] of cases) {
    await using dist = await temporaryFolder();
    await prepare(dist.path);
    const { code, stderr } = await release(dist.path, args, key);
    assertEquals(code, 1, name);
    assertMatch(stderr, why);
    assertThrows(() => Deno.statSync(join(dist.path, "release")), Deno.errors.NotFound);
  }
});
