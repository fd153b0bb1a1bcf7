/**
 * What pages are told at `/.webserv/live`, as server-sent events (HTML, section 9.2) with data in JSON and the id
 * `EPOCH-NUMBER`:
 *
 * - `hello`, which comes first: `epoch`, which server this is, and `age`, for how many milliseconds it has been.
 * - `change`: files have changed, `age` milliseconds ago; of `paths` none at all stands for anything.
 * - `failure` with `command` and `output`, and `mended`: of a build.
 *
 * @module
 */
import type { LiveFeed, NumberedLiveEvent } from "../ports.ts";

/** A page's question may take so long to come, in milliseconds; what is older than the page, it knows by itself. */
const ON_THE_WAY = 2000;

/** What a page says of itself when it asks. */
export interface LivePosition {
  /** The id of the last event that it has heard. */
  readonly last?: string | undefined;
  /** How long ago it was asked for, in milliseconds. Of no interest to one that has heard something. */
  readonly age?: number | undefined;
}

/** The events that a page gets first: the greeting, what it has missed, and the failure that lasts. */
export function greeting(feed: LiveFeed, position: LivePosition, now: number): string {
  const { epoch, began, last, failure } = feed;
  const hello = message(feed, "hello", last, { epoch, age: Math.max(0, now - began) });
  const missed = missedBy(feed, position, now).map((each) => eventMessage(feed, each, now)).join("");
  return hello + missed +
    (failure === undefined ? "" : eventMessage(feed, { event: failure, number: last }, now));
}

/** One event. */
export function eventMessage(feed: LiveFeed, { event, number }: NumberedLiveEvent, now: number): string {
  if (event.type !== "change") return message(feed, event.type, number, event);
  const { type, paths, time } = event;
  return message(feed, type, number, { paths, age: Math.max(0, now - time) });
}

/** What has changed since; what a build has come to is told in any case. */
function missedBy(feed: LiveFeed, { last, age }: LivePosition, now: number): readonly NumberedLiveEvent[] {
  const changes = feed.recent.filter(({ event }) => event.type === "change");
  const heard = numberIn(feed, last);
  if (heard !== undefined) {
    const oldest = feed.recent[0]?.number ?? feed.last + 1;
    if (heard + 1 >= oldest) return changes.filter(({ number }) => number > heard);
    return [{ number: feed.last, event: { type: "change", paths: [], time: now } }];
  }
  // Of another server's it is told so by the greeting.
  if (last !== undefined || age === undefined) return [];
  return changes.filter(({ event }) => event.type === "change" && event.time > now - age - ON_THE_WAY);
}

/** Undefined where the id is of another server, or none at all. */
function numberIn({ epoch }: LiveFeed, id: string | undefined): number | undefined {
  const prefix = `${epoch}-`;
  if (!id?.startsWith(prefix)) return undefined;
  const number = id.slice(prefix.length);
  return /^\d{1,15}$/.test(number) ? Number(number) : undefined;
}

function message({ epoch }: LiveFeed, type: string, number: number, data: unknown): string {
  return `event: ${type}\nid: ${epoch}-${number}\ndata: ${JSON.stringify(data)}\n\n`;
}
