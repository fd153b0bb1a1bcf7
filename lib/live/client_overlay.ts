/**
 * The part of the browser's script that shows over the page that a build has failed, with what it wrote. It is in a shadow
 * root, so the page's style does not reach it, and is styled through the object model, which no policy forbids.
 *
 * @module
 */

/** Gives `showFailure(command, output)` and `hideFailure()`. */
export const OVERLAY = String.raw`
let overlay;
/** What has been closed does not come back with the next connection. */
let shown = "", closed = "";

function styled(name, style, text = "") {
  const element = document.createElement(name);
  element.style.cssText = style;
  element.textContent = text;
  return element;
}

function closeFailure() {
  closed = shown;
  hideFailure();
}

function closeOnEscape({ key }) {
  if (key === "Escape") closeFailure();
}

function hideFailure() {
  if (overlay) overlay.remove();
  overlay = undefined;
  removeEventListener("keydown", closeOnEscape, true);
}

function showFailure(command, output) {
  shown = command + output;
  if (shown === closed) return;
  hideFailure();
  overlay = styled("div", "all: initial !important; position: fixed !important; inset: 0 !important; z-index: 2147483647 !important");
  const shade = styled("div", "box-sizing: border-box; height: 100%; padding: 4vmin; background: rgba(0, 0, 0, .6); display: flex; align-items: flex-start; justify-content: center");
  const box = styled("section", "box-sizing: border-box; width: 100%; max-width: 960px; max-height: 100%; display: flex; flex-direction: column; background: #1b1b1f; color: #ececf1; border-top: 4px solid #ff5f56; border-radius: 6px; box-shadow: 0 8px 40px rgba(0, 0, 0, .5); font: 14px/1.5 ui-monospace, Menlo, Consolas, monospace; color-scheme: dark");
  box.setAttribute("role", "alertdialog");
  box.setAttribute("aria-label", "The build has failed");
  const head = styled("div", "display: flex; gap: 12px; align-items: flex-start; padding: 14px 16px 0");
  const title = styled("h1", "flex: 1; margin: 0; font: inherit; font-weight: bold; color: #ff8f88; overflow-wrap: anywhere", "Failed: " + command);
  const close = styled("button", "font: inherit; color: inherit; background: #34343b; border: 1px solid #55555f; border-radius: 4px; padding: 2px 10px; cursor: pointer", "Close");
  close.type = "button";
  close.addEventListener("click", closeFailure);
  const text = styled("pre", "margin: 0; padding: 12px 16px 16px; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit", output || "It wrote nothing.");
  text.tabIndex = 0;
  head.append(title, close);
  box.append(head, text);
  shade.append(box);
  overlay.attachShadow({ mode: "open" }).append(shade);
  addEventListener("keydown", closeOnEscape, true);
  document.documentElement.append(overlay);
}
`;
