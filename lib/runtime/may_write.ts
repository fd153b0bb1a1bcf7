/**
 * Whether this user may write.
 *
 * @module
 */
import { accessSync, constants } from "node:fs";

/** True where nothing speaks against it; that a write succeeds is known only then. */
export function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch (error) {
    const code = error instanceof Error ? (error as Error & { code?: string }).code : undefined;
    return code !== "EACCES" && code !== "EROFS" && code !== "EPERM";
  }
}
