/**
 * The part of the browser's script that shows pictures anew wherever they are: in elements, in sets of them, as the page's
 * icon, and in style sheets and style attributes. They are loaded before they are shown.
 *
 * @module
 */

/** Gives `swapPictures(names)`. */
export const PICTURES = String.raw`
/** Where elements name pictures. */
const PICTURE_ATTRIBUTES = {
  img: ["src", "srcset"],
  source: ["srcset"],
  input: ["src"],
  video: ["poster"],
  image: ["href", "xlink:href"],
  feimage: ["href", "xlink:href"],
  use: ["href", "xlink:href"],
  object: ["data"],
  embed: ["src"],
  link: ["href"],
};
const URLS = /url\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^)"']*)\s*\)/g;

/** Calls back once a picture is in the cache, or cannot be had. */
function whenLoaded(address, then) {
  const image = new Image();
  image.onload = image.onerror = then;
  image.src = address;
}

function swapAttribute(element, attribute, names) {
  const value = element.getAttribute(attribute);
  if (!value) return;
  if (attribute === "srcset") {
    const next = value.replace(/(\S*[^,\s])(\s+[^,]+)?(?=,|$)/g, (whole, address, size = "") =>
      names.has(nameOf(address)) ? fresh(address) + size : whole);
    if (next !== value) element.setAttribute(attribute, next);
  } else if (names.has(nameOf(value))) {
    const address = fresh(value);
    whenLoaded(address, () => element.getAttribute(attribute) === value && element.setAttribute(attribute, address));
  }
}

function swapDeclarations(style, base, names) {
  if (!style.cssText.includes("url(")) return;
  // What is made with var() is known as a whole only.
  const properties = new Set([...style].map((name) =>
    style.getPropertyValue(name) === "" ? name.split("-")[0] : name));
  for (const property of properties) {
    const value = style.getPropertyValue(property), addresses = [];
    const next = value.replace(URLS, (whole, quoted) => {
      const address = quoted.trim().replace(/^["']|["']$/g, "").replace(/\\(.)/g, "$1");
      if (!names.has(nameOf(address, base))) return whole;
      addresses.push(fresh(address, base));
      return "url(" + JSON.stringify(fresh(address, base)) + ")";
    });
    if (addresses.length === 0) continue;
    let waiting = addresses.length;
    const show = () => --waiting === 0 && style.getPropertyValue(property) === value &&
      style.setProperty(property, next, style.getPropertyPriority(property));
    for (const address of addresses) whenLoaded(address, show);
  }
}

function swapRules(sheet, names) {
  let rules;
  try { rules = sheet.cssRules; } catch (error) { return; /* It is of another origin. */ }
  const base = (sheet.href === undefined ? sheet.parentStyleSheet.href : sheet.href) || document.baseURI;
  for (const rule of rules || []) {
    if (rule.style) swapDeclarations(rule.style, base, names);
    if (rule.styleSheet) swapRules(rule.styleSheet, names);
    else if (rule.cssRules) swapRules(rule, names);
  }
}

function swapPictures(names) {
  for (const element of all(Object.keys(PICTURE_ATTRIBUTES).join())) {
    if (element.localName === "link" && !/icon/i.test(element.rel)) continue;
    const attributes = PICTURE_ATTRIBUTES[element.localName.toLowerCase()] || [];
    for (const attribute of attributes) {
      try { swapAttribute(element, attribute, names); } catch (error) { /* The page keeps to trusted types. */ }
    }
  }
  if (names.has("favicon.ico") && !document.querySelector("link[rel~='icon' i]")) {
    const icon = document.createElement("link");
    icon.rel = "icon";
    icon.href = fresh("/favicon.ico");
    document.head.append(icon);
  }
  for (const root of roots()) {
    for (const sheet of [...root.styleSheets, ...(root.adoptedStyleSheets || [])]) swapRules(sheet, names);
  }
  for (const { style } of all("[style*='url(']")) swapDeclarations(style, document.baseURI, names);
}
`;
