/**
 * One storage for all tests that want one.
 *
 * @module
 */
import { join } from "@std/path";
import { whatIsMissing } from "../s3/programs.ts";
import { startStorage } from "../s3/storage.ts";

/** What such a test file imports. */
const SUPPORT = "support/storage.ts";

/** A storage for the tests that are named, with what tells them where it is; nothing where none of them wants one. */
export async function storageFor(
  args: readonly string[],
): Promise<AsyncDisposable & { readonly env: Readonly<Record<string, string>> }> {
  const none = { env: {}, [Symbol.asyncDispose]: () => Promise.resolve() };
  // Somebody's own one is taken as it is; where there can be none, the tests say so.
  if (Deno.env.has("WEBSERV_S3") || whatIsMissing() !== undefined || !args.some(wantStorage)) return none;
  try {
    const storage = await startStorage();
    const { port, accessKey, secretKey } = storage;
    return {
      env: { WEBSERV_S3: JSON.stringify({ port, accessKey, secretKey }) },
      [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
    };
  } catch (error) {
    // The tests that want it start one each, and fail if that fails too.
    console.error(error instanceof Error ? error.message : error);
    return none;
  }
}

/** True if the path is a test file that uses a storage, or a folder with one. */
export function wantStorage(path: string): boolean {
  try {
    if (Deno.statSync(path).isFile) return Deno.readTextFileSync(path).includes(SUPPORT);
    return [...Deno.readDirSync(path)].some(({ name, isDirectory }) =>
      (isDirectory || name.endsWith(".test.ts")) && wantStorage(join(path, name))
    );
  } catch (error) {
    // An option, or its value.
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
