/**
 * What stands in the place of the inspector for a browser that has no token, or an old one.
 *
 * @module
 */
import { NO_ICON } from "../icon.ts";
import { BASE_STYLE } from "../style.ts";

const STYLE = BASE_STYLE +
  "body{display:grid;place-content:center;min-height:100vh}main{padding:2rem;max-width:34rem}" +
  "h1{font-size:1.4rem;font-weight:600;margin:0 0 .5rem}p{margin:.5rem 0}code{font:.85rem/1.5 ui-monospace,monospace}";

/** A complete HTML document. It tells nothing of the server. */
export function inspectorDoorPage(): string {
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${NO_ICON}` +
    `<title>Inspector</title><style>${STYLE}</style></head>
<body><main><h1>The inspector is open to whoever started the server</h1>
<p>The terminal that the server was started in has the whole address of this page, with a token that is made anew at each start. Open it once: the browser keeps the token then.</p>
<p><code>webserv requests</code> shows the same in a terminal.</p></main></body></html>
`;
}
