/**
 * The pane beside the list that shows a file. SECURITY: nothing that is stored here runs in it: HTML is shown as its text,
 * SVG as a picture, and a PDF by the browser's own viewer.
 *
 * @module
 */
import { previewKind } from "./rows.js";
import { textPreview } from "./text.js";

/** The pane. `move` leads to the next row that can be shown, or the one before. */
export function previewPane(move) {
  const pane = document.createElement("aside"), bar = document.createElement("header");
  const title = document.createElement("h2"), content = document.createElement("div");
  const open = document.createElement("a"), buttons = {};
  let row, leave;
  pane.id = "preview";
  pane.hidden = true;
  pane.ariaLabel = "Preview";
  title.setAttribute("aria-live", "polite");
  content.className = "content";
  open.textContent = "Open";
  const close = () => {
    if (pane.hidden) return;
    leave?.abort();
    pane.hidden = true;
    content.replaceChildren();
    document.documentElement.classList.remove("previewing");
    row?.removeAttribute("aria-current");
    const link = row?.isConnected && row.querySelector("a");
    row = undefined;
    if (link) link.focus({ preventScroll: true });
  };
  for (
    const [name, text, act] of [
      ["before", "Previous", () => move(row, -1)],
      ["next", "Next", () => move(row, 1)],
      ["close", "Close", close],
    ]
  ) {
    const button = buttons[name] = document.createElement("button");
    button.type = "button";
    button.className = name;
    button.title = button.ariaLabel = text;
    button.addEventListener("click", act);
  }
  bar.append(title, open, buttons.before, buttons.next, buttons.close);
  pane.append(bar, content);
  document.body.append(pane);

  const show = (shown, takesFocus) => {
    leave?.abort();
    leave = new AbortController();
    row?.removeAttribute("aria-current");
    row = shown;
    row.setAttribute("aria-current", "true");
    const link = row.querySelector("a");
    title.textContent = link.textContent;
    open.href = link.href;
    content.replaceChildren(previewOf(previewKind(row), link, leave.signal));
    pane.hidden = false;
    document.documentElement.classList.add("previewing");
    row.scrollIntoView({ block: "nearest" });
    if (takesFocus) buttons.close.focus({ preventScroll: true });
  };
  return { show, close, row: () => row };
}

/** What shows a file. */
export function previewOf(kind, link, signal) {
  if (kind === "text") return textPreview(link.href, signal);
  const shown = document.createElement({ image: "img", video: "video", audio: "audio", pdf: "iframe" }[kind]);
  const failed = () => {
    const note = document.createElement("p");
    note.textContent = "This browser cannot show it here.";
    shown.replaceWith(note);
  };
  shown.addEventListener("error", failed);
  if (kind === "image") shown.alt = link.textContent;
  else if (kind === "pdf") shown.title = link.textContent;
  else {
    shown.controls = true;
    shown.preload = "metadata";
  }
  shown.src = link.href;
  return shown;
}
