/**
 * A supervisor whose real workers take requests down.
 *
 * @module
 */
import type { RequestRecord, RequestSummary } from "../../lib/inspector/record.ts";
import { isRecord, isSummary } from "../../lib/inspector/shapes.ts";
import { sumsOf } from "../../lib/inspector/sums.ts";
import type { MetricsSnapshot } from "../../lib/inspector/metrics.ts";
import { ProcessGroups } from "../../lib/runtime/process_groups.ts";
import { Supervisor } from "../../lib/supervisor/supervisor.ts";
import { systemInfo } from "../../lib/supervisor/system_info.ts";
import { writeFiles } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { configOf } from "./support.ts";

/** It, and what it has taken down. Disposal ends it. */
export interface Inspected extends AsyncDisposable {
  readonly supervisor: Supervisor;
  readonly folder: string;
  readonly port: number;
  /** Whole, by rising ids, of all workers. @throws if one has not its shape */
  records(since?: number): Promise<RequestRecord[]>;
  summaries(since?: number): Promise<RequestSummary[]>;
  /** The last one, as soon as there is one whose target ends like this. */
  recordOf(end: string): Promise<RequestRecord>;
  sums(): MetricsSnapshot;
  /** Lines of the access log, as soon as there are so many. */
  logged(count: number): Promise<string[]>;
}

/** Serves a configuration; `SERVERS` of it is what stands below `servers`. */
export async function inspect(
  servers: string,
  files: Parameters<typeof writeFiles>[1],
  top = "",
): Promise<Inspected> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "webserv-test-" }));
  await writeFiles(folder, files);
  const config = configOf(
    `error_log: error.log\naccess_log: access.log\nlog_format: json\nadmin: "127.0.0.1:0"\n${top}\nservers:\n${servers}`,
    folder,
  );
  const groups = new ProcessGroups(undefined);
  const supervisor = await Supervisor.start(config, { system: systemInfo(), groups });
  const ask = async <T>(
    what: "records" | "summaries",
    since: number,
    isOne: (value: unknown) => value is T,
  ): Promise<T[]> => {
    const found = await supervisor.records({ what, since, most: 30_000_000 });
    const all = found.flatMap(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)) as unknown[]);
    for (const value of all) {
      if (!isOne(value)) throw new Error(`It has not its shape: ${JSON.stringify(value)}`);
    }
    return all as T[];
  };
  const sorted = <T extends { readonly id: number }>(list: T[]) => list.sort((a, b) => a.id - b.id);
  const records = async (since = 0) => sorted(await ask("records", since, isRecord));
  return {
    supervisor,
    folder,
    port: supervisor.endpoints[0]!.port,
    records,
    summaries: async (since = 0) => sorted(await ask("summaries", since, isSummary)),
    recordOf: async (end) => {
      let found: RequestRecord | undefined;
      await waitUntil(async () => {
        found = (await records()).findLast(({ url }) => url.endsWith(end));
        return found !== undefined;
      }, `${end} is taken down`);
      return found!;
    },
    sums: () => sumsOf(supervisor.metrics!),
    logged: async (count) => {
      let lines: string[] = [];
      await waitUntil(() => {
        lines = Deno.readTextFileSync(`${folder}/access.log`).split("\n").slice(0, -1);
        return lines.length >= count;
      }, `${count} lines are logged`);
      return lines;
    },
    async [Symbol.asyncDispose]() {
      await supervisor.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
