/**
 * The script of the inspector's page. It is written as modules, which tests import one by one, and is sent as one: the
 * functions that they export as they are written, one after the other, and a call of the first. So a module has functions
 * at its top and nothing else, and no two have a name in common.
 *
 * @module
 */
import * as body from "./body.js";
import * as copy from "./copy.js";
import * as detail from "./detail.js";
import * as dom from "./dom.js";
import * as edit from "./edit.js";
import * as filters from "./filters.js";
import * as json from "./json.js";
import * as list from "./list.js";
import * as message from "./message.js";
import * as overview from "./overview.js";
import * as start from "./start.js";
import * as stream from "./stream.js";

const MODULES = [start, stream, list, filters, detail, overview, message, body, json, edit, copy, dom];

/** As the content of a script element. */
export function inspectorScript(): string {
  const functions: unknown[] = MODULES.flatMap((module) => Object.values<unknown>(module));
  return `${functions.map(String).join("\n")}\nstartInspector();\n`;
}
