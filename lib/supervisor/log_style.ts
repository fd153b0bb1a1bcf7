/**
 * How logs look, by where they go: on a terminal they are for whoever sits there, anywhere else for programs and for
 * later.
 *
 * @module
 */
import type { Config, LogTarget } from "../config/types.ts";
import { perSecond } from "../http/per_second.ts";
import type { Terminal } from "../runtime/terminal.ts";
import type { AccessFormat } from "../server/access_log.ts";
import { localTime } from "../server/dev_format.ts";

/** True if somebody sees a log as it is written. */
export function isOnTerminal({ to }: LogTarget, terminal: Terminal): boolean {
  return (to === "stdout" || to === "stderr") && terminal[to];
}

/** The format of the access log: the one that was asked for, else the one for where it goes. */
export function accessFormat({ logFormat, accessLog }: Config, terminal: Terminal): AccessFormat {
  return logFormat ?? (isOnTerminal(accessLog, terminal) ? "dev" : "combined");
}

/**
 * The time before each line of the error log: that on the wall where it stands among lines of the access log that have
 * that one, too; else the same as anywhere else in the world.
 */
export function errorTime({ errorLog }: Config, terminal: Terminal): (now: number) => string {
  return isOnTerminal(errorLog, terminal) ? localTime : worldTime;
}

/** `2026-11-28T10:00:00Z`. */
const worldTime = perSecond((second) => new Date(second).toISOString().replace(".000", ""));
