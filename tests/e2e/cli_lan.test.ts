/**
 * `--lan` and `--user`: a folder behind a login that the command line makes.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { ask } from "../support/ask.ts";
import { NO_TLS } from "../support/certificates.ts";
import { type BrowserContextOptions, hasBrowser, startBrowser } from "../support/browser.ts";
import { terminalQrCode } from "../../lib/cli/terminal_qr.ts";
import { findProgram } from "../../lib/runtime/find_program.ts";
import { launch, temporaryFolder } from "../support/launch.ts";
import { CTRL_C, hasPython, onTerminal } from "../support/on_terminal.ts";
import { isFile, runProgram, startServer, type TestServer, writeFiles } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";

const basic = (name: string, password: string) => ({
  Authorization: `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${name}:${password}`)))}`,
});

/** What a start has said. */
function said(server: TestServer) {
  const { stderr } = server.output();
  const [, name = "", password = ""] = /^login: (\S+) (\S+)$/m.exec(stderr) ?? [];
  const links = [...stderr.matchAll(/^link: (\S+)$/gm)].map(([, url]) => new URL(url!));
  return { name, password, links, stderr };
}

const targetOf = ({ pathname, search }: URL) => `${pathname}${search}`;

Deno.test("--lan shares a folder for reading, with a login of its own and links that log in once", async () => {
  await using server = await startServer({ args: ["--lan"], files: { "a.txt": "a" } });
  const { port } = server;
  await server.waitFor(/^link: .*$/m);
  const { name, password, links: [link], stderr } = said(server);
  assertMatch(stderr, /^listening on http:\/\/(?:\[::\]|0\.0\.0\.0):\d+\/$/m);
  assertMatch(password, /^[a-z]{4}(-[a-z]{4}){4}$/);
  assertEquals([link!.port, link!.pathname], [String(port), "/.webserv/login"]);
  // A terminal alone has a picture.
  assert(!/[\u2580\u2584\u2588]/.test(stderr), stderr);

  const status = async (fields: Record<string, string>, options: Parameters<typeof ask>[2] = {}) =>
    (await ask(port, "/a.txt", { ...options, fields: { ...fields, ...options.fields } })).status;
  const asked = await ask(port, "/a.txt");
  assertEquals([asked.status, asked.field("www-authenticate")], [
    401,
    'Basic realm="webserv", charset="UTF-8"',
  ]);
  assertEquals(await status(basic(name, password)), 200);
  assertEquals(await status(basic(name, "wrong")), 401);
  assertEquals(await status(basic(name, password), { host: "192.168.77.3:1234" }), 200);
  assertEquals(await status(basic(name, password), { host: "some.local" }), 200);
  assertEquals(await status(basic(name, password), { method: "PUT", body: "x" }), 405);

  const open = (fields: Record<string, string> = {}, method = "GET") =>
    ask(port, targetOf(link!), { fields, method });
  // None of these is somebody who has opened it.
  for (
    const fields of [
      { "Sec-Purpose": "prefetch;prerender" },
      { "Purpose": "prefetch" },
      { "X-Moz": "prefetch" },
      { "Sec-Fetch-Dest": "image" },
      { "Sec-Fetch-Dest": "iframe" },
    ]
  ) {
    assertEquals([(await open(fields)).status, (await open(fields)).field("set-cookie")], [503, undefined]);
  }
  assertEquals((await open({}, "HEAD")).status, 503);
  assertEquals((await open({}, "POST")).status, 405);
  const wrong = await ask(port, "/.webserv/login?AAAAAAAAAAAAAAAAAAAAAA");
  assertEquals([wrong.status, wrong.field("set-cookie")], [410, undefined]);
  const opened = await open();
  const given = opened.field("set-cookie")!;
  assertMatch(given, /^webserv-[0-9a-f]{8}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  assertEquals([opened.status, opened.field("cache-control"), opened.field("referrer-policy")], [
    200,
    "no-store",
    "no-referrer",
  ]);
  const again = await open();
  assertEquals([again.status, again.field("set-cookie")], [410, undefined]);

  const [pair] = given.split(";") as [string], cookie = { Cookie: pair };
  assertEquals(await status(cookie), 200);
  assertEquals(await status({ Cookie: pair.slice(0, -1) }), 401);
  // A page that is loaded again says what it said.
  assertEquals((await open(cookie)).status, 200);
  assertEquals(await status({ ...cookie, ...basic(name, "wrong") }), 401);
  // The next one is told at once.
  await waitUntil(() => said(server).links.length === 2, "there is another link");
  const next = said(server).links[1]!;
  assertNotEquals(next.search, link!.search);
  assertMatch((await ask(port, targetOf(next))).field("set-cookie")!, /^webserv-/);

  await server.waitFor("/a.txt HTTP/1.1");
  server.kill("SIGTERM");
  await server.status;
  const { stdout, stderr: all } = server.output();
  for (const { search } of [link!, next]) assert(!stdout.includes(search.slice(1)), stdout);
  assertStringIncludes(stdout, '"GET /.webserv/login HTTP/1.1" 200');
  assertEquals(all.split(password).length, 2, "the password is said once");
});

Deno.test("--lan with --upload lets whoever has logged in write, and --public everybody do everything", async () => {
  await using folder = await temporaryFolder();
  await using server = await startServer({ args: ["--lan", "--upload"] });
  await server.waitFor(/^login: .*$/m);
  const { name, password } = said(server);
  const put = (at: number, fields: Record<string, string> = {}) =>
    ask(at, "/new.txt", { method: "PUT", body: "x", fields });
  assertEquals((await put(server.port)).status, 401);
  assertEquals(isFile(`${server.folder}/new.txt`), false);
  assertEquals((await put(server.port, basic(name, password))).status, 201);

  await using open = launch(["--lan", "--public", "--upload", "--port", "0", folder.path]);
  const port = await open.port();
  await open.says(/^reached at /m);
  assertEquals((await put(port)).status, 201);
  const { stderr } = open.output();
  assertStringIncludes(
    stderr,
    "warning: whoever reaches this machine may store and delete files below /: there are no passwords",
  );
  assert(!/^(?:login|link): /m.test(stderr), stderr);
  assertEquals((await ask(port, "/.webserv/login?x")).status, 404);
});

Deno.test("--user asks for one name and a password that is no argument, for everything that is served", async () => {
  const env = { WEBSERV_PASSWORD: "pass wörd:€" };
  await using server = await startServer({
    args: ["-u", "anna", "--upload", "--cgi"],
    files: { "a.txt": "a", "cgi-bin/env": "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; env" },
    env,
  });
  Deno.chmodSync(`${server.folder}/cgi-bin/env`, 0o755);
  const right = basic("anna", env.WEBSERV_PASSWORD);
  const cases: [method: string, target: string, fields: Record<string, string>, status: number][] = [
    ["GET", "/", {}, 401],
    ["GET", "/a.txt", {}, 401],
    ["GET", "/missing", {}, 401],
    ["GET", "/cgi-bin/env", {}, 401],
    ["PUT", "/b.txt", {}, 401],
    ["DELETE", "/a.txt", {}, 401],
    ["GET", "/a.txt", basic("anna", "wrong"), 401],
    ["GET", "/a.txt", basic("ben", env.WEBSERV_PASSWORD), 401],
    ["GET", "/a.txt", right, 200],
    ["PUT", "/b.txt", right, 201],
  ];
  for (const [method, target, fields, status] of cases) {
    const body = method === "PUT" ? { body: "x" } : {};
    assertEquals(
      (await ask(server.port, target, { method, fields, ...body })).status,
      status,
      `${method} ${target}`,
    );
  }
  const program = await ask(server.port, "/cgi-bin/env", { fields: right });
  assertMatch(program.text, /^REMOTE_USER=anna$/m);
  assert(!/WEBSERV_PASSWORD|HTTP_AUTHORIZATION/.test(program.text), program.text);
  assert(!/login: |link: /.test(server.output().stderr), "what is known is not said");
});

Deno.test("a login that makes no sense ends it with 2 and one line that says what to do", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "site.yaml": "servers: [{ listen: 0, root: . }]\n" });
  const cases: [args: string[], said: string][] = [
    [
      ["-u", "anna:secret"],
      'a password is never an argument, which every program of this machine can read: write only "anna"',
    ],
    [["-u", "anna"], "there is no terminal to ask for the password of anna: set WEBSERV_PASSWORD"],
    [["-u"], "--user needs a value: --user NAME"],
    [["--public"], "--public is for --lan"],
    [["--lan", "--public", "-u", "anna"], "--public is without a login, and --user asks for one"],
    [["--lan", "--host", "127.0.0.1"], "--lan listens on every interface: leave out --host"],
    [["-c", "site.yaml", "--lan"], "--lan describes a folder to serve"],
    [["-c", "site.yaml", "-u", "anna"], "--user describes a folder to serve"],
  ];
  await Promise.all(cases.map(async ([args, said]) => {
    const { code, stderr } = await runProgram(args, { cwd: folder.path });
    assertStringIncludes(stderr, said);
    assertEquals([code, stderr.trimEnd().split("\n").length], [2, 1], stderr);
    assert(!stderr.includes("secret"), stderr);
  }));
  for (const [password, said] of [["", "the password is empty"], ["x".repeat(73), "more than 72 bytes"]]) {
    const { code, stderr } = await runProgram(["-u", "anna"], {
      cwd: folder.path,
      env: { WEBSERV_PASSWORD: password! },
    });
    assertStringIncludes(stderr, said!);
    assertEquals(code, 2);
  }
});

/** Terminals are made with python3, and Windows has other ones. */
const noTerminal = !hasPython || Deno.build.os === "windows";

Deno.test({
  name: "on a terminal -u asks for the password without showing it",
  ignore: noTerminal,
  async fn() {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "a.txt": "a" });
    await using shown = onTerminal(["-u", "anna", "-p", "0", folder.path]);
    await shown.shows(/Password for anna: $/);
    await shown.type("secret\r");
    const port = await shown.port();
    assertEquals((await ask(port, "/a.txt", { fields: basic("anna", "secret") })).status, 200);
    assert(!shown.shown.includes("secret"), shown.shown);
    await shown.type(CTRL_C);
    assertEquals(await shown.status, 0);
    await using other = onTerminal(["-u", "anna", "-p", "0", folder.path]);
    await other.shows(/Password for anna: $/);
    await other.type(CTRL_C);
    assertEquals(await other.status, 130);
  },
});

const zbarimg = findProgram("zbarimg", "/usr/bin:/bin");

Deno.test({
  name: "on a terminal --lan shows a QR code that is read as the link, and opens the folder on a phone",
  ignore: noTerminal || zbarimg === undefined || !hasBrowser(),
  async fn() {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "a.txt": "a", "other/page.html": "<a href=LINK>open</a>" });
    await using shown = onTerminal(["--lan", "-p", "0", folder.path], { columns: 80 });
    const [, url] = await shown.shows(/^ {2}link: (\S+)$/m);
    await shown.shows(/^ {2}login: guest \S+$/m);
    await using browser = await startBrowser();
    const rows = shown.shown.split("\n").filter((line) => /^[ \u2580\u2584\u2588]{30,}$/.test(line));
    const file = `${folder.path}/qr.png`;
    const read = async (drawn: string, colours: string) => {
      const { page } = await browser.open({ viewport: { width: 700, height: 700 } });
      await page.setContent(`<pre style="${colours};font:16px/1 monospace;padding:20px">${drawn}</pre>`);
      await page.locator("pre").screenshot({ path: file });
      const output = await new Deno.Command(zbarimg!, { args: ["-q", "--raw", file], stderr: "null" })
        .output();
      return new TextDecoder().decode(output.stdout).trim();
    };
    assertEquals(await read(rows.join("\n"), "color:#000;background:#fff"), url);
    const plain = terminalQrCode(url!, { colour: false, columns: 80 })!;
    assertEquals(await read(plain, "color:#fff;background:#000"), url);
    assertEquals(terminalQrCode(url!, { colour: true, columns: 30 }), undefined);

    const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 } };
    const { page, problems } = await browser.open(phone);
    // From another site's page: a cookie of SameSite=Strict does not come with what that leads to.
    await page.setContent(`<a href="${url}">open</a>`);
    await page.click("a");
    await page.getByRole("link", { name: "a.txt" }).waitFor();
    assertEquals(new URL(page.url()).pathname, "/");
    assertEquals(problems, []);
    assertEquals(await page.evaluate("document.cookie"), "", "HttpOnly");
    assertEquals(await page.evaluate("document.referrer.includes('login')"), false);
    // Another device, with the same link.
    const second = await browser.open(phone);
    const answer = await second.page.goto(url!);
    assertEquals(answer?.status(), 410);
    assertStringIncludes(await second.page.locator("main").innerText(), "This link has been used");
    // The terminal has the next one by now.
    await shown.shows(/A device has logged in by the link[^]*link: \S+/);
  },
});

Deno.test({
  name:
    "a page on another port of the same machine writes nothing with the cookie of a link (needs chromium)",
  ignore: !hasBrowser(),
  async fn() {
    await using server = await startServer({ args: ["--lan", "--upload"], files: { "a.txt": "a" } });
    await server.waitFor(/^link: .*$/m);
    const { links: [link] } = said(server);
    const hostname = link!.hostname.replace(/^\[(.*)\]$/, "$1");
    const theirs = Deno.serve({ hostname, port: 0, onListen() {} }, () =>
      new Response(
        `<form method="post" action="${
          link!.origin
        }/" enctype="multipart/form-data"><input type="hidden" name="f" value="x"></form>`,
        { headers: { "Content-Type": "text/html" } },
      ));
    await using browser = await startBrowser();
    const { page } = await browser.open();
    await page.goto(link!.href);
    await page.getByRole("link", { name: "a.txt" }).waitFor();
    // The cookie goes along: to a browser that is the same site, and to addresses without TLS it says nothing of where from.
    await page.goto(`http://${link!.hostname}:${theirs.addr.port}/`);
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === "POST"),
      page.waitForURL(`${link!.origin}/`),
      page.evaluate("document.forms[0].submit()"),
    ]);
    assertEquals(answer.status(), 403);
    assertStringIncludes((await answer.request().allHeaders()).cookie ?? "", "webserv-");
    await page.goto(`http://${link!.hostname}:${theirs.addr.port}/`);
    const outcomes = await page.evaluate(
      `Promise.all(["PUT", "DELETE", "MKCOL", "MOVE", "GET"].map((method) =>
      fetch("${
        link!.origin
      }/a.txt", { method, credentials: "include" }).then(() => "answered", () => "refused")))`,
    );
    assertEquals(outcomes, Array(5).fill("refused"));
    assertEquals([...Deno.readDirSync(server.folder)].map(({ name }) => name), ["a.txt"]);
    await theirs.shutdown();
  },
});

Deno.test({
  name:
    "--lan with --https offers the authority's certificate behind the link, and its cookie is for TLS alone (needs chromium)",
  ignore: !hasBrowser() || NO_TLS,
  async fn() {
    await using home = await temporaryFolder();
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "a.txt": "a" });
    await using server = launch(["--lan", "--https", "--port", "0", folder.path], {
      env: {
        HOME: home.path,
        XDG_DATA_HOME: "",
        DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
      },
    });
    const [, url] = await server.says(/^link: (https:\S+)$/m);
    await using browser = await startBrowser();
    const { page } = await browser.open({ ignoreHTTPSErrors: true, viewport: { width: 390, height: 844 } });
    const answer = await page.goto(url!);
    assertMatch((await answer!.allHeaders())["set-cookie"]!, /; HttpOnly; SameSite=Strict; Secure$/);
    // Whoever is to see the offer is not led away from it.
    await page.getByRole("link", { name: "Trust this server" }).click();
    await page.getByRole("link", { name: "Certificate", exact: true }).waitFor();
    assertEquals(new URL(page.url()).pathname, "/.webserv/ca");
    await page.goBack();
    await page.getByRole("link", { name: "Open the folder" }).click();
    await page.getByRole("link", { name: "a.txt" }).waitFor();
  },
});
