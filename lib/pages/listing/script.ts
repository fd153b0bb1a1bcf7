/**
 * The scripts of a listing. The long one is written as modules, which is sent as one: the functions that they export as
 * they are written, one after the other, and a call of the first. So a module has functions at its top and nothing else,
 * and no two have a name in common.
 *
 * @module
 */
import * as dates from "./dates.js";
import { beginEarly } from "./early.js";
import * as filter from "./filter.js";
import * as keys from "./keys.js";
import * as preview from "./preview.js";
import * as rows from "./rows.js";
import * as sort from "./sort.js";
import * as start from "./start.js";
import * as text from "./text.js";
import * as viewChoice from "./view_choice.js";

const MODULES = [start, sort, filter, rows, preview, text, keys, viewChoice, dates];

/** Runs once the page is there. */
export const LISTING_SCRIPT: string = `${
  MODULES.flatMap((module) => Object.values<unknown>(module)).map(String).join("\n")
}\nstartListing();\n`;

/** Runs at the start of `main`, before anything is shown. */
export const EARLY_SCRIPT = `(${String(beginEarly)})()`;
