/**
 * What the tests of applications in PHP have in common: a server for each, and somebody who visits it.
 *
 * @module
 */
import { ask } from "../support/ask.ts";
import { startServer, type TestServer } from "../support/server.ts";
import type { WireResponse } from "../support/wire.ts";

/** The folder where Debian's packages of applications were unpacked (.ci/run does it). */
const APPS = Deno.env.get("WEBSERV_PHP_APPS");
/** For tests that need one of them. */
export const app = (name: string) => ({
  name: APPS === undefined ? `${name} (WEBSERV_PHP_APPS is not set)` : name,
  ignore: APPS === undefined,
});

/** Whoever visits a site with a browser: has cookies, follows redirects, and fills in forms. */
export class Visitor {
  readonly #cookies = new Map<string, string>();

  constructor(readonly server: TestServer) {}

  async get(target: string): Promise<WireResponse> {
    return await this.#ask(target);
  }

  /** Sends a form, and gives what it leads to. */
  async post(target: string, form: Readonly<Record<string, string>>): Promise<WireResponse> {
    return await this.send(target, "application/x-www-form-urlencoded", new URLSearchParams(form).toString());
  }

  /** Sends content of any type (its characters are bytes), and gives what it leads to. */
  async send(target: string, type: string, body: string): Promise<WireResponse> {
    const response = await this.#ask(target, { "Content-Type": type }, body);
    const location = response.field("location");
    if (location === undefined) return response;
    const url = new URL(location, `http://localhost${target}`);
    return await this.get(url.pathname + url.search);
  }

  async #ask(
    target: string,
    fields: Readonly<Record<string, string>> = {},
    body?: string,
  ): Promise<WireResponse> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await ask(this.server.port, target, {
      fields: { ...fields, ...(cookie !== "" && { Cookie: cookie }) },
      ...(body !== undefined && { method: "POST", body }),
    });
    for (const [name, value] of response.fields) {
      const [, key, text] = /^([^=]+)=([^;]*)/.exec(value) ?? [];
      if (name.toLowerCase() === "set-cookie") this.#cookies.set(key!, text!);
    }
    return response;
  }
}

/** The hidden fields of the forms of a page. */
export function hiddenFields(page: string): Record<string, string> {
  const inputs = page.match(/<input [^>]*>/g) ?? [];
  return Object.fromEntries(
    inputs.filter((input) => /type=["']hidden["']/.test(input)).map((input) => {
      const of = (name: string) => new RegExp(`\\b${name}=["']([^"']*)["']`).exec(input)?.[1] ?? "";
      return [of("name"), unescaped(of("value"))];
    }),
  );
}

/** A text of a page as it is meant. */
export const unescaped = (text: string) =>
  text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** The content of an answer, in UTF-8. */
export const textOf = ({ body }: WireResponse) => new TextDecoder().decode(body);

/**
 * A server for all tests of an application, which is made ready when the first of them runs.
 *
 * @param config lines of the server, from the second on with four spaces before them
 * @param script for a shell; $1 is the folder of the packages, $2 that of the server
 * @param folders that the configuration names
 */
export function sharedApp(
  config: string,
  script: string,
  folders: readonly string[] = ["www"],
): () => Promise<TestServer> {
  let started: Promise<TestServer> | undefined;
  Deno.test.afterAll(async () => await (await started)?.[Symbol.asyncDispose]());
  return () => started ??= startApp(config, script, folders);
}

async function startApp(
  config: string,
  script: string,
  folders: readonly string[],
): Promise<TestServer> {
  const server = await startServer({
    // The folder is filled after the start: nothing is started before the first request.
    config: `access_log: off
servers:
  - listen: LISTEN
    fastcgi: { .php: { spawn: php-cgi, processes: 2 } }
    ${config}
`,
    files: Object.fromEntries(folders.map((folder) => [folder, null])),
  });
  try {
    await shell(script, APPS!, server.folder);
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

async function shell(script: string, ...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("sh", { args: ["-ec", script, "sh", ...args] }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
