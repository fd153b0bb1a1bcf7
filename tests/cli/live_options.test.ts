import { assertEquals, assertThrows } from "@std/assert";
import { dirname } from "@std/path";
import { parseCommandLine, UsageError } from "../../lib/cli/command_line.ts";
import { buildPlan, withLiveOptions } from "../../lib/cli/live_options.ts";
import { decodeConfig } from "../../lib/config/decode.ts";
import type { Config } from "../../lib/config/types.ts";
import type { CommandKeeper } from "../../lib/runtime/command.ts";

function configOf(yaml: string): Config {
  const result = decodeConfig(new TextEncoder().encode(yaml), "/site/webserv.yaml");
  if (result.issues) throw new Error(JSON.stringify(result.issues));
  return result.config;
}

const liveIn = ({ servers }: Config) =>
  servers.map(({ fallback, locations }) => [fallback, ...locations].map(({ live }) => live.liveReload));

Deno.test("--live turns live reload on everywhere where the file does not say otherwise", () => {
  const config = configOf(`
servers:
  - listen: 80
    root: one
    locations:
      /a/: {}
      /b/: { live_reload: off }
  - listen: 81
    root: two
    live_reload: off
    locations:
      /c/: {}
`);
  assertEquals(liveIn(config), [[false, false, false], [false, false]]);
  assertEquals(liveIn(withLiveOptions(config, parseCommandLine(["--live"]))), [[true, true, false], [
    false,
    false,
  ]]);
  assertEquals(liveIn(withLiveOptions(config, parseCommandLine([]))), liveIn(config));
});

Deno.test("--on-change needs live reload, by whatever turns it on", () => {
  const off = configOf("servers: [{ listen: 80, root: a }]");
  const on = configOf("servers: [{ listen: 80, root: a, live_reload: on }]");
  assertThrows(
    () => withLiveOptions(off, parseCommandLine(["--on-change", "make"])),
    UsageError,
    "add --live",
  );
  withLiveOptions(off, parseCommandLine(["--live", "--on-change", "make"]));
  withLiveOptions(on, parseCommandLine(["--on-change", "make"]));
});

Deno.test("a build is run here where the folder is in here, which is watched then, else in the folder", () => {
  const keeper = {} as CommandKeeper, here = Deno.cwd();
  const config = configOf("servers: [{ listen: 80, root: a }]");
  const folders: Record<string, readonly [folder: string, folders: readonly string[]]> = {
    [`${here}/lib`]: [here, [here]],
    [here]: [here, [here]],
    [dirname(here)]: [dirname(here), []],
  };
  for (const [operand, expected] of Object.entries(folders)) {
    const line = parseCommandLine([operand, "--live", "--on-change", "make all"]);
    const { file: _, ...folderConfig } = config;
    const plan = buildPlan(line, folderConfig as Config, keeper)!;
    assertEquals([plan.command, plan.folder, plan.folders], ["make all", ...expected], operand);
  }
  const temporary = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${temporary}/webserv.yaml`, "");
    const line = parseCommandLine(["-c", `${temporary}/webserv.yaml`, "--on-change", "make"]);
    const plan = buildPlan(line, { ...config, file: `${temporary}/webserv.yaml` }, keeper)!;
    assertEquals([plan.folder, plan.folders], [temporary, []]);
  } finally {
    Deno.removeSync(temporary, { recursive: true });
  }
  assertEquals(buildPlan(parseCommandLine(["--live"]), config, keeper), undefined);
});
