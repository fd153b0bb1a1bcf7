/**
 * PORT of the environment, as container platforms set it.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { freePort } from "../../lib/runtime/free_port.ts";
import { launch, temporaryFolder } from "../support/launch.ts";
import { writeFiles } from "../support/server.ts";
import { inTime } from "../support/wait.ts";

const CONFIG = 'servers: [{ listen: "127.0.0.1:${PORT:-0}", root: . }]\n';

/** What is started with PORT, and whether it listens there. */
const CASES: readonly (readonly [name: string, args: readonly string[], isThere: boolean])[] = [
  ["a folder", ["."], true],
  ["a file", ["page.txt"], true],
  ["serve", ["serve"], true],
  ["all addresses", ["--host", "0.0.0.0", "."], true],
  ["--port beats it", ["--port", "0", "."], false],
  ["a command beside the server has it", [".", "--", "sh", "-c", "echo PORT=$PORT; sleep 60"], false],
  ["a configuration that names it", ["-c", "named.yaml"], true],
  ["a configuration that does not name it", ["-c", "other.yaml"], false],
];

for (const [name, args, isThere] of CASES) {
  Deno.test(`PORT: ${name}${isThere ? "" : ": another port"}`, async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, {
      "page.txt": "page",
      "named.yaml": CONFIG,
      "other.yaml": 'servers: [{ listen: "127.0.0.1:0", root: . }]\n',
    });
    const port = freePort();
    await using server = launch(args, { cwd: folder.path, env: { PORT: `${port}` } });
    const [, listened] = await server.says(/listening on http:\/\/\S*:(\d+)\/\n/);
    assertEquals(Number(listened) === port, isThere);
  });
}

Deno.test("PORT that is taken is not replaced by another", async () => {
  await using folder = await temporaryFolder();
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = other.addr as Deno.NetAddr;
  await using server = launch(["."], { cwd: folder.path, env: { PORT: `${port}` } });
  assertEquals(await inTime(server.status, "it ends"), 1);
  assertMatch(server.output().stderr, new RegExp(`port ${port} is taken`));
});

Deno.test("PORT that is no port is refused, and an empty one is none", async () => {
  await using folder = await temporaryFolder();
  for (const text of ["abc", "65536", "-1", "80 "]) {
    await using server = launch(["."], { cwd: folder.path, env: { PORT: text } });
    assertEquals(await inTime(server.status, "it ends"), 2);
    assertEquals(
      server.output().stderr,
      `webserv: PORT of the environment must be a number from 0 to 65535, not "${text}"\n`,
    );
  }
  await using server = launch(["."], { cwd: folder.path, env: { PORT: "" } });
  await server.port();
});
