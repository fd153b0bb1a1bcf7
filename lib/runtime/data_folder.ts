/**
 * Where this user's lasting data lies, by the conventions of each system.
 *
 * @module
 */
import { join, resolve } from "@std/path";
import type { System } from "../ports.ts";

/** Variables of the environment that tell it. */
export const DATA_VARIABLES = {
  linux: ["WEBSERV_DATA", "XDG_DATA_HOME", "HOME"],
  darwin: ["WEBSERV_DATA", "HOME"],
  windows: ["WEBSERV_DATA", "LOCALAPPDATA"],
} as const satisfies Readonly<Record<System, readonly string[]>>;

/**
 * The folder, absolute, whether it is there or not; undefined where nothing says where the user is at home. It is that
 * of WEBSERV_DATA, or after the XDG Base Directory Specification, Apple's and Microsoft's guidelines.
 *
 * @param variable gives one of DATA_VARIABLES; undefined where it is not set, or may not be read
 */
export function dataFolder(
  system: System,
  variable: (name: string) => string | undefined,
): string | undefined {
  const own = variable("WEBSERV_DATA");
  if (own) return resolve(own);
  // The specification has relative paths ignored.
  const base = (name: string) => {
    const path = variable(name);
    return path && /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(path) ? path : undefined;
  };
  const home = base("HOME");
  switch (system) {
    case "windows": {
      const local = base("LOCALAPPDATA");
      return local && `${local.replace(/[\\/]+$/, "")}\\webserv`;
    }
    case "darwin":
      return home && join(home, "Library", "Application Support", "webserv");
    case "linux": {
      const data = base("XDG_DATA_HOME") ?? (home && join(home, ".local", "share"));
      return data && join(data, "webserv");
    }
  }
}
