/**
 * The page that shows what is in a folder. Names come from the disk, where anybody may have put them, so each is escaped
 * as text and percent-encoded as a link. The page stays small for folders of ten thousand entries: a row carries one
 * class letter, and the icons come from the style sheet.
 *
 * @module
 */

import { escape } from "@std/html";
import { needsQuery, queryOf } from "../http/named_file.ts";
import type { FolderEntry } from "../http/origin.ts";
import { NO_ICON } from "./icon.ts";
import { BASE_STYLE } from "./style.ts";

/** What a location may add to its listings. */
export interface ListingOptions {
  /**
   * HTML put between the heading and the table, e.g. a form for uploads. It is not escaped: only text of our own may
   * go in.
   */
  readonly tools?: string;
  /** CSS that goes with the tools. */
  readonly style?: string;
}

/** Folder, image, video, audio, text, archive, other. */
type Icon = "d" | "i" | "v" | "a" | "t" | "z" | "o";

const ICON_OF_EXTENSION: ReadonlyMap<string, Icon> = new Map(
  ([
    ["i", "apng avif bmp gif heic ico jpeg jpg jxl png svg tif tiff webp"],
    ["v", "avi m4v mkv mov mp4 mpeg mpg ogv webm"],
    ["a", "aac aif flac m4a mid mp3 oga ogg opus wav"],
    [
      "t",
      "c conf cpp css csv go h htm html ini java js json log md mjs php pl py rb rs rst sh sql tex toml ts tsv " +
      "tsx txt vtt xml yaml yml",
    ],
    ["z", "7z br bz2 deb gz iso jar rar rpm tar tgz xz zip zst"],
  ] as const).flatMap(([icon, extensions]) =>
    extensions.split(" ").map((extension) => [extension, icon] as const)
  ),
);

/** Strokes in a square of 24, which the style sheet colours by masking; `u` leads to the parent folder. */
const ICON_PATHS: Readonly<Record<Icon | "u", string>> = {
  d: "M3 6v13h18V8h-9l-2-3H3z",
  i: "M4 4h16v16H4zM4 17l5-5 4 4 3-3 4 4M15 8.5h.01",
  v: "M3 5h18v14H3zM10 9v6l5-3z",
  a: "M9 18V5l11-2v13M9 18a3 3 0 1 1-3-3 3 3 0 0 1 3 3zM20 16a3 3 0 1 1-3-3 3 3 0 0 1 3 3z",
  t: "M6 3h8l5 5v13H6zM14 3v5h5M9 13h7M9 17h5",
  z: "M4 8h16v12H4zM3 4h18v4H3zM10 12h4",
  o: "M6 3h8l5 5v13H6zM14 3v5h5",
  u: "M9 5L4 10l5 5M4 10h11a5 5 0 0 1 0 10h-3",
};

function iconStyle(): string {
  return Object.entries(ICON_PATHS).map(([icon, path]) =>
    `.${icon} a::before{--i:url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' ` +
    `fill='none' stroke='%23000' stroke-width='1.7' stroke-linejoin='round' stroke-linecap='round'%3E` +
    `%3Cpath d='${path}'/%3E%3C/svg%3E")}`
  ).join("");
}

const STYLE = BASE_STYLE + `
main{max-width:60rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.35rem;font-weight:600;margin:0 0 1.5rem;overflow-wrap:anywhere}
a{color:inherit;text-decoration:none;unicode-bidi:isolate}a[href]:hover{color:var(--key);text-decoration:underline}
a:focus-visible{outline:2px solid var(--key);outline-offset:2px;border-radius:3px}
nav a{color:var(--dim)}nav a[aria-current]{color:var(--fg)}nav i{color:var(--dim);font-style:normal;margin:0 .3em}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--dim);font-size:.9rem;padding-bottom:.75rem}
th{text-align:left;font-weight:400}thead th{color:var(--dim);font-size:.85rem}
th,td{padding:0 .75rem;border-bottom:1px solid var(--line)}thead th{padding-bottom:.4rem}
tbody th{width:100%;padding-left:0;overflow-wrap:anywhere}thead th:first-child{padding-left:2rem}
tbody a{display:block;padding:.5rem 0 .5rem 2rem;position:relative}
tbody a::before{content:"";position:absolute;left:.2rem;top:.65rem;width:1.25rem;height:1.25rem;` +
  `background:var(--dim);-webkit-mask:var(--i) center/contain no-repeat;mask:var(--i) center/contain no-repeat}
.d a::before,.u a::before{background:var(--key)}
td,.n{text-align:right;white-space:nowrap;color:var(--dim);font-size:.9rem}tr>:last-child{padding-right:0}
tbody tr:hover>*{background:color-mix(in srgb,var(--key) 5%,transparent)}
.empty{padding:2.5rem 0;text-align:center;color:var(--dim)}
@media(max-width:40rem){main{padding-top:1.5rem}thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}` +
  `tbody tr{display:block;border-bottom:1px solid var(--line);padding:.35rem 0 .5rem}th,td{border:0}` +
  `tbody th{display:block;width:auto;padding:0}tbody a{padding-bottom:0}` +
  `td{display:inline;padding:0 .9rem 0 0;font-size:.8rem}td:nth-child(2){padding-left:2rem}td:empty{display:none}td:empty+td{padding-left:2rem}}
${iconStyle()}`;

function iconOf(entry: FolderEntry): Icon {
  if (entry.kind === "directory") return "d";
  const dot = entry.name.lastIndexOf(".");
  if (dot < 0) return "o";
  return ICON_OF_EXTENSION.get(entry.name.slice(dot + 1).toLowerCase()) ?? "o";
}

/** Such a name is the same as a link and as text. */
const PLAIN = /^[\w.~-]+$/;

/**
 * One name as a path segment, in which nothing is left to escape: some clients do not know that `&#39;` in a link is an
 * apostrophe, and would not find the file.
 */
function encodeSegment(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replaceAll("'", "%27");
}

const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB"];

/**
 * A name as text. Control characters, and those that turn the direction of writing (so that `gpj.exe` would read
 * `exe.jpg`), are shown as the replacement character.
 */
function displayName(name: string): string {
  return escape(name.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "\ufffd"));
}

/** Bytes as people say them: `0 B`, `1.5 KiB`, `20 MiB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes / 1024;
  let unit = 0;
  // 1023.95 would be rounded to "1024.0": the next unit says it better.
  while (value >= 1023.95 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value < 99.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

function timeCell(modified: number): string {
  const date = new Date(modified);
  // A broken clock or file system may give a time that is none; the row stays, the time does not.
  if (Number.isNaN(date.getTime())) return "";
  const iso = date.toISOString();
  const day = iso.indexOf("T");
  return `<time datetime="${iso.slice(0, -5)}Z">${iso.slice(0, day)} ${
    iso.slice(day + 1, day + 6)
  } UTC</time>`;
}

function entryRow(entry: FolderEntry): string {
  const slash = entry.kind === "directory" ? "/" : "";
  const size = entry.kind === "directory" ? "" : formatSize(entry.size);
  return `<tr class="${iconOf(entry)}"><th scope="row"><a${hrefOf(entry)}>` +
    `${displayText(entry.name)}${slash}</a></th><td>${size}</td><td>${timeCell(entry.modified)}</td></tr>\n`;
}

function displayText(name: string): string {
  return PLAIN.test(name) ? name : displayName(name);
}

/** Nothing for what has no address: what is in a folder that no path can name, and what has no name in Unicode. */
function hrefOf({ name, kind }: FolderEntry): string {
  const slash = kind === "directory" ? "/" : "";
  // PERF: thousands of names, of which most need none of this.
  if (PLAIN.test(name)) return ` href="./${name}${slash}"`;
  // SECURITY: "./" keeps a name such as "a:b" from being read as a scheme and "//x" as a host.
  if (name.isWellFormed() && !needsQuery(name)) return ` href="./${encodeSegment(name)}${slash}"`;
  return name.isWellFormed() && kind === "file" ? ` href="./?${queryOf(name).replaceAll("'", "%27")}"` : "";
}

const TABLE_HEAD =
  `<thead><tr><th scope="col">Name</th><th scope="col" class="n">Size</th><th scope="col" class="n">Modified</th></tr></thead>`;

function breadcrumb(segments: readonly string[]): string {
  const last = segments.length;
  let href = "/";
  let html = `<a href="/"${last === 0 ? ' aria-current="page"' : ""} aria-label="Top folder">/</a>`;
  segments.forEach((segment, index) => {
    href += `${encodeSegment(segment)}/`;
    const current = index + 1 === last ? ' aria-current="page"' : "";
    html += `${index === 0 ? "" : "<i>/</i>"}<a href="${href}"${current}>${displayName(segment)}</a>`;
  });
  return html;
}

function countText(entries: readonly FolderEntry[]): string {
  const folders = entries.filter((entry) => entry.kind === "directory").length;
  const files = entries.length - folders;
  const parts = [];
  if (folders > 0) parts.push(folders === 1 ? "1 folder" : `${folders} folders`);
  if (files > 0) parts.push(files === 1 ? "1 file" : `${files} files`);
  return parts.join(", ");
}

/**
 * A complete HTML document that lists a folder, in the order given.
 *
 * @param path The folder's decoded path, e.g. `/files/two words/`
 */
export function listingPage(
  path: string,
  entries: readonly FolderEntry[],
  options: ListingOptions = {},
): string {
  return [...listingPieces(path, entries, options)].join("");
}

/** The same piece by piece, about an entry each, for those who have something else to do in between. */
export function* listingPieces(
  path: string,
  entries: readonly FolderEntry[],
  options: ListingOptions,
): Generator<string> {
  const segments = path.split("/").filter((segment) => segment !== "");
  const title = displayName(segments.length === 0 ? "/" : `/${segments.join("/")}/`);
  const parent = segments.length === 0
    ? ""
    : `<tr class="u"><th scope="row"><a href="../">Parent folder</a></th><td></td><td></td></tr>\n`;
  yield `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${NO_ICON}<title>Index of ${title}</title>
<style>${STYLE}${options.style ?? ""}</style></head>
<body><main>
<nav aria-label="Path"><h1>${breadcrumb(segments)}</h1></nav>
${options.tools ?? ""}`;
  const isEmpty = entries.length === 0;
  if (parent !== "" || !isEmpty) {
    yield `<table>
${isEmpty ? "" : `<caption>${countText(entries)}</caption>\n`}${TABLE_HEAD}
<tbody>
${parent}`;
    for (const entry of entries) yield entryRow(entry);
    yield `</tbody>
</table>
`;
  }
  yield `${isEmpty ? `<p class="empty">This folder is empty.</p>\n` : ""}</main></body>
</html>
`;
}
