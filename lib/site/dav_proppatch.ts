/**
 * PROPPATCH (RFC 4918 section 9.2): what clients leave beside a file or a folder.
 *
 * @module
 */
import { parsePropertyUpdate } from "../dav/bodies.ts";
import { MULTISTATUS, parseDead, patchProperties, writeDead } from "../dav/properties.ts";
import { PropertyFiles } from "../disk/property_files.ts";
import { HttpError, refusal } from "../http/errors.ts";
import type { Outcome, Request } from "../http/message.ts";
import { encodePath } from "../http/path.ts";
import type { StoreTarget } from "../store/target.ts";
import { find } from "../store/named.ts";
import { XML_BOUNDS } from "../dav/xml_reader.ts";
import { bodyOf } from "./dav_body.ts";
import { XML_FIELDS } from "./dav_locks.ts";
import { answerGuarded } from "./dav_writes.ts";
import type { Exchange } from "./exchange.ts";
import { storeTargetOf } from "./store_targets.ts";

const PROPERTIES = new PropertyFiles();

const THE_STORE = new HttpError(403, "the store itself has no properties that could be set");

/** 207 with what has come of it: all changes, or none. */
export async function answerProppatch(exchange: Exchange): Promise<Outcome> {
  const { request, path } = exchange;
  const changes = parsePropertyUpdate(await bodyOf(request, XML_BOUNDS.bytes));
  const target = storeTargetOf(exchange);
  return await answerGuarded(exchange, { request, target, run: (_: Request) => change(target) });

  async function change({ store, place }: StoreTarget): Promise<Outcome> {
    if (place === "") return THE_STORE;
    const found = await find({ store, place });
    if (!("occupant" in found)) return refusal(404);
    const { kind } = found.occupant;
    if (kind !== "folder" && (kind !== "file" || path.endsWith("/"))) return refusal(404);
    const href = encodePath(kind === "folder" && !path.endsWith("/") ? `${path}/` : path);
    let text = "";
    await PROPERTIES.change(found, (before) => {
      const dead = (before === undefined ? undefined : parseDead(before)) ?? new Map<string, string>();
      const result = patchProperties(href, dead, changes);
      text = result.text;
      if (result.dead === undefined) return before;
      return result.dead.size === 0 ? undefined : writeDead(result.dead);
    });
    const body = new TextEncoder().encode(MULTISTATUS.head + text + MULTISTATUS.tail);
    return { status: 207, fields: XML_FIELDS, body };
  }
}
