/**
 * What each system has its own way for: which variables of the environment tell what, where programs are when nothing
 * tells, and which programs help with others. Pure.
 *
 * @module
 */
import type { System } from "../ports.ts";

/** The ways of one system. */
export interface SystemConventions {
  /** Of PATH, where that is not set. */
  readonly searchPath: string;
  /** Variables that name the folder for what is temporary; the first that is set counts. */
  readonly temporary: readonly string[];
  /** That folder, where none is set. */
  readonly temporaryFolder: string;
  /** Variables that a program is given whatever its environment is: few start on Windows without them. */
  readonly forPrograms: readonly string[];
  /** What starts programs in a process group of their own; undefined where there is no such program. */
  readonly launcher: "setsid" | undefined;
  /** The shell that finds the programs of a server that is gone: it takes /proc. */
  readonly guardShell: "sh" | undefined;
  /**
   * Connections to one port are shared out among all threads that listen on it. Other systems let several listen, too, but
   * give all connections to one of them.
   */
  readonly sharesPorts: boolean;
  /** A process may be the first of its container, which gets whatever others leave behind. */
  readonly hasInit: boolean;
}

const UNIX = {
  temporary: ["TMPDIR"],
  temporaryFolder: "/tmp",
  forPrograms: [],
} as const;

/** Those of every system. */
export const CONVENTIONS: Readonly<Record<System, SystemConventions>> = {
  linux: {
    ...UNIX,
    searchPath: "/usr/local/bin:/usr/bin:/bin",
    launcher: "setsid",
    guardShell: "sh",
    sharesPorts: true,
    hasInit: true,
  },
  darwin: {
    ...UNIX,
    searchPath: "/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin",
    launcher: undefined,
    guardShell: undefined,
    sharesPorts: false,
    hasInit: false,
  },
  windows: {
    searchPath: "C:\\Windows\\System32;C:\\Windows",
    temporary: ["TMPDIR", "TEMP", "TMP"],
    temporaryFolder: "C:\\Windows\\Temp",
    // After what Apache hands on there.
    forPrograms: ["SystemRoot", "ComSpec", "PATHEXT", "WINDIR", "TEMP", "TMP"],
    launcher: undefined,
    guardShell: undefined,
    sharesPorts: false,
    hasInit: false,
  },
};

/** The variables of the environment that are read; nothing else of it is. The last two are switches of the YAML library. */
export function variablesOf(system: System): string[] {
  const { temporary, forPrograms } = CONVENTIONS[system];
  return [...new Set(["PATH", ...temporary, ...forPrograms, "LOG_STREAM", "LOG_TOKENS"])];
}

/** The folder for what is temporary. */
export function temporaryFolder(
  system: System,
  variable: (name: string) => string | undefined,
): string {
  const { temporary, temporaryFolder } = CONVENTIONS[system];
  return temporary.map(variable).find((path) => path) ?? temporaryFolder;
}

/** What every program has in its environment. */
export function environmentForPrograms(
  system: System,
  variable: (name: string) => string | undefined,
): Record<string, string> {
  const entries = CONVENTIONS[system].forPrograms.map((name) => [name, variable(name)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
