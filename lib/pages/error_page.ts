/**
 * The page for an answer that went wrong: the status, its reason, a sentence of explanation, and the reference that
 * also stands in the error log. It gets no path and no message of the system, so it can show none.
 *
 * @module
 */

import { escape } from "@std/html";
import { BASE_STYLE } from "./style.ts";

const EXPLANATIONS: Readonly<Record<number, string>> = {
  400: "The server could not make sense of this request.",
  403: "This page is here, but it is not open to you.",
  404: "There is nothing at this address. Perhaps it has moved, or a letter slipped.",
  405: "This address does not take that kind of request.",
  408: "The request took too long to arrive. Please try again.",
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
  "h1{font-size:1.4rem;margin:.5rem}small{color:var(--dim)}";

function explanation(status: number): string {
  return EXPLANATIONS[status] ??
    (status >= 500 ? "Something went wrong on our side." : "The server cannot answer this request.");
}

/**
 * A small complete HTML document for an error status.
 *
 * @param reason The reason phrase, e.g. `Not Found`
 * @param id What the error log calls this failure; shown so that a reader can find the line
 * @param advice What the reader can do about it
 */
export function errorPage(status: number, reason: string, id?: string, advice?: string): string {
  const reference = id === undefined ? "" : `<p><small>Reference: ${escape(id)}</small></p>`;
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${status} ${escape(reason)}</title><style>${STYLE}</style></head>
<body><main><h1><b>${status}</b><br>${escape(reason)}</h1><p>${explanation(status)}</p>${
      advice === undefined ? "" : `<p>${escape(advice)}</p>`
    }${reference}</main></body></html>
`;
}
