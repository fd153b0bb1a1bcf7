/**
 * Two spellings of one address are one socket, on which the name in a request tells the servers apart (DESIGN.md
 * section 3): of two sockets the system would give each some of the connections.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { freePort } from "../../lib/runtime/free_port.ts";
import { get } from "../support/ask.ts";
import { launch, temporaryFolder } from "../support/launch.ts";
import { runProgram, startServer, writeFiles } from "../support/server.ts";
import { WireClient } from "../support/wire.ts";
import { load } from "./load_support.ts";
import { ignore as ignoreReload, reloadServer } from "./reload_support.ts";

const FILES = { "one/a.txt": "one", "two/a.txt": "two" };
const REQUESTS = 30;

/** Both servers on these addresses, the first of which is the default. */
const config = (one: string, two: string, top = "") =>
  `access_log: off\n${top}\nservers:
  - { listen: ${one}, server_name: one.test, root: one }
  - { listen: ${two}, server_name: two.test, root: two }
`;

/** Each request on a connection of its own, so that each of them may come to another socket. */
async function assertVirtualHosts(port: number): Promise<void> {
  for (let i = 0; i < REQUESTS; i++) {
    for (const name of ["one", "two"]) {
      using client = await WireClient.connect(port);
      await client.send(`GET /a.txt HTTP/1.1\r\nHost: ${name}.test\r\nConnection: close\r\n\r\n`);
      assertEquals((await client.response())?.text, name, `request ${i}`);
    }
  }
}

const listening = (stderr: string) => stderr.match(/^listening on .*$/gm);

for (const workers of [1, 2]) {
  for (const spelling of ["localhost", "a.localhost", "LOCALHOST"]) {
    Deno.test(`a bare port and ${spelling} are one socket of ${workers} worker(s)`, async () => {
      const port = freePort();
      await using server = await startServer({
        config: config(`${port}`, `"${spelling}:${port}"`, `workers: ${workers}`),
        files: FILES,
      });
      assertEquals(listening(server.output().stderr), [`listening on http://127.0.0.1:${port}/`]);
      await assertVirtualHosts(port);
    });
  }

  Deno.test({
    name: `a reload that changes one spelling for the other loses no connection of ${workers} worker(s)`,
    ignore: ignoreReload,
    fn: async () => {
      const port = freePort();
      const spelled = (one: string, two: string) => config(one, two, `workers: ${workers}`);
      await using server = await reloadServer({
        config: spelled(`${port}`, `"localhost:${port}"`),
        files: FILES,
      });
      using kept = await WireClient.connect(port);
      const ask = async () => {
        await kept.send("GET /a.txt HTTP/1.1\r\nHost: two.test\r\n\r\n");
        const response = await kept.response();
        return [response?.text, response?.field("connection")];
      };
      assertEquals(await ask(), ["two", undefined]);
      let goesOn = true;
      const loaded = load({
        port,
        clients: 4,
        keepAlive: false,
        target: "/a.txt",
        check: (body) => new TextDecoder().decode(body) === "one" ? undefined : "another server",
        goesOn: () => goesOn,
      });
      for (let i = 0; i < 3; i++) {
        await server.reload(spelled(`"localhost:${port}"`, `${port}`));
        await server.reload(spelled(`"b.localhost:${port}"`, `"127.0.0.1:${port}"`));
      }
      await assertVirtualHosts(port);
      // The socket is the same, and so are the workers: even a connection that is kept does not notice.
      assertEquals(await ask(), ["two", undefined]);
      goesOn = false;
      const { requests, failures } = await loaded;
      assertEquals(failures, {}, `of ${requests} requests`);
      assert(requests > 0);
    },
  });
}

const hasIPv6 = (() => {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
})();

Deno.test({
  name: "the spellings of an IPv6 address are one socket, in the file and in Host",
  ignore: !hasIPv6,
  fn: async () => {
    const port = freePort("::1");
    await using server = await startServer({
      config: `access_log: off\nservers:
  - { listen: "[::1]:${port}", root: one }
  - { listen: "[0:0:0:0:0:0:0:1]:${port}", server_name: "[::1]", root: two }
`,
      files: FILES,
    });
    assertEquals(listening(server.output().stderr), [`listening on http://[::1]:${port}/`]);
    for (const host of ["[::1]", "[0:0:0:0:0:0:0:1]", `[0::1]:${port}`]) {
      using connection = await Deno.connect({ hostname: "::1", port });
      const request = `GET /a.txt HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      await connection.write(new TextEncoder().encode(request));
      assertMatch(await new Response(connection.readable).text(), /\r\n\r\ntwo$/, host);
    }
  },
});

/** A name of this machine that only the system knows; undefined if it stands for no address of it. */
function ownName(): string | undefined {
  try {
    const name = Deno.hostname();
    const listener = Deno.listen({ hostname: name, port: 0 });
    listener.close();
    return listener.addr.hostname === "127.0.0.1" && name !== "localhost" ? name : undefined;
  } catch {
    return undefined;
  }
}
const name = ownName();
const nameless = name === undefined ? " (this machine's name is not 127.0.0.1)" : "";

Deno.test({
  name: `a name that the system resolves to an address is that address${nameless}`,
  ignore: name === undefined,
  fn: async () => {
    const port = freePort();
    await using server = await startServer({ config: config(`${port}`, `"${name}:${port}"`), files: FILES });
    assertEquals(listening(server.output().stderr), [`listening on http://127.0.0.1:${port}/`]);
    await assertVirtualHosts(port);
  },
});

Deno.test({
  name: `the flags of webserv permissions suffice for a name${nameless}`,
  ignore: name === undefined || Deno.env.has("WEBSERV"),
  fn: async () => {
    await using folder = await temporaryFolder();
    const port = freePort(), file = `${folder.path}/webserv.yaml`;
    await writeFiles(folder.path, { ...FILES, "webserv.yaml": config(`"${name}:${port}"`, `${port}`) });
    const { stdout } = await runProgram(["permissions", "-c", file]);
    const flags = stdout.trim().split(" ");
    assertEquals(flags[1], `--allow-net=127.0.0.1:${port},127.0.0.1:9229,${name}:0`);
    const main = new URL("../../main.ts", import.meta.url).pathname;
    const start = async (given: readonly string[]) => {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-lock", ...given, main, "-c", file],
        env: { NO_COLOR: "1" },
        stdout: "null",
        stderr: "piped",
      }).spawn();
      let said = "";
      for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
        said += text;
        if (!said.includes("listening on")) continue;
        assertEquals(await get(port, "/a.txt"), "200 one");
        child.kill("SIGTERM");
      }
      return { code: (await child.status).code, said };
    };
    assertEquals(await start(flags), { code: 0, said: `listening on http://127.0.0.1:${port}/\n` });
    const fewer = flags.map((flag) => flag.replace(`,${name}:0`, ""));
    assertEquals(await start(fewer), { code: 1, said: `webserv: --allow-net=${name}:0 is missing\n` });
  },
});

Deno.test("a name that cannot be resolved ends the start with 1 and is named", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { ...FILES, "webserv.yaml": config("0", '"no-such-name.invalid:8080"') });
  await using server = launch(["-c", `${folder.path}/webserv.yaml`]);
  assertEquals(await server.status, 1);
  assertMatch(server.output().stderr, /^webserv: the name no-such-name\.invalid cannot be resolved: .*\n$/);
  const { code, stderr } = await runProgram(["check", "-c", `${folder.path}/webserv.yaml`]);
  assertEquals(code, 0);
  assertMatch(
    stderr,
    /^warning: .*webserv\.yaml:5 \(servers\[1\]\.listen\): the name no-such-name\.invalid cannot be/m,
  );
});

Deno.test({
  name: "a name that cannot be resolved leaves the old configuration at a reload",
  ignore: ignoreReload,
  fn: async () => {
    await using server = await reloadServer({ config: config("LISTEN", "LISTEN"), files: FILES });
    const said = await server.reloadInVain(config("LISTEN", '"no-such-name.invalid:8080"'));
    assertMatch(said, /error: the name no-such-name\.invalid cannot be resolved: /);
    await assertVirtualHosts(server.port);
  },
});
