/**
 * What a folder that may be written to does in the browser. The page works without it: there is a form then.
 *
 * @module
 */
import { filesOfDrop, filesOfInput, mostChosen } from "./chosen.js";
import { editText } from "./edit.js";
import { askForFolder, askToDelete, askWhereTo } from "./entries.js";
import { sayUnfinished } from "./unfinished.js";
import { uploadList } from "./uploads.js";

/** Runs in the page once its elements are there. */
export function startManaging() {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const find = (selector, within = document) => within.querySelector(selector);
  const tools = find(".up"), main = find("main"), dialog = find("dialog.ask");
  const { large } = tools.dataset, rights = new Set((tools.dataset.methods ?? "").split(" "));
  const [input, folderInput] = all("input[type=file]", tools);
  const entry = (href) => find(`#entries tbody a[href="${CSS.escape(href)}"]`)?.closest("tr");
  const linkIn = (row) => row && find("a", row).getAttribute("href");
  const uploads = uploadList({ tools, start: input ?? find("nav a"), entry, refresh: () => refresh() });

  // What has focus keeps it, and what went wrong stays to be seen.
  const refresh = async (fresh = []) => {
    const text = await fetch(location, { headers: { Accept: "text/html" } }).then(
      (answer) => answer.text(),
      () => "",
    );
    const page = new DOMParser().parseFromString(text, "text/html"),
      stored = [...uploads.takeStored(), ...fresh];
    // An index page may have been stored, which takes the listing's place.
    if (!find(".up", page)) return uploads.isEmpty() && location.reload();
    const focused = document.activeElement, href = linkIn(focused.closest("tbody tr"));
    find("#entries").replaceChildren(...find("#entries", page).childNodes);
    document.dispatchEvent(new Event("webserv-entries"));
    addButtons();
    if (href) focusEntry(href, focused.localName === "a" ? "a" : ".x button");
    // Of what lies deeper it is the folder that is seen.
    stored.forEach((href) =>
      (entry(href) ?? entry(href.replace(/^(\.\/[^/]*\/).*/, "$1")))?.classList.add("new")
    );
  };
  const focusEntry = (href, what) => {
    const row = href && entry(href), target = row && (find(what, row) ?? find("a", row));
    if (target) target.focus({ preventScroll: true });
    else uploads.focus();
  };

  const changes = ["MOVE", "COPY", "PUT"].some((method) => rights.has(method));
  const addButtons = () => {
    if (!dialog || !changes && !rights.has("DELETE")) return;
    find("#entries thead tr")?.insertAdjacentHTML(
      "beforeend",
      '<th scope="col"><span class="said">Actions',
    );
    for (const row of all("#entries tbody tr")) {
      // What has no path of its own cannot be asked for by others than GET.
      const canGo = !row.matches(".u") && /^\.\/[^?]/.test(linkIn(row));
      row.insertAdjacentHTML("beforeend", "<td class=x>");
      if (canGo) addRowButtons(row);
    }
  };
  const addRowButtons = (row) => {
    const name = find("a", row).textContent, isFolder = row.matches(".d");
    for (
      const [what, method] of [["Edit", "PUT"], ["Rename", "MOVE"], ["Copy", "COPY"], ["Delete", "DELETE"]]
    ) {
      if (
        !rights.has(method) || what === "Edit" && (isFolder || !isText(row)) ||
        what === "Copy" && rights.has("MOVE")
      ) {
        continue;
      }
      const button = document.createElement("button");
      Object.assign(button, { title: what, ariaLabel: `${what} ${name}`, className: what.toLowerCase() });
      row.lastElementChild.append(button);
    }
  };
  const isText = (row) => {
    const [, type, size] = all("td,th", row);
    return /^text\/|json$|xml$|javascript$|yaml$|toml$|^$/.test(type?.textContent ?? "") &&
      +(size?.dataset.n ?? Infinity) <= 1024 * 1024;
  };
  const actOn = async (button) => {
    const row = button.closest("tr"), href = linkIn(row);
    if (button.matches(".edit")) {
      if (await editText(dialog, href, uploads.say, large)) await refresh([href]);
      return focusEntry(href, ".edit");
    }
    if (!button.matches(".delete")) {
      const there = await askWhereTo(dialog, href, rights, large);
      if (there === undefined) return focusEntry(href, `.${button.className}`);
      await refresh([there]);
      return focusEntry(entry(there) ? there : href, ".rename");
    }
    const near = [row.nextElementSibling, row.previousElementSibling].find((other) =>
      other && find(".x button", other)
    );
    if (!await askToDelete(dialog, href, large)) return focusEntry(href, ".delete");
    const next = linkIn(near);
    uploads.say(find("a", row).textContent + " is deleted");
    row.remove();
    await refresh();
    focusEntry(next, ".delete");
  };
  main.addEventListener("click", ({ target }) => {
    if (target.matches(".x button")) actOn(target);
    else if (target.matches("li button")) uploads.press(target);
  });
  addButtons();
  tools.classList.add("js");

  const stay = (event) => (uploads.isBusy() || dialog?.matches(".wide[open]")) && event.preventDefault();
  addEventListener("beforeunload", stay);
  // Live reload asks, too: what has just been uploaded is a change, and a text that is being written would be gone.
  addEventListener("webserv-reload", stay);

  const [folderButton, makeButton] = [".folder", ".make"].map((name) => find(name, tools));
  if (makeButton) {
    makeButton.hidden = false;
    makeButton.onclick = async () => {
      const href = await askForFolder(dialog, large);
      if (href !== undefined) await refresh([href]);
      makeButton.focus();
    };
  }
  if (!rights.has("PUT")) return;
  find("form", tools).hidden = false;
  const addAll = (files, isCut) => {
    for (const { file, path } of files.slice(0, mostChosen())) {
      if (!path.split("/").some((name) => name.startsWith(".") && path.includes("/"))) {
        uploads.add(file, path);
      }
    }
    if (isCut || files.length > mostChosen()) uploads.say(`Only the first ${mostChosen()} files are sent.`);
  };
  const addChosen = ({ target }) => {
    addAll(filesOfInput(target), false);
    target.value = "";
  };
  input.onchange = addChosen;
  if (folderButton && folderInput) {
    folderButton.hidden = false;
    folderButton.onclick = () => folderInput.click();
    folderInput.onchange = addChosen;
  }
  const dragged = (over) => (event) => {
    if (!event.dataTransfer.types.includes("Files") || !over && event.relatedTarget) return;
    event.preventDefault();
    document.body.classList.toggle("over", over);
  };
  ondragover = dragged(true);
  ondragleave = dragged(false);
  ondrop = async (event) => {
    ondragleave(event);
    const dropped = await filesOfDrop(event.dataTransfer).catch(() => undefined);
    if (dropped === undefined) return uploads.say("The folder cannot be read");
    const { files, isCut } = dropped;
    addAll(rights.has("MKCOL") ? files : files.filter(({ path }) => !path.includes("/")), isCut);
  };
  sayUnfinished(uploads.say);
}
