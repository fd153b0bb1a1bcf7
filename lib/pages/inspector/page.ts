/**
 * The inspector's page: one document with its style and script, which asks the admin's interface for the rest. And what
 * stands there in its place for whoever has no token.
 *
 * @module
 */
import { escape } from "@std/html";
import { NO_ICON } from "../icon.ts";
import { BASE_STYLE } from "../style.ts";
import { INSPECTOR_MARKUP } from "./markup.ts";
import { inspectorScript } from "./script.ts";
import { INSPECTOR_STYLE } from "./style.ts";

/** What the page is told. */
export interface InspectorPageFacts {
  /** Made anew for each answer, of letters and digits; the policy has the same. */
  readonly nonce: string;
  /** What the configuration's file is called, e.g. `webserv.yaml`; empty where there is none. */
  readonly configuration: string;
}

/**
 * SECURITY: the Content-Security-Policy that goes with the page. The page shows what strangers have sent: should any of
 * it become markup after all, it runs nothing, fetches nothing and sends nothing away.
 */
export function inspectorPolicy(nonce: string): string {
  return `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'; ` +
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
}

/** A complete HTML document. */
export function inspectorPage({ nonce, configuration }: InspectorPageFacts): string {
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${NO_ICON}` +
    `<title>Inspector</title><style nonce="${escape(nonce)}">${INSPECTOR_STYLE}</style></head>
<body data-configuration="${escape(configuration)}">
${INSPECTOR_MARKUP}<script type="module" nonce="${escape(nonce)}">${inspectorScript()}</script>
</body></html>
`;
}

const DOOR_STYLE = BASE_STYLE +
  "body{display:grid;place-content:center;min-height:100vh}main{padding:2rem;max-width:34rem}" +
  "h1{font-size:1.4rem;font-weight:600;margin:0 0 .5rem}p{margin:.5rem 0}code{font:.85rem/1.5 ui-monospace,monospace}";

/** The policy of the page without a token: it has a style and nothing else. */
export const DOOR_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** A complete HTML document for a browser that comes without a token, or with an old one. It tells nothing of the server. */
export function inspectorDoorPage(): string {
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${NO_ICON}` +
    `<title>Inspector</title><style>${DOOR_STYLE}</style></head>
<body><main><h1>The inspector is open to whoever started the server</h1>
<p>The terminal that the server was started in has the whole address of this page, with a token that is made anew at each start. Open it once: the browser keeps the token then.</p>
<p><code>webserv requests</code> shows the same in a terminal.</p></main></body></html>
`;
}
