/**
 * Starts the demo's programs for a test, and asks them.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { startServer, type TestServer } from "../support/server.ts";

export const ROOT = fromFileUrl(new URL("../../", import.meta.url));
export const PROGRAMS = join(ROOT, "cgi-bin");
export const PAGES = join(ROOT, "sites/main");

/** True if a program can be started. */
export function isInstalled(name: string): boolean {
  try {
    return new Deno.Command(name, { args: ["--version"], stdin: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** The demo's programs, which keep what they keep in a temporary folder. */
export async function startPrograms(): Promise<TestServer & { readonly data: string }> {
  const data = await Deno.makeTempDir({ prefix: "webserv-test-data-" });
  const server = await startServer({
    config: `
servers:
  - listen: LISTEN
    root: ${PAGES}
    locations:
      /cgi-bin/:
        alias: ${PROGRAMS}
        cgi: { .sh: sh, .py: python3, .pl: perl, .php: php-cgi }
        cgi_env: { DEMO_DATA: ${data} }
        client_max_body_size: 1M
`,
  });
  return {
    ...server,
    data,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(data, { recursive: true });
    },
  };
}

export type Programs = Awaited<ReturnType<typeof startPrograms>>;

/** The server of all tests by {@link programTest} in a file, which finds nothing kept by the one before. */
let shared: Programs | undefined;
Deno.test.afterAll(async () => await shared?.[Symbol.asyncDispose]());

async function sharedPrograms(): Promise<Programs> {
  shared ??= await startPrograms();
  for (const { name } of Deno.readDirSync(shared.data)) {
    await Deno.remove(join(shared.data, name), { recursive: true });
  }
  return shared;
}

/** One test of the demo's programs; ignored where the interpreter is missing. */
export function programTest(name: string, interpreter: string, run: (demo: Programs) => Promise<void>): void {
  const needed = interpreter === "sh" ? "" : ` (needs ${interpreter})`;
  Deno.test({
    name: name + needed,
    ignore: Deno.build.os === "windows" || (needed !== "" && !isInstalled(interpreter)),
    fn: async () => await run(await sharedPrograms()),
  });
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export async function ask({ url }: TestServer, path: string, options: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url + path, { redirect: "manual", ...options });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** A page of the demo, with this status and the frame around it. */
export function assertPage({ status, headers, text }: Answer, expected = 200): void {
  assertEquals(status, expected, text);
  assertEquals(headers.get("content-type")?.toLowerCase(), "text/html; charset=utf-8");
  assertMatch(text, /^<!DOCTYPE html>\n[\s\S]*href="\/css\/chart\.css"[\s\S]*<\/html>\n$/);
  assert(!/@[a-z]+@/.test(text.replace(/<pre[\s\S]*<\/pre>/, "")), "no mark of the frame is left");
}

export const form = (fields: Record<string, string>): RequestInit => ({
  method: "POST",
  body: new URLSearchParams(fields),
});
