/**
 * The list of uploads: a row for each file, whose class is its state. Two are sent at once. What is large can be paused,
 * and goes on after a cut.
 *
 * @module
 */
import { resumableUpload } from "./resumable.js";
import { bytesText, freeName, hrefOfPath, problemText, shownName } from "./words.js";

/**
 * @param {object} page
 * @param {HTMLElement} page.tools where the list stands
 * @param {HTMLElement} page.start what gets the focus where nothing else is left
 * @param {(href: string) => Element | undefined} page.entry the row of the listing with this address
 * @param {() => void} page.refresh shows the listing as it is now
 */
export function uploadList({ tools, start, entry, refresh }) {
  const all = (selector, within = list) => [...within.querySelectorAll(selector)];
  const find = (selector, within) => within.querySelector(selector);
  const [status, list, template] = ["p", "ul", "template"].map((name) => find(name, tools));
  const [replaceAll, cancelAll] = all("p~button", tools);
  const { max = Infinity, large, small = Infinity } = tools.dataset;
  /** Folders that have been made for what is in them. */
  const folders = new Map();
  let stored = [], timer;

  const focusIn = (place) => (place.querySelector("li button:not(:empty)") ?? start).focus();
  // A screen reader hears of changes once a while, not of each file of hundreds.
  const announce = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      const asking = all(".asking").length, failed = all(".failed").length;
      const total = stored.length + all("li:not(.done)").length;
      status.textContent = (total ? `${stored.length} of ${total} stored` : "") +
        (failed ? `, ${failed} failed` : "") + (asking ? `, ${asking} for you to decide` : "");
      replaceAll.hidden = asking < 2;
      cancelAll.hidden = all(".waiting").length < 1;
    }, 200);
  };
  const setState = (row, state, text, ...labels) => {
    row.className = state;
    find("small", row).textContent = text;
    all("button", row).forEach((button, index) => {
      button.textContent = labels[index] ?? "";
      button.ariaLabel = (labels[index] ?? "") + " " + find("b", row).textContent;
    });
    if (document.activeElement.matches("li button:empty")) focusIn(row);
    announce();
  };
  const fail = (row, text, again) => setState(row, "failed", text, again, "Dismiss");
  const askToReplace = (row) =>
    setState(row, "asking", "A file of this name exists", "Replace", "Keep", "Keep both");
  const removeRow = (row) => {
    const near = row.nextElementSibling ?? row.previousElementSibling ?? tools;
    const hasFocus = row.contains(document.activeElement);
    row.remove();
    row.upload?.cancel();
    if (hasFocus) focusIn(near);
    announce();
  };
  /** A file is to be stored at a path below the folder. @param {string} [refusal] why it is not */
  const add = (file, path = file.name, refusal) => {
    if (!all(".waiting,.running,.paused,.asking")[0]) stored = [];
    const row = template.content.firstElementChild.cloneNode(true);
    Object.assign(row, { file, path });
    list.append(row);
    nameRow(row);
    if (refusal || file.size > max) fail(row, refusal || problemText(413, large));
    else if (entry(hrefOfPath(path))) askToReplace(row);
    else begin(row);
  };
  const nameRow = (row) => {
    find("b", row).textContent = find("progress", row).ariaLabel = shownName(row.path);
  };
  const begin = (row) => {
    row.replace ||= row.className === "asking";
    setState(row, "waiting", "Waiting", "", "Cancel");
    startUploads();
  };
  const keepBoth = (row) => {
    const slash = row.path.lastIndexOf("/") + 1, folder = row.path.slice(0, slash);
    row.path = folder + freeName(row.path.slice(slash), (name) => entry(hrefOfPath(folder + name)));
    nameRow(row);
    row.className = "";
    begin(row);
  };
  // The listing as it is then once there is nothing more to do.
  const startUploads = () => {
    all(".waiting").slice(0, Math.max(0, 2 - all(".running").length)).forEach(send);
    if (!all(".running")[0] && stored[0]) refresh();
  };

  /** Has the folders of a path made, each once. Gives the status that is no success. */
  const makeFolders = async (path) => {
    const names = path.split("/").slice(0, -1);
    for (let depth = 1; depth <= names.length; depth++) {
      const folder = names.slice(0, depth).join("/");
      if (!folders.has(folder)) {
        folders.set(
          folder,
          fetch(hrefOfPath(folder) + "/", { method: "MKCOL" }).then((answer) => answer.status, () => 0),
        );
      }
      const code = await folders.get(folder);
      // It is there already.
      if (code === 201 || code === 405) continue;
      folders.delete(folder);
      return code;
    }
    return undefined;
  };
  const send = async (row) => {
    const { file, path } = row, isLarge = file.size > small, bar = find("progress", row);
    setState(row, "running", "Starting", isLarge ? "Pause" : "", "Cancel");
    const failed = await makeFolders(path);
    if (failed === undefined && row.className === "running") {
      row.upload ??= resumableUpload(file, hrefOfPath(path), {
        headers: row.replace ? {} : { "If-None-Match": "*" },
        progress: progressIn(row, bar),
        waiting: (seconds) =>
          find("small", row).textContent = `Cut off; once more in ${Math.ceil(seconds)} s`,
        small: +small,
        patience: isLarge ? 12 : 0,
      });
      const { status: code, isPaused, isCancelled } = await row.upload.start();
      if (!isPaused && !isCancelled) settle(row, code);
    } else if (failed !== undefined && row.isConnected) fail(row, problemText(failed, large), "Retry");
    startUploads();
  };
  const settle = (row, code) => {
    row.upload = undefined;
    if (code >= 200 && code < 300) {
      stored.push(hrefOfPath(row.path));
      setState(row, "done", "Stored");
    } else if (code === 412) askToReplace(row);
    else if (row.isConnected) fail(row, problemText(code, large), "Retry");
  };
  const progressIn = (row, bar) => {
    let then = performance.now(), before = 0, speed = 0;
    bar.value = 0;
    return (loaded, total) => {
      const now = performance.now(), seconds = (now - then) / 1000;
      bar.value = loaded / (total || 1);
      if (!loaded || row.className !== "running" || seconds < .4 && loaded < total) return;
      speed += (Math.max(0, loaded - before) / seconds - speed) * (speed ? .3 : 1);
      [then, before] = [now, loaded];
      const left = Math.ceil((total - loaded) / (speed || 1));
      find("small", row).textContent = left
        ? `${bytesText(loaded)} of ${bytesText(total)}, ${bytesText(speed)}/s, ` +
          (left < 90 ? `${left} s left` : `${Math.ceil(left / 60)} min left`)
        : "Finishing";
    };
  };
  const pause = (row) => {
    row.upload?.pause();
    setState(row, "paused", "Paused", "Resume", "Cancel");
    startUploads();
  };
  /** One of the buttons of a row. */
  const press = (button) => {
    const row = button.closest("li"), index = all("button", row).indexOf(button);
    if (index === 2) keepBoth(row);
    else if (index === 1) removeRow(row);
    else if (row.className === "running") pause(row);
    else begin(row);
  };
  replaceAll.onclick = () => all(".asking").forEach(begin);
  cancelAll.onclick = () => all(".waiting,.running").reverse().forEach(removeRow);
  return {
    add,
    press,
    focus: () => focusIn(tools),
    say: (text) => status.textContent = text,
    isBusy: () => all(".waiting,.running")[0] !== undefined,
    /** What has been stored since the list was empty, by address; what is done leaves the list. */
    takeStored() {
      all(".done").forEach(removeRow);
      folders.clear();
      return stored;
    },
    isEmpty: () => !find("li", list),
  };
}
