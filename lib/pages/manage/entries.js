/**
 * What can be done with an entry of the listing: another name, another folder, a copy, a change of its text, its end.
 *
 * @module
 */
import { ask } from "./dialogs.js";
import { hrefOfPath, nameOfHref, problemText, shownName } from "./words.js";

/** The status of an answer, 0 where there was none. */
export function statusOf(href, init) {
  return fetch(href, init).then((answer) => answer.status, () => 0);
}

/**
 * Deletes after a question; a folder that is not empty after another one.
 *
 * @returns {Promise<boolean>} whether it is gone
 */
export async function askToDelete(dialog, href, large) {
  const isFolder = href.endsWith("/"), name = shownName(nameOfHref(href)) + (isFolder ? "/" : "");
  let isWhole = false;
  const answer = await ask(dialog, {
    title: "Delete …?",
    name,
    text: "It cannot be brought back.",
    buttons: [["delete", "Delete", true]],
    async act() {
      const status = await statusOf(href, {
        method: "DELETE",
        headers: isWhole ? { Depth: "infinity" } : {},
      });
      if (status === 409 && isFolder && !isWhole) {
        isWhole = true;
        return "It is not empty: press Delete once more to delete it with all that is in it.";
      }
      return status === 204 || status === 404 ? undefined : problemText(status, large);
    },
  });
  return answer !== undefined;
}

/**
 * Moves or copies to a path that is asked for, which starts at this folder, or with a slash at the server's top.
 *
 * @returns {Promise<string | undefined>} the address where it is now
 */
export async function askWhereTo(dialog, href, rights, large) {
  const end = href.endsWith("/") ? "/" : "", old = nameOfHref(href);
  let there, confirmed;
  const buttons = [["MOVE", "Rename or move"], ["COPY", "Copy"]].filter(([method]) => rights.has(method));
  const answer = await ask(dialog, {
    title: "Rename, move or copy …",
    name: shownName(old) + end,
    text: "A path such as photos/2026/name leads into another folder, ../name into the one above.",
    field: { label: "New name or path", value: old },
    buttons,
    async act(method, path) {
      const wanted = path.trim().replace(/\/+$/, "");
      if (wanted === "" || wanted === old) return "Write another name.";
      const isAbsolute = wanted.startsWith("/");
      there = (isAbsolute ? hrefOfPath(wanted.slice(1)).slice(1) : hrefOfPath(wanted)) + end;
      const isSure = confirmed === method + there;
      const status = await statusOf(href, {
        method,
        headers: { Destination: new URL(there, document.baseURI).href, Overwrite: isSure ? "T" : "F" },
      });
      if (status === 412 && !isSure) {
        confirmed = method + there;
        return `There is something of this name. Press the button once more to replace it.`;
      }
      if (status === 409) return "The folder that it is to lie in is not there.";
      if (status === 207) return "Not everything could be copied.";
      return status === 201 || status === 204 ? undefined : problemText(status, large);
    },
  });
  return answer && there;
}

/** Makes a folder with a name that is asked for. @returns {Promise<string | undefined>} its address */
export async function askForFolder(dialog, large) {
  let href;
  const answer = await ask(dialog, {
    title: "New folder",
    field: { label: "Name", value: "" },
    buttons: [["make", "Make"]],
    async act(_, name) {
      if (name.trim() === "") return "Write a name.";
      href = hrefOfPath(name.trim()) + "/";
      const status = await statusOf(href, { method: "MKCOL" });
      if (status === 405) return "There is something of this name.";
      return status === 201 ? undefined : problemText(status, large);
    },
  });
  return answer && href;
}
