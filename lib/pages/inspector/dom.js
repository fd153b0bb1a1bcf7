/**
 * Elements and words for the inspector's page. What strangers have sent becomes text, never markup.
 *
 * @module
 */

/**
 * An element. Properties are attributes; `text` is its text, a function is a listener (`click`), false and undefined
 * are left out.
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "text") made.textContent = value;
    else if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/**
 * Text in which nothing hides: control characters and those that turn the direction of writing or have no width are
 * spelled out. Tabs and ends of lines stay.
 */
export function visible(text) {
  return text.replaceAll("\r\n", "\n").replace(
    /(?![\t\n])\p{Cc}|[\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The host and the path with its query of an absolute URL, as they were sent: nothing is put in order. */
export function urlParts(url) {
  const [, scheme = "", host = "", path = url] = /^([a-z]+):\/\/([^/?#]*)(.*)$/is.exec(url) ?? [];
  return { scheme, host, path: path || "/" };
}

/** `12:03:04.005`, by the clock of whoever reads it. */
export function clockTime(iso) {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return "";
  const two = (number) => String(number).padStart(2, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.` +
    String(time.getMilliseconds()).padStart(3, "0");
}

/** Milliseconds as people say them: `0.42 ms`, `12 ms`, `3.2 s`. */
export function duration(ms) {
  if (ms < 9.995) return `${+ms.toFixed(2)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(ms < 99_950 ? 1 : 0)} s`;
}

/** Bytes as people say them: `512 B`, `1.5 KiB`. */
export function byteSize(count) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  for (; count > 999 && unit < 4; unit++) count /= 1024;
  return `${+count.toPrecision(3)} ${units[unit]}`;
}

/** What a row's colour goes by: the first figure of its status, `0` where the client left. */
export function statusClass(status) {
  return `s${Math.floor(status / 100)}`;
}

/** The value of a field, its name in any case; undefined if there is none. */
export function fieldValue(headers, name) {
  return headers.find((field) => field.name.toLowerCase() === name)?.value;
}

/** Fields as a table. */
export function fieldTable(fields, label) {
  return element(
    "table",
    { class: "fields", "aria-label": label },
    element(
      "tbody",
      {},
      ...fields.map(({ name, value }) =>
        element(
          "tr",
          {},
          element("th", { scope: "row", text: visible(name) }),
          element("td", { text: visible(value) }),
        )
      ),
    ),
  );
}
