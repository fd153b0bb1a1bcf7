/**
 * Rows of the listing that are seen, or will be soon: only those get what costs something.
 *
 * @module
 */

/** What of a row's file can be shown beside the list; undefined for all else. */
export function previewKind(row) {
  const type = row.cells[1]?.textContent ?? "";
  if (row.matches(".d, .u, .p") || !row.querySelector("a").hasAttribute("href")) return undefined;
  if (/^(?:image|video|audio)\//.test(type)) return type.slice(0, 5);
  if (type === "application/pdf") return "pdf";
  if (/^text\/|^application\/(?:.*\+)?(?:json|xml|javascript|yaml|toml|x-sh)$/.test(type)) return "text";
  return row.matches(".t") && type === "" ? "text" : undefined;
}

/** Calls back for each row once, when it comes near to what is seen. */
export function rowWatcher(decorate) {
  return new IntersectionObserver((seen, watcher) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      decorate(target);
    }
  }, { rootMargin: "600px 0px" });
}

/** A button that shows the file beside the list. */
export function addPreviewButton(row) {
  if (row.querySelector(".see") || !previewKind(row)) return;
  const button = document.createElement("button"), link = row.querySelector("a");
  button.type = "button";
  button.className = "see";
  button.title = "Preview";
  button.ariaLabel = `Preview ${link.textContent}`;
  link.after(button);
}

/** A small picture of the file, in the grid. */
export function addThumbnail(row) {
  const link = row.querySelector("a"), kind = previewKind(row);
  if (kind !== "image" && kind !== "video" || link.querySelector("img, video")) return;
  const picture = document.createElement(kind === "image" ? "img" : "video");
  if (kind === "image") {
    picture.alt = "";
    picture.loading = "lazy";
    picture.decoding = "async";
  } else {
    picture.preload = "metadata";
    picture.muted = true;
    picture.tabIndex = -1;
    picture.setAttribute("aria-hidden", "true");
  }
  // What the browser cannot show has its icon.
  picture.addEventListener("error", () => picture.remove());
  // The first frame of many a film is black.
  picture.src = link.href + (kind === "video" ? "#t=1" : "");
  link.prepend(picture);
}
