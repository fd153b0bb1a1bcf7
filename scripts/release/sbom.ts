/**
 * What the executables are made of, as CycloneDX 1.6 in JSON: https://cyclonedx.org/docs/1.6/json/
 *
 * @module
 */
import { DESCRIPTION, LICENCE, type Release } from "./release.ts";
import { directPackages, type NpmPackage } from "./packages.ts";

/** What the list of materials is made from. */
export interface Materials {
  readonly release: Release;
  /** When the release's commit was made, as RFC 3339 in UTC has it, so that one commit makes one list. */
  readonly time: string;
  readonly packages: readonly NpmPackage[];
  /** The import map that the executable is made with. */
  readonly imports: Readonly<Record<string, string>>;
  /** SPDX licence expressions, by `name@version`. */
  readonly licences: ReadonlyMap<string, string>;
  /** The version of the runtime below the program; undefined where no executable could be asked. */
  readonly runtime: string | undefined;
}

/** The file of the list. */
export function sbomName(version: string): string {
  return `webserv-${version}.cdx.json`;
}

/** The list, as text. */
export function sbom({ release, time, packages, imports, licences, runtime }: Materials): string {
  const root = purl("webserv", release.version);
  const deno = `pkg:github/denoland/deno${runtime === undefined ? "" : `@v${runtime}`}`;
  const direct = directPackages(imports).map(purlOfId);
  return JSON.stringify(
    {
      $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      version: 1,
      metadata: {
        timestamp: time,
        lifecycles: [{ phase: "build" }],
        component: {
          type: "application",
          "bom-ref": root,
          name: "webserv",
          version: release.version,
          description: DESCRIPTION,
          licenses: [{ license: { id: LICENCE } }],
          components: [...release.sums].filter(([name]) => isExecutable(name)).map(([name, sum]) => ({
            type: "file",
            "bom-ref": `file:${name}`,
            name,
            hashes: [{ alg: "SHA-256", content: sum }],
          })),
        },
      },
      components: [
        {
          type: "platform",
          "bom-ref": deno,
          name: "deno",
          ...(runtime !== undefined && { version: runtime }),
          description:
            "The runtime that each executable begins with, with V8 and its crates, which are not listed",
          licenses: [{ license: { id: "MIT" } }],
          purl: deno,
        },
        ...packages.map((one) => component(one, licences)),
      ],
      dependencies: [
        { ref: root, dependsOn: [deno, ...direct] },
        { ref: deno },
        ...packages.map(({ name, version, dependencies }) => ({
          ref: purl(name, version),
          ...(dependencies.length > 0 && { dependsOn: dependencies.map(purlOfId) }),
        })),
      ],
      compositions: [
        { aggregate: "complete", dependencies: [root] },
        { aggregate: "incomplete", dependencies: [deno] },
      ],
    },
    null,
    2,
  ) + "\n";
}

function component({ name, version, integrity }: NpmPackage, licences: ReadonlyMap<string, string>): object {
  const [group, short] = name.startsWith("@") ? name.split("/") : [undefined, name];
  const ref = purl(name, version);
  return {
    type: "library",
    "bom-ref": ref,
    ...(group !== undefined && { group }),
    name: short,
    version,
    hashes: [hashOf(integrity, name)],
    licenses: [licence(licences.get(`${name}@${version}`), `${name}@${version}`)],
    purl: ref,
  };
}

/**
 * One name of SPDX's list is an id, what is put together of several an expression.
 *
 * @throws {Error} if the package does not say
 */
function licence(expression: string | undefined, id: string): object {
  if (expression === undefined || expression === "") throw new Error(`${id} does not say its licence`);
  return /^[A-Za-z0-9.-]+$/.test(expression) ? { license: { id: expression } } : { expression };
}

/** @throws {Error} if it is none of SHA-512, which npm gives for every package */
function hashOf(integrity: string, name: string): object {
  const base64 = /^sha512-([A-Za-z0-9+/]{86}==)$/.exec(integrity)?.[1];
  if (base64 === undefined) throw new Error(`${name} has no SHA-512 in deno.lock but "${integrity}"`);
  const hex = [...atob(base64)].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  return { alg: "SHA-512", content: hex };
}

/** https://github.com/package-url/purl-spec: the @ of a scope is escaped. */
function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

function purlOfId(id: string): string {
  const at = id.lastIndexOf("@");
  return purl(id.slice(0, at), id.slice(at + 1));
}

function isExecutable(name: string): boolean {
  return /^webserv-(linux|macos|windows)-(x64|arm64)(\.exe)?$/.test(name);
}
