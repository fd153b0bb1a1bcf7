/**
 * `webserv health`: what a container's health check makes of what a server answers.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { runProgram, startServer } from "../support/server.ts";

/** Asks as a health check does. */
const health = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runProgram(["health", ...args], { env: { NO_COLOR: "1", ...env } });

/** Says the same to whoever connects; without words it is silent until the client leaves. */
function answering(words: string | undefined): AsyncDisposable & { readonly port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = (async () => {
    for await (const connection of listener) {
      using _ = connection;
      const buffer = new Uint8Array(4096);
      // The client may leave at any time.
      await connection.read(buffer).catch(() => null);
      if (words === undefined) await connection.read(buffer).catch(() => null);
      else await connection.write(new TextEncoder().encode(words)).catch(() => null);
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await served;
    },
  };
}

const head = (status: string) => `HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`;

const CASES: readonly (readonly [name: string, words: string | undefined, code: number, said: RegExp])[] = [
  ["a page", head("200 OK"), 0, /^http:\/\/127\.0\.0\.1:\d+\/x\?y answers 200\n$/],
  ["a page without end", "HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n.", 0, /answers 200/],
  ["a redirect, which is not followed", head("302 Found\r\nLocation: http://127.0.0.1:1/"), 0, /answers 302/],
  ["a refusal", head("401 Unauthorized"), 0, /answers 401/],
  ["a page that is not there", head("404 Not Found"), 0, /answers 404/],
  ["a failure", head("500 Internal Server Error"), 1, /^webserv: http:\S+ answers 500\n$/],
  ["a server that is busy", head("503 Service Unavailable"), 1, /answers 503/],
  ["the end of the connection", "", 1, /does not answer: /],
  ["what is no HTTP", "SSH-2.0-OpenSSH\r\n", 1, /does not answer: /],
  ["nothing at all", undefined, 1, /does not answer: /],
];

for (const [name, words, code, said] of CASES) {
  Deno.test(`health exits with ${code} for ${name}`, async () => {
    await using server = answering(words);
    const told = await health([`http://127.0.0.1:${server.port}/x?y`], {
      // Nobody else is asked.
      HTTP_PROXY: "http://127.0.0.1:1",
      http_proxy: "http://127.0.0.1:1",
    });
    assertMatch(code === 0 ? told.stdout : told.stderr, said);
    assertEquals([told.code, told.stdout === ""], [code, code !== 0]);
  });
}

Deno.test("health asks this machine at PORT where no URL is named", async () => {
  await using server = await startServer({ files: { "index.html": "here" } });
  const told = await health([], { PORT: new URL(server.url).port });
  assertEquals(told, { code: 0, stdout: `${server.url}/ answers 200\n`, stderr: "" });
});

Deno.test("health of what is no URL of http is wrong usage", async () => {
  for (
    const [args, env, said] of [
      [["https://127.0.0.1/"], {}, /"https:\/\/127\.0\.0\.1\/" is no URL of http: write it as/],
      [["localhost"], {}, /"localhost" is no URL of http/],
      [[], { PORT: "none" }, /PORT has no port: http:\/\/127\.0\.0\.1:none\/ is no URL/],
      [["http://127.0.0.1/", "b"], {}, /unexpected argument "b": see webserv health --help/],
    ] as const
  ) {
    const { code, stderr } = await health(args, env);
    assertEquals(code, 2, stderr);
    assertMatch(stderr, said);
  }
});
