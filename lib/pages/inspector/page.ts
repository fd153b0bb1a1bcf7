/**
 * The inspector's page: one document with its style and script, which asks the inspector's interface for the rest.
 *
 * @module
 */
import { escape } from "@std/html";
import { NO_ICON } from "../icon.ts";
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
