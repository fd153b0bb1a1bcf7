/**
 * The part of the browser's script that loads the page again, and has it look as before: scrolled as it was, as soon as it
 * is long enough for that, unless its user scrolls first.
 *
 * @module
 */

/** Gives `reload()`, `pageAge()` and `remembered`, a store that may not be there. */
export const SCROLL = String.raw`
/** What a tab remembers; a sandboxed page has nothing of the kind. */
const remembered = (() => {
  try { return window.sessionStorage; } catch (error) { return undefined; }
})();

/** Which frame of the tab this is: several may show the same address. */
function frameName() {
  let name = "";
  try {
    for (let frame = window; frame !== frame.parent; frame = frame.parent) {
      name += [].indexOf.call(frame.parent, frame) + ".";
    }
  } catch (error) { /* The page around it is of another origin. */ }
  return name;
}

const SCROLL_KEY = "webserv.live.scroll:" + frameName() + location.pathname + location.search;

function placeOf(element) {
  const place = [];
  for (let each = element; each.parentElement; each = each.parentElement) {
    place.unshift([].indexOf.call(each.parentElement.children, each));
  }
  return place;
}

function elementAt(place) {
  return place.reduce((element, index) => element && element.children[index], document.documentElement);
}

function keepScroll() {
  const boxes = [], top = document.scrollingElement;
  for (const each of document.querySelectorAll("body *")) {
    if (boxes.length < 50 && each !== top && (each.scrollTop || each.scrollLeft)) {
      boxes.push([placeOf(each), each.scrollLeft, each.scrollTop]);
    }
  }
  try {
    remembered.setItem(SCROLL_KEY, JSON.stringify({ x: scrollX, y: scrollY, boxes }));
  } catch (error) { /* There is none, or it is full: the page begins at its top. */ }
}

function takeScroll() {
  try {
    const kept = JSON.parse(remembered.getItem(SCROLL_KEY));
    remembered.removeItem(SCROLL_KEY);
    return kept;
  } catch (error) { return undefined; }
}

/** The page grows while it loads: each frame it is tried again, until three seconds after that. */
function restoreScroll({ x, y, boxes }) {
  let isOver = false, end = Infinity;
  const stop = () => isOver = true;
  for (const type of ["wheel", "touchstart", "keydown", "mousedown"]) {
    addEventListener(type, stop, { once: true, passive: true, capture: true });
  }
  const step = () => {
    if (isOver) return;
    const isLoaded = document.readyState === "complete";
    if (isLoaded && end === Infinity) end = performance.now() + 3000;
    scrollTo({ left: x, top: y, behavior: "instant" });
    for (const [place, left, top] of boxes) {
      const element = elementAt(place);
      if (element) element.scrollTo({ left, top, behavior: "instant" });
    }
    const isThere = Math.abs(scrollY - y) < 2 && Math.abs(scrollX - x) < 2;
    if (!(isLoaded && isThere) && performance.now() < end) requestAnimationFrame(step);
  };
  step();
}

let isLeaving = false;
/** A page that cannot be left just now, as where it uploads, prevents it. */
function reload() {
  if (isLeaving || !dispatchEvent(new Event("webserv-reload", { cancelable: true }))) return;
  isLeaving = true;
  // The page may ask its user, who stays.
  setTimeout(() => isLeaving = false, 3000);
  keepScroll();
  location.reload();
}

/** How long ago this page was asked for, in milliseconds: what was changed before that is in it already. */
function pageAge() {
  const [entry] = performance.getEntriesByType("navigation");
  return performance.now() - (entry ? entry.requestStart : 0);
}

const keptScroll = takeScroll();
if (keptScroll) restoreScroll(keptScroll);
`;
