/**
 * What a folder that may be written to does in the browser: uploads with progress, and deleting. upload_tools.ts puts
 * the source of this function into the page, so it reaches nothing outside itself. The page works without it. Names come
 * from strangers: they become text by `textContent` and addresses by `encodeURIComponent`, never markup.
 *
 * @module
 */

/** Runs in the page once its elements are there. An upload is a row of the list; the row's class is its state. */
export function uploadScript() {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const find = (selector, within) => all(selector, within)[0];
  const tools = find(".up"), main = find("main"), dialog = find("dialog");
  const [input, status, list] = ["input", "p", "ul"].map((name) => find(name, tools));
  const { max = Infinity, large } = tools.dataset;

  const hrefOf = (name) => "./" + encodeURIComponent(name).replaceAll("'", "%27");
  const entry = (href) => find(`tbody a[href="${CSS.escape(href)}"]`)?.closest("tr");
  const linkIn = (row) => row && find("a", row).getAttribute("href");
  const bytes = (count) => {
    let unit = 0;
    for (; count > 999; unit++) count /= 1024;
    return `${+count.toPrecision(3)} ${["B", "KiB", "MiB", "GiB", "TiB"][unit]}`;
  };
  const problem = (code) => ({
    0: "No answer from the server, or the file is gone",
    404: "This name cannot be used here",
    409: "A folder has this name, or this folder is gone",
    413: large,
    507: "The server’s disk is full",
  }[code] ?? `The server refused it (${code})`);

  const uploads = (states) => all(states, list);
  const focusIn = (place) => (find("li button:not(:empty)", place) ?? input ?? find("nav a")).focus();
  let stored = [], timer;

  // A screen reader hears of changes once a while, not of each file of hundreds.
  const announce = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      const asking = uploads(".asking").length, failed = uploads(".failed").length;
      const total = stored.length + uploads("li:not(.done)").length;
      status.textContent = (total ? `${stored.length} of ${total} stored` : "") +
        (failed ? `, ${failed} failed` : "") + (asking ? `, ${asking} for you to decide` : "");
      replaceAll.hidden = asking < 2;
      cancelAll.hidden = uploads(".waiting").length < 1;
    }, 200);
  };
  const setState = (row, state, text, ...labels) => {
    row.className = state;
    find("small", row).textContent = text;
    all("button", row).forEach((button, index) => {
      button.textContent = labels[index];
      button.ariaLabel = labels[index] + " " + find("b", row).textContent;
    });
    if (document.activeElement.matches("li button:empty")) focusIn(row);
    announce();
  };
  const fail = (row, text, again) => setState(row, "failed", text, again, "Dismiss");
  const askToReplace = (row) => setState(row, "asking", "A file of this name exists", "Replace", "Keep");
  const removeRow = (row) => {
    const near = row.nextElementSibling ?? row.previousElementSibling ?? tools;
    const focused = row.contains(document.activeElement);
    row.remove();
    row.request?.abort();
    if (focused) focusIn(near);
    announce();
  };

  const add = (file, refusal) => {
    if (!uploads(".waiting,.running,.asking")[0]) stored = [];
    const row = find("template", tools).content.firstElementChild.cloneNode(true);
    find("b", row).textContent =
      find("progress", row).ariaLabel =
        file.name.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
    row.file = file;
    list.append(row);
    if (refusal || file.size > max) fail(row, refusal || problem(413));
    else if (entry(hrefOf(file.name))) askToReplace(row);
    else begin(row);
  };
  const begin = (row) => {
    row.replace ||= row.className === "asking";
    setState(row, "waiting", "Waiting", "", "Cancel");
    startUploads();
  };
  // Two at once, and the listing as it is then once there is nothing more to do.
  const startUploads = () => {
    uploads(".waiting").slice(0, Math.max(0, 2 - uploads(".running").length)).forEach(send);
    if (!uploads(".running")[0] && stored[0]) refresh();
  };
  const send = (row) => {
    const { file } = row, bar = find("progress", row), request = row.request = new XMLHttpRequest();
    let then = performance.now(), before = 0, speed = 0;
    setState(row, "running", "Starting", "", "Cancel");
    bar.value = 0;
    request.open("PUT", hrefOf(file.name));
    if (!row.replace) request.setRequestHeader("If-None-Match", "*");
    request.upload.onprogress = ({ loaded, total }) => {
      const now = performance.now(), seconds = (now - then) / 1000;
      bar.value = loaded / (total || 1);
      if (!loaded || seconds < .4 && loaded < total) return;
      speed += ((loaded - before) / seconds - speed) * (speed ? .3 : 1);
      [then, before] = [now, loaded];
      const left = Math.ceil((total - loaded) / speed);
      find("small", row).textContent = left
        ? `${bytes(loaded)} of ${bytes(total)}, ${bytes(speed)}/s, ` +
          (left < 90 ? `${left} s left` : `${Math.ceil(left / 60)} min left`)
        : "Finishing";
    };
    request.onloadend = () => {
      const { status: code } = request;
      if (code === 201 || code === 204) {
        stored.push(hrefOf(file.name));
        setState(row, "done", "Stored");
      } else if (code === 412) askToReplace(row);
      else if (row.isConnected) fail(row, problem(code), "Retry");
      startUploads();
    };
    request.send(file);
  };

  // What has focus keeps it, and what went wrong stays to be seen.
  const refresh = async () => {
    const text = await fetch(location, { headers: { Accept: "text/html" } }).then(
      (answer) => answer.text(),
      () => "",
    );
    const page = new DOMParser().parseFromString(text, "text/html");
    uploads(".done").forEach(removeRow);
    // An index page may have been stored, which takes the listing's place.
    if (!find(".up", page)) return find("li", list) || location.reload();
    const focused = document.activeElement, href = linkIn(focused.closest("tbody tr"));
    find("#entries").replaceChildren(...find("#entries", page).childNodes);
    document.dispatchEvent(new Event("webserv-entries"));
    addDeletes();
    if (href) focusEntry(href, focused.localName === "a" ? "a" : ".x button");
    stored.forEach((href) => entry(href)?.classList.add("new"));
  };
  const focusEntry = (href, what) => {
    const row = href && entry(href);
    if (row) find(what, row).focus({ preventScroll: true });
    else focusIn(tools);
  };

  const addDeletes = () => {
    if (!dialog) return;
    find("thead tr")?.insertAdjacentHTML("beforeend", "<th aria-label=Delete>");
    for (const row of all("tbody tr")) {
      // What has no path of its own cannot be asked for with DELETE.
      const canGo = !row.matches(".d,.u") && /^\.\/[^?]/.test(linkIn(row));
      row.insertAdjacentHTML("beforeend", canGo ? "<td class=x><button title=Delete>" : "<td>");
      if (canGo) find(".x button", row).ariaLabel = "Delete " + find("a", row).textContent;
    }
  };
  const [name, reason, confirmDelete] = dialog ? ["b", "p", ".bad"].map((part) => find(part, dialog)) : [];
  let chosen;
  main.onclick = ({ target }) => {
    if (target.matches(".x button")) {
      const row = target.closest("tr");
      chosen = linkIn(row);
      name.textContent = find("a", row).textContent;
      reason.textContent = "It cannot be brought back.";
      dialog.showModal();
    } else if (target.matches("li button:first-child")) begin(target.closest("li"));
    else if (target.matches("li button")) removeRow(target.closest("li"));
  };
  if (dialog) {
    addDeletes();
    confirmDelete.onclick = async () => {
      const { status: code } = await fetch(chosen, { method: "DELETE" }).catch(() => ({ status: 0 }));
      if (code !== 204 && code !== 404) return reason.textContent = problem(code);
      const row = entry(chosen), near = [row?.nextElementSibling, row?.previousElementSibling];
      chosen = linkIn(near.find((other) => other && find(".x", other)));
      row?.remove();
      status.textContent = name.textContent + " is deleted";
      dialog.close();
      refresh();
    };
    dialog.onclose = () => focusEntry(chosen, ".x button");
  }

  if (!("put" in tools.dataset)) return;
  const [replaceAll, cancelAll] = all("p~button", tools);
  replaceAll.onclick = () => uploads(".asking").forEach(begin);
  cancelAll.onclick = () => uploads(".waiting,.running").reverse().forEach(removeRow);
  find("form", tools).hidden = false;
  tools.classList.add("js");
  input.onchange = () => {
    [...input.files].forEach((file) => add(file));
    input.value = "";
  };
  const dragged = (over) => (event) => {
    if (!event.dataTransfer.types.includes("Files") || !over && event.relatedTarget) return;
    event.preventDefault();
    document.body.classList.toggle("over", over);
  };
  ondragover = dragged(true);
  ondragleave = dragged(false);
  ondrop = (event) => {
    ondragleave(event);
    for (const item of event.dataTransfer.items) {
      const file = item.getAsFile();
      if (file) {
        add(
          file,
          item.webkitGetAsEntry()?.isDirectory && "This is a folder: drop the files in it, or an archive",
        );
      }
    }
  };
  const stay = (event) => uploads(".waiting,.running")[0] && event.preventDefault();
  addEventListener("beforeunload", stay);
  // Live reload asks, too: what has just been uploaded is a change.
  addEventListener("webserv-reload", stay);
}
