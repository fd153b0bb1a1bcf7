/**
 * What the main thread and the admin's thread say to each other.
 *
 * @module
 */
import type { Endpoint } from "../http/endpoint.ts";
import type { HealthFacts } from "../inspector/admin.ts";
import type { MetricsMemory } from "../inspector/metrics.ts";
import type { RecordsFound, RecordsWanted } from "../inspector/wanted.ts";
import type { ListenProblem } from "../runtime/net.ts";

/** What of the configuration is shown, or needed. */
export interface AdminFacts {
  /** Where this server listens, as it is reached from here: requests are sent again there. */
  readonly endpoints: readonly Endpoint[];
  /** What the configuration's file is called; empty where there is none. */
  readonly configuration: string;
}

/** All that the admin's thread needs to know. */
export interface AdminStart {
  /** A loopback address, with its port. */
  readonly endpoint: Endpoint;
  readonly token: string;
  readonly health: HealthFacts;
  readonly facts: AdminFacts;
  readonly metrics: MetricsMemory;
}

/** From the main thread to the admin's. */
export type ToAdmin =
  | { readonly type: "start"; readonly start: AdminStart }
  /** Another configuration is served. */
  | { readonly type: "facts"; readonly facts: AdminFacts }
  /** What the threads that serve have said; those that said nothing in time are not there. SECURITY: nobody has looked into it. */
  | { readonly type: "records"; readonly ask: number; readonly found: readonly RecordsFound[] }
  /** There is another place, or another thread. */
  | { readonly type: "metrics"; readonly memory: MetricsMemory }
  /** End: connections are closed. */
  | { readonly type: "stop" };

/** How bad it is. */
export type LogLevel = "error" | "warning" | "notice";

/** From the admin's thread to the main one, which believes none of it. */
export type FromAdmin =
  /** It accepts connections. */
  | { readonly type: "ready" }
  /** It cannot listen. */
  | { readonly type: "failed"; readonly message: string; readonly problem: ListenProblem }
  | { readonly type: "records wanted"; readonly ask: number; readonly wanted: RecordsWanted }
  /** A line for the error log. */
  | { readonly type: "log"; readonly level: LogLevel; readonly text: string }
  /** It has let go of everything. */
  | { readonly type: "stopped" };

const PROBLEMS: readonly ListenProblem[] = [
  "taken",
  "denied",
  "foreign",
  "unresolved",
  "permission",
  "failed",
];

/** Characters of a line, at most. */
const LONGEST_LINE = 4000;

/** SECURITY: by its shape and within bounds. Undefined where it is no message. Never throws. */
export function decodeAdminMessage(data: unknown): FromAdmin | undefined {
  if (typeof data !== "object" || data === null || Object.getPrototypeOf(data) !== Object.prototype) {
    return undefined;
  }
  const { type, message, problem, ask, wanted, text, level } = data as Record<string, unknown>;
  switch (type) {
    case "ready":
    case "stopped":
      return { type };
    case "failed": {
      const known = PROBLEMS.find((one) => one === problem) ?? "failed";
      return { type, message: line(message), problem: known };
    }
    case "log":
      return level === "error" || level === "warning" || level === "notice"
        ? { type, level, text: line(text) }
        : undefined;
    case "records wanted": {
      const checked = wantedOf(wanted);
      return isId(ask) && checked !== undefined ? { type, ask, wanted: checked } : undefined;
    }
    default:
      return undefined;
  }
}

function line(text: unknown): string {
  return typeof text === "string" ? text.slice(0, LONGEST_LINE) : "it gave no reason";
}

function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function wantedOf(value: unknown): RecordsWanted | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { what, since, id, most, asSent } = value as Record<string, unknown>;
  if (what !== "summaries" && what !== "records") return undefined;
  if (!isId(most) || (id !== undefined && !isId(id)) || typeof since !== "number") return undefined;
  return {
    what,
    since: isId(since) ? since : 0,
    most,
    ...(id !== undefined && { id }),
    ...(asSent === true && { asSent }),
  };
}
