/**
 * Names, addresses and numbers as the page has them. Names come from strangers: they become text by `textContent` and
 * addresses by `encodeURIComponent`, never markup.
 *
 * @module
 */

/** The address of a path below the folder. @param {string} path with slashes between its names */
export function hrefOfPath(path) {
  return "./" + path.split("/").map((name) => encodeURIComponent(name).replaceAll("'", "%27")).join("/");
}

/** A name as it is shown: what turns the direction of writing, and control characters, are shown as what they are not. */
export function shownName(name) {
  return name.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}

/** The name that an address of a row leads to. */
export function nameOfHref(href) {
  return decodeURIComponent(href.replace(/^\.\//, "").replace(/\/$/, ""));
}

/** Bytes, for people. */
export function bytesText(count) {
  let unit = 0;
  for (; count > 999; unit++) count /= 1024;
  return `${+count.toPrecision(3)} ${["B", "KiB", "MiB", "GiB", "TiB"][unit]}`;
}

/** Why something was refused. @param {string} large what is said of what is too large */
export function problemText(status, large) {
  return {
    0: "No answer from the server, or the file is gone",
    400: "This name cannot be used here",
    401: "You have to log in for this",
    403: "You may not do this here",
    404: "This name cannot be used here",
    409: "A folder has this name, or this folder is gone",
    413: large,
    423: "Somebody has locked it",
    429: "Too many wrong passwords were sent: wait a minute",
    507: "The server’s disk is full",
  }[status] ?? `The server refused it (${status})`;
}

/** Another name beside one that is taken: `photo (2).jpg`. @param {(name: string) => unknown} isTaken */
export function freeName(name, isTaken) {
  const [, stem, extension] = /^(.+?)((?:\.tar)?\.[^.]{1,12})?$/s.exec(name);
  for (let number = 2;; number++) {
    const other = `${stem} (${number})${extension ?? ""}`;
    if (!isTaken(other)) return other;
  }
}
