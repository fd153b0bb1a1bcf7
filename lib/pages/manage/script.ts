/**
 * The script of a folder that may be written to: modules, sent as one as the listing's are (see listing/script.ts).
 *
 * @module
 */
import * as chosen from "./chosen.js";
import * as dialogs from "./dialogs.js";
import * as edit from "./edit.js";
import * as entries from "./entries.js";
import * as resumable from "./resumable.js";
import * as start from "./start.js";
import * as unfinished from "./unfinished.js";
import * as uploads from "./uploads.js";
import * as words from "./words.js";

const MODULES = [start, uploads, resumable, entries, dialogs, edit, chosen, unfinished, words];

/** Runs once the page is there. */
export const MANAGE_SCRIPT: string = `${
  MODULES.flatMap((module) => Object.values<unknown>(module)).map(String).join("\n")
}\nstartManaging();\n`;
