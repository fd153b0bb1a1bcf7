/**
 * From what was read to what is shown: a sample of one run, and the medians of all.
 *
 * @module
 */
import type { Load, Result, Row, Sample } from "./types.ts";

/** Answers may differ this much in length from the one that was checked (a date, a counter). */
const LENGTH_TOLERANCE = 0.02;

/** What was read around one run of the load. */
export interface Reading {
  readonly row: Row;
  readonly load: Load;
  /** Of one answer with its head, as curl got it. */
  readonly answerLength: number;
  /** In bytes. */
  readonly memory: number;
  /** All in seconds. */
  readonly elapsed: number;
  readonly serverCpu: number;
  readonly loadCpu: number;
  /** Of the server's core. */
  readonly idle: number;
  /** What a back end used of the server's core, and of the load's. */
  readonly backendCpu: number;
  readonly backendLoadCpu: number;
}

/** Makes a sample of a reading; whatever is not as it should be becomes one of its errors. */
export function toSample(reading: Reading): Sample {
  const { row, load, answerLength, memory, elapsed, serverCpu, loadCpu, idle } = reading;
  const busy = serverCpu + reading.backendCpu;
  const requests = row.countsBytes ? load.bytes / answerLength : load.requests;
  return {
    rate: requests / load.seconds,
    cpu: serverCpu * 1e6 / requests,
    p99: load.p99,
    memory: memory / 1024 / 1024,
    serverBusy: busy / elapsed,
    loadBusy: (loadCpu + reading.backendLoadCpu) / elapsed,
    othersBusy: Math.max(0, (elapsed - idle - busy) / elapsed),
    errors: findErrors(row, load, answerLength),
  };
}

function findErrors(row: Row, load: Load, answerLength: number): string[] {
  const { requests, bytes, failures, socketErrors } = load;
  const { tolerance = LENGTH_TOLERANCE } = row;
  const errors: string[] = [];
  const wrong = row.expect.status >= 400 ? requests - failures : failures;
  if (requests === 0 && !row.countsBytes) errors.push("no request was answered");
  if (wrong !== 0) errors.push(`${wrong} of ${requests} answers without status ${row.expect.status}`);
  if (socketErrors > 0) errors.push(`${socketErrors} socket errors`);
  const mean = bytes / requests;
  if (!row.countsBytes && requests > 0 && Math.abs(mean / answerLength - 1) > tolerance) {
    errors.push(`answers of ${mean.toFixed(0)} bytes instead of ${answerLength}`);
  }
  return errors;
}

/** The middle value; the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error("No median of nothing");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The errors of the first run that had some, and how many runs had. */
function summarizeErrors(samples: readonly Sample[]): string[] {
  const [first, ...others] = samples.filter(({ errors }) => errors.length > 0);
  return first ? [...first.errors, `in ${1 + others.length} of ${samples.length} runs`] : [];
}

/** All samples of one server in one row. */
export function summarize(row: string, server: string, samples: readonly Sample[]): Result {
  const of = (key: Exclude<keyof Sample, "errors">) => median(samples.map((sample) => sample[key]));
  const cpu = of("cpu");
  const cpus = samples.map((sample) => sample.cpu);
  return {
    row,
    server,
    samples,
    median: {
      rate: of("rate"),
      cpu,
      p99: of("p99"),
      memory: of("memory"),
      serverBusy: of("serverBusy"),
      loadBusy: of("loadBusy"),
      othersBusy: of("othersBusy"),
      errors: summarizeErrors(samples),
    },
    spread: (Math.max(...cpus) - Math.min(...cpus)) / 2 / cpu,
  };
}
