/**
 * What is shown below a folder's listing: its README.
 *
 * @module
 */
import { decodedText } from "../files/text_of.ts";
import type { FolderEntry } from "../http/origin.ts";
import { LONGEST_MARKDOWN, markdownToHtml } from "../markdown/markdown.ts";
import type { ListingOptions } from "../pages/listing.ts";
import { plainText, TEXT_BELOW_STYLE, textBelow } from "../pages/markdown_page.ts";
import type { Exchange } from "./exchange.ts";
import { mayRead } from "./rights.ts";

/**
 * The README of a folder as a listing's page has it; nothing where it cannot be read, or is too long.
 *
 * @param entry what entryOfReadme() has found
 */
export async function readmeBelow(
  exchange: Exchange,
  { name }: FolderEntry,
): Promise<Pick<ListingOptions, "below" | "style">> {
  const { location, path, services: { listings: { turns } } } = exchange;
  if (!mayRead(exchange, `${path}${name}`)) return {};
  const file = await location.origin!.find(location.originPath(`${path}${name}`));
  if (file?.kind !== "file" || file.size > LONGEST_MARKDOWN) return {};
  const text = await decodedText(file, LONGEST_MARKDOWN);
  const isMarkdown = /\.(?:md|markdown)$/i.test(name);
  const html = isMarkdown ? await markdownToHtml(text, () => turns.wait()) : undefined;
  return { below: textBelow(name, html ?? plainText(text)), style: TEXT_BELOW_STYLE };
}
