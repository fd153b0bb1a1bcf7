import { assert, assertEquals, assertGreater, assertLess, assertRejects } from "@std/assert";
import { get } from "../support/ask.ts";
import { launch, temporaryFolder } from "../support/launch.ts";
import { runProgram, startServer, writeFiles } from "../support/server.ts";

/** A loopback address that no other test uses, so that port 8080 of it is ours to take. */
function ownAddress(): string {
  const [a, b, c] = crypto.getRandomValues(new Uint8Array(3));
  return `127.${1 + a! % 250}.${b}.${1 + c! % 250}`;
}

const isLinux = Deno.build.os === "linux";

function hasIPv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

/** Takes a port, unless another program has it on all addresses. */
function take(hostname: string, port: number): Disposable {
  try {
    const listener = Deno.listen({ hostname, port });
    return { [Symbol.dispose]: () => listener.close() };
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    return { [Symbol.dispose]: () => {} };
  }
}

Deno.test({
  name: "without -p a folder moves on to the next free port where 8080 is taken",
  // Other systems have one loopback address only, whose port 8080 may be anybody's.
  ignore: !isLinux,
  async fn() {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "a.txt": "a" });
    const hostname = ownAddress();
    using _first = take(hostname, 8080);
    using _second = take(hostname, 8081);
    await using server = launch(["--host", hostname, folder.path]);
    const port = await server.port();
    assertGreater(port, 8081);
    assertLess(port, 8080 + 100);
    assertEquals(server.output().stderr, `listening on http://${hostname}:${port}/\n`);
  },
});

Deno.test({
  name: "the port is 8080 where it is free and nothing else was asked for",
  ignore: !isLinux,
  async fn(t) {
    await using folder = await temporaryFolder();
    const hostname = ownAddress();
    let free = true;
    try {
      Deno.listen({ hostname, port: 8080 }).close();
    } catch {
      free = false;
    }
    await t.step({
      name: "8080 is free on this machine",
      ignore: !free,
      async fn() {
        await using server = launch(["--host", hostname, folder.path]);
        assertEquals(await server.port(), 8080);
      },
    });
  },
});

Deno.test("a port that was asked for and is taken ends it with 1", async () => {
  await using folder = await temporaryFolder();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const result = await runProgram(["-p", String(port), folder.path]);
  assertEquals(result, {
    code: 1,
    stdout: "",
    stderr: `webserv: port ${port} is taken: choose another with --port\n`,
  });
});

Deno.test("a configuration's port that is taken ends it with 1, and frees the others", async () => {
  await using folder = await temporaryFolder();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  await writeFiles(folder.path, {
    "webserv.yaml": `servers: [{ listen: ["127.0.0.1:0", ${port}], root: . }]\n`,
  });
  const { code, stderr } = await runProgram([], { cwd: folder.path });
  assertEquals(code, 1);
  assert(
    stderr === `webserv: port ${port} is taken: choose another in webserv.yaml:1 (servers[0].listen)\n`,
    stderr,
  );
  assert(!stderr.includes("listening on"), stderr);
});

Deno.test("an address of a configuration that cannot be had is told with its line, at a start and by permissions", async () => {
  await using folder = await temporaryFolder();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const place = "in webserv.yaml:4 (servers[0].listen)";
  const cases: readonly (readonly [listen: string, args: string[], message: string])[] = [
    [`${port}`, [], `port ${port} is taken: choose another with --port, or ${place}`],
    [`["127.0.0.1:0", ${port}]`, [], `port ${port} is taken: choose another ${place}`],
    ["0", ["-p", String(port)], `port ${port} is taken: choose another with --port`],
    [
      '["127.0.0.1:0", "192.0.2.1:0"]',
      [],
      `192.0.2.1 is no address of this machine: choose another ${place}; ` +
      "127.0.0.1 is for this machine alone, 0.0.0.0 for all its addresses",
    ],
    [
      '["127.0.0.1:0", "no-such-name.invalid:0"]',
      [],
      `the name no-such-name.invalid cannot be resolved: check its spelling, or write an IP address ${place}`,
    ],
    [
      '["127.0.0.1:0", "no-such-name.invalid:0"]',
      ["permissions"],
      `the name no-such-name.invalid cannot be resolved: check its spelling, or write an IP address ${place}`,
    ],
  ];
  for (const [listen, args, message] of cases) {
    await writeFiles(folder.path, {
      "webserv.yaml": `workers: 1\nservers:\n  - root: .\n    listen: ${listen}\n`,
    });
    const { code, stderr } = await runProgram(args, { cwd: folder.path });
    assertEquals([code, stderr], [1, `webserv: ${message}\n`], listen);
  }
});

Deno.test("an address that this machine does not have ends it with 1", async () => {
  await using folder = await temporaryFolder();
  // From the block for documentation: RFC 5737.
  const { code, stderr } = await runProgram(["--host", "192.0.2.1", "-p", "0", folder.path]);
  assertEquals([code, stderr], [
    1,
    "webserv: 192.0.2.1 is no address of this machine: choose another with --host; " +
    "127.0.0.1 is for this machine alone, 0.0.0.0 for all its addresses\n",
  ]);
});

Deno.test({
  name: "the default address is 127.0.0.1 alone, --host 0.0.0.0 is all of them",
  ignore: !isLinux,
  async fn() {
    const files = { "a.txt": "a" };
    {
      await using server = await startServer({ files });
      await assertRejects(() => Deno.connect({ hostname: "127.0.0.2", port: server.port }));
    }
    await using server = await startServer({ files, args: ["--host", "0.0.0.0"] });
    assertEquals(server.output().stderr, `listening on http://0.0.0.0:${server.port}/\n`);
    (await Deno.connect({ hostname: "127.0.0.2", port: server.port })).close();
    assertEquals(await get(server.port, "/a.txt"), "200 a");
  },
});

Deno.test({
  name: "--host ::1 listens on IPv6 and writes the address in brackets",
  ignore: !hasIPv6(),
  async fn() {
    for (const host of ["::1", "[::1]"]) {
      await using server = await startServer({ files: { "a.txt": "six" }, args: ["--host", host] });
      assertEquals(server.output().stderr, `listening on http://[::1]:${server.port}/\n`);
      const response = await fetch(`http://[::1]:${server.port}/a.txt`);
      assertEquals([response.status, await response.text()], [200, "six"]);
      await server.waitFor(/^::1 - - .*"GET \/a\.txt HTTP\/1\.1" 200 3/m);
    }
  },
});
