/**
 * `webserv app`: a command that is itself a server, under a name of its own (design/8-backends.md).
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ask } from "../support/ask.ts";
import { launch, type Launched, temporaryFolder } from "../support/launch.ts";
import { isFile, runProgram, writeFiles } from "../support/server.ts";
import { inTime, waitUntil } from "../support/wait.ts";
import { assertGone, isAlive } from "./cgi_support.ts";

const ignore = Deno.build.os === "windows";

/** An app that listens once there is a file `go`, and does what its paths say. */
const APP = `
Deno.writeTextFileSync("pid", String(Deno.pid));
console.log(JSON.stringify({ ...Deno.env.toObject(), args: Deno.args }));
const isThere = (path) => { try { return Deno.statSync(path).isFile; } catch { return false; } };
while (!isThere("go")) await new Promise((resolve) => setTimeout(resolve, 20));
Deno.addSignalListener("SIGTERM", () => { console.log("got SIGTERM"); Deno.exit(9); });
Deno.serve({ port: Number(Deno.env.get("PORT")), hostname: Deno.env.get("HOST"), onListen() {} }, async (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/die") {
    console.error("\\x1b[31mcould not <b>go on</b>\\x1b[0m");
    Deno.exit(3);
  }
  if (pathname === "/socket") {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => socket.send("echo " + data);
    return response;
  }
  const body = await request.text();
  return new Response([request.method, pathname, request.headers.get("host"), body].join(" "));
});
`;

interface Options {
  readonly options?: readonly string[];
  readonly words?: readonly string[];
}

/** webserv with the app behind it, in a folder. */
function startApp(folder: string, { options = [], words = [] }: Options = {}): Launched {
  const command = [Deno.execPath(), "run", "-A", "--no-lock", "--no-config", "app.js", ...words];
  return launch(["app", "--port", "0", ...options, "--", ...command], { cwd: folder });
}

const PAGE = { Accept: "text/html,*/*;q=0.8" };

async function text(answer: ReturnType<typeof ask>): Promise<string> {
  const { status, text } = await answer;
  return `${status} ${text}`;
}

/** The id that the app has written, another one than before. */
async function pidOf(folder: string, before?: number): Promise<number> {
  const read = () => isFile(`${folder}/pid`) ? Number(Deno.readTextFileSync(`${folder}/pid`)) : 0;
  await waitUntil(() => read() > 0 && read() !== before, "the app has told its id");
  return read();
}

Deno.test({
  name: "an app is waited for, answers all that is no file, and what became of it is shown",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, {
      "app.js": APP,
      "public/s.txt": "static",
      "public/docs/index.html": "index",
      "public/empty/x": "",
      "public/.env": "secret",
    });
    await using server = startApp(folder.path, { options: ["--name", "shop", "public"] });
    const port = await server.port();
    const waiting = await ask(port, "/", { fields: PAGE });
    assertEquals([waiting.status, waiting.field("retry-after")], [503, "1"]);
    assertStringIncludes(waiting.text, "The app is starting");
    assertEquals(await text(ask(port, "/s.txt")), "200 static");
    const patient = [
      text(ask(port, "/a%20b?c", { host: "shop.localhost" })),
      text(ask(port, "/form", { method: "POST", fields: PAGE, body: "abc" })),
      text(ask(port, "/s.txt", { method: "PUT", body: "new" })),
    ];
    await Deno.writeTextFile(`${folder.path}/go`, "");
    assertEquals(await Promise.all(patient), [
      "200 GET /a%20b shop.localhost ",
      "200 POST /form localhost abc",
      "200 PUT /s.txt localhost new",
    ]);
    assertEquals(await text(ask(port, "/docs/")), "200 index");
    for (const path of ["/", "/docs", "/empty/", "/s.txt/", "/.env", "/a%2Fb"]) {
      assertEquals(await text(ask(port, path)), `200 GET ${path} localhost `);
    }
    assertEquals(await exchange(port), "echo hello");

    await ask(port, "/die").catch(() => undefined);
    await waitUntil(() => server.output().stderr.includes("ended with exit status 3: Ctrl+C"), "it has died");
    // It is no output of ours, so nothing of it is lost, and it is where the app has written it.
    assertStringIncludes(server.output().stderr, "\x1b[31mcould not <b>go on</b>\x1b[0m\n");
    const died = await ask(port, "/", { fields: PAGE });
    assertEquals([died.status, died.field("retry-after")], [503, undefined]);
    assertStringIncludes(died.text, "could not &lt;b&gt;go on&lt;/b&gt;</span></pre>");
    assertStringIncludes((await ask(port, "/")).text, "\ncould not <b>go on</b>\n");
    const elsewhere = await ask(port, "/", { fields: { ...PAGE, "X-Forwarded-For": "10.0.0.1" } });
    assert(elsewhere.status === 503 && !elsewhere.text.includes("go on"));
    assertEquals(await text(ask(port, "/s.txt")), "200 static");
    server.kill("SIGINT");
    assertEquals(await inTime(server.status, "it ends"), 0);
  },
});

/** What comes back through a WebSocket. */
async function exchange(port: number): Promise<string> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  socket.onopen = () => socket.send("hello");
  socket.onerror = () => reject(new Error("the WebSocket broke"));
  socket.onmessage = ({ data }) => resolve(data);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  const answer = await inTime(promise, "there is an echo");
  socket.close();
  await closed;
  return answer;
}

Deno.test({
  name:
    "an app is told its port, its host and its address; it is stopped with the server, whose exit status is 0",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "app.js": APP, "go": "" });
    await using server = startApp(folder.path, {
      options: ["--name", "Shop.localhost", "--ready-json", "--port-file", "port"],
      words: ["--at", "x{PORT}"],
    });
    const port = await server.port(), pid = await pidOf(folder.path);
    assertEquals(await text(ask(port, "/")), "200 GET / localhost ");
    const [ready, told] = server.output().stdout.split("\n").map((line) =>
      line === "" ? {} : JSON.parse(line)
    );
    const address = `http://shop.localhost:${port}/`;
    assertEquals(ready.urls, [address, `http://127.0.0.1:${port}/`]);
    const { PORT, HOST, WEBSERV_URL, args } = told;
    assertEquals([HOST, WEBSERV_URL, args], ["127.0.0.1", address, ["--at", `x${PORT}`]]);
    assertMatch(PORT, /^[1-9]\d+$/);
    assertEquals(await Deno.readTextFile(`${folder.path}/port`), `${port}\n`);
    server.kill("SIGTERM");
    assertEquals(await inTime(server.status, "it ends"), 0);
    assert(server.output().stdout.endsWith("got SIGTERM\n"));
    await assertGone([pid]);
    assert(!isFile(`${folder.path}/port`));
  },
});

Deno.test({
  name: "--restart starts an app again that has ended; nothing is left of it when its server is killed",
  ignore: ignore || Deno.build.os !== "linux",
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "app.js": APP, "go": "" });
    await using server = startApp(folder.path, { options: ["--restart"] });
    const port = await server.port(), first = await pidOf(folder.path);
    await ask(port, "/die").catch(() => undefined);
    await waitUntil(() => server.output().stderr.includes("it is started again in 0.5 s"), "it has died");
    const between = await ask(port, "/", { fields: PAGE });
    assertEquals([between.status, between.field("retry-after")], [503, "1"]);
    const second = await pidOf(folder.path, first);
    assertEquals(await text(ask(port, "/")), "200 GET / localhost ");
    assert(isAlive(second));
    server.kill("SIGKILL");
    await inTime(server.status, "it ends");
    await assertGone([first, second]);
  },
});

Deno.test("what makes no app is said, with an exit status that tells it from others", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "file.txt": "" });
  const cases: [args: string[], code: number, message: RegExp][] = [
    [[], 2, /^webserv: webserv app needs a command behind "--": webserv app -- npm run dev\n$/],
    [["--"], 2, /^webserv: "--" needs a command behind it/],
    [["--name", "a b", "--", "x"], 2, /^webserv: --name must be a name/],
    [["-c", "x", "--", "x"], 2, /^webserv: --config is no option of "app"\n$/],
    [["file.txt", "--", "x"], 2, /^webserv: "file\.txt" is a file: name the folder that it is in\n$/],
    [["none", "--", "x"], 2, /^webserv: there is no file or folder "none"/],
    [["--port", "0", "--", "no-such-command"], 127, /\nwebserv: no-such-command was not found/],
  ];
  await Promise.all(cases.map(async ([args, code, message]) => {
    const ended = await runProgram(["app", ...args], { cwd: folder.path });
    assertMatch(ended.stderr, message);
    assertEquals(ended.code, code, args.join(" "));
  }));
});
