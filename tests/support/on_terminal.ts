/**
 * Runs the program on a terminal of its own, made by python3.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { end, Output, program } from "./server.ts";
import { waitUntil } from "./wait.ts";

/** What is the matter with a machine without it: such tests are ignored there. */
export const hasPython: boolean = isThere("python3");

function isThere(command: string): boolean {
  try {
    return new Deno.Command(command, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}

/** A program on a terminal. Disposal ends it. */
export interface OnTerminal extends AsyncDisposable {
  /** All that it has shown so far, without colours, with the line ends of a file. */
  readonly shown: string;
  /** The same with whatever drives the terminal. */
  readonly raw: string;
  readonly status: Promise<number>;
  /** The part of what is shown that matches, as soon as there is one. */
  shows(pattern: RegExp): Promise<RegExpExecArray>;
  /** The port of the first address that it listens on. */
  port(): Promise<number>;
  type(text: string): Promise<void>;
  resize(columns: number): Promise<void>;
}

/** What Ctrl+C sends. */
export const CTRL_C = "\x03";

/** @param command in place of the program's own words */
export function onTerminal(
  args: readonly string[],
  { columns = 80, env = {}, cwd, command = program() }: {
    readonly columns?: number;
    readonly env?: Record<string, string>;
    readonly cwd?: string;
    readonly command?: readonly string[];
  } = {},
): OnTerminal {
  const script = fromFileUrl(new URL("./on_terminal.py", import.meta.url));
  const child = new Deno.Command("python3", {
    args: [script, String(columns), ...command, ...args],
    // What is set where the tests run is not what they are about.
    env: { NO_COLOR: "", ...env },
    ...(cwd !== undefined && { cwd }),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = new Output(child);
  const input = child.stdin.getWriter();
  const tell = (line: string) => input.write(new TextEncoder().encode(`${line}\n`));
  // deno-lint-ignore no-control-regex
  const plain = () => said.stdout.replace(/\x1b\[[\d;]*[A-Za-z]/g, "").replaceAll("\r\n", "\n");
  const shows = async (pattern: RegExp) => {
    let found: RegExpExecArray | null = null, ended = false;
    void said.status.then(() => ended = true);
    const what = () => `${pattern} is shown; there is: ${plain()}${said.stderr}`;
    await waitUntil(() => (found = pattern.exec(plain())) !== null || ended, what);
    if (found === null) throw new Error(`It ended before ${what()}`);
    return found;
  };
  return {
    get shown() {
      return plain();
    },
    get raw() {
      return said.stdout;
    },
    status: said.status,
    shows,
    port: async () => Number((await shows(/listening on http:\/\/\S*:(\d+)\/\n/))[1]),
    type: (text) =>
      tell(
        `type ${
          [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("")
        }`,
      ),
    resize: (columns) => tell(`size ${columns}`),
    async [Symbol.asyncDispose]() {
      await input.close().catch(() => {});
      const timer = setTimeout(() => void end(child), 5000);
      await said.status;
      clearTimeout(timer);
    },
  };
}
