/**
 * The list of what the executable is made of.
 *
 * @module
 */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import {
  bundledPackages,
  directPackages,
  type LockFile,
  packagesWithin,
} from "../../scripts/release/packages.ts";
import { readLicences } from "../../scripts/release/npm_cache.ts";
import { releaseOf } from "../../scripts/release/release.ts";
import { sbom } from "../../scripts/release/sbom.ts";
import { temporaryFolder } from "../support/launch.ts";
import { assertKeepsRules } from "../support/sbom.ts";

const INTEGRITY = `sha512-${"A".repeat(86)}==`;

const BUNDLE = `// lib/bytes/latin1.ts
var a = "// ../cache/npm/registry.npmjs.org/text/1.0.0/no.js";
// ../../cache/deno/npm/registry.npmjs.org/one/1.2.3/lib/a.js
// ../../cache/deno/npm/registry.npmjs.org/one/1.2.3/lib/b.js
  // ../../cache/deno/npm/registry.npmjs.org/indented/1.2.3/lib/b.js
// ../../cache/deno/npm/registry.npmjs.org/@scope/two/2.0.0-rc.1/index.js
// deno:https://registry.npmjs.org/three/1.0.0
`;

const LOCK: LockFile = {
  version: "5",
  npm: {
    "one@1.2.3": { integrity: INTEGRITY, dependencies: ["@scope/two", "types"] },
    "@scope/two@2.0.0-rc.1": { integrity: INTEGRITY },
    "types@1.0.0": { integrity: INTEGRITY },
  },
};

const IMPORTS = { "one": "npm:one@1.2.3", "one/x": "npm:one@1.2.3/x.js", "local": "./lib/x.ts" };

Deno.test("packages are read from the paths of modules in the bundle", () => {
  assertEquals([...bundledPackages(BUNDLE)], ["one@1.2.3", "@scope/two@2.0.0-rc.1"]);
});

Deno.test("what is imported is known by package and version, each once", () => {
  const imports = { ...IMPORTS, two: "npm:@scope/two@2.0.0-rc.1/a/b.js", slash: "npm:/three@3.0.0/x.js" };
  assertEquals(directPackages(imports), ["@scope/two@2.0.0-rc.1", "one@1.2.3", "three@3.0.0"]);
});

Deno.test("packages of the bundle have the lock file's hashes, and the dependencies that are within", () => {
  assertEquals(packagesWithin(bundledPackages(BUNDLE), LOCK, IMPORTS), [
    { name: "@scope/two", version: "2.0.0-rc.1", integrity: INTEGRITY, dependencies: [] },
    { name: "one", version: "1.2.3", integrity: INTEGRITY, dependencies: ["@scope/two@2.0.0-rc.1"] },
  ]);
});

Deno.test("a bundle, a lock file and an import map that do not fit each other are refused", () => {
  const bundled = bundledPackages(BUNDLE);
  const without: LockFile = { ...LOCK, npm: { "one@1.2.3": { integrity: INTEGRITY } } };
  assertThrows(
    () => packagesWithin(bundled, without, IMPORTS),
    Error,
    "deno.lock does not have @scope/two@2.0.0-rc.1",
  );
  assertThrows(
    () => packagesWithin(new Set(), LOCK, IMPORTS),
    Error,
    "the bundle has no module of one@1.2.3",
  );
  assertThrows(
    () => packagesWithin(bundled, { ...LOCK, version: "6" }, IMPORTS),
    Error,
    "deno.lock has version 6",
  );
});

const MATERIALS = {
  release: releaseOf(
    "1.2.3",
    "https://webserv.invalid",
    new Map([["webserv-linux-x64", "a".repeat(64)], ["x.tgz", "b"]]),
  ),
  time: "2026-01-02T03:04:05Z",
  packages: packagesWithin(bundledPackages(BUNDLE), LOCK, IMPORTS),
  imports: IMPORTS,
  licences: new Map([["one@1.2.3", "MIT"], ["@scope/two@2.0.0-rc.1", "(MIT OR Apache-2.0)"]]),
  runtime: "2.9.6",
};

Deno.test("the list is CycloneDX 1.6: each package with version, hash, licence and address", () => {
  const list = JSON.parse(sbom(MATERIALS));
  assertEquals([list.bomFormat, list.specVersion, list.version], ["CycloneDX", "1.6", 1]);
  assertEquals(list.metadata.component.components, [{
    type: "file",
    "bom-ref": "file:webserv-linux-x64",
    name: "webserv-linux-x64",
    hashes: [{ alg: "SHA-256", content: "a".repeat(64) }],
  }]);
  assertEquals(list.components.slice(1), [
    {
      type: "library",
      "bom-ref": "pkg:npm/%40scope/two@2.0.0-rc.1",
      group: "@scope",
      name: "two",
      version: "2.0.0-rc.1",
      hashes: [{ alg: "SHA-512", content: "0".repeat(128) }],
      licenses: [{ expression: "(MIT OR Apache-2.0)" }],
      purl: "pkg:npm/%40scope/two@2.0.0-rc.1",
    },
    {
      type: "library",
      "bom-ref": "pkg:npm/one@1.2.3",
      name: "one",
      version: "1.2.3",
      hashes: [{ alg: "SHA-512", content: "0".repeat(128) }],
      licenses: [{ license: { id: "MIT" } }],
      purl: "pkg:npm/one@1.2.3",
    },
  ]);
  assertEquals(list.components[0].purl, "pkg:github/denoland/deno@v2.9.6");
  assertEquals(list.dependencies, [
    { ref: "pkg:npm/webserv@1.2.3", dependsOn: ["pkg:github/denoland/deno@v2.9.6", "pkg:npm/one@1.2.3"] },
    { ref: "pkg:github/denoland/deno@v2.9.6" },
    { ref: "pkg:npm/%40scope/two@2.0.0-rc.1" },
    { ref: "pkg:npm/one@1.2.3", dependsOn: ["pkg:npm/%40scope/two@2.0.0-rc.1"] },
  ]);
});

Deno.test("the same commit makes the same list", () => assertEquals(sbom(MATERIALS), sbom(MATERIALS)));

Deno.test("a package without a licence or a hash is refused by its name", () => {
  assertThrows(
    () => sbom({ ...MATERIALS, licences: new Map() }),
    Error,
    "@scope/two@2.0.0-rc.1 does not say its licence",
  );
  const packages = [{ name: "one", version: "1.2.3", integrity: "sha1-x", dependencies: [] }];
  assertThrows(() => sbom({ ...MATERIALS, packages }), Error, 'one has no SHA-512 in deno.lock but "sha1-x"');
});

Deno.test("licences are read from whichever registry's folder has the package", async () => {
  await using cache = await temporaryFolder();
  const { packages } = MATERIALS;
  const write = async (registry: string, path: string, value: unknown) => {
    await Deno.mkdir(join(cache.path, registry, path), { recursive: true });
    await Deno.writeTextFile(join(cache.path, registry, path, "package.json"), JSON.stringify(value));
  };
  await write("first.invalid", "one/1.2.3", { license: "MIT" });
  await write("second.invalid", "@scope/two/2.0.0-rc.1", { license: "ISC" });
  assertEquals([...await readLicences(cache.path, packages)], [["@scope/two@2.0.0-rc.1", "ISC"], [
    "one@1.2.3",
    "MIT",
  ]]);
  const refusal = (text: string) =>
    readLicences(cache.path, packages).then(() => "", (error) => String(error)).then((said) =>
      assertStringIncludes(said, text)
    );
  await write("first.invalid", "one/1.2.3", { licenses: [{ type: "MIT" }] });
  await refusal("does not say its licence in SPDX's terms");
  await Deno.remove(join(cache.path, "second.invalid"), { recursive: true });
  await refusal("there is no package.json in");
});

Deno.test("a list keeps the rules of its schema", () => assertKeepsRules(sbom(MATERIALS)));
