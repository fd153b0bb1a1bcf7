/**
 * What is shown in place of an app that does not listen: a page that waits for it, or what became of it.
 *
 * @module
 */
import { escape } from "@std/html";
import type { ErrorType } from "./error_type.ts";
import { NO_ICON } from "./icon.ts";
import { BASE_STYLE } from "./style.ts";

/** An app that has ended. */
export interface EndedApp {
  /** How, behind "it": `ended with exit status 1`. */
  readonly end: string;
  /** The last of its output. */
  readonly output: string;
  /** It is started again soon. */
  readonly restarts: boolean;
}

/** The output begins at its end: that is where it says why. */
const STYLE = BASE_STYLE + `
body{display:grid;place-content:center;min-height:100vh}main{box-sizing:border-box;width:min(100vw,60rem);padding:2rem 1.25rem}
h1{font-size:1.4rem;font-weight:600;line-height:1.25;margin:0 0 .5rem;text-wrap:balance}p{margin:.5rem 0;max-width:38rem;overflow-wrap:anywhere;text-wrap:pretty}
code,pre{font:.85rem/1.5 ui-monospace,monospace}pre{margin:1.25rem 0;padding:.9rem 1rem;max-height:60vh;display:flex;flex-direction:column-reverse;overflow:auto;border:1px solid var(--line);border-radius:.4rem;tab-size:4}
pre:focus-visible{outline:2px solid var(--key);outline-offset:2px}.dim{color:var(--dim)}`;

/** It waits in the middle; what has moved once is moved at the same place by the page that comes next. */
const WAITING_STYLE = "main{text-align:center}p{margin-inline:auto}" +
  "i{display:inline-block;width:.6rem;height:.6rem;margin:0 .2rem 1.25rem;border-radius:50%;background:var(--key)}" +
  "@media(prefers-reduced-motion:no-preference){i{animation:a 1s ease-in-out infinite}i+i{animation-delay:.15s}i+i+i{animation-delay:.3s}}" +
  "@keyframes a{0%,60%,100%{opacity:.3}30%{opacity:1}}";

/** Loads the page again every second. */
const RELOAD = '<meta http-equiv="refresh" content="1">';

/** A complete HTML document that waits, and is loaded again until the app answers. */
export function waitingPage(): string {
  return page("Starting", RELOAD, STYLE + WAITING_STYLE, [
    "<i></i><i></i><i></i>",
    "<h1>The app is starting</h1>",
    "<p>It does not listen yet. This page opens by itself as soon as it does.</p>",
    '<p class="dim">It is told its port as <code>PORT</code>. A command that takes it as an argument has ' +
    "<code>{PORT}</code> there.</p>",
  ]);
}

/**
 * What became of an app, in the form that a client takes.
 *
 * @param app undefined for a client that is not to know
 */
export function endedPage(app: EndedApp | undefined, type: ErrorType): string {
  const restarts = app?.restarts === true;
  const next = restarts
    ? "It is started again in a moment."
    : app === undefined
    ? undefined
    : "Once it is mended, start webserv again; with --restart it starts the app again by itself.";
  const state = app === undefined ? "is not running at the moment." : `${app.end}.`;
  const output = app?.output === "" ? undefined : app?.output;
  if (type === "application/json") {
    return JSON.stringify({
      status: 503,
      error: "Service Unavailable",
      hint: `The app ${state}`,
      advice: next,
      output,
    }) + "\n";
  }
  if (type === "text/plain") {
    const lines = ["503 Service Unavailable", `The app behind this address ${state}`, next];
    return [...lines.filter((line) => line !== undefined), ...output === undefined ? [] : ["", output]]
      .join("\n").trimEnd() + "\n";
  }
  return page("The app has ended", restarts ? RELOAD : "", STYLE, [
    "<h1>The app has ended</h1>",
    `<p>It ${escape(state)}</p>`,
    output === undefined ? "" : `<pre tabindex="0"><span>${escape(output)}</span></pre>`,
    next === undefined ? "" : `<p class="dim">${escape(next)}</p>`,
  ]);
}

function page(title: string, head: string, style: string, content: readonly string[]): string {
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${NO_ICON}${head}` +
    `<title>${title}</title><style>${style}</style></head>
<body><main>${content.join("")}</main></body></html>
`;
}
