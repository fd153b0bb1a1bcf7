/**
 * The programs that mount and copy by WebDAV: litmus, which tries all of RFC 4918, cadaver and rclone; and locks through a
 * reload.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { NO_TLS } from "../support/certificates.ts";
import { ask } from "../support/ask.ts";
import { temporaryFolder } from "../support/launch.ts";
import { DAV_CONFIG, DAV_FILES, tokenOf, unlock } from "./dav_support.ts";
import { httpsServer } from "./https_support.ts";
import { ignore, reloadServer } from "./reload_support.ts";
import { sharedServer } from "./wire_support.ts";

const server = await sharedServer({ config: DAV_CONFIG, files: DAV_FILES });

/** Whatever it says to that: cadaver ends with a status that is no success. */
function hasProgram(name: string): boolean {
  try {
    new Deno.Command(name, { args: ["--version"], stdin: "null", stdout: "null", stderr: "null" })
      .outputSync();
    return true;
  } catch {
    return false;
  }
}

/** All that a program says; it finds nothing of whoever runs the tests. */
async function run(program: string, args: readonly string[], home: string, input?: string): Promise<string> {
  const child = new Deno.Command("timeout", {
    args: ["60", program, ...args],
    env: { HOME: home, no_proxy: "*", LC_ALL: "C.UTF-8" },
    cwd: home,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  if (input !== undefined) await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { stdout, stderr } = await child.output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

/**
 * Its suites, and how many of their tests have passed. Nothing fails or is warned of.
 *
 * @param skipped what it does not try itself
 */
async function assertLitmus(url: string, home: string, skipped: readonly string[] = []): Promise<void> {
  const said = (await run("litmus", ["-k", url], home)).replaceAll("\r", "\n");
  assertEquals(said.match(/WARNING.*|.*FAIL.*/g), null, said);
  assertEquals([...said.matchAll(/(\w+)\.+ SKIPPED/g)].map(([, name]) => name!), [...skipped], said);
  const passed = [...said.matchAll(/summary for `(\w+)': of (\d+) tests run: (\d+) passed/g)];
  assertEquals(passed.map(([, suite]) => suite), ["basic", "copymove", "props", "locks", "http"], said);
  for (const [line, , ran, well] of passed) assertEquals(well, ran, line);
}

const noLitmus = !hasProgram("litmus");

Deno.test({
  name: "litmus passes whole, without a warning",
  ignore: noLitmus,
  fn: async () => {
    await using home = await temporaryFolder();
    await assertLitmus(`http://localhost:${server.port}/dav/`, home.path);
  },
});

Deno.test({
  name: "litmus passes whole over TLS",
  ignore: noLitmus || NO_TLS,
  fn: async () => {
    await using home = await temporaryFolder();
    await using secure = await httpsServer(
      (folder) =>
        `servers:
  - listen: "127.0.0.1:0 ssl"
    server_name: localhost
    ssl_certificate: ${folder}/one.pem
    ssl_certificate_key: ${folder}/one.key
    locations:
      /dav/: { upload_store: store, dav: on }
`,
      { one: ["localhost"] },
    );
    await assertLitmus(`https://localhost:${secure.port}/dav/`, home.path, ["expect100"]);
  },
});

/** Names that somebody has to encode, or to leave as they are. */
const TREE = {
  "a b/ü&.txt": "one",
  "a b/100%25.txt": "two",
  "a b/c#d?e.txt": "three",
  "f+g;h=i/empty": "",
  "f+g;h=i/it's 日本 😀": "four",
};

async function plant(folder: string): Promise<void> {
  for (const [path, content] of Object.entries(TREE)) {
    await Deno.mkdir(join(folder, path, ".."), { recursive: true });
    await Deno.writeTextFile(join(folder, path), content);
  }
}

async function assertTree(folder: string): Promise<void> {
  for (const [path, content] of Object.entries(TREE)) {
    assertEquals(await Deno.readTextFile(join(folder, path)), content, path);
  }
}

Deno.test({
  name: "rclone copies a tree forth and back, with its times",
  ignore: !hasProgram("rclone"),
  fn: async () => {
    await using home = await temporaryFolder();
    await plant(`${home.path}/tree`);
    const time = new Date("2020-02-02T02:02:02Z");
    await Deno.utime(`${home.path}/tree/a b/ü&.txt`, time, time);
    const options = ["--webdav-url", `http://localhost:${server.port}/dav/`, "--webdav-vendor", "owncloud"];
    const said = await run("rclone", ["copy", "tree", ":webdav:rclone", ...options], home.path) +
      await run("rclone", ["copy", ":webdav:rclone", "back", ...options], home.path);
    await assertTree(`${server.folder}/store/rclone`);
    await assertTree(`${home.path}/back`);
    assertEquals((await Deno.stat(`${home.path}/back/a b/ü&.txt`)).mtime, time, said);
  },
});

Deno.test({
  name: "cadaver makes folders, uploads, copies, moves, locks, sets properties and removes",
  ignore: !hasProgram("cadaver"),
  fn: async () => {
    await using home = await temporaryFolder();
    await Deno.writeTextFile(`${home.path}/one.txt`, "one");
    const commands = [
      `open http://localhost:${server.port}/dav/`,
      "mkcol cadaver",
      "cd cadaver",
      "put one.txt",
      "copy one.txt two.txt",
      "move two.txt three.txt",
      "lock three.txt",
      "discover three.txt",
      "unlock three.txt",
      "propset three.txt author anna",
      "propget three.txt author",
      "get three.txt got.txt",
      "delete one.txt",
      "mkcol inner",
      "rmcol inner",
      "ls",
      "quit",
    ];
    const said = await run("cadaver", [], home.path, commands.join("\n") + "\n");
    assertEquals(await Deno.readTextFile(`${home.path}/got.txt`), "one", said);
    assertMatch(said, /Lock token|opaquelocktoken|urn:uuid/, said);
    assertMatch(said, /author.*anna/s, said);
    assertEquals([...Deno.readDirSync(`${server.folder}/store/cadaver`)].map(({ name }) => name).sort(), [
      ".webserv-properties",
      "three.txt",
    ], said);
  },
});

Deno.test({
  name: "a lock holds through reloads, also when other workers have taken over",
  ignore,
  fn: async () => {
    await using reloading = await reloadServer({
      config: DAV_CONFIG,
      files: { ...DAV_FILES, "store/a.txt": "x" },
    });
    const { port } = reloading, token = await tokenOf(port, "/dav/a.txt");
    const put = async (fields = {}) =>
      (await ask(port, "/dav/a.txt", { method: "PUT", body: "y", fields })).status;
    await reloading.reload(DAV_CONFIG.replace("autoindex: on", "autoindex: off"));
    assertEquals(await put(), 423);
    // Nobody mounts anything meanwhile; other workers, since another folder may be written to.
    await reloading.reload(
      DAV_CONFIG.replace("/sub/: { upload_store: store/folder }", "/more/: { upload_store: more }"),
    );
    assertEquals([await put(), await put({ If: `(${token})` })], [423, 204]);
    assertEquals([await unlock(port, "/dav/a.txt", token), await put()], [204, 204]);
  },
});
