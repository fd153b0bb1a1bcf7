/**
 * Which changes below a folder are of nobody's interest: files that editors and other programs make for themselves while
 * they work, hidden ones, and what package managers keep.
 *
 * @module
 */

/** Folders that are written to by tools alone. */
const FOLDERS = new Set(["node_modules", "bower_components", "__pycache__"]);

/** A hidden name that is for browsers (RFC 8615). */
const WELL_KNOWN = ".well-known";

/** What editors and other programs that replace files call what is not finished, or was there before. */
const TEMPORARY = [
  // vi: whether a folder can be written to. Then swap files, e.g. of nano and vim, and copies.
  /^4913$/,
  /\.sw[a-z]$/,
  /~$/,
  // Emacs.
  /^#.*#$/,
  // JetBrains.
  /___jb_(?:tmp|old|bak)___$/,
  /\.(?:tmp|temp|part|partial|crdownload|bak|orig|rej|lock|lck)$/i,
  // sed -i; npm's write-file-atomic, Deno, Vite and others who add a number.
  /^sed[A-Za-z0-9]{6}$/,
  /\.(?:tmp[-.]?)?\d{6,}$/,
  /\.tmp[-.][0-9a-z-]+$/i,
  // A log grows with each request.
  /\.log(?:\.\d+)?$/i,
  // Python's compiled modules, journals of SQLite.
  /\.py[co]$/,
  /-(?:journal|wal|shm)$/,
];

/** True if nobody wants to hear of it. @param path below the folder that is looked at, with slashes */
export function isOfNoInterest(path: string): boolean {
  const names = path.split("/");
  if (names.some((name) => (name.startsWith(".") && name !== WELL_KNOWN) || FOLDERS.has(name))) return true;
  const name = names.at(-1)!;
  return TEMPORARY.some((pattern) => pattern.test(name));
}
