/**
 * What docs/systems.md says of every system, on the one that this runs on: the real program and real disks. Nothing of
 * other programs is needed but Deno, which is the interpreter of the programs.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ask } from "../support/ask.ts";
import { runProgram, startServer, type TestServer, writeFiles } from "../support/server.ts";
import { only } from "../support/systems.ts";
import { temporaryFolder } from "../support/launch.ts";
import { waitUntil } from "../support/wait.ts";

const SOURCE = "the source of a program";

const DENO = JSON.stringify([Deno.execPath(), "run", "-A", "--no-config", "--no-lock"]);

const CONFIG = `
servers:
  - listen: LISTEN
    root: www
    locations:
      /cgi/: { cgi: { .ts: ${DENO} } }
      /private/: { return: 403 }
      /up/: { upload_store: up, alias: up, allowed_methods: [GET, HEAD, PUT, DELETE] }
timeouts:
  cgi: 8s
`;

const HELLO =
  `// ${SOURCE}\nconsole.log("Content-Type: text/plain\\n\\nran " + Deno.env.get("SCRIPT_NAME"));\n`;

/** Starts another program that shows that it lives, and stays itself. */
const STAYS = `// ${SOURCE}
const alive = new URL("../../alive", import.meta.url);
const child = "for (let i = 0; i < 1200; i++) { Deno.writeTextFileSync(Deno.args[0], '.', { append: true }); " +
  "await new Promise((r) => setTimeout(r, 50)); }";
const path = decodeURIComponent(alive.pathname).replace(/^\\/([A-Za-z]:)/, "$1");
Deno.writeTextFileSync(path + ".ts", child);
new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--no-config", "--no-lock", path + ".ts", path] }).spawn();
await new Promise((r) => setTimeout(r, 600_000));
`;

const FILES = {
  "www/index.html": "first",
  "www/Mixed.html": "mixed",
  "www/Long File Name.html": "long",
  "www/private/secret.txt": "secret",
  "www/cgi/hello.ts": HELLO,
  "www/cgi/stays.ts": STAYS,
  "up/kept.txt": "kept",
};

/** Never found, on no system: elsewhere there is no such file. */
const NOWHERE = [
  "/INDEX.HTML",
  "/mixed.html",
  "/index.html.",
  "/index.html%20",
  "/index.html::$DATA",
  "/LONGFI~1.HTM",
  "/CON",
  "/nul.txt",
  "/COM1",
  "/cgi/HELLO.TS",
  "/CGI/hello.ts",
  "/cgi/hello.ts.",
  "/cgi/hello.ts%20",
  "/cgi/hello.ts::$DATA",
  "/cgi./hello.ts",
  "/cgi%20/hello.ts",
  "/cgi::$INDEX_ALLOCATION/hello.ts",
  "/PRIVATE/secret.txt",
  "/private./secret.txt",
  "/PRIVAT~1/secret.txt",
  "/private::$INDEX_ALLOCATION/secret.txt",
];

/** Status and content. */
async function askServer(
  { port }: TestServer,
  target: string,
  method = "GET",
  body?: string,
): Promise<[status: number, text: string]> {
  const { status, text } = await ask(port, target, { method, ...(body !== undefined && { body }) });
  return [status, text];
}

Deno.test("files are found as they are spelt, and a program's source and what is forbidden not at all", async () => {
  await using server = await startServer({ config: CONFIG, files: FILES });
  assertEquals(await askServer(server, "/"), [200, "first"]);
  assertEquals(await askServer(server, "/Mixed.html"), [200, "mixed"]);
  assertEquals(await askServer(server, "/Long%20File%20Name.html"), [200, "long"]);
  assertEquals((await askServer(server, "/private/secret.txt"))[0], 403);
  assertEquals(await askServer(server, "/cgi/hello.ts"), [200, "ran /cgi/hello.ts\n"]);
  for (const target of NOWHERE) {
    const [status, text] = await askServer(server, target);
    assertEquals([target, status], [target, 404]);
    assert(!text.includes(SOURCE) && !text.includes("secret\n") && text !== "secret", target);
  }
});

Deno.test("files are stored, replaced while they are read, and removed", async () => {
  await using server = await startServer({ config: CONFIG, files: FILES });
  assertEquals((await askServer(server, "/up/a.txt", "PUT", "one"))[0], 201);
  for (let round = 0; round < 20; round++) {
    const [stored, read] = await Promise.all([
      askServer(server, "/up/a.txt", "PUT", `round ${round}`),
      askServer(server, "/up/a.txt"),
    ]);
    assertEquals([stored[0], read[0]], [204, 200]);
  }
  assertEquals(await askServer(server, "/up/a.txt"), [200, "round 19"]);
  assertEquals((await askServer(server, "/up/a.txt", "DELETE"))[0], 204);
  assertEquals((await askServer(server, "/up/a.txt"))[0], 404);
});

Deno.test({
  name: "nothing is stored under a name that means another file",
  ...only(["windows"], "only Windows takes other names for a file's"),
  fn: async () => {
    await using server = await startServer({ config: CONFIG, files: FILES });
    for (const name of ["kept.txt.", "kept.txt%20", "kept.txt::$DATA", "KEPT~1.TXT", "a:b", "nul.txt"]) {
      const [status] = await askServer(server, `/up/${name}`, "PUT", "new");
      assert(status >= 400 && status < 500, `${name} ${status}`);
    }
    assertEquals(await askServer(server, "/up/kept.txt"), [200, "kept"]);
    assertEquals([...Deno.readDirSync(join(server.folder, "up"))].map(({ name }) => name), ["kept.txt"]);
  },
});

Deno.test("a program that takes too long is ended with what it has started", async () => {
  await using server = await startServer({ config: CONFIG, files: FILES });
  const alive = join(server.folder, "alive");
  const size = () => {
    try {
      return Deno.statSync(alive).size;
    } catch {
      return 0;
    }
  };
  assertEquals((await askServer(server, "/cgi/stays.ts"))[0], 504);
  assert(size() > 0, "its child has run");
  let last = -1;
  await waitUntil(async () => {
    const before = size();
    await new Promise((resolve) => setTimeout(resolve, 500));
    last = size();
    return before === last;
  }, "its child is gone");
});

Deno.test({
  name: "what this system cannot do is refused at the start, with what does it there",
  ...only(["windows"], "only Windows refuses sockets with a path"),
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, {
      "webserv.yaml": "servers:\n- listen: 127.0.0.1:0\n  root: .\n  fastcgi: { .php: 'unix:php.sock' }\n",
    });
    const { code, stderr } = await runProgram(["check", "-c", "webserv.yaml"], { cwd: folder.path });
    assert(code !== 0);
    assertStringIncludes(stderr, "on Windows servers are not reached by sockets with a path");
  },
});

Deno.test({
  name: "two locations that differ in case alone are refused",
  ...only(["darwin", "windows"], "case tells names apart"),
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, {
      "webserv.yaml":
        "servers:\n- listen: 127.0.0.1:0\n  root: .\n  locations: { /a/: { return: 404 }, /A/: { return: 410 } }\n",
    });
    const { code, stderr } = await runProgram(["check", "-c", "webserv.yaml"], { cwd: folder.path });
    assert(code !== 0);
    assertStringIncludes(stderr, "in nothing that the disks of this system tell apart");
  },
});
