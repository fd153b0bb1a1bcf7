/**
 * The part of the browser's script that hears of changes and says what comes of each. A page that is not seen is not
 * connected: a browser has six connections to a host for HTTP/1.1. A frame hears through the page around it, if that is of
 * the same origin.
 *
 * @module
 */

/** The last part: it starts everything. */
export const STREAM = String.raw`
const FIRST_DELAY = 200, LONGEST_DELAY = 5000, LATE = 250, RESTART_KEY = "webserv.live.restart", OWN_KEY = "webserv.live.own:" + frameName() + location.pathname;
const listeners = new Set();
/** The last events and when they came, for frames that come later. */
const told = [];
let source, waiting, delay = FIRST_DELAY, isForbidden = false;
/** Of the server that this page knows, and the last message's; undefined before the first connection. */
let epoch, last;

/** By what a file's name ends with; a map is for developer tools, and what is compressed is what it was before. */
function kindOf(path) {
  const name = path.replace(/\.(?:gz|br|zst)$/i, "");
  if (/\.map$/i.test(name)) return "map";
  if (/\.css$/i.test(name)) return "sheet";
  return /\.(?:apng|avif|bmp|cur|gif|ico|jfif|jpe?g|png|svg|tiff?|webp)$/i.test(name) ? "picture" : "other";
}

function namesOf(paths, kind) {
  return new Set(paths.filter((path) => kindOf(path) === kind).map((path) =>
    path.split("/").pop().replace(/\.(?:gz|br|zst)$/i, "")));
}

/**
 * A program may write files whenever it makes this page, below the folders that are looked at: what changes while the page
 * is made, three times in a row, is no reason to make it again. A busy machine notices late: LATE is on top of it.
 */
function isOwnDoing(paths, age) {
  const [entry] = performance.getEntriesByType("navigation"), text = paths.join();
  const isWhileMade = entry && pageAge() - age < entry.responseEnd - entry.requestStart + LATE;
  try {
    const [known, count] = JSON.parse(remembered.getItem(OWN_KEY)) || ["", 0];
    const next = isWhileMade ? (known === text ? count + 1 : 1) : 0;
    remembered.setItem(OWN_KEY, JSON.stringify([text, next]));
    if (next === 3) console.warn("webserv: no more reloads for what changes whenever this page is made: " + text);
    return next >= 3;
  } catch (error) { return false; /* Nothing is remembered here. */ }
}

/** No path at all stands for anything. */
function showChange({ paths, age }) {
  // It is older than this page, or for the next, which hears of it.
  if (age > pageAge() || isLeaving) return;
  if (paths.length === 0 || paths.some((path) => kindOf(path) === "other")) {
    return isOwnDoing(paths, age) ? undefined : reload();
  }
  stamp = Date.now().toString(36);
  const sheets = namesOf(paths, "sheet"), pictures = namesOf(paths, "picture");
  if (sheets.size > 0) swapSheets(sheets);
  if (pictures.size > 0) swapPictures(pictures);
}

function act(event) {
  if (event.type === "change") showChange(event);
  else if (event.type === "restart") reload();
  else if (hub.around) return; // The page around it shows failures.
  else if (event.type === "failure") showFailure(event.command, event.output);
  else if (event.type === "mended") {
    closed = "";
    hideFailure();
  }
}

/** Another server answers than the one that this page came from: once, whatever caches there may be. */
function restarted() {
  try {
    if (remembered.getItem(RESTART_KEY) === epoch) return;
    remembered.setItem(RESTART_KEY, epoch);
  } catch (error) { /* Nothing is remembered: it is loaded again in any case. */ }
  tell({ type: "restart" });
}

function tell(event) {
  told.push([event, Date.now()]);
  if (told.length > 20) told.shift();
  for (const listener of [...listeners]) listener(event);
}

function hear({ type, data, lastEventId }) {
  const event = Object.assign({ type }, JSON.parse(data));
  if (type !== "hello") {
    // Not the one that lasts, which is told at each connection.
    if (type === "failure" && lastEventId !== last) closed = "";
    last = lastEventId;
    return tell(event);
  }
  delay = FIRST_DELAY;
  const isOther = epoch === undefined ? event.age < pageAge() : event.epoch !== epoch;
  if (event.epoch !== epoch) last = lastEventId;
  epoch = event.epoch;
  if (isOther) restarted();
}

function disconnect() {
  clearTimeout(waiting);
  if (source) source.close();
  source = undefined;
}

function connect() {
  if (source || isForbidden || document.visibilityState === "hidden") return;
  clearTimeout(waiting);
  const query = last === undefined ? "age=" + Math.ceil(pageAge()) : "last=" + encodeURIComponent(last);
  source = new EventSource("/.webserv/live?" + query);
  for (const type of ["hello", "change", "failure", "mended"]) source.addEventListener(type, hear);
  source.onerror = () => {
    disconnect();
    waiting = setTimeout(connect, delay);
    delay = Math.min(delay * 1.5, LONGEST_DELAY);
  };
}

function connectWhileSeen() {
  document.addEventListener("securitypolicyviolation", ({ blockedURI, disposition, effectiveDirective }) => {
    if (disposition !== "enforce" || !blockedURI.includes("/.webserv/live")) return;
    isForbidden = true;
    disconnect();
    console.warn("webserv: live reload is off here, since the page's Content-Security-Policy forbids it (" + effectiveDirective + ")");
  });
  document.addEventListener("visibilitychange", () => {
    delay = FIRST_DELAY;
    if (document.visibilityState === "hidden") disconnect();
    else connect();
  });
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", connect);
  connect();
}

function hubAround() {
  try { return parent === window ? undefined : parent[KEY]; } catch (error) { return undefined; }
}

function begin() {
  hub.around = hubAround();
  if (!hub.around) {
    listeners.add(act);
    return connectWhileSeen();
  }
  const leave = hub.around.listen(act);
  addEventListener("pagehide", leave);
  addEventListener("pageshow", ({ persisted }) => persisted && hub.around.listen(act));
}

/** What the script shows to itself in frames, and to whoever wonders whether it works. */
const hub = {
  listen(listener) {
    if (hub.around) return hub.around.listen(listener);
    for (const [event, time] of told) {
      if (event.type === "change") listener(Object.assign({}, event, { age: event.age + Date.now() - time }));
    }
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  around: undefined,
  get isConnected() {
    return hub.around ? hub.around.isConnected : epoch !== undefined && source !== undefined && source.readyState === 1;
  },
};
Object.defineProperty(window, KEY, { value: hub });

/** The script is at the end of the page around it, too: it may be yet to come. */
let around;
try { around = parent !== window && parent.document; } catch (error) { /* It is of another origin. */ }
if (around && around.readyState === "loading") around.addEventListener("DOMContentLoaded", begin);
else begin();
`;
