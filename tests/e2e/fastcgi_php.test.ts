/**
 * PHP by FastCGI, with a real php-fpm: what reaches a script, what comes back, and what becomes of it when children die or
 * are all taken.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ask, get } from "../support/ask.ts";
import { http1Test, test } from "../support/protocols.ts";
import { temporaryFolder } from "../support/launch.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";
import { assertGone, assertLogged } from "./cgi_support.ts";
import { type FastcgiProcess, needsFpm, startFpm } from "./fastcgi_support.ts";

const FILES = {
  "www/hello.php": '<?php echo "hello ", $_GET["name"] ?? "";',
  "www/variables.php": `<?php
header("Content-Type: text/plain");
foreach (explode(" ", $_GET["names"]) as $name) echo $name, "=", $_SERVER[$name] ?? "(none)", "\\n";`,
  "www/answer.php": `<?php
http_response_code(418);
header("X-One: 1");
setcookie("a", "1"); setcookie("b", "2");
echo "short and stout";`,
  "www/redirect.php": '<?php header("Location: /hello.php?name=there");',
  "www/session.php": "<?php session_start(); echo $_SESSION['n'] = ($_SESSION['n'] ?? 0) + 1;",
  "www/body.php": '<?php echo $_SERVER["CONTENT_LENGTH"] ?? "-", " ", md5(file_get_contents("php://input"));',
  "www/upload.php":
    '<?php foreach ($_FILES as $f) echo $f["name"], " ", $f["size"], " ", md5_file($f["tmp_name"]);',
  "www/errors.php": '<?php error_log("one\\ntwo\\x1b[31m"); echo $undefined; echo "still";',
  "www/fatal.php": "<?php nowhere();",
  "www/silent.php": "<?php http_response_code(500);",
  "www/slowly.php": `<?php
header("Content-Type: text/plain");
echo "first\\n"; flush();
for ($i = 0; $i < 500 && !file_exists("../go"); $i++) { usleep(20000); clearstatcache(); }
echo "last\\n";`,
  "www/pid.php": "<?= getmypid();",
  "www/wait.php": `<?php touch("../waits" . $_GET["n"]);
for ($i = 0; $i < 500 && !file_exists("../free"); $i++) { usleep(20000); clearstatcache(); } echo $_GET["n"];`,
  "www/die.php": '<?php touch("../dies"); exec("kill -9 " . getmypid()); sleep(10);',
  "www/folder/index.php": '<?php echo "index of ", $_SERVER["SCRIPT_NAME"];',
  "www/plain.txt": "plain",
};

const CONFIG = `
access_log: off
servers:
  - listen: LISTEN
    root: www
    index: [index.php]
    # As Debian has it: a link to the socket of a version.
    fastcgi: { .php: "unix:SOCKET" }
    cgi_env: { GREETING: "gr\u00fc\u00df dich" }
    locations:
      = /status: { fastcgi_pass: "unix:SOCKET" }
      /front/: { alias: www/variables.php, fastcgi_pass: "unix:SOCKET" }
      /down/: { alias: www, fastcgi: { .php: unix:down.sock } }
`;

interface PhpServer extends TestServer {
  fpm: FastcgiProcess;
  /** Where php-fpm has its socket. */
  readonly place: string;
}

/** A server with a php-fpm beside it, which is ended with it. */
async function startPhp(children: number, top = ""): Promise<PhpServer> {
  const folder = await temporaryFolder();
  const fpm = await startFpm(folder.path, { children, pool: "pm.status_path = /status" });
  await Deno.symlink("fpm.sock", `${folder.path}/php.sock`);
  const config = top + CONFIG.replaceAll("SOCKET", `${folder.path}/php.sock`);
  const server = await startServer({ config, files: FILES });
  const started: PhpServer = {
    ...server,
    fpm,
    place: folder.path,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await started.fpm[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
  return started;
}

let shared: PhpServer | undefined;
/** One for the tests that leave it as it was. */
const php = async (): Promise<PhpServer> => shared ??= await startPhp(2);
Deno.test.afterAll(async () => await shared?.[Symbol.asyncDispose]());

const md5 = async (text: string): Promise<string> => {
  const { createHash } = await import("node:crypto");
  return createHash("md5").update(text).digest("hex");
};

test({
  ...needsFpm("scripts get what a request says, and what they say comes back"),
  async fn() {
    const { port } = await php();
    assertEquals(await get(port, "/hello.php?name=you"), "200 hello you");
    assertEquals(await get(port, "/folder/"), "200 index of /folder/index.php");
    assertEquals(await get(port, "/plain.txt"), "200 plain");
    assertEquals((await get(port, "/gone.php")).slice(0, 3), "404");
    const names = "PATH_INFO SCRIPT_NAME REQUEST_URI HTTP_HOST HTTP_X_A GREETING SERVER_SOFTWARE HTTP_PROXY";
    const fields = { "X-A": "1", "Proxy": "no" };
    const { body } = await ask(port, `/variables.php/a%20b?names=${names.replaceAll(" ", "+")}`, { fields });
    assertMatch(
      new TextDecoder().decode(body),
      /^PATH_INFO=\/a b\nSCRIPT_NAME=\/variables.php\nREQUEST_URI=\/variables.php\/a%20b\?names=.*\nHTTP_HOST=localhost\nHTTP_X_A=1\nGREETING=grüß dich\nSERVER_SOFTWARE=webserv\/[^ ]+\nHTTP_PROXY=\(none\)\n$/,
    );
    const front = await ask(port, "/front/any/thing?names=SCRIPT_NAME+PATH_INFO");
    assertEquals(front.text, "SCRIPT_NAME=/front\nPATH_INFO=/any/thing\n");
    const status = await get(port, "/status");
    assertMatch(status, /^200 pool:\s+www\n/);
  },
});

test({
  ...needsFpm(
    "status, fields, cookies and redirects of scripts are sent, and an error without a word gets a page",
  ),
  async fn() {
    const { port } = await php();
    const { status, text, fields } = await ask(port, "/answer.php");
    assertEquals([status, text], [418, "short and stout"]);
    const cookies = fields.filter(([name]) => name.toLowerCase() === "set-cookie").map(([, value]) => value);
    assertEquals(cookies, ["a=1", "b=2"]);
    assertEquals(await get(port, "/redirect.php").then((text) => text.slice(0, 3)), "302");
    assertMatch(await get(port, "/silent.php"), /^500 500 Internal Server Error/);
    const head = await ask(port, "/answer.php", { method: "HEAD" });
    assertEquals([head.status, head.field("x-one"), head.text], [418, "1", ""]);
  },
});

test({
  ...needsFpm("sessions go on from one request to the next"),
  async fn() {
    const { port } = await php();
    const first = await ask(port, "/session.php");
    const [cookie] = first.field("set-cookie")!.split(";");
    assertEquals(first.text, "1");
    assertEquals((await ask(port, "/session.php", { fields: { Cookie: cookie! } })).text, "2");
  },
});

test({
  ...needsFpm("bodies arrive as they are: of known length, chunked, as files, and none"),
  async fn() {
    const { port } = await php();
    for (const size of [0, 1, 65_527, 65_528, 65_536, 300_000]) {
      const body = "x".repeat(size), expected = `200 ${size} ${await md5(body)}`;
      const { status, text } = await ask(port, "/body.php", { method: "POST", body });
      assertEquals(`${status} ${text}`, expected);
      using client = await WireClient.connect(port);
      const chunk = size === 0 ? "" : `${size.toString(16)}\r\n${body}\r\n`;
      await client.send(
        `POST /body.php HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}0\r\n\r\n`,
      );
      const chunked = (await client.response("POST"))!;
      assertEquals(`${chunked.status} ${chunked.text}`, expected);
    }
    assertEquals(await get(port, "/body.php"), `200 - ${await md5("")}`);
    const file = "y".repeat(100_000);
    const { text } = await ask(port, "/upload.php", {
      method: "POST",
      fields: { "Content-Type": "multipart/form-data; boundary=b" },
      body: `--b\r\nContent-Disposition: form-data; name="f"; filename="y.txt"\r\n\r\n${file}\r\n--b--\r\n`,
    });
    assertEquals(text, `y.txt 100000 ${await md5(file)}`);
  },
});

http1Test("halves", {
  ...needsFpm("output is sent as it comes"),
  async fn() {
    const server = await php();
    const go = `${server.folder}/go`;
    using client = await WireClient.connect(server.port);
    await client.get("/slowly.php", "Connection: close\r\n");
    const decoder = new TextDecoder(), buffer = new Uint8Array(1000);
    let seen = "";
    while (!seen.includes("first\n")) {
      seen += decoder.decode(buffer.subarray(0, (await client.connection.read(buffer))!));
    }
    await Deno.writeTextFile(go, "");
    assertMatch(decoder.decode(await client.rest()), /last\n/);
    await Deno.remove(go);
  },
});

test({
  ...needsFpm(
    "what scripts say on their standard error is in the error log, line by line; a fatal error is a 500",
  ),
  async fn() {
    const server = await php();
    assertEquals(await get(server.port, "/errors.php"), "200 still");
    await assertLogged(server, "/errors.php: PHP message: one\n");
    await assertLogged(server, " /errors.php: two\\x1B[31m");
    assertEquals((await get(server.port, "/fatal.php")).slice(0, 3), "500");
    await assertLogged(server, "/fatal.php: PHP message: PHP Fatal error:  Uncaught Error");
  },
});

test({
  ...needsFpm("a server that is not there is 502, and the log says where it was looked for"),
  async fn() {
    const server = await php();
    assertMatch(
      await get(server.port, "/down/hello.php"),
      /^502 502 Bad Gateway[^]*does not run, or listens elsewhere/,
    );
    await assertLogged(
      server,
      `FastCGI server unix:${server.folder}/down.sock: there is no unix:${server.folder}/down.sock`,
    );
  },
});

test({
  ...needsFpm("when children are killed their requests are 502, and the next ones are answered"),
  async fn() {
    const server = await php();
    for (let i = 0; i < 5; i++) {
      assertEquals((await get(server.port, "/die.php")).slice(0, 3), "502");
      assertEquals(await get(server.port, "/hello.php?name=again"), "200 hello again");
      // An idle one is killed: nobody notices.
      const pid = Number((await get(server.port, "/pid.php")).slice(4));
      Deno.kill(pid, "SIGKILL");
      assertEquals(await get(server.port, "/hello.php?name=on"), "200 hello on");
    }
    await assertLogged(server, "without an answer");
  },
});

test({
  ...needsFpm("when all children are taken requests wait for them, and none is lost"),
  async fn() {
    const server = await php();
    const answers = Array.from({ length: 8 }, (_, i) => get(server.port, `/wait.php?n=${i}`));
    const waits = () => [...Deno.readDirSync(server.folder)].filter(({ name }) => name.startsWith("waits"));
    await waitUntil(() => waits().length === 2, "both children run");
    await Deno.writeTextFile(`${server.folder}/free`, "");
    assertEquals(await Promise.all(answers), Array.from({ length: 8 }, (_, i) => `200 ${i}`));
    for (const { name } of waits()) await Deno.remove(`${server.folder}/${name}`);
    await Deno.remove(`${server.folder}/free`);
  },
});

test({
  ...needsFpm(
    "a silent script is 504 after timeouts.cgi; a php-fpm that was ended is 502, and one that is back answers",
  ),
  async fn() {
    await using server = await startPhp(1, "timeouts: { cgi: 500ms }\n");
    assertEquals((await get(server.port, "/wait.php?n=0")).slice(0, 3), "504");
    await assertLogged(server, "it was silent for longer than timeouts.cgi");
    await server.fpm[Symbol.asyncDispose]();
    await assertGone([server.fpm.pid]);
    assertEquals((await get(server.port, "/hello.php")).slice(0, 3), "502");
    server.fpm = await startFpm(server.place, { children: 1 });
    assertEquals(await get(server.port, "/hello.php?name=back"), "200 hello back");
  },
});

test({
  ...needsFpm(
    "many clients at once, with more of them than children and several workers, all get their own answers",
  ),
  async fn() {
    await using server = await startPhp(2, "workers: 2\n");
    const answers = await Promise.all(Array.from({ length: 20 }, async (_, client) => {
      const own = [];
      for (let i = 0; i < 3; i++) own.push(await get(server.port, `/hello.php?name=${client}-${i}`));
      return own;
    }));
    const expected = answers.map((_, client) =>
      Array.from({ length: 3 }, (_, i) => `200 hello ${client}-${i}`)
    );
    assertEquals(answers, expected);
    assertStringIncludes(server.output().stderr, "listening");
  },
});
