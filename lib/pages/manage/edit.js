/**
 * A text file changed in its place. What somebody else has written meanwhile is not lost: the file's tag is the condition.
 *
 * @module
 */
import { ask } from "./dialogs.js";
import { nameOfHref, problemText, shownName } from "./words.js";

/** Bytes of a text that is shown for that, at most. */
export function mostEdited() {
  return 1024 * 1024;
}

/**
 * The text of a file with its tag; a text that says why not where it is none.
 *
 * @returns {Promise<{ text: string, tag: string | null, hasCrlf: boolean } | string>}
 */
export async function loadText(href) {
  const answer = await fetch(href, { headers: { Accept: "*/*" }, cache: "no-store" }).catch(() => undefined);
  if (!answer?.ok) return problemText(answer?.status ?? 0, "");
  const bytes = await answer.arrayBuffer().catch(() => undefined);
  if (bytes === undefined) return problemText(0, "");
  if (bytes.byteLength > mostEdited()) return "It is too large to be edited here.";
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (text.includes("\0")) return "It is no text.";
    return { text, tag: answer.headers.get("ETag"), hasCrlf: /\r\n/.test(text) };
  } catch {
    return "It is no text in UTF-8.";
  }
}

/** Shows a text to be changed, and stores it. @returns {Promise<boolean>} whether it was stored */
export async function editText(dialog, href, say, large) {
  const loaded = await loadText(href);
  if (typeof loaded === "string") {
    say(`${shownName(nameOfHref(href))}: ${loaded}`);
    return false;
  }
  let { tag } = loaded;
  const answer = await ask(dialog, {
    title: "Edit …",
    name: shownName(nameOfHref(href)),
    area: { label: "Text", value: loaded.text },
    buttons: [["save", "Save"]],
    async act(_, text) {
      // A text area has one kind of line end, and the file keeps its own.
      const body = loaded.hasCrlf ? text.replace(/\r?\n/g, "\r\n") : text;
      const headers = tag === null ? {} : { "If-Match": tag };
      const status = await fetch(href, { method: "PUT", headers, body }).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 412) {
        const newer = await fetch(href, { method: "HEAD", headers: { Accept: "*/*" }, cache: "no-store" })
          .catch(() => undefined);
        tag = newer?.ok ? newer.headers.get("ETag") : null;
        return "It was changed by somebody else meanwhile. Press Save once more to replace what they wrote, or cancel and open it again.";
      }
      return status >= 200 && status < 300 ? undefined : problemText(status, large);
    },
  });
  return answer !== undefined;
}
