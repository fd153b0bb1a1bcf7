/**
 * Whether a folder has so few files in it that a look at all of them takes no time that anybody notices.
 *
 * @module
 */

/** @returns false if there are more entries below a folder than that */
export function isSmallTree(path: string, most: number): boolean {
  const folders = [path];
  let count = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      for (const { name, isDirectory } of Deno.readDirSync(folder)) {
        if (++count > most) return false;
        if (isDirectory) folders.push(`${folder}/${name}`);
      }
    } catch {
      // It is a file, is not there, or cannot be read: there is nothing to look at.
    }
  }
  return true;
}
