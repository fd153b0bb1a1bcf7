/**
 * The end of a soak: the server comes to rest, is asked to end, and what it has left behind is looked for.
 *
 * @module
 */
import { join } from "@std/path";
import type { Launched } from "../../tests/support/launch.ts";
import { readTree } from "../bench/proc.ts";
import { describe, isAsBefore, rest } from "../siege/health.ts";
import { pause } from "../siege/pace.ts";
import { hasThreadsOf, processesIn, unfinishedIn } from "./leftovers.ts";
import { type Look, lookAt } from "./samples.ts";

/** How it is when nobody asks any more. */
export async function restOf(
  pid: number,
  ports: readonly number[],
  before: Look,
  quiet: number,
): Promise<Look> {
  await pause(quiet);
  await rest(pid, (now) => isAsBefore(now, before) && hasThreadsOf(now, before));
  return lookAt(pid, ports);
}

/** Ends the server, and looks for what it has left behind. @param stored so many files in stores are the clients' affair */
export async function endOf(
  server: Launched,
  folder: string,
  before: Look,
  after: Look | undefined,
  stored: number,
) {
  const tree = after === undefined ? [] : readTree(server.pid).map(({ pid }) => pid);
  const start = performance.now();
  if (after !== undefined) server.kill("SIGTERM");
  const status = await server.status, ending = performance.now() - start;
  const inStores = unfinishedIn([join(folder, "store"), join(folder, "dav")]);
  const unfinished = [
    ...unfinishedIn([join(folder, "tmp")]),
    ...inStores.length > stored ? inStores : [],
  ];
  const processes = processesIn(folder, tree);
  return {
    ending,
    leftovers: [
      ...after === undefined
        ? [`it ended by itself: ${server.output().stderr.slice(-500).trim().replaceAll("\n", " ")}`]
        : [],
      ...after !== undefined && !isAsBefore(after, before) ? [describe(after)] : [],
      ...after !== undefined && !hasThreadsOf(after, before) ? [`${after.threads} threads`] : [],
      ...after !== undefined && after.connections > 0 ? [`${after.connections} connections`] : [],
      ...status !== 0 ? [`exit status ${status}`] : [],
      ...unfinished.length > 0 ? [`${unfinished.length} files (${unfinished.slice(0, 3).join(", ")})`] : [],
      ...processes.length > 0 ? [`${processes.length} processes (${processes.slice(0, 3).join(", ")})`] : [],
    ],
  };
}
