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

/** The addresses of all @imports below a sheet, each with the rule of the sheet itself that leads to it. */
function importsOf(sheet, top, found = []) {
  let rules;
  try { rules = [...sheet.cssRules]; } catch (error) { return found; /* It is of another origin. */ }
  for (const rule of rules) {
    if (!(rule instanceof CSSImportRule)) continue;
    found.push([new URL(rule.href, sheet.href || document.baseURI), top || rule]);
    if (rule.styleSheet) importsOf(rule.styleSheet, top || rule, found);
  }
  return found;
}

/** In a style element. Deeper down it would be of no use: browsers go on with what they had. */
async function swapImport(sheet, rule) {
  const address = fresh(rule.href);
  if (!await refresh(address)) return;
  const place = () => [].indexOf.call(sheet.cssRules, rule);
  if (place() < 0) return;
  const text = rule.cssText.replace(/url\((?:"(?:[^"\\]|\\.)*"|[^)]*)\)/, () => "url(" + JSON.stringify(address) + ")");
  const next = sheet.cssRules[sheet.insertRule(text, place() + 1)];
  for (let looks = 0; looks < 150 && !next.styleSheet; looks++) await new Promise((go) => setTimeout(go, 20));
  if (place() >= 0) sheet.deleteRule(place());
}

async function swapSheets(names) {
  const links = all("link[rel~='stylesheet' i][href]");
  const wanted = new Set(links.filter(({ href }) => names.has(nameOf(href))));
  const imported = new Map(), stale = [];
  for (const root of roots()) {
    for (const sheet of root.styleSheets) {
      for (const [address, rule] of importsOf(sheet)) {
        if (!names.has(nameOf(address))) continue;
        stale.push(refresh(address));
        if (links.includes(sheet.ownerNode)) wanted.add(sheet.ownerNode);
        else imported.set(rule, sheet);
      }
    }
  }
  await Promise.all(stale);
  // In doubt it is all of them: one may be made of the file by a program.
  for (const link of wanted.size + imported.size > 0 ? wanted : links) swapLink(link);
  for (const [rule, sheet] of imported) swapImport(sheet, rule);
}
`;
