/**
 * Locks of WebDAV as a worker sees them: the main thread has them.
 *
 * @module
 */
import { withoutSlash } from "../config/places.ts";
import { type LockAnswer, type LockQuestion, parseAnswer, type ShownLock } from "../dav/lock_questions.ts";
import { MULTISTATUS, response, statusLine } from "../dav/properties.ts";
import { escapeText } from "../dav/xml.ts";
import type { StoreOrigin } from "../disk/store_origin.ts";
import { busy } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import type { Response } from "../http/message.ts";
import { lockKey } from "../http/disk_names.ts";
import { type DecodedPath, decodePath, encodePath } from "../http/path.ts";
import type { Exchange, Services } from "./exchange.ts";
import { mayAsk } from "./rights.ts";

const encoder = new TextEncoder();

/** Of all answers that are XML. */
export const XML_FIELDS = FieldBlock.of(
  ["Content-Type", "application/xml; charset=utf-8"],
  ["Cache-Control", "no-store"],
);

/** Asks for or about locks. @throws {HttpError} 503 where the main thread does not answer */
export async function askLocks(
  { main }: Pick<Services, "main">,
  question: LockQuestion,
): Promise<LockAnswer> {
  if (main === undefined) return unasked(question);
  const answer = parseAnswer(await main.ask("locks", JSON.stringify(question)));
  if (answer === undefined) throw busy("The locks of WebDAV are not known just now");
  return answer;
}

/** Where nothing is really done, nothing is locked. */
function unasked(question: LockQuestion): LockAnswer {
  if (question.do !== "lock") return { is: "done" };
  return {
    lock: {
      ...question.wanted,
      token: "urn:uuid:00000000-0000-0000-0000-000000000000",
      seconds: question.seconds,
    },
  };
}

/** The locks that hold at a place. @throws {HttpError} */
export async function locksAt(
  services: Pick<Services, "main">,
  path: string,
  members = false,
): Promise<{ readonly own: readonly ShownLock[]; readonly members: readonly ShownLock[] }> {
  const answer = await askLocks(services, { do: "find", paths: [path], members });
  return "locks" in answer
    ? { own: answer.locks[0] ?? [], members: answer.members }
    : { own: [], members: [] };
}

/**
 * What tells a place of a store from every other, however its URL is written: locks are on this. File systems may take
 * names for the same that differ in case; one lock for both is never wrong.
 *
 * @returns undefined where there is no folder that it could be in
 * @throws {FileError}
 */
export function lockPath(store: StoreOrigin, place: string): string | undefined {
  const slash = place.lastIndexOf("/"), name = place.slice(slash + 1);
  const folder = store.folder(place.slice(0, Math.max(slash, 0)));
  if (typeof folder === "string") return undefined;
  const { names } = store.ports.files;
  if (name === "") return lockKey(names, folder.place.realPath);
  // A link may lead to it. Of a file the name is enough: it is replaced at any time.
  const own = folder.occupant(name).kind === "folder" ? store.folder(place) : undefined;
  if (typeof own === "object") return lockKey(names, own.place.realPath);
  return lockKey(names, `${withoutSlash(folder.place.realPath)}/${name}`);
}

/** 423: what is written to has a lock that the request does not name (RFC 4918 section 11.3). */
export function locked(
  exchange: Exchange,
  held: readonly ShownLock[],
  condition: "lock-token-submitted" | "no-conflicting-lock",
): Response {
  const hrefs = urlsToTell(exchange, held).map((url) => `<D:href>${escapeText(url)}</D:href>`).join("");
  const text = `<?xml version="1.0" encoding="utf-8"?>\n<D:error xmlns:D="DAV:"><D:${condition}>${hrefs}` +
    `</D:${condition}></D:error>\n`;
  return { status: 423, fields: XML_FIELDS, body: encoder.encode(text) };
}

/** 207: parts of a folder have such a lock. */
export function lockedParts(exchange: Exchange, held: readonly ShownLock[]): Response {
  const parts = urlsToTell(exchange, held).map((url) =>
    response(
      url,
      `<D:status>${statusLine(423)}</D:status><D:error><D:lock-token-submitted><D:href>${
        escapeText(url)
      }</D:href></D:lock-token-submitted></D:error>`,
    )
  );
  const text = MULTISTATUS.head + parts.join("") + MULTISTATUS.tail;
  return { status: 207, fields: XML_FIELDS, body: encoder.encode(text) };
}

/** SECURITY: where there is a lock is told to whoever may know what is there; to others, that one is in the way. */
function urlsToTell(exchange: Exchange, held: readonly ShownLock[]): string[] {
  const urls = held.map(({ url }) => {
    const path = decodePath(url);
    return path.startsWith("/") && mayAsk(exchange, path as DecodedPath) ? url : encodePath(exchange.path);
  });
  return [...new Set(urls)];
}
