/**
 * What is in a file of users, for those who check a configuration.
 *
 * @module
 */
import type { UsersLook } from "../config/outside.ts";
import { problemOfLines, readUserFile, UserFileError } from "../supervisor/user_files.ts";

/** The names in it, or why it is of no use. */
export function userFileLook(path: string): UsersLook {
  try {
    const file = readUserFile(path), problem = problemOfLines(file);
    return problem === undefined ? { names: new Set(file.users.keys()) } : { problem };
  } catch (error) {
    if (error instanceof UserFileError) return { problem: error.message };
    throw error;
  }
}
