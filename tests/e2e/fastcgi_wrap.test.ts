/**
 * CGI programs by way of fcgiwrap: another implementation of FastCGI than PHP's.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { ask, get } from "../support/ask.ts";
import { temporaryFolder } from "../support/launch.ts";
import { test } from "../support/protocols.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { assertLogged } from "./cgi_support.ts";
import { type FastcgiProcess, needsFcgiwrap, startFcgiwrap, startFcgiwrapOnPort } from "./fastcgi_support.ts";

const FILES = {
  "cgi/sum.sh": "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\nprintf \"$REQUEST_METHOD \"\nmd5sum\n",
  "cgi/where.sh":
    "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\necho \"$SCRIPT_NAME $PATH_INFO $QUERY_STRING\"\n",
  "cgi/status.sh": "#!/bin/sh\nprintf 'Status: 404 Not here\\nContent-Type: text/plain\\n\\nno'\n",
  "cgi/local.sh": "#!/bin/sh\nprintf 'Location: /plain.txt\\n\\n'\n",
  "cgi/says.sh": "#!/bin/sh\necho 'oh no' >&2\nprintf 'Content-Type: text/plain\\n\\nsaid'\n",
  "cgi/nothing.sh": "#!/bin/sh\nexit 3\n",
  "cgi/plain.sh": "#!/bin/sh\necho hello\n",
  "www/plain.txt": "plain",
};

interface WrapServer extends AsyncDisposable {
  readonly server: TestServer;
  readonly wrap: FastcgiProcess;
}

async function startWrap(): Promise<WrapServer> {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await temporaryFolder());
  const wrap = resources.use(await startFcgiwrap(folder.path));
  const onPort = resources.use(await startFcgiwrapOnPort());
  const server = resources.use(
    await startServer({
      config: `access_log: off
servers:
  - listen: LISTEN
    root: www
    locations:
      /cgi/: { alias: cgi, fastcgi: { .sh: "unix:${wrap.socket}" } }
      /tcp/: { alias: cgi, fastcgi: { .sh: "${onPort.socket}" } }
      /one/: { alias: cgi/where.sh, fastcgi_pass: "unix:${wrap.socket}" }
`,
      files: FILES,
    }),
  );
  for (const name of Object.keys(FILES)) await Deno.chmod(`${server.folder}/${name}`, 0o755);
  const owned = resources.move();
  return { server, wrap, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

let shared: WrapServer | undefined;
Deno.test.afterAll(async () => await shared?.[Symbol.asyncDispose]());

test({
  ...needsFcgiwrap("CGI programs run under fcgiwrap as they do here"),
  async fn() {
    const { server, wrap } = shared ??= await startWrap();
    const { port } = server;
    assertEquals(
      (await ask(port, "/cgi/sum.sh", { method: "POST", body: "a" })).text.slice(0, 17),
      "POST 0cc175b9c0f1",
    );
    assertEquals((await get(port, "/cgi/sum.sh")).slice(0, 16), "200 GET d41d8cd9");
    assertEquals(await get(port, "/cgi/where.sh/a/b?c"), "200 /cgi/where.sh /a/b c\n");
    for (let i = 0; i < 3; i++) {
      assertEquals(await get(port, `/tcp/where.sh/${i}`), `200 /tcp/where.sh /${i} \n`);
    }
    assertEquals(await get(port, "/one/x/y"), "200 /one /x/y \n");
    const { status, text } = await ask(port, "/cgi/status.sh");
    assertEquals([status, text], [404, "no"]);
    assertEquals(await get(port, "/cgi/local.sh"), "200 plain");
    assertEquals(await get(port, "/cgi/says.sh"), "200 said");
    await assertLogged(server, "/cgi/says.sh: oh no");
    assertMatch(await get(port, "/cgi/nothing.sh"), /^50\d /);
    assertMatch(await get(port, "/cgi/plain.sh"), /^502 502 Bad Gateway/);
    await assertLogged(server, `/cgi/plain.sh, FastCGI server unix:${wrap.socket}: `);
    const many = await Promise.all(Array.from({ length: 4 }, (_, i) => get(port, `/cgi/where.sh/${i}`)));
    assertEquals(many, Array.from({ length: 4 }, (_, i) => `200 /cgi/where.sh /${i} \n`));
  },
});
