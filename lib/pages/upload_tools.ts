/**
 * What a folder that may be written to has above its listing: a form that any browser can send, and a script that makes
 * more of it. Its parts are there only for what the location allows.
 *
 * @module
 */
import type { ListingOptions } from "./listing.ts";
import { formatSize } from "./size.ts";
import { uploadScript } from "./upload_script.js";
import { UPLOAD_STYLE } from "./upload_style.ts";

/** What may be done in a folder. */
export interface FolderRights {
  readonly methods: ReadonlySet<string>;
  /** Bytes that a request's body may have; Infinity is no limit. */
  readonly limit: number;
}

/** The script in the page: the function as it is written, and a call of it. */
export const UPLOAD_SCRIPT = `(${String(uploadScript)})()`;

const STATUS =
  `<div><p role="status"></p><button type="button" hidden>Replace all</button> <button type="button" hidden>Cancel all</button></div>
<ul></ul>
<template><li><b></b><progress></progress><small></small><div><button></button><button></button></div></li></template>
<div class="veil" aria-hidden="true">Drop to upload</div>
`;

const DIALOG = `<dialog aria-labelledby="ask"><form method="dialog">
<h2 id="ask">Delete <b></b>?</h2><p aria-live="polite"></p>
<button autofocus>Cancel</button> <button type="button" class="bad">Delete</button>
</form></dialog>
`;

/** What a page says of a limit; nothing if there is none. */
function limitText(limit: number, phrase: (size: string) => string): string {
  return limit === Infinity ? "" : phrase(formatSize(limit));
}

/** A plain form; only the script shows it where a form's POST would be refused. */
function uploadForm({ methods, limit }: FolderRights): string {
  return `<form method="post" enctype="multipart/form-data"${methods.has("POST") ? "" : " hidden"}>
<label for="files">Add files</label> <input type="file" id="files" name="files" multiple required> <button>Upload</button>
<small><i>or drop them anywhere on this page</i>${
    limitText(limit, (size) => ` <span>up to ${size}</span>`)
  }</small>
</form>
`;
}

/** What a listing gets so that its folder can be written to: nothing where it cannot. */
export function uploadTools(rights: FolderRights): ListingOptions {
  const [post, put, remove] = ["POST", "PUT", "DELETE"].map((method) => rights.methods.has(method));
  if (!post && !put && !remove) return {};
  const max = rights.limit === Infinity ? "" : ` data-max="${rights.limit}"`;
  const large = `Too large${limitText(rights.limit, (size) => `: at most ${size}`)}`;
  const form = post || put ? uploadForm(rights) : "";
  return {
    style: UPLOAD_STYLE,
    tools: `<div class="up" data-large="${large}"${max}${put ? " data-put" : ""}>
${form}${STATUS}</div>
${remove ? DIALOG : ""}`,
    scripts: [UPLOAD_SCRIPT],
  };
}
