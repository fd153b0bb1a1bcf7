/**
 * The scripts of a listing. The long one is written as modules, which is sent as one: the functions that they export as
 * they are written, one after the other, and a call of the first. So a module has functions at its top and nothing else,
 * and no two have a name in common.
 *
 * @module
 */
import * as dates from "./dates.js";
import * as filter from "./filter.js";
import * as sort from "./sort.js";
import * as start from "./start.js";

const MODULES = [start, sort, filter, dates];

/** Runs once the page is there. */
export const LISTING_SCRIPT: string = `${
  MODULES.flatMap((module) => Object.values<unknown>(module)).map(String).join("\n")
}\nstartListing();\n`;

/** Runs before anything is shown: rules of the style sheet that only hold with scripts. */
export const EARLY_SCRIPT = `document.documentElement.className="scripted"`;
