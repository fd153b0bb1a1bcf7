/**
 * What the errors of a system about files mean. Deno hands the system's codes through where it has no class of its own for
 * them; for those of Windows it takes the names that node:fs has, or gives nothing but the number in its text.
 *
 * @module
 */
import type { FileProblem, System } from "../ports.ts";

/** By their codes. */
const PROBLEMS: Readonly<Record<string, FileProblem>> = {
  ENOENT: "not found",
  ENOTDIR: "not found",
  ENAMETOOLONG: "not found",
  ELOOP: "not found",
  // A socket, or a device without a driver: nothing that could be opened.
  ENXIO: "not found",
  EINVAL: "not found",
  EACCES: "denied",
  EPERM: "denied",
  EEXIST: "exists",
  ENOTEMPTY: "not empty",
  ENOSPC: "full",
  EDQUOT: "full",
  EMFILE: "busy",
  ENFILE: "busy",
};

/** Another program has the file open, and shares it with nobody; elsewhere that is no error of files. */
const WINDOWS_PROBLEMS: Readonly<Record<string, FileProblem>> = { ...PROBLEMS, EBUSY: "busy" };

/** By their numbers: "System Error Codes" of the Windows documentation. */
const WINDOWS_NUMBERS: Readonly<Record<number, FileProblem>> = {
  // ERROR_FILE_NOT_FOUND, PATH_NOT_FOUND, INVALID_DRIVE, BAD_NETPATH, BAD_NET_NAME
  2: "not found",
  3: "not found",
  15: "not found",
  53: "not found",
  67: "not found",
  // ERROR_INVALID_NAME, BAD_PATHNAME, FILENAME_EXCED_RANGE, DIRECTORY, CANT_ACCESS_FILE, CANT_RESOLVE_FILENAME
  123: "not found",
  161: "not found",
  206: "not found",
  267: "not found",
  1920: "not found",
  1921: "not found",
  // ERROR_TOO_MANY_OPEN_FILES, SHARING_VIOLATION, LOCK_VIOLATION, DELETE_PENDING
  4: "busy",
  32: "busy",
  33: "busy",
  303: "busy",
  // ERROR_ACCESS_DENIED, WRITE_PROTECT, PRIVILEGE_NOT_HELD
  5: "denied",
  19: "denied",
  1314: "denied",
  // ERROR_HANDLE_DISK_FULL, DISK_FULL, DISK_QUOTA_EXCEEDED
  39: "full",
  112: "full",
  1295: "full",
  // ERROR_FILE_EXISTS, ALREADY_EXISTS
  80: "exists",
  183: "exists",
  145: "not empty",
};

/** The one place where the system's errors about files get a meaning. */
export function fileProblemOf(error: unknown, system: System): FileProblem {
  const code = codeOf(error), problems = system === "windows" ? WINDOWS_PROBLEMS : PROBLEMS;
  if (code !== undefined && problems[code] !== undefined) return problems[code];
  const number = system === "windows" ? systemNumberOf(error) : undefined;
  if (number !== undefined && WINDOWS_NUMBERS[number] !== undefined) return WINDOWS_NUMBERS[number];
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return "not found";
  if (error instanceof Deno.errors.FilesystemLoop) return "not found";
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return "denied";
  }
  if (error instanceof Deno.errors.AlreadyExists) return "exists";
  return "failed";
}

/** True if two names are on different file systems, and so no rename leads from one to the other. */
export function isAcrossDisks(error: unknown, system: System): boolean {
  // ERROR_NOT_SAME_DEVICE
  return codeOf(error) === "EXDEV" || system === "windows" && systemNumberOf(error) === 17;
}

/**
 * True if it may go well in a moment: on Windows nobody renames or removes what another program, such as a virus scanner or
 * an editor, has just open.
 */
export function isHeldOpen(error: unknown, system: System): boolean {
  if (system !== "windows") return false;
  const problem = fileProblemOf(error, system);
  return problem === "busy" || problem === "denied" && !(error instanceof Deno.errors.NotCapable);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as Error & { code?: string }).code : undefined;
}

/** That the runtime has put into its text. */
function systemNumberOf(error: unknown): number | undefined {
  const found = error instanceof Error ? /\(os error (\d+)\)/.exec(error.message) : null;
  return found === null ? undefined : Number(found[1]);
}
