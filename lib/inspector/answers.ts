/**
 * What a thread says when it is asked for what it has taken down.
 *
 * @module
 */
import type { Turns } from "../http/turns.ts";
import { type Circumstances, recordOf, summaryOf } from "./describe.ts";
import type { Entry } from "./entry.ts";
import type { Recorder } from "./recorder.ts";
import type { RecordsFound, RecordsWanted } from "./wanted.ts";

const encoder = new TextEncoder();

/** So much JSON is made before others have their turn, in bytes. */
const PER_TURN = 128 * 1024;

const undecoded = () => Promise.resolve(undefined);

/** PERF: requests are answered between the records. */
export async function recordsFor(
  { what, since, id, most, asSent }: RecordsWanted,
  recorder: Recorder,
  circumstances: Circumstances,
  turns: Turns,
): Promise<RecordsFound> {
  const upTo = recorder.lastId, turn = turns.begin();
  const wanted = [...recorder.ring].filter((entry) => id === undefined ? entry.id > since : entry.id === id);
  const make = (entry: Entry) =>
    what === "summaries"
      ? summaryOf(entry, circumstances)
      : recordOf(entry, asSent ? { ...circumstances, decode: undecoded } : circumstances);
  const made: Uint8Array[] = [];
  // The newest first, as far as there is room: for each of them and its comma, and for the brackets.
  let length = 2, inTurn = 0;
  for (const entry of wanted.reverse()) {
    const bytes = encoder.encode(JSON.stringify(await make(entry)));
    if (length + bytes.length + 1 > most) break;
    length += bytes.length + 1;
    made.push(bytes);
    inTurn += bytes.length;
    if (!turn.isOver() && inTurn < PER_TURN) continue;
    inTurn = 0;
    await turn.next();
  }
  return { upTo, bytes: listOf(made.reverse()) };
}

const [OPEN, COMMA, CLOSE] = [0x5b, 0x2c, 0x5d];

function listOf(items: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = items.reduce((sum, item) => sum + item.length, 2 + Math.max(0, items.length - 1));
  const list = new Uint8Array(length);
  let at = 0;
  list[at++] = OPEN;
  items.forEach((item, index) => {
    if (index > 0) list[at++] = COMMA;
    list.set(item, at);
    at += item.length;
  });
  list[at] = CLOSE;
  return list;
}
