/**
 * `deno task fuzz`: tries changed inputs against the parsers until the time is over or something does not hold.
 *
 *     deno task fuzz [--target NAME] [--seconds N] [--iterations N] [--seed N]
 *
 * The same seed makes the same inputs in the same order. Exit status: 0 all held, 1 a failure, 2 wrong usage.
 *
 * @module
 */
import { escapeBytes } from "../tests/wire/escape.ts";
import { connectionTarget } from "./fuzz/connection.ts";
import { fastcgiTarget } from "./fuzz/fastcgi.ts";
import { hpackTarget } from "./fuzz/hpack.ts";
import { http1Target } from "./fuzz/http1.ts";
import { http2Target } from "./fuzz/http2.ts";
import { multipartTarget } from "./fuzz/multipart.ts";
import { type Failure, run } from "./fuzz/run.ts";
import { sessionTarget } from "./fuzz/session.ts";
import type { FuzzTarget } from "./fuzz/target.ts";
import { upstreamTarget } from "./fuzz/upstream.ts";
import { optionValues } from "./option_values.ts";

const TARGETS: readonly (() => FuzzTarget)[] = [
  http1Target,
  connectionTarget,
  upstreamTarget,
  fastcgiTarget,
  multipartTarget,
  sessionTarget,
  hpackTarget,
  http2Target,
];

const DEFAULT_SECONDS = 20;

/** How often the time is looked at. */
const TRIES_PER_LOOK = 64;

interface Options {
  readonly target: string | undefined;
  readonly seed: number;
  readonly seconds: number;
  readonly iterations: number;
}

function readOptions(args: readonly string[]): Options {
  const string = { type: "string" } as const;
  const table = { target: string, seconds: string, iterations: string, seed: string };
  const values = optionValues(args, table, usageError);
  const number = (name: "seconds" | "seed" | "iterations"): number | undefined => {
    const text = values[name];
    if (text === undefined) return undefined;
    const value = Number(text);
    return text !== "" && value >= 0 ? value : usageError(`--${name} wants a number, not "${text}"`);
  };
  const iterations = number("iterations");
  return {
    target: values.target,
    seed: number("seed") ?? crypto.getRandomValues(new Uint32Array(1))[0]!,
    seconds: number("seconds") ?? (iterations === undefined ? DEFAULT_SECONDS : Infinity),
    iterations: iterations ?? Infinity,
  };
}

function usageError(message: string): never {
  console.error(`fuzz: ${message}`);
  Deno.exit(2);
}

function report({ error, input, minimised, iteration }: Failure, name: string, seed: number): void {
  console.error(`${name} failed: ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
  console.error(`input (${input.length} bytes): ${escapeBytes(input)}`);
  console.error(`minimised (${minimised.length} bytes): ${escapeBytes(minimised)}`);
  console.error(`again with: deno task fuzz --target ${name} --seed ${seed} --iterations ${iteration + 1}`);
}

/** False if something did not hold. */
async function fuzz(target: FuzzTarget, { seed, seconds, iterations }: Options): Promise<boolean> {
  console.log(`${target.name}: ${target.seeds.length} seeds, --seed ${seed}`);
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  const { tries, outcomes, failure } = await run(
    target,
    seed,
    (tries) => tries < iterations && (tries % TRIES_PER_LOOK !== 0 || elapsed() < seconds),
  );
  const rate = Math.round(tries / Math.max(elapsed(), 0.001));
  console.log(`${target.name}: ${tries} tries, ${rate} a second, ${outcomes} kinds of outcome`);
  if (failure) report(failure, target.name, seed);
  return failure === undefined;
}

const options = readOptions(Deno.args);
const targets = TARGETS.map((target) => target()).filter(({ name }) => (options.target ?? name) === name);
if (targets.length === 0) usageError(`there is no target "${options.target}"`);
// Every target has its turn, also after another has failed.
const results: boolean[] = [];
for (const target of targets) {
  results.push(await fuzz(target, { ...options, seconds: options.seconds / targets.length }));
}
if (results.includes(false)) Deno.exit(1);
