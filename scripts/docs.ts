/**
 * `deno task test:docs [PAGE]...`: runs the blocks of README.md and docs/*.md that are marked for it (scripts/docs/blocks.ts
 * says how), each page in a temporary folder of its own, some side by side. `webserv` there is this source, or the
 * executable that WEBSERV names. Where the system lets them have it, they run in a network of their own that has nothing
 * but loopback; elsewhere proxies that are not there keep well-meaning programs from the network.
 *
 * Prints each block that failed with its page, line, command and output, then "N passed, N failed, N skipped". Exit status: 0 if
 * none failed and some passed, else 1; 2 for a page that is not there.
 *
 * @module
 */
import { fromFileUrl, join, relative, resolve } from "@std/path";
import { type Result, runPage, type Setting } from "./docs/page.ts";

const ROOT = fromFileUrl(new URL("..", import.meta.url));
/** In the environment of the process that has a network of its own. */
const ISOLATED = "WEBSERV_DOCS_ISOLATED";
const MOST_PAGES = 4;
/** In milliseconds. */
const FETCH_LIMIT = 300_000;

/** README.md and docs/*.md, from the root. */
export async function allPages(): Promise<string[]> {
  const pages = ["README.md"];
  for await (const { name } of Deno.readDir(join(ROOT, "docs"))) {
    if (name.endsWith(".md")) pages.push(`docs/${name}`);
  }
  return pages.sort();
}

/** What of the environment the commands of pages have, and what webserv is to them. */
export async function settingOf(signal: AbortSignal): Promise<Setting> {
  const executable = Deno.env.get("WEBSERV");
  const path = Deno.env.get("PATH") ?? "/usr/local/bin:/usr/bin:/bin";
  const nowhere = "http://127.0.0.1:9";
  const env: Record<string, string> = {
    PATH: path,
    LANG: "C.UTF-8",
    NO_COLOR: "1",
    DENO: Deno.execPath(),
    DENO_DIR: await denoFolder(),
    WEBSERV_CLONE: ROOT,
    DENO_NO_UPDATE_CHECK: "1",
    GIT_CONFIG_NOSYSTEM: "1",
    http_proxy: nowhere,
    https_proxy: nowhere,
    no_proxy: "127.0.0.1,localhost,.localhost,::1",
  };
  const source = [Deno.execPath(), "run", "-A", "--no-prompt", "--quiet", join(ROOT, "main.ts")];
  const words = executable === undefined ? source : [resolve(executable)];
  const canTls = executable === undefined && !/^2\.[0-8]\./.test(Deno.version.deno);
  return {
    webserv: words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" "),
    has: (program) => program === "tls" ? canTls : isOnPath(program, path),
    env,
    signal,
  };
}

/** Where the runtime keeps what it has fetched: nothing is to be fetched again for another HOME. */
async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
    stderr: "inherit",
    signal: AbortSignal.timeout(30_000),
  }).output();
  const { denoDir }: { denoDir: string } = JSON.parse(new TextDecoder().decode(stdout));
  return denoDir;
}

function isOnPath(program: string, path: string): boolean {
  return path.split(":").some((folder) => {
    try {
      const { isFile, mode } = Deno.statSync(join(folder, program));
      return isFile && ((mode ?? 0) & 0o111) !== 0;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
      throw error;
    }
  });
}

/** One result as lines to read. */
export function report(page: string, { verdict, line, text, reason, output }: Result): string {
  const head = `${verdict.toUpperCase()} ${page}:${line}${reason === undefined ? "" : `: ${reason}`}`;
  if (verdict === "skipped") return head;
  const indented = (lines: string) => lines.trimEnd().split("\n").map((each) => `    ${each}`).join("\n");
  const printed = output === undefined ? "" : `\n  printed:\n${indented(output)}`;
  return text === "" ? head : `${head}\n${indented(text)}${printed}`;
}

/** Runs pages, some side by side, and prints what became of them. @returns how many blocks of each verdict */
async function runAll(
  pages: readonly string[],
  setting: Setting,
): Promise<Record<Result["verdict"], number>> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const waiting = [...pages];
  const lane = async () => {
    for (let page = waiting.shift(); page !== undefined; page = waiting.shift()) {
      const results = await runPage(await Deno.readTextFile(join(ROOT, page)), setting);
      for (const result of results) counts[result.verdict]++;
      const told = results.filter(({ verdict }) => verdict !== "passed");
      for (const result of told) console.log(report(page, result));
      if (results.length > 0) {
        console.log(`${page}: ${results.length - told.length} of ${results.length} passed`);
      }
    }
  };
  const lanes = Math.min(MOST_PAGES, navigator.hardwareConcurrency);
  await Promise.all(Array.from({ length: lanes }, lane));
  return counts;
}

/** The words before a command that give it a network with nothing but loopback; undefined where that is not allowed. */
async function isolation(): Promise<string[] | undefined> {
  const rights = Deno.uid() === 0 ? [] : ["--user", "--map-current-user", "--keep-caps"];
  const words = ["unshare", ...rights, "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"];
  try {
    const [program, ...args] = [...words, "true"];
    const trial = new Deno.Command(program!, { args, stderr: "null", signal: AbortSignal.timeout(10_000) });
    return (await trial.output()).success ? words : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Fetches what the program imports, while there is a network. @throws if it cannot be had */
async function fetchImports(): Promise<void> {
  const entries = [
    "main.ts",
    ...["worker", "admin_worker", "login_thread"].map((name) => `lib/supervisor/${name}.ts`),
  ];
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", ...entries],
    cwd: ROOT,
    signal: AbortSignal.timeout(FETCH_LIMIT),
  }).output();
  if (!success) throw new Error("what the program imports could not be fetched");
}

/** Runs this once more, in a network of its own. @returns its exit status */
async function again(words: readonly string[]): Promise<number> {
  const self = [Deno.execPath(), "run", "-A", "--no-prompt", fromFileUrl(import.meta.url), ...Deno.args];
  const [program, ...args] = [...words, ...self];
  const child = new Deno.Command(program!, { args, env: { [ISOLATED]: "1" } }).spawn();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => child.kill(signal));
  }
  return (await child.status).code;
}

async function main(): Promise<number> {
  const all = await allPages();
  const pages = Deno.args.map((page) => relative(ROOT, join(Deno.cwd(), page)));
  const strange = pages.find((page) => !all.includes(page));
  if (strange !== undefined) {
    console.error(`docs: there is no page ${strange}: ${all.join(" ")}`);
    return 2;
  }
  if (Deno.env.get(ISOLATED) === undefined) {
    const words = await isolation();
    if (Deno.env.get("WEBSERV") === undefined) await fetchImports();
    if (words !== undefined) return await again(words);
    console.log("docs: this system gives no network of its own: pages are run in its network");
  }
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => ending.abort());
  const setting = await settingOf(ending.signal);
  const { passed, failed, skipped } = await runAll(pages.length > 0 ? pages : all, setting);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
