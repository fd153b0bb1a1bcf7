/**
 * What a worker takes down of requests, and says of them. Loaded only where somebody wants to see them.
 *
 * @module
 */
import type { Config, LocationConfig, ServerConfig } from "../config/types.ts";
import type { Turns } from "../http/turns.ts";
import { recordsFor } from "../inspector/answers.ts";
import type { Decode } from "../inspector/contents.ts";
import { Counters } from "../inspector/counters.ts";
import { placeKey, placeOf } from "../inspector/places.ts";
import { RecordedAnswers, Recorder } from "../inspector/recorder.ts";
import type { RecordsFound, RecordsWanted } from "../inspector/wanted.ts";
import type { ProcessRunner } from "../ports.ts";
import { clock } from "../runtime/clock.ts";
import type { ConnectionCount } from "../server/acceptor.ts";
import type { Settings } from "../server/settings.ts";
import type { Site } from "../site/site.ts";
import type { Inspection } from "./messages.ts";

/** A difference between the two clocks that is more than their grain, in milliseconds. */
const CLOCK_STEP = 20;

const originOf = (): number => clock.now() - clock.monotonic();

/** Of one worker, whatever configuration it serves. */
export class WorkerInspector {
  readonly #worker: number;
  readonly #recorder: Recorder;
  readonly #counters: Counters;
  readonly #turns: Turns;
  /** Wall-clock milliseconds when the monotonic clock was 0. */
  #origin = originOf();

  /** @param worker its number */
  constructor(worker: number, { metrics, ids }: Inspection, turns: Turns) {
    this.#worker = worker;
    this.#recorder = new Recorder(ids, clock);
    this.#counters = new Counters(metrics);
    this.#turns = turns;
  }

  /** Counts connections where they are seen. */
  get connections(): ConnectionCount {
    return this.#counters;
  }

  /** The same settings, with requests taken down. */
  watch<S extends Settings & Site>(settings: S, config: Config, { places }: Inspection): S {
    const { handlers, accessLog } = settings;
    return {
      ...settings,
      accessLog: new RecordedAnswers(this.#recorder, accessLog, this.#counters, rowsOf(config, places)),
      handlers: new Map([...handlers].map(([key, handler]) => [key, this.#recorder.watch(handler)])),
    };
  }

  /** The same runner, with its programs counted. */
  count(runner: ProcessRunner): ProcessRunner {
    let running = 0;
    return {
      spawn: (command) => {
        const process = runner.spawn(command);
        this.#counters.programs = ++running;
        void process.exited.then(() => this.#counters.programs = --running);
        return process;
      },
    };
  }

  /** What was wanted, as far as it is there. */
  records(wanted: RecordsWanted): Promise<RecordsFound> {
    const circumstances = { worker: this.#worker, origin: this.#originNow(), decode };
    return recordsFor(wanted, this.#recorder, circumstances, this.#turns);
  }

  /** The same from one time to the next, unless the system's clock was set. */
  #originNow(): number {
    const origin = originOf();
    if (Math.abs(origin - this.#origin) > CLOCK_STEP) this.#origin = origin;
    return this.#origin;
  }
}

/** PERF: what it takes is loaded with the first content that is coded. */
const decode: Decode = async (coding, bytes, most) =>
  await (await import("../runtime/decode_beginning.ts")).decodeBeginning(coding, bytes, most);

/** Where the places of a configuration are counted: those that no row is for have the first. */
function rowsOf(config: Config, places: Inspection["places"]): Map<ServerConfig | LocationConfig, number> {
  const known = new Map(places.map((place, row) => [placeKey(place), row]));
  const rows = new Map<ServerConfig | LocationConfig, number>();
  for (const server of config.servers) {
    rows.set(server, known.get(placeKey(placeOf(server))) ?? 0);
    for (const location of [server.fallback, ...server.locations]) {
      rows.set(location, known.get(placeKey(placeOf(server, location))) ?? 0);
    }
  }
  return rows;
}
