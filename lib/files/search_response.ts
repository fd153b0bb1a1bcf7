/**
 * The answer to a search for names below a folder: a page or JSON, sent as it is found.
 *
 * @module
 */
import { busy } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import type { Request, Response } from "../http/message.ts";
import { listingParts, resultsPage } from "../pages/listing.ts";
import type { ListingView } from "../pages/listing/view.ts";
import { fieldsOf, listingType } from "./listing.ts";
import type { Listings } from "./listings.ts";
import { jsonRow, type ListingType } from "./make_listing.ts";
import { policyOf } from "./page_policy.ts";
import { LONGEST_SEARCH, MOST_RESULTS, search, type SearchEnd, type SearchOrder } from "./search.ts";
import { type ResultsForm, SearchSource } from "./search_source.ts";

/**
 * Answers GET or HEAD.
 *
 * @param urlPath the folder's, decoded
 * @throws {FileError} if the folder cannot be read
 * @throws {HttpError} 503 if too many are searching
 */
export async function searchResponse(
  request: Request,
  { searches, turns }: Listings,
  order: SearchOrder,
  { urlPath, view, isLive }: { urlPath: string; view: ListingView; isLive: boolean },
): Promise<Response> {
  if (searches.isFull) {
    throw busy("Too many are searching", `${searches.most} searches are on their way: no more at one time`);
  }
  searches.enter();
  try {
    // What is wrong with the folder itself is to be known before the answer begins.
    await order.origin.list(order.path, () => false);
    const type = listingType(request);
    const policy = type === "text/html" ? await policyOf(listingParts({})) : undefined;
    const results = (isLeft: () => boolean) => search(order, turns, isLeft);
    let over = () => {};
    const body = new SearchSource(results, formOf(type, urlPath, view), () => {
      searches.leave();
      over();
    });
    // Whoever sends it waits for the next result, and would look after the client only then.
    over = request.onGone(() => body.close());
    return { status: 200, fields: fieldsOf(type, policy, isLive).concat(NOT_KEPT), body };
  } catch (error) {
    searches.leave();
    throw error;
  }
}

/** No search engine is to try out what can be searched for. */
const NOT_KEPT = FieldBlock.of(["X-Robots-Tag", "noindex, nofollow"]);

function formOf(type: ListingType, urlPath: string, view: ListingView): ResultsForm {
  if (type === "application/json") {
    return {
      head: "[",
      row: (entry, isFirst) => `${isFirst ? "" : ","}\n ${jsonRow(entry)}`,
      end: (_, count) => count === 0 ? "]\n" : "\n]\n",
    };
  }
  const page = resultsPage(urlPath, view);
  return { ...page, end: (end, count) => page.end(count, NOTES[end]) };
}

const NOTES: Readonly<Record<SearchEnd, string>> = {
  through: "",
  results: `These are the first ${MOST_RESULTS} names that were found. There may be more.`,
  time: `The search has ended after ${LONGEST_SEARCH / 1000} seconds. There may be more.`,
  folders: "Not all folders were looked into: there are too many, or they lie too deep.",
};
