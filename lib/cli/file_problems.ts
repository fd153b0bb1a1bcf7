/**
 * What is wrong with a configuration, or with a file or folder that a command needs.
 *
 * @module
 */
import { resolve } from "@std/path";
import { permissionFlag } from "../supervisor/permissions.ts";

/** The configuration is wrong: exit status 2. The message has a line for each issue. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** A file or folder cannot be read or written: exit status 1. */
export class FileAccessError extends Error {
  override readonly name = "FileAccessError";
}

/** Why a file cannot be read, and what to do, as the end of a sentence about it. */
export function readingProblem(error: unknown, path: string): string {
  if (error instanceof Deno.errors.NotFound) return "does not exist: check the name";
  if (error instanceof Deno.errors.NotCapable) {
    return `may not be read: start with ${permissionFlag("read", [resolve(path)])}`;
  }
  if (error instanceof Deno.errors.PermissionDenied) return "may not be read: check its permissions";
  if (error instanceof Deno.errors.IsADirectory) return "is a folder: name a file";
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}

/** Why a file cannot be written, and what to do, as the end of a sentence about it. */
export function writingProblem(error: unknown, path: string): string {
  if (error instanceof Deno.errors.NotCapable) {
    return `may not be written: start with ${permissionFlag("write", [resolve(path)])}`;
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return "may not be written: check its folder's permissions";
  }
  return `cannot be written: ${error instanceof Error ? error.message : String(error)}`;
}
