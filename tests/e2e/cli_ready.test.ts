/**
 * `--port-file` and `--ready-json`: how programs are told when and where the server is ready.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { get } from "../support/ask.ts";
import { launch, temporaryFolder } from "../support/launch.ts";
import { isFile, runProgram, writeFiles } from "../support/server.ts";
import { inTime, waitUntil } from "../support/wait.ts";

Deno.test("--port-file has the first port once it answers, whole, and is gone when the server is", async () => {
  await using folder = await temporaryFolder();
  // As a server leaves it that was killed.
  await writeFiles(folder.path, { "page.txt": "a", "port": "1\n" });
  const file = `${folder.path}/port`;
  await using server = launch(["--port", "0", "--port-file", "port", "."], { cwd: folder.path });
  const read = () => {
    try {
      return Deno.readTextFileSync(file);
    } catch {
      return undefined;
    }
  };
  const seen = new Set<string | undefined>();
  await waitUntil(() => seen.add(read()) && ![undefined, "1\n"].includes(read()), "it is written");
  const port = await server.port();
  assertEquals(read(), `${port}\n`);
  assertEquals(await get(port, "/page.txt"), "200 a");
  seen.delete("1\n");
  assertEquals([...seen].filter((text) => text !== undefined && text !== `${port}\n`), []);
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name).sort(), ["page.txt", "port"]);
  server.kill("SIGTERM");
  assertEquals(await inTime(server.status, "it ends"), 0);
  assert(!isFile(file));
});

Deno.test("--ready-json says on one line of standard output where the server is, before its command starts", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, {
    "webserv.yaml": `servers:
  - { listen: "127.0.0.1:0", root: ., server_name: [shop.localhost] }
  - { listen: "[::1]:0", root: . }
`,
  });
  await using server = launch(["--ready-json", "--", "sh", "-c", "echo $WEBSERV_URL"], { cwd: folder.path });
  assertEquals(await inTime(server.status, "it ends"), 0);
  const [line, url] = server.output().stdout.split("\n");
  const { ready, urls, pid, ...rest } = JSON.parse(line!);
  assertEquals([ready, pid, rest], [true, server.pid, {}]);
  assertEquals(urls.length, 3);
  assertMatch(urls[0], /^http:\/\/127\.0\.0\.1:[1-9]\d*\/$/);
  assertMatch(urls[1], /^http:\/\/\[::1\]:[1-9]\d*\/$/);
  assertEquals(urls[2], urls[0].replace("127.0.0.1", "shop.localhost"));
  assertEquals(url, urls[0]);
});

Deno.test("a port file that cannot be written is no start, and says what to do", async () => {
  await using folder = await temporaryFolder();
  const cases: [path: string, message: RegExp][] = [
    ["no/port", /^webserv: no\/port cannot be written: make its folder first$/m],
    [".", /^webserv: \. is a folder: name a file$/m],
  ];
  for (const [path, message] of cases) {
    const args = ["--port", "0", "--port-file", path, "."];
    const { code, stderr } = await runProgram(args, { cwd: folder.path });
    assertEquals(code, 1);
    assertMatch(stderr, message);
  }
});

Deno.test("a port file that another server has written meanwhile stays", async () => {
  await using folder = await temporaryFolder();
  const args = ["--port", "0", "--port-file", "port", "."];
  await using first = launch(args, { cwd: folder.path });
  await first.port();
  await using second = launch(args, { cwd: folder.path });
  const port = await second.port();
  const file = `${folder.path}/port`;
  await waitUntil(() => isFile(file) && Deno.readTextFileSync(file) === `${port}\n`, "it is the second's");
  first.kill("SIGTERM");
  await inTime(first.status, "it ends");
  assertEquals(await Deno.readTextFile(file), `${port}\n`);
});
