/**
 * What pages of others can do in the browser of somebody who has logged in: nothing is written, nothing is shown within them,
 * and nothing that strangers have stored runs in pages of ours.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { hasBrowser, type Page, startBrowser, type TestBrowser } from "../support/browser.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";

/** Names and contents that would run, were they taken for markup. */
const RUNS = "window.ran=1;document.title='ran'";
const NAMES = [
  `<img src=x onerror=${RUNS}>.txt`,
  `"onmouseover="${RUNS}" autofocus onfocus="${RUNS}.png`,
  `'><script>${RUNS}<script>.md`,
  "javascript:alert(1).html",
  "&lt;b&gt;&#60;script&#62;.pdf",
  "${window.ran=1}{{window.ran=1}}.mp4",
];
const ACTIVE: Readonly<Record<string, string>> = {
  "page.html": `<script>parent.ran=1;top.ran=1;${RUNS}</script>`,
  "picture.svg":
    `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="${RUNS}"><script>${RUNS}</script></svg>`,
  "text.txt": `<script>${RUNS}</script><img src=x onerror="${RUNS}">`,
  "README.md": [
    `# <img src=x onerror="${RUNS}">`,
    `<script>${RUNS}</script><iframe srcdoc="<script>parent.ran=1</script>"></iframe><svg onload="${RUNS}">`,
    `[link](javascript:${RUNS}) <a href="java&#115;cript:${RUNS}">x</a> ![x](x"onerror="${RUNS})`,
    `<form action="/files/" method="post"><button>x</button></form><base href="http://evil.test/"><style>*{display:none}</style>`,
    '```<script>window.ran=1</script>\n<b onclick="window.ran=1">\n```',
  ].join("\n\n"),
};

const CONFIG = `
servers:
  - listen: LISTEN
    auth_basic: Ours
    auth_basic_user_file: users
    locations:
      /: { return: 200 here }
      /files/: { upload_store: files, autoindex: on, overwrite: on }
      /closed/: { root: ., access: { read: none } }
`;

/** Everything that one browser and one server are needed for. */
interface Scene {
  readonly browser: TestBrowser;
  readonly server: TestServer;
  /** Of pages of others: on another port of the same host, and on another host. */
  readonly evil: readonly string[];
  /** Opens a page of theirs, in a browser that has logged in here. @param html with HERE for our address */
  open(evil: string, html: string): Promise<Page>;
}

const shared = new AsyncDisposableStack();
Deno.test.afterAll(async () => await shared.disposeAsync());
let started: Promise<Scene> | undefined;

async function startScene(): Promise<Scene> {
  const files = { ...ACTIVE, ...Object.fromEntries(NAMES.map((name) => [name, "stored"])) };
  const server = shared.use(
    await startServer({
      config: CONFIG,
      files: {
        "users": "anna:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n",
        ...Object.fromEntries(Object.entries(files).map(([name, content]) => [`files/${name}`, content])),
      },
    }),
  );
  const pages = new Map<string, string>();
  const others = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    const html = pages.get(new URL(url).pathname);
    return new Response(html ?? "", {
      headers: { "Content-Type": "text/html" },
      status: html === undefined ? 404 : 200,
    });
  });
  shared.defer(() => others.shutdown());
  const browser = shared.use(await startBrowser(["--host-resolver-rules=MAP evil.test 127.0.0.1"]));
  const { port } = others.addr;
  const login = { httpCredentials: { username: "anna", password: "secret", origin: server.url } };
  const { page } = await browser.open(login);
  // The browser knows the password from here on, and sends it with whatever leads here.
  assertEquals((await page.goto(`${server.url}/files/text.txt`))?.status(), 200);
  return {
    browser,
    server,
    evil: [`http://127.0.0.1:${port}`, `http://evil.test:${port}`],
    async open(evil, html) {
      const path = `/${pages.size}`;
      pages.set(path, `<!DOCTYPE html><title>theirs</title>${html.replaceAll("HERE", server.url)}`);
      await page.goto(evil + path, { waitUntil: "load" });
      return page;
    },
  };
}

function scene(name: string, run: (scene: Scene) => Promise<void>): void {
  Deno.test({
    name: `${name} (needs chromium)`,
    ignore: !hasBrowser(),
    fn: async () => await run(await (started ??= startScene())),
  });
}

/** What is stored, with its content. */
const stored = ({ server }: Scene) =>
  Object.fromEntries([...Deno.readDirSync(`${server.folder}/files`)].map(({ name, isFile }) => [
    name,
    isFile ? Deno.readTextFileSync(`${server.folder}/files/${name}`) : "a folder",
  ]));

scene("no form and no script of another page writes where its visitor has logged in", async (scene) => {
  const { server, evil } = scene, before = stored(scene);
  const seen = () => server.output().stdout.split("\n").filter((line) => line.includes("POST /files/"));
  const written = () => server.output().stdout.split("\n").filter((line) => / 20[14] /.test(line));
  for (const theirs of evil) {
    const types = ["multipart/form-data", "text/plain", "application/x-www-form-urlencoded"];
    for (const type of theirs === evil[0] ? types : types.slice(0, 1)) {
      const asked = seen().length;
      const page = await scene.open(
        theirs,
        `<form method="post" action="HERE/files/" enctype="${type}"><input name="file" value="x"></form>`,
      );
      await Promise.all([
        page.waitForURL(`${server.url}/files/`),
        page.evaluate("document.forms[0].submit()"),
      ]);
      await waitUntil(() => seen().length > asked, `the form of ${type} has come here`);
    }
    // A page without an origin.
    const asked = seen().length;
    const sandboxed = await scene.open(
      theirs,
      `<iframe sandbox="allow-forms allow-scripts" srcdoc="<form method=post action='HERE/files/' enctype='text/plain'>` +
        `<input name=file value=x></form><script>document.forms[0].submit()</script>"></iframe>`,
    );
    await waitUntil(() => seen().length > asked, "the form of a sandbox has come here");
    const outcomes = await sandboxed.evaluate(`(async () => {
      const methods = ["PUT", "DELETE", "MKCOL", "MOVE", "COPY", "PATCH", "PROPPATCH", "LOCK", "POST"];
      const asked = methods.flatMap((method) => ["cors", "no-cors"].map((mode) => [method, mode]));
      return await Promise.all(asked.map(async ([method, mode]) => {
        const headers = mode === "cors"
          ? { Destination: "${server.url}/files/moved.txt", Depth: "infinity", Overwrite: "T", "Upload-Complete": "?1" }
          : {};
        try {
          const answer = await fetch("${server.url}/files/text.txt", {
            method, mode, headers, credentials: "include", body: "theirs",
          });
          return method + " " + answer.type + " " + answer.status;
        } catch {
          return "not sent";
        }
      }));
    })()`) as string[];
    // POST is what a page may send unasked; what comes of it nobody reads.
    assertEquals(outcomes.filter((one) => one !== "not sent"), ["POST opaque 0"], theirs);
    // Neither can anything be read.
    assertEquals(
      await sandboxed.evaluate(
        `fetch("${server.url}/files/text.txt", { credentials: "include" }).then(() => "read", () => "refused")`,
      ),
      "refused",
    );
  }
  assertEquals(stored(scene), before);
  assertEquals(written(), []);
  // With the name and the password of whoever was led here: it is not for want of them that nothing was stored.
  const named = seen().filter((line) => line.includes(" - anna ["));
  assertEquals(
    [named.length > 0, named.filter((line) => !line.includes('" 403 '))],
    [true, []],
    seen().join("\n"),
  );
});

scene("no page shows one of ours within itself", async (scene) => {
  const { server, evil } = scene;
  for (const theirs of evil) {
    // A listing, one that is sorted, an error, a refusal, and one that is not there.
    const targets = ["/files/", "/files/?sort=size", "/files/missing", "/closed/x", "/.webserv/login?x"];
    const page = await scene.open(
      theirs,
      targets.map((target) => `<iframe src="HERE${target}"></iframe>`).join(""),
    );
    const inside = page.frames().filter((frame) => frame !== page.mainFrame());
    assertEquals(inside.length, targets.length);
    // What is refused has a page of the browser in its place, which is of no origin of ours.
    for (const [index, frame] of inside.entries()) {
      const text = await frame.evaluate("location.href").catch(String);
      assertMatch(String(text), /^chrome-error:/, `${targets[index]} of ${server.url}`);
    }
  }
});

scene(
  "names that are markup, stored pages and pictures with scripts run nowhere in pages of ours",
  async (scene) => {
    const { browser, server } = scene;
    const { page, problems } = await browser.open({
      httpCredentials: { username: "anna", password: "secret", origin: server.url },
    });
    const ran = async (where: string) => {
      const found = await page.evaluate("[window.ran, document.title === 'ran'].some(Boolean)");
      assertEquals(found, false, `${where}: ${problems.join("\n")}`);
    };
    const listing = `${server.url}/files/`;
    for (
      const query of [
        "",
        "?sort=name&order=desc",
        "?view=grid",
        "?q=img",
        `?q=${encodeURIComponent(NAMES[0]!)}`,
        "?sort=<script>",
      ]
    ) {
      const answer = await page.goto(listing + query, { waitUntil: "load" });
      assertStringIncludes(answer!.headers()["content-security-policy"] ?? "", "default-src 'none'");
      await ran(query);
      // Each name is text, and a link that leads to its file.
      if (query === "") {
        for (const name of NAMES) {
          const link = page.getByRole("link", { name, exact: true }).first();
          const href = await link.evaluate((link) => (link as unknown as { href: string }).href);
          assert(href.startsWith(listing), href);
        }
      }
      assertEquals(await page.locator("main img[onerror], main [onfocus], main iframe[srcdoc]").count(), 0);
    }
    // Whatever opens beside the list.
    await page.goto(listing, { waitUntil: "load" });
    for (const name of [...Object.keys(ACTIVE), NAMES[0]!, NAMES[1]!]) {
      const link = page.getByRole("link", { name, exact: true }).first();
      await link.focus();
      await page.keyboard.press("Space");
      await page.locator("#preview h2", { hasText: name }).waitFor();
      await page.waitForFunction("document.querySelector('#preview .content')?.childElementCount > 0");
      await ran(`the preview of ${name}`);
      await page.keyboard.press("Escape");
    }
    // As pages.
    for (const name of ["README.md", NAMES[2]!]) {
      const answer = await page.goto(listing + encodeURIComponent(name), { waitUntil: "load" });
      assertStringIncludes(answer!.headers()["content-security-policy"] ?? "", "default-src 'none'");
      await ran(`the page of ${name}`);
      assertEquals(
        await page.locator("main script, main form, main iframe, [href^='javascript:'], base").count(),
        0,
      );
    }
    // A name in an error, and in what is asked for.
    for (
      const target of [
        `/files/${encodeURIComponent("<script>window.ran=1</script>")}`,
        "/files/<img src=x onerror=window.ran=1>",
      ]
    ) {
      await page.goto(server.url + target, { waitUntil: "load" });
      await ran(target);
    }
  },
);
