/**
 * The records of all threads that serve, by asking them. SECURITY: a thread that was taken over says whatever it likes: what
 * it says is taken by its shape and within bounds, and what is none of it is not there.
 *
 * @module
 */
import type { RequestRecord, RequestSummary } from "./record.ts";
import type { Records, Summaries } from "./records.ts";
import { isRecord, isSummary } from "./shapes.ts";
import { MOST_RECORDED, MOST_RECORDS, type RecordsFound, type RecordsWanted } from "./wanted.ts";

/** Asks all threads; those that say nothing in time are not there. Rejects only where nobody can be asked. */
export type AskThreads = (wanted: RecordsWanted) => Promise<readonly RecordsFound[]>;

/** Bytes of summaries of one thread, at most: an address may have 8 KiB. */
const MOST_SUMMARIES = 8 * 1024 * 1024;

/** Merges what the threads say. */
export class AskedRecords implements Records {
  readonly #ask: AskThreads;

  constructor(ask: AskThreads) {
    this.#ask = ask;
  }

  async summaries(since: number): Promise<Summaries> {
    const found = await this.#ask({ what: "summaries", since, most: MOST_SUMMARIES });
    const told = found.map(({ upTo }) => upTo).filter((id) => Number.isSafeInteger(id) && id >= 0);
    return { records: merged(found, isSummary), upTo: told.length === 0 ? since : Math.min(...told) };
  }

  async record(id: number, asSent = false): Promise<RequestRecord | undefined> {
    const found = await this.#ask({ what: "records", since: id - 1, id, most: MOST_RECORDED, asSent });
    return merged(found, isRecord).find((record) => record.id === id);
  }

  async records(since: number): Promise<readonly RequestRecord[]> {
    return merged(await this.#ask({ what: "records", since, most: MOST_RECORDED }), isRecord);
  }
}

/** The last ones of all threads, by rising ids, each once. */
function merged<T extends RequestSummary>(
  found: readonly RecordsFound[],
  isOne: (value: unknown) => value is T,
): T[] {
  const byId = new Map<number, T>();
  for (const { bytes } of found) {
    for (const value of listIn(bytes)) {
      if (isOne(value) && !byId.has(value.id)) byId.set(value.id, value);
    }
  }
  return [...byId.values()].sort((a, b) => a.id - b.id).slice(-MOST_RECORDS);
}

function listIn(bytes: Uint8Array): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(list) ? list.slice(-MOST_RECORDS) : [];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return [];
  }
}
