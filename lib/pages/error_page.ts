/**
 * The page for an answer that went wrong: the status, its reason, a sentence of explanation, what can be done, and the
 * reference that also stands in the error log. It gets no path and no message of the system, so it can show none.
 *
 * @module
 */

import { escape } from "@std/html";
import { NO_ICON } from "./icon.ts";
import { BASE_STYLE } from "./style.ts";

const EXPLANATIONS: Readonly<Record<number, string>> = {
  400: "The server could not make sense of this request.",
  403: "This page is here, but it is not open to you.",
  404: "There is nothing at this address. Perhaps it has moved, or a letter slipped.",
  405: "This address does not take that kind of request.",
  408: "The request took too long to arrive. Please try again.",
  409: "That does not go with what is here: the name is taken, or the folder is not there.",
  412: "What is here is not what the request expects. Perhaps it has changed meanwhile.",
  413: "That is more than the server accepts here.",
  414: "This address is too long.",
  416: "The file does not have the part that was asked for.",
  417: "The server cannot do what this request expects.",
  421: "This server goes by other names.",
  431: "The request has too many or too long header fields. Clearing the cookies of this site may help.",
  500: "Something broke on our side. It is not your fault.",
  501: "The server does not know this kind of request.",
  502: "The program behind this page gave no proper answer.",
  503: "The server is busy at the moment. Please try again shortly.",
  504: "The program behind this page took too long to answer.",
  505: "The server does not speak this version of HTTP.",
  507: "There is no room left to store this.",
};

const STYLE = BASE_STYLE +
  "body{display:grid;place-content:center;min-height:100vh;text-align:center}" +
  "main{padding:2rem;max-width:30rem}b{font:300 5rem/1 system-ui;color:var(--key)}" +
  "h1{font-size:1.4rem;margin:.5rem}small{color:var(--dim)}a{color:var(--key)}p{overflow-wrap:anywhere}";

function explanation(status: number): string {
  return EXPLANATIONS[status] ??
    (status >= 500 ? "Something went wrong on our side." : "The server cannot answer this request.");
}

/** What is said of an error. No path and no message of the system is in it. */
export interface ErrorText {
  readonly status: number;
  /** The reason phrase, e.g. `Not Found`. */
  readonly reason: string;
  /** What the error log calls this failure; shown so that a reader can find the line. */
  readonly reference?: string | undefined;
  /** Why, for whoever runs the server. */
  readonly hint?: string | undefined;
  /** What the reader can do about it. */
  readonly advice?: string | undefined;
}

/** Where the one link of a page leads: to the start page, or to the folder above a file or a folder. */
export type ErrorLink = "/" | "./" | "../";

/** As a small complete HTML document. */
export function errorPage({ status, reason, reference, hint, advice }: ErrorText, link: ErrorLink): string {
  const sentences = [explanation(status), hint, advice].filter((sentence) => sentence !== undefined);
  const found = reference === undefined ? "" : `<p><small>Reference: ${escape(reference)}</small></p>`;
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${NO_ICON}` +
    `<title>${status} ${escape(reason)}</title><style>${STYLE}</style></head>
<body><main><h1><b>${status}</b><br>${escape(reason)}</h1>${
      sentences.map((sentence) => `<p>${escape(sentence)}</p>`).join("")
    }<p><a href="${link}">${
      link === "/" ? "Start page" : "One folder up"
    }</a></p>${found}</main></body></html>
`;
}

/** As plain text, for a terminal. */
export function errorText({ status, reason, reference, hint, advice }: ErrorText): string {
  const found = reference === undefined ? undefined : `Reference: ${reference}`;
  return [`${status} ${reason}`, explanation(status), hint, advice, found]
    .filter((line) => line !== undefined).join("\n") + "\n";
}

/** As JSON, for a program. */
export function errorJson({ status, reason, reference, hint, advice }: ErrorText): string {
  return JSON.stringify({ status, error: reason, hint, advice, reference }) + "\n";
}
