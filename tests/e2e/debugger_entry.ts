/**
 * Attacks the program through the debugger of its runtime, and prints what came of it as JSON: a program of its own,
 * so that it can have a network of its own, where nobody else holds the debugger's port.
 *
 * @module
 */
import { join } from "@std/path";
import { exchange } from "../support/wire.ts";
import { launch, type Launched } from "../support/launch.ts";
import { pause, waitUntil } from "../support/wait.ts";

/** What one attack came to. */
export interface Attack {
  readonly name: string;
  /** What a debugger answered; there must be none. */
  readonly debugger: readonly string[];
  /** A page, after all signals; undefined where the first one ended the program. */
  readonly page: string | undefined;
  readonly status: number;
}

const DEBUGGER = 9229;

/** Asks for the debugger's targets again and again, until it is disposed of. */
class Poller implements AsyncDisposable {
  readonly answers: string[] = [];
  #going = true;
  readonly #polling = this.#poll();

  async #poll(): Promise<void> {
    for (; this.#going; await pause(2)) {
      try {
        using connection = await Deno.connect({ hostname: "127.0.0.1", port: DEBUGGER });
        await connection.write(new TextEncoder().encode("GET /json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
        const buffer = new Uint8Array(2000), count = await connection.read(buffer);
        const text = new TextDecoder().decode(buffer.subarray(0, count ?? 0));
        if (text.includes("webSocketDebuggerUrl")) this.answers.push(text);
      } catch {
        // Nobody is there, or whoever is there hangs up.
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#going = false;
    await this.#polling;
  }
}

const folder = await Deno.makeTempDir({ prefix: "webserv-test-" });
await Deno.writeTextFile(join(folder, "page.txt"), "served");

async function page(port: number): Promise<string | undefined> {
  const response = await exchange(port, "GET /page.txt HTTP/1.1\r\nHost: localhost\r\n\r\n");
  return response?.text;
}

/** Beyond the half second after which the runtime heeds the signal. */
const RUNTIME_GRACE = 700;

/** Signals while the program serves. */
async function signals(program: Launched): Promise<void> {
  for (const delay of [0, 10, RUNTIME_GRACE, 10, 200]) {
    await pause(delay);
    program.kill("SIGUSR1");
  }
  await pause(300);
}

/** One signal so many milliseconds after the start, and several when the program serves. */
async function attack(delay: number): Promise<Attack> {
  await using poller = new Poller();
  await using program = launch(["--port", "0", folder]);
  let ended: number | undefined;
  void program.status.then((status) => ended = status);
  await pause(delay);
  program.kill("SIGUSR1");
  await waitUntil(() => ended !== undefined || program.output().stderr.includes("listening on"), "it serves");
  let text: string | undefined;
  if (ended === undefined) {
    await signals(program);
    text = await page(await program.port());
    program.kill("SIGTERM");
  }
  const status = await program.status;
  return { name: `after ${delay} ms`, debugger: poller.answers, page: text, status };
}

/** Whoever held the port goes, and the other must have it then. */
async function takeOver(): Promise<Attack> {
  await using poller = new Poller();
  await using first = launch(["--port", "0", folder]);
  await first.port();
  await using second = launch(["--port", "0", folder]);
  const port = await second.port();
  await pause(RUNTIME_GRACE);
  first.kill("SIGTERM");
  await first.status;
  await pause(RUNTIME_GRACE);
  await signals(second);
  const text = await page(port);
  second.kill("SIGTERM");
  return { name: "the second of two", debugger: poller.answers, page: text, status: await second.status };
}

/** The port may be served by the program itself. */
async function served(): Promise<Attack> {
  await using poller = new Poller();
  await using program = launch(["--port", String(DEBUGGER), folder]);
  await program.port();
  await signals(program);
  const text = await page(DEBUGGER);
  program.kill("SIGTERM");
  return { name: "on the port itself", debugger: poller.answers, page: text, status: await program.status };
}

const attacks: Attack[] = [];
for (const delay of [0, 50, 100, 300]) attacks.push(await attack(delay));
attacks.push(await takeOver());
// Where the network is shared with others, they may have the port.
if (Deno.args.includes("alone")) attacks.push(await served());
console.log(JSON.stringify(attacks));
await Deno.remove(folder, { recursive: true });
