/**
 * The part of the browser's script that puts style sheets in the place of others without a flash: the old one goes when
 * the new one is there. What a file is called is all that is known of it, so every sheet of that name is loaded again, and
 * where there is none of it all are.
 *
 * @module
 */

/** Gives `swapSheets(names)`, and `all()`, `roots()`, `nameOf()` and `fresh()` for what is done with pictures. */
export const SHEETS = String.raw`
/** The document, and every shadow root that is open. */
function roots(root = document, found = [document]) {
  for (const { shadowRoot } of root.querySelectorAll("*")) {
    if (!shadowRoot) continue;
    found.push(shadowRoot);
    roots(shadowRoot, found);
  }
  return found;
}

function all(selector) {
  return [].concat(...roots().map((root) => [...root.querySelectorAll(selector)]));
}

/** The last segment of an address's path; "" where that is no file of a server. */
function nameOf(address, base = document.baseURI) {
  try {
    const { protocol, pathname } = new URL(address, base);
    return protocol.startsWith("http") ? decodeURIComponent(pathname.split("/").pop()) : "";
  } catch (error) { return ""; }
}

let stamp = "";
/** The same file under an address that no cache has. */
function fresh(address, base = document.baseURI) {
  const url = new URL(address, base);
  const rest = url.search.slice(1).split("&").filter((each) => each && !each.startsWith("webserv-live="));
  url.search = rest.concat("webserv-live=" + stamp).join("&");
  return url.href;
}

/** Has the cache forget what it has: the plain address may be asked for again. */
function refresh(address) {
  return fetch(address, { cache: "reload" }).then(({ ok }) => ok, () => true);
}

/** Links that are still loading, with those whose place they are to take. */
const loadingLinks = new Map();

function swapLink(link) {
  if ([...loadingLinks.values()].some((olds) => olds.includes(link))) return;
  const olds = [...(loadingLinks.get(link) || []), link], next = link.cloneNode();
  loadingLinks.delete(link);
  // It says what the file was.
  next.removeAttribute("integrity");
  next.addEventListener("load", () => {
    if (!loadingLinks.delete(next)) return;
    if (link.sheet && next.sheet) next.sheet.disabled = link.sheet.disabled;
    for (const old of olds) old.remove();
  });
  next.addEventListener("error", () => {
    if (loadingLinks.delete(next)) next.remove();
  });
  loadingLinks.set(next, olds);
  next.href = fresh(link.href);
  link.after(next);
}

/** Calls back with each @import below a sheet, and with the sheet that has it. */
function eachImport(sheet, visit) {
  let rules;
  try { rules = [...sheet.cssRules]; } catch (error) { return; /* It is of another origin. */ }
  for (const rule of rules) {
    if (!(rule instanceof CSSImportRule)) continue;
    visit(sheet, rule);
    if (rule.styleSheet) eachImport(rule.styleSheet, visit);
  }
}

async function swapImport(sheet, rule) {
  const base = sheet.href || document.baseURI, address = fresh(rule.href, base);
  await refresh(new URL(rule.href, base));
  if (!await refresh(address)) return;
  const place = () => [].indexOf.call(sheet.cssRules, rule);
  if (place() < 0) return;
  const text = rule.cssText.replace(/url\((?:"(?:[^"\\]|\\.)*"|[^)]*)\)/, () => "url(" + JSON.stringify(address) + ")");
  const at = sheet.insertRule(text, place() + 1), next = sheet.cssRules[at];
  for (let looks = 0; looks < 150 && !next.styleSheet; looks++) await new Promise((go) => setTimeout(go, 20));
  if (place() >= 0) sheet.deleteRule(place());
}

async function swapSheets(names) {
  const links = all("link[rel~='stylesheet' i][href]");
  const wanted = links.filter(({ href }) => names.has(nameOf(href)));
  const inner = [], imported = [];
  for (const root of roots()) {
    for (const sheet of root.styleSheets) {
      eachImport(sheet, (parent, rule) => {
        const base = parent.href || document.baseURI;
        if (!names.has(nameOf(rule.href, base))) return;
        if (wanted.includes(sheet.ownerNode)) inner.push(new URL(rule.href, base));
        else imported.push([parent, rule]);
      });
    }
  }
  await Promise.all(inner.map(refresh));
  // In doubt it is all of them: one may be made of the file by a program.
  for (const link of wanted.length + imported.length > 0 ? wanted : links) swapLink(link);
  for (const [sheet, rule] of imported) swapImport(sheet, rule);
}
`;
