/**
 * Files in Markdown as pages, for clients that name text/html; everybody else gets the text as it is.
 *
 * @module
 */
import { newNonce, policyOf } from "../files/page_policy.ts";
import { decodedText } from "../files/text_of.ts";
import { HttpError, refusal } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import type { Response } from "../http/message.ts";
import type { Labels, Representation } from "../http/origin.ts";
import { evaluatePreconditions } from "../http/preconditions.ts";
import { LONGEST_MARKDOWN, markdownToHtml } from "../markdown/markdown.ts";
import { MARKDOWN_PAGE_STYLE, markdownPage, plainText } from "../pages/markdown_page.ts";
import { policyWithNonce } from "../pages/policy.ts";
import { asPlain } from "./coded_answers.ts";
import type { Exchange } from "./exchange.ts";

/** Behind the file's tag: a page is another representation (RFC 9110 section 8.8.3). */
const TAG_END = '-page"';

const encoder = new TextEncoder();

/**
 * Answers GET or HEAD with a file as a page; undefined where it is too long for one.
 *
 * @throws {FileError} also by rejecting
 */
export async function answerWithPage(
  exchange: Exchange,
  file: Representation,
  labels: Labels,
): Promise<Response | HttpError | undefined> {
  if (file.size > LONGEST_MARKDOWN) return undefined;
  const { location, services: { files: { clock }, listings: { turns } } } = exchange;
  const policy = await policyOf({ styles: [MARKDOWN_PAGE_STYLE], scripts: [] });
  const validators = { etag: file.etag.replace(/"$/, TAG_END), modified: file.modified };
  const fields = labels.validators.without("accept-ranges").with("ETag", validators.etag).with(
    "Vary",
    "Accept",
  );
  const verdict = evaluatePreconditions(asPlain(exchange), validators, clock);
  if (verdict === "failed") return refusal(412);
  if (verdict === "not modified") return { status: 304, fields, body: undefined };
  const name = file.path.slice(file.path.lastIndexOf("/") + 1);
  const make = async () => {
    const text = await decodedText(file, LONGEST_MARKDOWN);
    const html = await markdownToHtml(text, () => turns.wait());
    return encoder.encode(markdownPage(name, html ?? plainText(text)));
  };
  const body = await (file.derive?.("page", make) ?? make());
  return {
    status: 200,
    fields: FieldBlock.of(["Content-Type", "text/html; charset=utf-8"]).concat(fields)
      .with(
        "Content-Security-Policy",
        location.config.live.liveReload ? policyWithNonce(policy, newNonce()) : policy,
      ),
    body,
  };
}
