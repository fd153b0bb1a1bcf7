/**
 * The browser's side of live reload: the script `/.webserv/live.js`, as text. It is made of parts that share one function.
 *
 * It is a classic script of ES2017 that needs nothing of the page: it makes no inline styles or scripts, evaluates nothing,
 * and leaves the page alone until something changes. Put twice into a page (or into a fragment of it), it works once.
 *
 * What it hears at `/.webserv/live` are messages as lib/live/messages.ts makes them. It first asks with `?age=MS`, how long
 * ago its page was asked for, and later, when it comes back, with `?last=ID`, the id of the last message.
 *
 * @module
 */
import { OVERLAY } from "./client_overlay.ts";
import { PICTURES } from "./client_pictures.ts";
import { SCROLL } from "./client_scroll.ts";
import { SHEETS } from "./client_sheets.ts";
import { STREAM } from "./client_stream.ts";

/** What is sent for `/.webserv/live.js`, as text/javascript in UTF-8. It is always the same. */
export const LIVE_SCRIPT = `(() => {
"use strict";
const KEY = Symbol.for("webserv.live");
if (window[KEY]) return;
${SCROLL}${SHEETS}${PICTURES}${OVERLAY}${STREAM}})();
`;
