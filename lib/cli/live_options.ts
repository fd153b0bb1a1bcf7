/**
 * What `--live` and `--on-change` ask for.
 *
 * @module
 */
import { dirname, resolve } from "@std/path";
import { hasLiveReload } from "../config/places.ts";
import type { Config, LocationConfig } from "../config/types.ts";
import { isContained } from "../http/containment.ts";
import type { CommandKeeper } from "../runtime/command.ts";
import type { LiveBuildPlan } from "../supervisor/live_build.ts";
import { type CommandLine, UsageError } from "./command_line.ts";
import { mayRead } from "./named_variables.ts";

/** Live reload wherever the file does not say otherwise, if it is asked for. @throws {UsageError} */
export function withLiveOptions(config: Config, { switches, onChange, operand }: CommandLine): Config {
  // An app without a folder is made of what lies where it is started.
  const watched = config.app !== undefined && operand === undefined ? [Deno.cwd()] : [];
  const live = switches.has("live") ? withLiveReload(config, watched) : config;
  if (onChange !== undefined && !hasLiveReload(live)) {
    const other = config.file === undefined ? "" : ", or live_reload to the configuration";
    throw new UsageError(`--on-change is for live reload: add --live${other}`);
  }
  return live;
}

/** The command of `--on-change`, with where it is run; undefined where there is none. */
export function buildPlan(
  { onChange, operand }: CommandLine,
  { file }: Config,
  keeper: CommandKeeper,
): LiveBuildPlan | undefined {
  if (onChange === undefined) return undefined;
  const here = Deno.cwd();
  const served = file === undefined ? resolve(operand ?? ".") : dirname(resolve(file));
  if (!isContained(served, here)) return { command: onChange, folder: folderAt(served), folders: [], keeper };
  // What is served is often made of what lies beside it. Of everything that there is, nobody wants to hear.
  const isWatched = here !== "/" && here !== home();
  return { command: onChange, folder: here, folders: isWatched ? [here] : [], keeper };
}

function withLiveReload(config: Config, watched: readonly string[]): Config {
  const on = (location: LocationConfig) =>
    location.lines?.keys["live_reload"] === undefined
      ? {
        ...location,
        live: { liveReload: true, liveReloadWatch: [...location.live.liveReloadWatch, ...watched] },
      }
      : location;
  return {
    ...config,
    servers: config.servers.map((server) => ({
      ...server,
      fallback: on(server.fallback),
      locations: server.locations.map(on),
    })),
  };
}

/** Undefined where it may not be known. */
function home(): string | undefined {
  return mayRead("HOME") ? Deno.env.get("HOME") : undefined;
}

/** Of a file it is the one that it lies in. */
function folderAt(path: string): string {
  return Deno.statSync(path).isDirectory ? path : dirname(path);
}
