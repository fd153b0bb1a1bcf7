/**
 * Configurations, systems and workers for tests of the supervisor.
 *
 * @module
 */
import { decodeConfig, formatIssue } from "../../lib/config/decode.ts";
import type { Config } from "../../lib/config/types.ts";
import { ProcessGroups } from "../../lib/runtime/process_groups.ts";
import { Supervisor, type SupervisorOptions } from "../../lib/supervisor/supervisor.ts";
import { type SystemInfo, systemInfo } from "../../lib/supervisor/system_info.ts";
import type { WorkerEvents } from "../../lib/supervisor/worker_handle.ts";
import type { Behaviour } from "./entry.ts";

/** What a webserv.yaml in a folder says. Port 0 everywhere unless it listens itself. */
export function configOf(text: string, folder = "/srv"): Config {
  const { config, issues } = decodeConfig(text, `${folder}/webserv.yaml`);
  if (issues) throw new Error(issues.map((issue) => formatIssue(issue, folder)).join("\n"));
  return config;
}

/** A module that behaves as it is told. */
export const ENTRY = new URL("./entry.ts", import.meta.url);

/** What this system is like, with a behaviour in the place of the search path. */
export function systemWith(behaviour: Behaviour, changes: Partial<SystemInfo> = {}): SystemInfo {
  return { ...systemInfo(), searchPath: JSON.stringify(behaviour), ...changes };
}

/** A running supervisor with a folder of its own. */
export interface TestSupervisor extends AsyncDisposable {
  readonly supervisor: Supervisor;
  readonly folder: string;
  readonly groups: ProcessGroups;
  errors(): string;
}

/** A server that runs programs: a worker has groups only where there are some. */
export const SERVERS = 'servers: [{ listen: "127.0.0.1:0", root: ., cgi: { .sh: sh } }]';

/** Starts a supervisor over test workers. `text` is what stands above the servers. */
export async function startSupervisor(
  behaviour: Behaviour,
  text = "",
  changes: Partial<SystemInfo> = {},
  more: Partial<SupervisorOptions> = {},
): Promise<TestSupervisor> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "webserv-test-" }));
  const groups = new ProcessGroups(undefined);
  const config = configOf(
    `error_log: error.log\naccess_log: off\n${text}\n${SERVERS}`,
    folder,
  );
  const options = { system: systemWith(behaviour, changes), groups, entry: ENTRY, ...more };
  const supervisor = await Supervisor.start(config, options).catch(async (error) => {
    await Deno.remove(folder, { recursive: true });
    throw error;
  });
  return {
    supervisor,
    folder,
    groups,
    errors: () => Deno.readTextFileSync(`${folder}/error.log`),
    async [Symbol.asyncDispose]() {
      await supervisor.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Events of a worker that are only remembered. */
export function remembered(): WorkerEvents & { readonly said: string[]; readonly deaths: string[] } {
  const said: string[] = [], deaths: string[] = [];
  return {
    said,
    deaths,
    log: (log, lines, over) => {
      said.push(`${log}: ${new TextDecoder().decode(lines).trimEnd()}`);
      over();
    },
    certificateWanted: (name, give) => {
      said.push(`certificate wanted: ${name}`);
      give(undefined);
    },
    poolWanted: (name, give) => {
      said.push(`pool wanted: ${name}`);
      give({ path: `/nowhere/${name}` });
      return true;
    },
    asked: () => Promise.resolve(undefined),
    poolsUnused: () => said.push("pools unused"),
    poolFailed: (name) => said.push(`pool failed: ${name}`) > 0,
    died: (reason) => deaths.push(reason),
  };
}
