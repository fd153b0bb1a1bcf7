/**
 * What pages are told at `/.webserv/live`, as a stream of server-sent events (HTML Standard, section 9.2). Each message's
 * data is one object of JSON, and its id `EPOCH-NUMBER`:
 *
 * - `{ "type": "hello", "epoch", "age" }` comes first: which server this is, and for how many milliseconds it has been.
 * - `{ "type": "change", "paths", "age" }`: files have changed, so many milliseconds ago; no path stands for anything.
 * - `{ "type": "failure", "command", "output" }` and `{ "type": "mended" }`: of a build.
 *
 * @module
 */
import type { LiveEvent, LiveFeed, NumberedLiveEvent } from "../ports.ts";

/** A page's question may take so long to come, in milliseconds; what is older than the page, it knows by itself. */
const ON_THE_WAY = 2000;

/** What a page says of itself when it asks. */
export interface LivePosition {
  /** The id of the last message that it has heard: Last-Event-ID, or the parameter `last`. */
  readonly last?: string | undefined;
  /** How long ago it was asked for, in milliseconds: the parameter `age`. Of no interest to one that has heard something. */
  readonly age?: number | undefined;
}

/** The messages that a page gets first: the greeting, what it has missed, and the failure that lasts. */
export function greeting(feed: LiveFeed, position: LivePosition, now: number): string {
  const age = Math.max(0, now - feed.began);
  const hello = message(feed, feed.last, { type: "hello", epoch: feed.epoch, age });
  const missed = missedBy(feed, position, now).map((each) => eventMessage(feed, each, now)).join("");
  const failure = feed.failure === undefined ? "" : message(feed, feed.last, feed.failure);
  return hello + missed + failure;
}

/** One event as a message. */
export function eventMessage(
  feed: LiveFeed,
  { event, number }: NumberedLiveEvent,
  now: number,
): string {
  if (event.type !== "change") return message(feed, number, event);
  const { type, paths, time } = event;
  return message(feed, number, { type, paths, age: Math.max(0, now - time) });
}

/** What has changed since; what a build has come to is told in any case. */
function missedBy(feed: LiveFeed, { last, age }: LivePosition, now: number): readonly NumberedLiveEvent[] {
  const changes = feed.recent.filter(({ event }) => event.type === "change");
  const heard = numberIn(feed, last);
  if (heard !== undefined) {
    const oldest = feed.recent[0]?.number ?? feed.last + 1;
    if (heard + 1 >= oldest) return changes.filter(({ number }) => number > heard);
    return [{ number: feed.last, event: anything(now) }];
  }
  // One of another server's is told so by the greeting.
  if (last !== undefined || age === undefined) return [];
  return changes.filter(({ event }) => event.type === "change" && event.time > now - age - ON_THE_WAY);
}

/** Stands for changes that are not known any more. */
function anything(time: number): LiveEvent {
  return { type: "change", paths: [], time };
}

/** Undefined where the id is of another server, or none at all. */
function numberIn(feed: LiveFeed, id: string | undefined): number | undefined {
  const prefix = `${feed.epoch}-`;
  if (!id?.startsWith(prefix)) return undefined;
  const number = id.slice(prefix.length);
  return /^\d{1,15}$/.test(number) ? Number(number) : undefined;
}

function message(feed: LiveFeed, number: number, data: unknown): string {
  return `id: ${feed.epoch}-${number}\ndata: ${JSON.stringify(data)}\n\n`;
}
