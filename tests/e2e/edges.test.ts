/** Edges where two parts of the server meet, each of which was wrong once. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { keptServer } from "../support/kept_server.ts";
import { http1Test, test } from "../support/protocols.ts";
import { startServer } from "../support/server.ts";
import { exchange, WireClient } from "../support/wire.ts";

const get = (target: string, fields = "") => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`;

http1Test(
  "framing",
  "however full the answers before it are, the refusal of a broken request is sent behind them",
  async () => {
    await using server = await startServer({ files: { "a.txt": "a" } });
    for (const count of [15, 16, 17]) {
      using client = await WireClient.connect(server.port);
      await client.send(get("/missing").repeat(count) + "BAD\r\n\r\n");
      for (let i = 0; i < count; i++) {
        assertEquals((await client.response())?.status, 404, `${i} of ${count}`);
      }
      assertEquals((await client.response())?.status, 400);
      assert(await client.isClosed());
    }
  },
);

test("a response's head may be larger than a buffer", async () => {
  const server = await keptServer({ args: ["--cors"] });
  const asked = Array.from({ length: 1200 }, (_, i) => `X-Asked-${i}`).join(", ");
  const response = await exchange(
    server.port,
    `OPTIONS / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://a.test\r\nAccess-Control-Request-Method: GET\r\n` +
      `Access-Control-Request-Headers: ${asked}\r\n\r\n`,
  );
  assertEquals([response?.status, response?.field("access-control-allow-headers")], [204, asked]);
});

test("of two expectations the one that cannot be met is refused", async () => {
  const server = await keptServer({ files: { "a.txt": "a" } });
  const fields = "Expect: 100-continue\r\nExpect: wonders\r\n";
  assertEquals((await exchange(server.port, get("/a.txt", fields)))?.status, 417);
});

test("a program is told the host of an absolute target, not what Host says", async () => {
  const server = await keptServer({
    args: ["--cgi", "--allow-host", "good.test"],
    files: {
      "cgi-bin/host.sh": `printf 'Content-Type: text/plain\\n\\n%s %s' "$HTTP_HOST" "$SERVER_NAME"\n`,
    },
  });
  const response = await exchange(
    server.port,
    "GET http://good.test:81/cgi-bin/host.sh HTTP/1.1\r\nHost: evil.test\r\n\r\n",
  );
  assertEquals(response?.text, "good.test:81 good.test");
});

test("where try_files leads, the methods and sizes of that location hold", async () => {
  const server = await keptServer({
    files: { "site/p/x.sh": "printf 'Content-Type: text/plain\\n\\nran'\n" },
    config: `
access_log: off
servers:
  - listen: LISTEN
    root: site
    locations:
      /try/: { try_files: [$uri, /p/x.sh], allowed_methods: [GET, POST], client_max_body_size: 1M }
      /p/: { cgi: { .sh: sh }, allowed_methods: [GET], client_max_body_size: 10 }
`,
  });
  const post = "POST /try/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc";
  assertEquals((await exchange(server.port, post))?.status, 405);
  assertEquals((await exchange(server.port, get("/try/x")))?.text, "ran");
});

test("a root that is a link follows the link at the next request, within the sandbox too", async () => {
  await using server = await startServer({
    files: { "releases/1/a.txt": "one", "releases/2/a.txt": "two", "current": null },
    config: "access_log: off\nservers:\n  - { listen: LISTEN, root: current/site }\n",
  });
  const link = join(server.folder, "current/site");
  for (const [release, text] of [["1", "one"], ["2", "two"], ["1", "one"]] as const) {
    await Deno.symlink(join(server.folder, "releases", release), `${link}.new`);
    await Deno.rename(`${link}.new`, link);
    assertEquals((await exchange(server.port, get("/a.txt")))?.text, text);
  }
});

test("a file is found under a link whose target was renamed with it", async () => {
  await using server = await startServer({ files: { "1/big.bin": "x".repeat(300_000) } });
  const [one, two, link] = ["1", "2", "cur"].map((name) => join(server.folder, name));
  await Deno.symlink("1", link!);
  assertEquals((await exchange(server.port, get("/cur/big.bin")))?.status, 200);
  await Deno.rename(one!, two!);
  await Deno.remove(link!);
  await Deno.symlink("2", link!);
  assertEquals((await exchange(server.port, get("/cur/big.bin")))?.body.length, 300_000);
  assertStringIncludes((await exchange(server.port, get("/cur/")))?.text ?? "", "big.bin");
});

test("with --upload and --cgi nothing is stored where programs are, not even through a link", async () => {
  await using server = await startServer({
    args: ["--upload", "--cgi"],
    files: { "bin/there.sh": "echo", "sub": null },
  });
  await Deno.symlink("bin", join(server.folder, "cgi-bin"));
  const put = (path: string) =>
    exchange(server.port, `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\necho`);
  assertEquals((await put("/bin/evil.sh"))?.status, 404);
  assertEquals((await put("/sub/harmless.sh"))?.status, 201);
  assertEquals([...Deno.readDirSync(join(server.folder, "bin"))].map(({ name }) => name), ["there.sh"]);
});

test("a file that is replaced keeps its mode", { ignore: Deno.build.os === "windows" }, async () => {
  await using server = await startServer({ args: ["--upload"], files: { "secret.txt": "old" } });
  await Deno.chmod(join(server.folder, "secret.txt"), 0o600);
  const put = "PUT /secret.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nnew";
  assertEquals((await exchange(server.port, put))?.status, 204);
  assertEquals((await Deno.stat(join(server.folder, "secret.txt"))).mode! & 0o777, 0o600);
});
