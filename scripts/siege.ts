/**
 * `deno task siege`: mixed load on a real server (files, ranges, listings, programs, uploads, clients that leave, drip,
 * idle or talk nonsense), while its configuration is loaded again and its logs are moved away.
 *
 *     deno task siege [--seconds N]
 *
 * Prints memory, descriptors and threads over time, and what became of the requests. Exit status: 0 if nothing was lost
 * and nothing was left behind, 1 otherwise, 2 wrong usage. With WEBSERV set, that executable is besieged.
 *
 * @module
 */
import { join } from "@std/path";
import { launch, type Launched, temporaryFolder } from "../tests/support/launch.ts";
import { freePort } from "./bench/process.ts";
import { optionValues } from "./option_values.ts";
import { type Client, hangUp, run } from "./siege/client.ts";
import { KINDS } from "./siege/clients.ts";
import { describe, type Health, healthOf, isAsBefore, rest } from "./siege/health.ts";
import { MovedLog } from "./siege/moved_log.ts";
import { every, pause } from "./siege/pace.ts";
import { configuration, makeSite } from "./siege/site.ts";
import { Tally } from "./siege/tally.ts";

const DEFAULT_SECONDS = 30;

/** How often the configuration is loaded again, and the logs are moved away, in milliseconds. */
const RELOADS = 3000;
const ROTATIONS = 5000;

/** How long workers may take to be replaced, in milliseconds. */
const HANDOVER = 2000;

/** How often a line is printed, at most, in milliseconds. */
const LOOKS = 1000;
const LINES = 20;

function usageError(message: string): never {
  console.error(`siege: ${message}`);
  Deno.exit(2);
}

const { seconds: text = String(DEFAULT_SECONDS) } = optionValues(
  Deno.args,
  { seconds: { type: "string" } },
  usageError,
);
const seconds = Number(text);
if (!(seconds > 0)) usageError(`--seconds wants a number above 0, not "${text}"`);
if (Deno.build.os !== "linux") usageError("only Linux says what a process takes");
Deno.exit(await besiege(seconds));

async function besiege(seconds: number): Promise<number> {
  await using folder = await temporaryFolder();
  const log = new MovedLog(join(folder.path, "access.log"));
  const file = join(folder.path, "webserv.yaml"), port = freePort();
  makeSite(folder.path);
  Deno.writeTextFileSync(file, configuration(port, 0));
  await using server = launch(["serve", "-c", file]);
  await server.port();
  const before = healthOf(server.pid);
  console.log(`before: ${describe(before)}`);
  const end = performance.now() + seconds * 1000;
  const goesOn = () => performance.now() < end;
  const tallies = new Map<string, Tally>();
  let lastReload = -Infinity;
  let reloads = 0;
  const clients = Object.entries(KINDS).flatMap(([kind, { clients, round }]) => {
    const tally = new Tally();
    tallies.set(kind, tally);
    return Array.from({ length: clients }, async () => {
      const client: Client = {
        port,
        tally,
        connection: undefined,
        opened: 0,
        lastReload: () => lastReload,
        handover: HANDOVER,
      };
      while (goesOn()) await run(client, round);
      hangUp(client);
    });
  });
  const peak = watch(server, seconds, goesOn);
  await Promise.all([
    ...clients,
    every(RELOADS, goesOn, () => {
      Deno.writeTextFileSync(file, configuration(port, ++reloads));
      server.kill("SIGHUP");
      lastReload = performance.now();
    }),
    every(ROTATIONS, goesOn, () => log.moveAway()),
  ]);
  const highest = await peak;
  const left = await rest(server.pid, (now) => isAsBefore(now, before));
  const unfinished = [...Deno.readDirSync(join(folder.path, "store"))].map(({ name }) => name);
  const start = performance.now();
  server.kill("SIGTERM");
  const status = await server.status;
  const stopped = performance.now() - start;
  report(tallies);
  const said = Deno.readTextFileSync(join(folder.path, "error.log"));
  const errors = said.split("\n").filter((line) => /\berror\b/.test(line));
  log.end();
  console.log(
    `${reloads} reloads, ${log.rotations} logs moved away, ${log.lines} lines in them; ` +
      `${errors.length} errors in the log`,
  );
  for (const line of errors.slice(0, 5)) console.log(`  ${line.slice(0, 200)}`);
  console.log(`at most: ${describe(highest)}`);
  console.log(`at rest: ${describe(left)}; ${unfinished.length} unfinished files`);
  console.log(`ended ${status} after ${stopped.toFixed(0)} ms`);
  const lost = [...tallies.values()].reduce((sum, tally) => sum + tally.lost, 0);
  const wrong = [...tallies.values()].reduce((sum, tally) => sum + tally.wrong, 0);
  const isClean = isAsBefore(left, before) && unfinished.length === 0 && status === 0 &&
    log.notReopened === 0;
  console.log(`${lost} lost, ${wrong} wrong, ${isClean ? "nothing left behind" : "SOMETHING LEFT BEHIND"}`);
  return lost === 0 && wrong === 0 && isClean ? 0 : 1;
}

/** Prints a line now and then, and gives the highest of all that was seen. */
async function watch(server: Launched, seconds: number, goesOn: () => boolean): Promise<Health> {
  const linesEvery = Math.max(1, Math.round(seconds / LINES));
  let highest = healthOf(server.pid);
  for (let second = 1; goesOn(); second++) {
    await pause(LOOKS);
    const now = healthOf(server.pid);
    highest = {
      memory: Math.max(highest.memory, now.memory),
      descriptors: Math.max(highest.descriptors, now.descriptors),
      threads: Math.max(highest.threads, now.threads),
      children: Math.max(highest.children, now.children),
    };
    if (second % linesEvery === 0) console.log(`${String(second).padStart(4)} s: ${describe(now)}`);
  }
  return highest;
}

function report(tallies: ReadonlyMap<string, Tally>): void {
  const row = (cells: readonly (string | number)[]) =>
    console.log(
      cells.map((cell, i) => i === 0 ? String(cell).padEnd(14) : String(cell).padStart(10)).join(""),
    );
  row(["", "answers", "repeated", "reset", "busy", "lost", "wrong", "p50 ms", "p99 ms", "max ms"]);
  for (const [kind, tally] of tallies) {
    const times = [0.5, 0.99, 1].map((part) => `<${tally.quantile(part)}`);
    row([kind, tally.requests, tally.repeated, tally.reset, tally.busy, tally.lost, tally.wrong, ...times]);
    for (const [why, count] of tally.failures) console.log(`  ${count} x ${why}`);
  }
}
