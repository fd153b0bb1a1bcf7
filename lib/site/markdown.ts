/**
 * Which requests for a file in Markdown want a page. What makes one is loaded with the first of them.
 *
 * @module
 */
import { prefers } from "../http/accept.ts";
import type { HttpError } from "../http/errors.ts";
import type { Response } from "../http/message.ts";
import type { Labels, Representation } from "../http/origin.ts";
import { withVary } from "../http/vary.ts";
import type { Exchange } from "./exchange.ts";

const MARKDOWN = /^text\/markdown\b/i;

/** Any type at all names nothing: a program that takes anything wants the file. */
const NAMES_HTML = /(?:^|,)[ \t]*text\/html[ \t]*(?:[;,]|$)/i;

const REFUSES_HTML = /(?:^|,)[ \t]*text\/html[ \t]*;[ \t]*q=0(?:\.0*)?[ \t]*(?:,|$)/i;

/** True for a file that has a page besides: of the type of Markdown, which a location may have changed by `types`. */
export function hasPage(file: Representation, labels: Labels): boolean {
  // PERF: the type of a file without an extension is told by its content, which is not looked at for this.
  return /\.(?:md|markdown)$/i.test(file.path) && MARKDOWN.test(labels.contentType);
}

/** True where a client wants the page, and not the text: `?raw` is the text, whatever it takes. */
export function wantsPage({ request: { fields, query }, errorPage }: Exchange): boolean {
  if (query === "raw" || errorPage !== undefined) return false;
  const accept = fields.joined("accept");
  return accept !== undefined && NAMES_HTML.test(accept) && !REFUSES_HTML.test(accept) &&
    prefers(accept, ["text/html", "text/markdown"]) === "text/html";
}

/** The labels of the text: that there is a page is told to caches. */
export function labelsOfText(labels: Labels): Labels {
  return {
    contentType: labels.contentType,
    validators: withVary(labels.validators, "Accept"),
    fields: withVary(labels.fields, "Accept"),
  };
}

/** The page of a file; undefined where it is too long for one. @throws {FileError} by rejecting */
export async function answerWithPage(
  exchange: Exchange,
  file: Representation,
  labels: Labels,
): Promise<Response | HttpError | undefined> {
  return await (await import("./markdown_pages.ts")).answerWithPage(exchange, file, labels);
}
