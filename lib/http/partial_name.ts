/**
 * The names under which uploads lie that are not whole yet: hidden, so that no request reaches them and no listing shows
 * them.
 *
 * @module
 */

const PREFIX = ".webserv-partial-";

const ID = /^[0-9a-f]{32}$/;

/** True for what could be an upload's own name. */
export function isUploadId(text: string): boolean {
  return ID.test(text);
}

/** The name of the file in which an upload's content is gathered. */
export function partialFileName(id: string): string {
  return PREFIX + id;
}

/** The upload that a file belongs to, be it its content or its notes; undefined if it belongs to none. */
export function uploadOfFile(name: string): string | undefined {
  if (!name.startsWith(PREFIX)) return undefined;
  const [id, ...endings] = name.slice(PREFIX.length).split("."), ending = endings.join(".");
  return isUploadId(id!) && ["", "json", "json.new"].includes(ending) ? id : undefined;
}
