/**
 * The name under localhost that an app is found by.
 *
 * @module
 */
import { basename } from "@std/path";
import { UsageError } from "./command_line.ts";

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

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
