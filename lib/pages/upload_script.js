/**
 * What a folder that may be written to does in the browser: uploads with progress, and deleting. lib/pages/upload_tools.ts
 * puts the source of this function into the page, so it stands alone and reaches nothing of this module. The page works
 * without it. Names come from strangers: they become text by `textContent` and addresses by `encodeURIComponent`.
 *
 * @module
 */

/** Runs in the page. Its comments must have lines to themselves, and no text may go over a line's end. */
export function uploadScript() {
  const AT_ONCE = 2;
  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const tools = find(".up");
  const [form, status, list] = ["form", "p", "ul"].map((name) => find(name, tools));
  const [replaceAll, cancelAll] = all("p~button", tools);
  const dialog = find("dialog");
  const max = Number(tools.dataset.max ?? Infinity);

  const shown = (name) => name.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
  const hrefOf = (name) => "./" + encodeURIComponent(name);
  const linkTo = (href) => find(`tbody a[href="${CSS.escape(href)}"]`);
  const files = (count) => count === 1 ? "1 file" : `${count} files`;
  const bytes = (count) => {
    let unit = 0;
    for (; count >= 1023.95; unit++) count /= 1024;
    return `${unit && count < 99.95 ? count.toFixed(1) : Math.round(count)} ${
      ["B", "KiB", "MiB", "GiB", "TiB", "PiB"][unit]
    }`;
  };
  const time = (seconds) => {
    const minutes = Math.round(seconds / 60);
    if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
    return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  };

  const PROBLEMS = {
    0: "It did not get through. Is the server running, and the file still there?",
    400: "The server does not take this name.",
    403: "The server may not write here.",
    404: "This name can not be used here.",
    405: "This is no longer allowed here.",
    408: "It took too long.",
    409: "A folder has this name, or this folder is gone.",
    413: "Too large" + (max < Infinity ? `: the most is ${bytes(max)}.` : " for this server."),
    507: "The server's disk is full.",
  };
  const problem = (code) => PROBLEMS[code] ?? `The server could not do it (${code}).`;

  // Uploads: each is waiting, running, asking, failed or done.
  const uploads = new Set();
  let stored = [], total = 0, said = 0;
  const those = (...states) => [...uploads].filter(({ state }) => states.includes(state));

  // A screen reader hears a change once a while, not every file of hundreds.
  const say = () => {
    said ||= setTimeout(() => {
      said = 0;
      const [busy, failed, asking] = [["running", "waiting"], ["failed"], ["asking"]]
        .map((states) => those(...states).length);
      const parts = [
        busy
          ? `${stored.length} of ${files(total)} stored`
          : stored.length && `${files(stored.length)} stored`,
        failed && `${failed} not stored`,
        asking && `${asking} waiting for your answer`,
      ];
      status.textContent = parts.filter(Boolean).join(", ");
      replaceAll.hidden = asking < 2;
      cancelAll.hidden = busy < 2;
    }, 250);
  };

  const set = (upload, state, text, ...labels) => {
    const { row } = upload, buttons = all("button", row);
    upload.state = row.className = state;
    find("small", row).textContent = text;
    const focused = buttons.includes(document.activeElement);
    buttons.forEach((button, index) => {
      button.textContent = labels[index] ?? "";
      button.ariaLabel = `${labels[index]} ${find("b", row).textContent}`;
      button.hidden = !labels[index];
    });
    if (focused && document.activeElement.hidden) buttons.find((button) => !button.hidden)?.focus();
    say();
  };
  const fail = (upload, text, again = "Retry") => set(upload, "failed", text, again, "Dismiss");
  const ask = (upload) => set(upload, "asking", "A file of this name exists.", "Replace", "Keep");

  const drop = (upload) => {
    const { row } = upload, focused = row.contains(document.activeElement);
    const next = row.nextElementSibling ?? row.previousElementSibling;
    uploads.delete(upload);
    row.remove();
    if (focused) (next ? all("button", next).find((button) => !button.hidden) : find("input", form))?.focus();
    say();
  };
  const begin = (upload, replace) => {
    upload.replace ||= replace;
    set(upload, "waiting", `Waiting, ${bytes(upload.file.size)}`, "", "Cancel");
    pump();
  };
  const stop = (upload) => {
    if (upload.state === "running") upload.request.abort();
    else if (upload.state === "waiting") fail(upload, "Cancelled.");
    else drop(upload);
  };

  const add = (file, refusal) => {
    if (!those("waiting", "running", "asking").length) stored = [], total = those("failed").length;
    total++;
    const row = find("template", tools).content.firstElementChild.cloneNode(true);
    const upload = { file, row }, [go, end] = all("button", row);
    find("b", row).textContent = find("progress", row).ariaLabel = shown(file.name);
    go.onclick = () => begin(upload, upload.state === "asking");
    end.onclick = () => stop(upload);
    uploads.add(upload);
    list.append(row);
    if (refusal) fail(upload, refusal, "");
    else if (file.size > max) fail(upload, problem(413), "");
    else if (linkTo(hrefOf(file.name))) ask(upload);
    else begin(upload);
  };

  const pump = () => {
    const room = AT_ONCE - those("running").length;
    those("waiting").slice(0, Math.max(0, room)).forEach(send);
    if (those("waiting", "running").length === 0 && those("done").length) refresh();
  };

  const send = (upload) => {
    const { file, row } = upload, bar = find("progress", row);
    const request = upload.request = new XMLHttpRequest();
    let then = performance.now(), before = 0, speed = 0;
    set(upload, "running", "Starting", "", "Cancel");
    bar.value = 0;
    request.open("PUT", hrefOf(file.name));
    if (!upload.replace) request.setRequestHeader("If-None-Match", "*");
    request.upload.onprogress = ({ loaded, total }) => {
      const now = performance.now(), seconds = (now - then) / 1000;
      bar.value = total ? loaded / total : 1;
      if (seconds < 0.4 && loaded < total) return;
      const current = (loaded - before) / seconds;
      speed = speed ? 0.7 * speed + 0.3 * current : current;
      [then, before] = [now, loaded];
      find("small", row).textContent = loaded < total
        ? `${bytes(loaded)} of ${bytes(total)}, ${bytes(speed)}/s, ${time((total - loaded) / speed)} left`
        : "Finishing";
    };
    request.onload = () => {
      const { status: code } = request;
      if (code === 201 || code === 204) {
        stored.push(hrefOf(file.name));
        set(upload, "done", "Stored");
      } else if (code === 412) ask(upload);
      else fail(upload, problem(code));
    };
    request.onerror = () => fail(upload, problem(0));
    request.onabort = () => fail(upload, "Cancelled.");
    request.onloadend = pump;
    request.send(file);
  };

  // The listing as it is now, in its place. What has focus keeps it, and what went wrong stays to be seen.
  let refreshes = 0;
  const refresh = async () => {
    const number = ++refreshes;
    let page;
    try {
      const answer = await fetch(location.href, { cache: "no-store", headers: { Accept: "text/html" } });
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      return;
    }
    if (number !== refreshes) return;
    those("done").forEach(drop);
    // Somebody has stored an index page, which takes the listing's place.
    if (!find(".up", page)) return uploads.size || location.reload();
    const focused = document.activeElement, row = focused.closest("tbody tr");
    const href = row && find("a", row).getAttribute("href");
    all("main>table,main>.empty").forEach((old) => old.remove());
    find("main").append(...all("main>table,main>.empty", page));
    addDeletes();
    if (row) focusRow(href, focused.localName);
    stored.forEach((href) => linkTo(href)?.closest("tr").classList.add("new"));
  };

  // Deleting
  const focusRow = (href, what) => {
    const row = href && linkTo(href)?.closest("tr");
    (row && find(what, row) || find(".up input:enabled") || find("nav a")).focus({
      preventScroll: Boolean(row),
    });
  };
  const addDeletes = () => {
    const head = find("thead tr");
    if (!("delete" in tools.dataset) || !head) return;
    const heading = document.createElement("th");
    heading.ariaLabel = "Delete";
    head.append(heading);
    for (const row of all("tbody tr")) {
      const cell = row.insertCell();
      if (row.matches(".d,.u")) continue;
      const button = document.createElement("button");
      button.title = "Delete";
      button.ariaLabel = "Delete " + find("a", row).textContent;
      cell.className = "x";
      cell.append(button);
    }
  };
  let chosen;
  const [reason, yes] = [find("[role=alert]", dialog), find("[type=button]", dialog)];
  find("main").addEventListener("click", ({ target }) => {
    const row = target.closest(".x button")?.closest("tr");
    if (!row) return;
    chosen = find("a", row).getAttribute("href");
    find("bdi", dialog).textContent = find("a", row).textContent;
    reason.textContent = "";
    dialog.showModal();
  });
  yes.onclick = async () => {
    yes.disabled = true;
    const { status: code } = await fetch(chosen, { method: "DELETE" }).catch(() => ({ status: 0 }));
    yes.disabled = false;
    if (code !== 204 && code !== 404) {
      reason.textContent = code ? problem(code) : "The server did not answer.";
      return find("[autofocus]", dialog).focus();
    }
    const row = linkTo(chosen)?.closest("tr");
    const near = row &&
      [row.nextElementSibling, row.previousElementSibling].find((other) => other?.matches(":has(.x)"));
    chosen = near && find("a", near).getAttribute("href");
    row?.remove();
    dialog.close();
    status.textContent = `${find("bdi", dialog).textContent} is deleted`;
    refresh();
  };
  dialog.onclose = () => focusRow(chosen, "button");
  addDeletes();

  if (!("put" in tools.dataset)) return;
  const input = find("input", form);
  form.hidden = false;
  tools.classList.add("js");
  find("label", form).textContent = "Choose files";
  input.onchange = () => {
    const chosenFiles = [...input.files];
    input.value = "";
    chosenFiles.forEach((file) => add(file));
  };
  replaceAll.onclick = () => those("asking").forEach((upload) => begin(upload, true));
  cancelAll.onclick = () => those("waiting", "running").forEach(stop);

  const dragged = (over) => (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    document.body.classList.toggle("over", over);
  };
  addEventListener("dragover", dragged(true));
  addEventListener("dragleave", (event) => event.relatedTarget || dragged(false)(event));
  addEventListener("drop", (event) => {
    dragged(false)(event);
    for (const item of event.dataTransfer.items) {
      if (item.kind !== "file") continue;
      const folder = item.webkitGetAsEntry?.()?.isDirectory;
      add(item.getAsFile(), folder && "This is a folder. Drop the files in it, or an archive of it.");
    }
  });
  addEventListener("beforeunload", (event) => those("running", "waiting").length && event.preventDefault());
}
