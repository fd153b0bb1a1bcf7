/**
 * What a folder that may be written to has above its listing: a form that any browser can send, and a script that makes
 * more of it. Its parts are there only for what the location allows.
 *
 * @module
 */
import type { ListingOptions } from "./listing.ts";
import { MANAGE_SCRIPT } from "./manage/script.ts";
import { formatSize } from "./size.ts";
import { UPLOAD_STYLE } from "./upload_style.ts";

/** What may be done in a folder. */
export interface FolderRights {
  readonly methods: ReadonlySet<string>;
  /** Bytes that a request's body may have; Infinity is no limit. */
  readonly limit: number;
}

/** Those that the page has tools for. */
const METHODS = ["POST", "PUT", "PATCH", "DELETE", "MKCOL", "MOVE", "COPY"];

/** Bytes of a file up to which it is sent in one request; what is larger goes on after a cut. */
const SMALL = 1024 * 1024;

const STATUS =
  `<div><p role="status"></p><button type="button" hidden>Replace all</button> <button type="button" hidden>Cancel all</button></div>
<ul></ul>
<template><li><b></b><progress></progress><small></small><div><button></button><button></button><button></button></div></li></template>
<div class="veil" aria-hidden="true">Drop to upload</div>
`;

const DIALOG = `<dialog class="ask" aria-labelledby="ask"><form>
<h2 id="ask"></h2><p aria-live="polite"></p><label hidden>Name<input autocomplete="off" spellcheck="false"></label>
<textarea hidden spellcheck="false"></textarea><div></div>
</form></dialog>
`;

/** What a page says of a limit; nothing if there is none. */
function limitText(limit: number, phrase: (size: string) => string): string {
  return limit === Infinity ? "" : phrase(formatSize(limit));
}

/** A plain form; only the script shows it where a form's POST would be refused. */
function uploadForm({ methods, limit }: FolderRights): string {
  const folders = methods.has("PUT") && methods.has("MKCOL")
    ? `<input type="file" webkitdirectory hidden><button type="button" class="folder" hidden>Add a folder</button> `
    : "";
  const make = methods.has("MKCOL") ? `<button type="button" class="make" hidden>New folder</button>\n` : "";
  return `<form method="post" enctype="multipart/form-data"${methods.has("POST") ? "" : " hidden"}>
<label for="files">Add files</label> <input type="file" id="files" name="files" multiple required> <button>Upload</button>
${folders}${make}<small><i>or drop them anywhere on this page</i>${
    limitText(limit, (size) => ` <span>up to ${size}</span>`)
  }</small>
</form>
`;
}

/** What a listing gets so that its folder can be written to: nothing where it cannot. */
export function uploadTools(rights: FolderRights): ListingOptions {
  const methods = METHODS.filter((method) => rights.methods.has(method));
  if (methods.length === 0) return {};
  const max = rights.limit === Infinity ? "" : ` data-max="${rights.limit}"`;
  const small = methods.includes("PATCH") ? ` data-small="${SMALL}"` : "";
  const large = `Too large${limitText(rights.limit, (size) => `: at most ${size}`)}`;
  const hasForm = methods.includes("POST") || methods.includes("PUT");
  return {
    style: UPLOAD_STYLE,
    tools: `<div class="up" data-large="${large}"${max}${small} data-methods="${methods.join(" ")}">
${hasForm ? uploadForm(rights) : ""}${STATUS}</div>
${DIALOG}`,
    scripts: [MANAGE_SCRIPT],
  };
}
