/**
 * Runs one page: its blocks in their order, in a temporary folder of its own, with a home of its own.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { type Block, blocksOf, MarkError } from "./blocks.ts";
import { mismatch } from "./match.ts";
import { freePort, Ports } from "./ports.ts";
import { type Place, Running } from "./shell.ts";

/** What became of a block. */
export interface Result {
  readonly verdict: "passed" | "failed" | "skipped";
  readonly line: number;
  /** Of the block, as it was run. */
  readonly text: string;
  /** Why it failed or was skipped. */
  readonly reason?: string;
  /** What it printed, where it failed. */
  readonly output?: string;
}

/** How pages are run. */
export interface Setting {
  /** A line of shell that stands for `webserv`, quoted: with its words it starts the program. */
  readonly webserv: string;
  /** Whether a program is there; `tls` is that of webserv speaking TLS. */
  readonly has: (program: string) => boolean;
  /** What commands find in their environment; HOME and TMPDIR are the page's, and PATH begins with a folder of it. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends every command. */
  readonly signal: AbortSignal;
}

/** For a page, in milliseconds. */
const PAGE_LIMIT = 400_000;

/** Runs the marked blocks of a page. @param text the page */
export async function runPage(text: string, setting: Setting): Promise<Result[]> {
  let blocks: Block[];
  try {
    blocks = blocksOf(text);
  } catch (error) {
    if (!(error instanceof MarkError)) throw error;
    return [{ verdict: "failed", line: error.line, text: "", reason: error.message }];
  }
  if (blocks.length === 0) return [];
  const root = await Deno.makeTempDir({ prefix: "webserv-docs-" });
  try {
    const ports = new Ports(freePort);
    await using run = new PageRun(await preparePlace(root, setting, ports), ports, setting);
    const results: Result[] = [];
    for (const block of blocks) results.push(await run.block(block));
    const died = await run.endServer();
    return died === undefined ? results : [...results, died];
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function preparePlace(root: string, setting: Setting, ports: Ports): Promise<Place> {
  const folder = join(root, "page"), home = join(root, "home"), bin = join(root, "bin");
  const temporary = join(root, "tmp");
  for (const path of [folder, home, bin, temporary]) await Deno.mkdir(path);
  await Deno.writeTextFile(join(bin, "webserv"), shim(setting.webserv), { mode: 0o755 });
  // A reader sees what curl prints on a terminal: no meter of progress.
  await Deno.writeTextFile(join(home, ".curlrc"), "silent\nshow-error\n");
  const env = {
    ...setting.env,
    PATH: `${bin}:${setting.env.PATH}`,
    HOME: home,
    TMPDIR: temporary,
    DOCS_PORT: String(ports.of("8080")),
    DOCS_TLS_PORT: String(ports.of("8443")),
  };
  return { folder, env, signal: AbortSignal.any([setting.signal, AbortSignal.timeout(PAGE_LIMIT)]) };
}

/**
 * `webserv` for pages: where nothing names a port, that of the page stands in for 8080 and 8443. A webserv.yaml has its
 * own, which is replaced in its text; `init` writes one that has it.
 */
function shim(webserv: string): string {
  return `#!/usr/bin/env bash
port=$DOCS_PORT named=no operand=no
if [ "\${1-}" = init ]; then
  ${webserv} "$@" || exit
  sed -i "s/\\b8080\\b/$port/" "\${2-.}/webserv.yaml"
  exit
fi
case "\${1-}" in
  check|permissions|trust|requests|explain|health|passwd|completions|help) named=yes ;;
esac
for word in "$@"; do
  case $word in
    --) break ;;
    -p*|--port|--port=*|-c*|--config|--config=*|-h|--help|-V|--version) named=yes ;;
    --https) port=$DOCS_TLS_PORT ;;
    -*|serve|app) ;;
    *) if [ -e "$word" ]; then operand=yes; fi ;;
  esac
done
if [ "\${1-}" = app ]; then operand=yes; fi
if [ $named = yes ] || { [ -e webserv.yaml ] && [ $operand = no ]; }; then exec ${webserv} "$@"; fi
case "\${1-}" in
  serve|app) command=$1; shift; exec ${webserv} "$command" --port "$port" "$@" ;;
  *) exec ${webserv} --port "$port" "$@" ;;
esac
`;
}

/** A page while it is run: owns the server that is running. */
class PageRun implements AsyncDisposable {
  #server: { readonly running: Running; readonly block: Block } | undefined;

  constructor(
    private readonly place: Place,
    private readonly ports: Ports,
    private readonly setting: Setting,
  ) {}

  async block(block: Block): Promise<Result> {
    const missing = block.needs.filter((program) => !this.setting.has(program));
    const text = this.ports.in(block.text);
    const result = (verdict: Result["verdict"], reason?: string, output?: string): Result => ({
      verdict,
      line: block.line,
      text,
      ...(reason !== undefined && { reason }),
      ...(output !== undefined && { output }),
    });
    if (missing.length > 0) {
      const died = block.kind === "serve" ? await this.endServer() : undefined;
      return died ?? result("skipped", `there is no ${missing.join(" and no ")} here`);
    }
    if (block.kind === "file") {
      const path = join(this.place.folder, block.file!);
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeTextFile(path, text);
      return result("passed");
    }
    if (block.kind === "serve") {
      const died = await this.endServer();
      if (died !== undefined) return died;
      const running = new Running(text, this.place);
      this.#server = { running, block };
      const problem = await running.ready();
      return problem === undefined ? result("passed") : result("failed", problem, running.output);
    }
    await using running = new Running(text, this.place);
    const { problem, output } = await running.end();
    const server = this.#server === undefined ? "" : `\n--- and the server:\n${this.#server.running.output}`;
    if (problem !== undefined) return result("failed", problem, output + server);
    const difference = block.output === undefined ? undefined : mismatch(this.ports.in(block.output), output);
    return difference === undefined ? result("passed") : result("failed", difference, output + server);
  }

  /** Ends the server that runs. @returns a failure, where it had ended by itself after it was ready */
  async endServer(): Promise<Result | undefined> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return undefined;
    const { running, block } = server;
    await using _ = running;
    const reason = running.output.includes("listening on ") ? await running.alive() : undefined;
    if (reason === undefined) return undefined;
    return { verdict: "failed", line: block.line, text: block.text, reason, output: running.output };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.running[Symbol.asyncDispose]();
  }
}
