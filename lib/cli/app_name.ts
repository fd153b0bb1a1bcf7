/**
 * The app of a command line, and the name under localhost that it is found by.
 *
 * @module
 */
import { basename } from "@std/path";
import type { AppConfig } from "../config/types.ts";
import { freePort } from "../runtime/free_port.ts";
import { type CommandLine, UsageError } from "./command_line.ts";

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The app, by the name of a folder where it is given none, and a port for it. @throws {UsageError} */
export function appOf({ name, beside }: CommandLine, folder: string): AppConfig {
  return {
    name: name === undefined ? nameOfFolder(folder) : parseAppName(name),
    port: freePort(),
    command: beside!.join(" "),
  };
}

/** What was written, as the labels before `.localhost`. @throws {UsageError} */
export function parseAppName(text: string): string {
  const name = text.toLowerCase().replace(/\.localhost$/, "");
  if (name.length <= 200 && name.split(".").every((label) => LABEL.test(label))) return name;
  throw new UsageError(`--name must be a name of letters, digits and hyphens, not "${text}"`);
}

/** That of a folder: what cannot stand in a host's name is a hyphen. */
export function nameOfFolder(path: string): string {
  const plain = basename(path).normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  const label = plain.replaceAll(/[^a-z0-9]+/g, "-").slice(0, 63).replaceAll(/^-+|-+$/g, "");
  return label || "app";
}
