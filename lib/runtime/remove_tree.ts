/**
 * The removal of a folder with all that is in it, as far as it goes.
 *
 * SECURITY: the runtime removes what is in a folder by that folder's descriptor, so that no link that is set meanwhile leads
 * out of it. What it could not remove is therefore tried by the folder's own names alone.
 *
 * @module
 */
import { FileError } from "../ports.ts";
import { fileError } from "./files.ts";

/** So many failures are told. */
const MOST_FAILURES = 100;

/**
 * Removes a file, or a folder with all that is in it.
 *
 * @returns the names in it that could not be removed; what could be is gone
 * @throws {FileError} if nothing in it hindered that
 */
export async function removeTree(path: string): Promise<{ name: string; error: FileError }[]> {
  const before = lstat(path);
  if (before === undefined) return [];
  const problem = await remove(path);
  if (problem === undefined) return [];
  if (!before.isDirectory) throw problem;
  const failures: { name: string; error: FileError }[] = [];
  for (const name of await namesIn(path)) {
    const now = lstat(path);
    if (now?.ino !== before.ino || now?.dev !== before.dev) throw new FileError("changed", path);
    const error = await remove(`${path}/${name}`);
    if (error !== undefined && failures.length < MOST_FAILURES) failures.push({ name, error });
  }
  if (failures.length > 0) return failures;
  const error = await remove(path);
  if (error !== undefined) throw error;
  return [];
}

async function remove(path: string): Promise<FileError | undefined> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    const known = fileError(error, path);
    if (known.problem !== "not found") return known;
  }
  return undefined;
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
  } catch (error) {
    throw fileError(error, path);
  }
}

function lstat(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    const known = fileError(error, path);
    if (known.problem === "not found") return undefined;
    throw known;
  }
}
