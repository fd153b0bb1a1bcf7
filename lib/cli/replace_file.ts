/**
 * A small file written anew, so that whoever reads it meanwhile finds the whole of the old one or of the new one.
 *
 * @module
 */
import { basename, dirname, join } from "@std/path";
import { despiteOthers } from "../runtime/despite_others.ts";
import { SYSTEM } from "../runtime/system.ts";

/** For a file that was not there: nobody but its owner is to read hashes. */
const OWNER_ALONE = 0o600;

/**
 * Replaces the content of a file, or makes one. Mode and, where the system lets us, owner stay; a link stays a link.
 *
 * @throws whatever the system says
 */
export function replaceFile(path: string, text: string): void {
  const place = placeOf(path), before = statOf(place);
  const unfinished = join(
    dirname(place),
    `.${basename(place)}.${Deno.pid}.${crypto.randomUUID().slice(0, 8)}`,
  );
  try {
    using file = Deno.openSync(unfinished, { write: true, createNew: true, mode: OWNER_ALONE });
    writeAll(file, new TextEncoder().encode(text));
    file.syncDataSync();
    if (before !== undefined) keepOwner(unfinished, before);
    despiteOthers(() => Deno.renameSync(unfinished, place));
  } catch (error) {
    removeIfThere(unfinished);
    throw error;
  }
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  let rest = bytes;
  while (rest.length > 0) rest = rest.subarray(file.writeSync(rest));
}

function keepOwner(path: string, { mode, uid, gid }: Deno.FileInfo): void {
  if (SYSTEM === "windows") return;
  try {
    Deno.chownSync(path, uid, gid);
  } catch (error) {
    // SECURITY: only root gives files away; and where the group is another one, that is not to read what its file's may.
    const isRefused = error instanceof Deno.errors.PermissionDenied ||
      error instanceof Deno.errors.NotCapable;
    if (!isRefused) throw error;
    return;
  }
  if (mode !== null) Deno.chmodSync(path, mode & 0o777);
}

function placeOf(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return path;
    throw error;
  }
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It could not be made, or has its name by now.
  }
}
