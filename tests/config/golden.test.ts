/**
 * Every tests/config/golden/NAME.yaml against what it has to become: NAME.json (what of the decoded configuration
 * is not the default, as if the file were /site/webserv.yaml) with NAME.warnings if there are any, or NAME.errors. What lies
 * on the machine, and its environment, stand in NAME.outside (the type Outside below); without it, nothing outside is looked at. After a change that is meant, write
 * them again with `UPDATE_GOLDEN=1 deno test -A tests/config/golden.test.ts`, and read the difference.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { decodeConfig, formatIssue, type Issue } from "../../lib/config/decode.ts";
import type { PlacesOutside, Seen } from "../../lib/config/outside.ts";
import { print, withoutDefaults } from "./golden.ts";

const FOLDER = fromFileUrl(new URL("golden", import.meta.url));
const UPDATE = Deno.env.get("UPDATE_GOLDEN") === "1";

/** The machine that a file is for. */
interface Outside {
  readonly places?: Readonly<Record<string, Seen>>;
  /** Of host names. */
  readonly addresses?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
}

for (const name of namesOf(".yaml")) {
  const text = Deno.readTextFileSync(join(FOLDER, `${name}.yaml`));
  Deno.test(`decodeConfig() decodes ${name}.yaml to its golden result`, () => {
    const outside: Outside | undefined = namesOf(".outside").includes(name)
      ? JSON.parse(Deno.readTextFileSync(join(FOLDER, `${name}.outside`)))
      : undefined;
    const { config, warnings, issues } = {
      warnings: [],
      ...decodeConfig(text, "/site/webserv.yaml", outside && placesOf(outside), (variable) => {
        return outside?.variables?.[variable];
      }),
    };
    compare(`${name}.json`, config && print(withoutDefaults(config)) + "\n");
    compare(`${name}.errors`, lines(issues ?? []));
    compare(`${name}.warnings`, lines(warnings));
  });
}

Deno.test("every golden result belongs to an input", () => {
  const inputs = namesOf(".yaml");
  for (const extension of [".json", ".errors", ".warnings", ".outside"]) {
    assertEquals(namesOf(extension).filter((name) => !inputs.includes(name)), []);
  }
});

function placesOf({ places = {}, addresses = {} }: Outside): PlacesOutside {
  return {
    realPath: (path) => path,
    findProgram: (program) => `/usr/bin/${program}`,
    look: (path) => places[path] ?? "nothing",
    mayWrite: () => true,
    addressOf: (host) => addresses[host],
    isNamed: true,
  };
}

function namesOf(extension: string): string[] {
  return [...Deno.readDirSync(FOLDER)].map(({ name }) => name).filter((name) => name.endsWith(extension))
    .map((name) => name.slice(0, -extension.length)).sort();
}

function lines(issues: readonly Issue[]): string | undefined {
  return issues.length === 0 ? undefined : issues.map((issue) => formatIssue(issue, "/site") + "\n").join("");
}

function compare(name: string, actual: string | undefined): void {
  const path = join(FOLDER, name);
  if (UPDATE && actual !== undefined) Deno.writeTextFileSync(path, actual);
  let expected: string | undefined;
  try {
    expected = Deno.readTextFileSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  assertEquals(actual, expected, `${name} differs`);
}
