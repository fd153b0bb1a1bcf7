/**
 * What the end-to-end tests of CGI have in common: servers with programs to run, and looks at processes.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { ask } from "../support/ask.ts";
import { isFile, type ServerOptions, startServer, type TestServer } from "../support/server.ts";
import { GUARD_NAME } from "../../lib/runtime/orphan_guard.ts";
import { waitUntil } from "../support/wait.ts";
import { HAS_PROC } from "./wire_support.ts";

/** A program's name is that of a file in cgi-bin; its text is run by what its extension stands for. */
export type Programs = Readonly<Record<string, string>>;

export interface CgiOptions extends Omit<ServerOptions, "config"> {
  /** Lines of webserv.yaml above the servers. */
  readonly top?: string;
  /** Keys of the server besides listen and root. */
  readonly server?: string;
  /** What the location /cgi-bin/ has besides its alias. */
  readonly location?: string;
  /** Further locations. */
  readonly locations?: string;
}

const INTERPRETERS = "cgi: { .sh: sh, .py: python3, .pl: perl, .php: php-cgi, .cgi: true }";

/** A server on the folder www, with programs below /cgi-bin/. Every file of cgi-bin is made executable. */
export async function cgiServer(programs: Programs, options: CgiOptions = {}): Promise<TestServer> {
  const { top = "", server = "", location = INTERPRETERS, locations = "", files, ...rest } = options;
  const started = await startServer({
    ...rest,
    files: {
      "www/ok.txt": "fine",
      "cgi-bin": null,
      ...files,
      ...Object.fromEntries(Object.entries(programs).map(([name, text]) => [`cgi-bin/${name}`, text])),
    },
    config: `access_log: off
${top}
servers:
  - listen: LISTEN
    root: www
    ${server}
    locations:
      /cgi-bin/: { alias: cgi-bin, ${location} }
      ${locations}
`,
  });
  for (const name of Object.keys(programs)) await Deno.chmod(`${started.folder}/cgi-bin/${name}`, 0o755);
  return started;
}

/** One server for all tests of a file, ended after the last of them. */
export async function sharedCgiServer(programs: Programs, options: CgiOptions = {}): Promise<TestServer> {
  const server = await cgiServer(programs, options);
  Deno.test.afterAll(async () => await server[Symbol.asyncDispose]());
  return server;
}

/** The head of a plain text document, for shell scripts. */
export const PLAIN = "printf 'Content-Type: text/plain\\n\\n'\n";

/** The server still answers, with files and with programs. */
export async function assertLives(server: TestServer, program?: string): Promise<void> {
  const response = await ask(server.port, "/ok.txt");
  assertEquals([response.status, response.text], [200, "fine"]);
  if (program !== undefined) assertEquals((await ask(server.port, program)).status, 200);
}

/** Waits until the error log has a text. */
export async function assertLogged(server: TestServer, text: string): Promise<void> {
  await waitUntil(() => server.output().stderr.includes(text), `the log says ${text}`);
}

/** True if a process is there and is more than the note of its end that its parent has not read yet. */
export function isAlive(pid: number): boolean {
  return !["gone", "Z", "X"].includes(stateOf(pid));
}

/** Children of a process that have ended without its taking notice. */
export function zombiesOf(pid: number): number[] {
  return allChildrenOf(pid).filter((other) => stateOf(other) === "Z");
}

/** Every program that a server started and that is still there, zombies included; the guard of programs is none. */
export function childrenOf(pid: number): number[] {
  return allChildrenOf(pid).filter((other) => !isGuard(other));
}

/** The processes that end programs when their server cannot. */
export function guardsOf(pid: number): number[] {
  return allChildrenOf(pid).filter(isGuard);
}

function isGuard(pid: number): boolean {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0").includes(GUARD_NAME);
  } catch {
    return false;
  }
}

/**
 * As the kernel keeps them, by the thread that started each: a look at all processes of the machine, again and again
 * while something is waited for, takes half a core. Not all kernels tell (CONFIG_PROC_CHILDREN).
 */
function allChildrenOf(pid: number): number[] {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/task`)]
      .flatMap(({ name }) => Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`).split(" "))
      .filter((word) => word.trim() !== "").map(Number);
  } catch (error) {
    // A thread may end while it is looked at, and then its children have gone over to another one.
    if (!(error instanceof Deno.errors.NotFound) && !isGone(error)) throw error;
    return processes().filter((other) => parentOf(other) === pid);
  }
}

/** ESRCH: the runtime has no class of its own for it. */
const isGone = (error: unknown): boolean => error instanceof Error && error.message.includes("os error 3)");

function processes(): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter(Number.isInteger);
}

/** The letter of its state, then its parent. */
function statOf(pid: number): string[] {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return ["gone", "0"];
  }
}

const stateOf = (pid: number): string => statOf(pid)[0]!;
const parentOf = (pid: number): number => Number(statOf(pid)[1]);

/** Waits until programs have written so many process ids, a line each, into files of the server's folder. */
export async function pidsIn(server: TestServer, file: string, count: number): Promise<number[]> {
  let pids: number[] = [];
  await waitUntil(() => {
    try {
      pids = Deno.readTextFileSync(`${server.folder}/${file}`).trim().split("\n").map(Number);
    } catch {
      return false;
    }
    return pids.length >= count;
  }, `${count} processes have told their ids`);
  return pids;
}

/** None of these processes is left. */
export async function assertGone(pids: readonly number[]): Promise<void> {
  await waitUntil(() => !pids.some(isAlive), `the processes ${pids} are gone`);
}

/** For tests that look at processes. */
export const needsProc = (name: string): { name: string; ignore: boolean } => ({
  name: HAS_PROC ? name : `${name} (ignored: only Linux shows processes under /proc)`,
  ignore: !HAS_PROC,
});

/** For tests that run a program which may be missing. */
export function needs(programs: readonly string[], name: string): { name: string; ignore: boolean } {
  const missing = programs.filter((program) => !isThere(program));
  return {
    name: missing.length === 0 ? name : `${name} (ignored: ${missing.join(" and ")} is not installed)`,
    ignore: missing.length > 0,
  };
}

function isThere(program: string): boolean {
  if (program.startsWith("/")) return isFile(program);
  return new Deno.Command("sh", { args: ["-c", `command -v ${program}`], stdout: "null", stderr: "null" })
    .outputSync().success;
}
