/**
 * Every page of the demo in each content coding, by the clients that people have.
 *
 * @module
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { join } from "@std/path";
import { hasBrowser, startBrowser } from "../support/browser.ts";
import { hasProgram, MAIN_SITE, runClient, startDemo } from "../support/demo.ts";
import { temporaryFolder } from "../support/launch.ts";
import { NO_TLS } from "../support/certificates.ts";
import { type TestServer } from "../support/server.ts";
import { CODINGS } from "./coding_support.ts";
import { httpsServer } from "./https_support.ts";

/** What the demo has that comes out the same each time: files, listings, programs, pages of errors. */
function pathsOfDemo(): string[] {
  const paths = [
    "/files/",
    "/files/soundings/",
    "/cgi-bin/source.sh/clock.sh",
    "/nowhere",
    "/old",
    "/uploads/",
  ];
  for (const name of filesBelow(MAIN_SITE)) {
    if (/\.(mp4|jpg|png|wav)$/.test(name)) continue;
    const path = name.replace(/\/index\.html$/, "/");
    paths.push(path.split("/").map(encodeURIComponent).join("/"));
  }
  return paths;
}

/** With a slash before each. */
function* filesBelow(folder: string, path = ""): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(join(folder, path))) {
    if (isDirectory) yield* filesBelow(folder, `${path}/${name}`);
    else yield `${path}/${name}`;
  }
}

/** What is sent coded: what of the demo is text, and not short. */
function isCoded(type: string, length: number): boolean {
  return /^(text\/|application\/(json|xml|yaml|javascript)|image\/(svg|x-icon|vnd\.microsoft))/.test(type) &&
    length >= 256;
}

/** All of them by curl: the content of each, and `coding status type`. */
async function byCurl(
  server: TestServer,
  folder: string,
  args: readonly string[],
): Promise<Map<string, string>> {
  const paths = pathsOfDemo();
  const outputs = paths.flatMap((path, i) => ["-o", `${folder}/${i}`, server.url + path]);
  const write = "%header{content-encoding} %{http_code} %{content_type}\n";
  const { code, stdout, stderr } = await runClient("curl", [
    "-sS",
    "--max-time",
    "60",
    ...args,
    "-w",
    write,
    ...outputs,
  ]);
  assertEquals([code, stderr], [0, ""]);
  const said = stdout.trimEnd().split("\n");
  assertEquals(said.length, paths.length);
  return new Map(paths.map((path, i) => {
    const file = `${folder}/${i}`;
    const bytes = exists(file) ? Deno.readFileSync(file) : new Uint8Array();
    return [path, `${said[i]}\n${new TextDecoder("latin1").decode(bytes)}`];
  }));
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

Deno.test({
  name: "curl --compressed gets every page of the demo right in each coding (needs curl)",
  ignore: !hasProgram("curl"),
  async fn() {
    await using server = await startDemo();
    await using folder = await temporaryFolder();
    const plain = await byCurl(server, folder.path, []);
    for (const coding of CODINGS) {
      const args = ["--compressed", "-H", `Accept-Encoding: ${coding}`];
      let coded = 0;
      for (const [path, answer] of await byCurl(server, folder.path, args)) {
        const [head, content] = splitFirst(answer), [plainHead, plainContent] = splitFirst(plain.get(path)!);
        const [, status, type] = / (\d+) (.*)/.exec(plainHead)!;
        const wanted = isCoded(type!, plainContent.length) ? coding : "";
        assertEquals(head, `${wanted} ${status} ${type}`, `${path} ${coding}`);
        assert(content === plainContent, `${path} as ${coding}: ${content.slice(0, 200)}`);
        if (wanted !== "") coded++;
      }
      assertGreater(coded, 15);
    }
  },
});

function splitFirst(text: string): [first: string, rest: string] {
  const end = text.indexOf("\n");
  return [text.slice(0, end), text.slice(end + 1)];
}

Deno.test({
  name: "wget --compression gets every page of the demo right (needs wget)",
  ignore: !hasProgram("wget"),
  async fn() {
    await using server = await startDemo();
    await using folder = await temporaryFolder();
    const paths = pathsOfDemo().filter((path) => path !== "/nowhere");
    const get = async (name: string, option: string) => {
      const file = join(folder.path, name);
      const { code, stderr } = await runClient("wget", [
        "-nv",
        option,
        "-O",
        file,
        ...paths.map((path) => server.url + path),
      ]);
      assertEquals(code, 0, stderr);
      return await Deno.readFile(file);
    };
    const plain = await get("plain", "--compression=none"), coded = await get("coded", "--compression=auto");
    assertGreater(plain.length, 100_000);
    assert(new TextDecoder("latin1").decode(plain) === new TextDecoder("latin1").decode(coded));
  },
});

const PAGES = [
  ..."/how-it-works/ /moved/ /picture/ /programs/ /video/ /404.html".split(" "),
  ..."/css/chart.css /img/chart.svg /files/compass.html".split(" "),
  // A listing and a program.
  "/files/",
  "/cgi-bin/source.sh/clock.sh",
];

Deno.test({
  name: "Chromium gets every page of the demo right in each coding (needs chromium)",
  ignore: !hasBrowser() || NO_TLS,
  async fn() {
    const servers = (folder: string) =>
      `servers:\n${
        CODINGS.map((coding, index) => `
  - listen: "127.0.0.${index + 1}:0 ssl"
    ssl_certificate: ${folder}/a.pem
    ssl_certificate_key: ${folder}/a.key
    compression: ${coding}
    root: ${MAIN_SITE}
    error_page: { 404: /404.html }
    locations:
      /files/: { autoindex: on }
      /cgi-bin/: { alias: ${join(MAIN_SITE, "../../cgi-bin")}, cgi_only: on, cgi: { .sh: sh } }
`).join("")
      }`;
    await using server = await httpsServer(servers, { a: ["127.0.0.1", "localhost"] });
    await using browser = await startBrowser();
    for (const [index, coding] of CODINGS.entries()) {
      const url = `https://127.0.0.${index + 1}:${server.ports[index]}`;
      const { page, problems } = await browser.open({ ignoreHTTPSErrors: true });
      const codings = new Map<string, string>();
      page.on("response", (response) => {
        const { "content-type": type = "", "content-encoding": used = "none" } = response.headers();
        if (/^(text\/(html|css)|image\/svg)/.test(type)) codings.set(response.url(), used);
      });
      await page.goto(`${url}/`, { waitUntil: "load" });
      assertEquals(await page.locator("h1").textContent(), "Port 8080 and approaches");
      const texts = await page.evaluate(
        (paths) => Promise.all(paths.map(async (path) => await (await fetch(path)).text())),
        PAGES,
      );
      for (const [i, path] of PAGES.entries()) {
        const file = join(MAIN_SITE, path, path.endsWith("/") ? "index.html" : "");
        if (exists(file)) assert(texts[i] === await Deno.readTextFile(file), path);
        else assert(texts[i]!.includes("</html>"), path);
      }
      assertEquals(problems, []);
      assertGreater(codings.size, PAGES.length);
      assertEquals([...new Set(codings.values())], [coding], JSON.stringify([...codings]));
      await page.context().close();
    }
  },
});
