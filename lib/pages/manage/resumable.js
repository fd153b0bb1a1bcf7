/**
 * An upload of a page that goes on where it was: after a cut, after a pause, and where the same file is chosen again once
 * the page was loaded anew (draft-ietf-httpbis-resumable-upload). Whoever makes the page puts the source of this function
 * into it, so it reaches nothing outside itself.
 *
 * @module
 */

/**
 * Sends a file to an address on this server, by PUT. Begins with start(), whose promise says what has become of it.
 *
 * @param {File} file
 * @param {string} target where it is to be
 * @param {object} options
 * @param {Record<string, string>} [options.headers] conditions, e.g. If-None-Match
 * @param {(loaded: number, total: number) => void} [options.progress]
 * @param {(seconds: number) => void} [options.waiting] it is tried again after this
 * @param {number} [options.small] files up to this are sent in one request that is not gone on with, in bytes
 * @param {number} [options.patience] so often it is tried again where nothing comes through, each time after longer
 */
export function resumableUpload(file, target, options = {}) {
  const { headers = {}, waiting = () => {}, small = 1 << 20, patience = 12 } = options;
  const prefix = "upload ", day = 24 * 60 * 60 * 1000;
  const key = prefix + JSON.stringify([
    new URL(target, location.href).pathname,
    file.name,
    file.size,
    file.lastModified,
  ]);
  let request, wake, isPaused = false, isCancelled = false, isRunning = false;
  // How far it has ever been: where it gets on, patience begins anew.
  let furthest = 0;
  const progress = (loaded) => {
    furthest = Math.max(furthest, loaded);
    options.progress?.(loaded, file.size);
  };

  // Where nothing can be kept (a private window, cookies that are blocked), an upload is gone on with in this page alone.
  let known;
  const remember = (at) => {
    known = at;
    try {
      if (at === undefined) return localStorage.removeItem(key);
      localStorage.setItem(key, JSON.stringify({ at, since: Date.now() }));
      for (const other of Object.keys(localStorage)) {
        if (!other.startsWith(prefix)) continue;
        const { since = 0 } = JSON.parse(localStorage.getItem(other)) ?? {};
        if (Date.now() - since > 7 * day) localStorage.removeItem(other);
      }
    } catch {
      // `known` has it.
    }
  };
  const remembered = () => {
    try {
      return known ?? JSON.parse(localStorage.getItem(key) ?? "{}").at;
    } catch {
      return undefined;
    }
  };

  /** One request: its status, 0 where nothing has answered, and its fields. */
  const send = (method, address, fields, body, offset = 0) =>
    new Promise((resolve) => {
      request = new XMLHttpRequest();
      request.open(method, address);
      for (const [name, value] of Object.entries(fields)) request.setRequestHeader(name, value);
      if (body) {
        request.upload.onprogress = ({ loaded }) => progress(offset + loaded);
      }
      request.onloadend = ({ target: { status } }) => {
        resolve({ status, field: (name) => status ? request.getResponseHeader(name) : null });
      };
      request.send(body);
    });

  /** How much the server has; undefined where there is no upload, or it cannot be told. */
  const offsetOf = async (at) => {
    const answer = await send("HEAD", at, {});
    if (answer.field("Upload-Complete") === "?1") return { isWhole: true };
    const offset = answer.field("Upload-Offset");
    return { offset: offset === null ? undefined : +offset, status: answer.status };
  };

  /** What has become of one attempt: a status that is the answer; undefined where it is to be tried again. */
  const attempt = async () => {
    let at = remembered(), offset = 0;
    if (at !== undefined) {
      const state = await offsetOf(at);
      if (state.isWhole) return 201;
      if (state.offset !== undefined && state.offset <= file.size) offset = state.offset;
      else if (state.offset === undefined && !(state.status >= 400 && state.status < 500)) return undefined;
      else {
        remember(undefined);
        at = undefined;
      }
    }
    if (isPaused || isCancelled) return undefined;
    if (at === undefined) {
      if (file.size <= small) return (await send("PUT", target, headers, file)).status || undefined;
      const begun = await send("PUT", target, {
        ...headers,
        "Upload-Complete": "?0",
        "Upload-Length": file.size,
      });
      at = begun.field("Location");
      if (begun.status !== 201 || !at) return isPassing(begun.status) ? undefined : begun.status;
      remember(at);
      if (isPaused || isCancelled) return undefined;
    }
    progress(offset);
    const answer = await send(
      "PATCH",
      at,
      { "Content-Type": "application/partial-upload", "Upload-Offset": offset, "Upload-Complete": "?1" },
      file.slice(offset),
      offset,
    );
    if (answer.field("Upload-Complete") === "?1") return answer.status;
    // What was sent before has come only now, or nothing has come, or not enough.
    if (answer.status === 409 || isPassing(answer.status)) return undefined;
    return answer.status;
  };
  const isPassing = (status) => status === 0 || status === 408 || status === 429 || status >= 500;

  const pauseFor = (seconds) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      addEventListener("online", wake, { once: true });
    });

  const run = async () => {
    let failures = 0;
    for (;;) {
      const before = furthest, status = await attempt();
      if (isCancelled) return { status: 0, isCancelled };
      if (isPaused) return { status: 0, isPaused };
      if (status !== undefined) {
        remember(undefined);
        if (status < 300) progress(file.size);
        return { status };
      }
      failures = furthest > before ? 1 : failures + 1;
      if (failures > patience) return { status: 0 };
      const seconds = Math.min(30, 2 ** failures / 4);
      waiting(seconds);
      await pauseFor(seconds);
      removeEventListener("online", wake);
    }
  };
  return {
    /** Begins, or goes on after pause(): `status` is the server's answer, 0 where there was none. */
    async start() {
      if (isRunning) throw new Error("It is under way already");
      isRunning = true;
      isPaused = false;
      try {
        return await run();
      } finally {
        isRunning = false;
      }
    },
    /** Stops; start() goes on. */
    pause() {
      isPaused = true;
      request?.abort();
      wake?.();
    },
    /** Stops, and has the server forget what it has. */
    async cancel() {
      isCancelled = true;
      request?.abort();
      wake?.();
      const at = remembered();
      remember(undefined);
      if (at !== undefined) await fetch(at, { method: "DELETE" }).catch(() => {});
    },
  };
}
