/**
 * The page that whoever sits at this machine gets in place of the plain error when a program has failed: why, what usually
 * causes it, the place in the script, what it said, and how it was run.
 *
 * @module
 */
import { escape } from "@std/html";
import { maskedEnvironment } from "../http/masked_environment.ts";
import type { Excerpt, FailureText, Said, UsualCause } from "../http/program_failure.ts";
import { commandLine, duration } from "./failure_words.ts";
import { NO_ICON } from "./icon.ts";
import { BASE_STYLE } from "./style.ts";

const STYLE = BASE_STYLE +
  "*{box-sizing:border-box}main{max-width:62rem;margin:0 auto;padding:1.5rem 1rem 3rem}" +
  "header{border-left:.3rem solid var(--key);padding-left:1rem}h1{font-size:1rem;margin:0;color:var(--key)}" +
  "header p{font-size:1.3rem;line-height:1.35;margin:.2rem 0 0;overflow-wrap:anywhere}" +
  "h2{font-size:1rem;margin:1.8rem 0 .5rem}h2 small{font-weight:400;color:var(--dim)}" +
  "pre,code,td,dd{font-family:ui-monospace,monospace;font-size:.85rem}" +
  "pre{margin:0;padding:.7rem .9rem;border:1px solid var(--line);border-radius:.4rem;overflow:auto;max-height:24rem;" +
  "line-height:1.5;tab-size:4}pre.wrap{white-space:pre-wrap;overflow-wrap:anywhere}" +
  "code{background:color-mix(in srgb,var(--key) 12%,transparent);padding:.1em .3em;border-radius:.25em;overflow-wrap:anywhere}" +
  "ul{margin:0;padding:0;list-style:none}li{border:1px solid var(--line);border-left:.3rem solid var(--key);" +
  "border-radius:.4rem;padding:.6rem .9rem;margin:.5rem 0;overflow-wrap:anywhere}li p{margin:.3rem 0 0;color:var(--dim)}" +
  "pre.source{padding:.5rem 0}pre.source>span{display:block;min-width:max-content;padding:0 .9rem}" +
  "pre.source b{display:inline-block;width:3.5em;font-weight:400;color:var(--dim);user-select:none}" +
  "pre.source>.here{background:color-mix(in srgb,var(--key) 18%,transparent);box-shadow:inset .3rem 0 var(--key)}" +
  "pre.source>.here b{color:var(--key);font-weight:700}" +
  "dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1rem;margin:0}dt{color:var(--dim)}" +
  "dd{margin:0;overflow-wrap:anywhere;align-self:center}table{border-collapse:collapse;width:100%}" +
  "td{border-top:1px solid var(--line);padding:.25rem .6rem .25rem 0;vertical-align:top;overflow-wrap:anywhere}" +
  "td:first-child{color:var(--dim);width:1%;padding-right:1.2rem;white-space:nowrap}summary{cursor:pointer;font-weight:700;margin:1.8rem 0 .5rem}" +
  "footer,.none{color:var(--dim)}footer{margin-top:2rem;font-size:.85rem}" +
  "@media(max-width:40rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}header p{font-size:1.1rem}" +
  "td{display:block;border:0;padding:0}td:first-child{width:auto;white-space:normal;border-top:1px solid var(--line);padding-top:.3rem}}";

/** As a complete HTML document, which needs nothing else. */
export function failurePage({ status, reason, why, reference, run, causes, excerpt }: FailureText): string {
  const title = `${status} ${reason}`;
  const facts: [string, string | undefined][] = [
    ["Script", run.file],
    ["Command", run.command.length === 0 ? undefined : commandLine(run.command)],
    ["FastCGI server", run.server],
    ["Ended", run.ended],
    ["Time", duration(run.duration)],
    ["Reference", reference],
  ];
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${NO_ICON}` +
    `<title>${escape(`${title}: ${run.name}`)}</title><style>${STYLE}</style></head>
<body><main><header><h1>${escape(title)}</h1><p>${escape(why)}</p></header>
${causesOf(causes)}${excerpt === undefined ? "" : sourceOf(excerpt)}${
      said("Standard error", run.errors, "the end of it")
    }` +
    `${said("Output", run.output, "the beginning of it")}<h2>How it was run</h2><dl>${
      facts.map(([name, value]) => value === undefined ? "" : `<dt>${name}</dt><dd>${escape(value)}</dd>`)
        .join("")
    }</dl>
${
      environmentOf(run.environment)
    }<footer>This page is shown on this machine alone; others get a plain error.</footer></main></body></html>
`;
}

function causesOf(causes: readonly UsualCause[]): string {
  if (causes.length === 0) return "";
  const items = causes.map(({ what, remedy }) =>
    `<li>${quoted(what)}${remedy === undefined ? "" : `<p>${quoted(remedy)}</p>`}</li>`
  );
  return `<h2>What usually causes this</h2><ul>${items.join("")}</ul>\n`;
}

/** What stands between backquotes is code. */
function quoted(text: string): string {
  return escape(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}

function sourceOf({ line, first, lines }: Excerpt): string {
  const rows = lines.map((text, index) => {
    const number = first + index, isHere = number === line;
    return `<span${isHere ? ' class="here" aria-current="true"' : ""}><b>${number}</b>${escape(text)}</span>`;
  });
  return `<h2>Line ${line} of the script</h2><pre class="source" tabindex="0">${rows.join("")}</pre>\n`;
}

function said(what: string, { text, isCut }: Said, which: string): string {
  const title = `<h2>${what}${isCut ? ` <small>(${which})</small>` : ""}</h2>`;
  // A line break at the beginning of a pre is none.
  return title +
    (text === ""
      ? '<p class="none">Nothing.</p>'
      : `<pre class="wrap" tabindex="0">\n${escape(text)}</pre>`) +
    "\n";
}

function environmentOf(environment: Readonly<Record<string, string>>): string {
  const rows = maskedEnvironment(environment).map(([name, value]) =>
    `<tr><td>${escape(name)}</td><td>${escape(value)}</td></tr>`
  );
  if (rows.length === 0) return "";
  return `<details open><summary>Environment</summary><table>${rows.join("")}</table></details>\n`;
}
