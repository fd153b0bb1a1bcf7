import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import {
  hasBrowser,
  seekNearEnd,
  startBrowser,
  type TestBrowser,
  type WatchedPage,
} from "../support/browser.ts";
import { startDemo } from "../support/demo.ts";
import { startServer, type TestServer } from "../support/server.ts";

/** One browser and one demo for all tests of this file: each opens a page with a profile of its own. */
const shared = new AsyncDisposableStack();
Deno.test.afterAll(async () => await shared.disposeAsync());
const start = async () => ({
  server: shared.use(await startDemo()),
  browser: shared.use(await startBrowser()),
});
let started: ReturnType<typeof start> | undefined;

/** One test with a browser and the demo. */
function browserTest(name: string, run: (browser: TestBrowser, server: TestServer) => Promise<void>): void {
  Deno.test({
    name: `${name} (needs chromium)`,
    ignore: !hasBrowser(),
    async fn() {
      const { server, browser } = await (started ??= start());
      await run(browser, server);
    },
  });
}

/** The page is wider than the window. */
const overflow = ({ page }: WatchedPage) =>
  page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");

const styled = ({ page }: WatchedPage) => page.evaluate("getComputedStyle(document.body).backgroundColor");

browserTest("the front page renders without an error or a failed request", async (browser, server) => {
  const watched = await browser.open();
  const { page, problems, answers } = watched;
  await page.goto(`${server.url}/`, { waitUntil: "load" });
  // The script of the page asks once more for it and shows the fields of the answer.
  await page.locator("#said b", { hasText: /^content-type$/i }).waitFor();
  assertEquals(await page.locator("h1").textContent(), "Port 8080 and approaches");
  assertEquals(
    await page.evaluate(
      "[...document.images].filter((image) => image.naturalWidth === 0).map((image) => image.src)",
    ),
    [],
  );
  assert(answers.length >= 5, "style, pictures and page");
  assertEquals(problems, []);
});

browserTest("every page of the demo loads whole and without an error", async (browser, server) => {
  const { page, problems } = await browser.open();
  await page.goto(`${server.url}/`, { waitUntil: "load" });
  const links = await page.locator("nav a").evaluateAll((all) =>
    all.map((link) => (link as unknown as { href: string }).href)
  );
  assertGreater(links.length, 3);
  for (const link of [...links, `${server.url}/old`]) {
    await page.goto(link, { waitUntil: "load" });
    assert(await page.title() !== "", link);
  }
  assertEquals(page.url(), `${server.url}/moved/`);
  assertEquals(problems, []);
});

browserTest("the video seeks by ranges", async (browser, server) => {
  const { page, problems, answers } = await browser.open();
  await page.goto(`${server.url}/video/`, { waitUntil: "load" });
  const place = await seekNearEnd(page);
  assert(typeof place === "number");
  assertGreater(place, 0.9);
  assertLess(place, 1);
  const statuses = answers.filter(({ url }) => url.endsWith("/night.mp4")).map(({ status }) => status);
  assert(statuses.includes(206), `no 206 among ${statuses}`);
  assertEquals(problems, []);
});

browserTest("the links of a listing lead down and up again", async (browser, server) => {
  const { page, problems } = await browser.open();
  const title = () => page.title();
  await page.goto(`${server.url}/files/`, { waitUntil: "load" });
  assertEquals(await title(), "Index of /files/");

  await page.getByRole("link", { name: "a=b #1.txt" }).click();
  await page.waitForURL(/1\.txt$/);
  assertEquals(decodeURIComponent(new URL(page.url()).pathname), "/files/a=b #1.txt");
  assertEquals(await page.evaluate("document.contentType"), "text/plain");
  await page.goBack();

  await page.getByRole("link", { name: "Grüße & 'Küsse' 100%.txt" }).click();
  await page.waitForURL(/100%25\.txt$/);
  assertEquals(await page.evaluate("document.characterSet"), "UTF-8");
  await page.goBack();

  await page.getByRole("link", { name: "soundings/" }).click();
  await page.waitForURL(/\/soundings\/$/);
  assertEquals(await title(), "Index of /files/soundings/");
  await page.getByRole("link", { name: "Parent folder" }).click();
  await page.waitForURL(/\/files\/$/);
  assertEquals(await title(), "Index of /files/");
  assertEquals(problems, []);
});

browserTest("the page for what is not there has its style", async (browser, server) => {
  const watched = await browser.open();
  const { page, problems } = watched;
  const answer = await page.goto(`${server.url}/no/such/page`, { waitUntil: "load" });
  assertEquals(answer?.status(), 404);
  assertEquals(await page.locator("h1").innerText(), "Existence doubtful");
  const lost = await styled(watched);
  await page.getByRole("link", { name: "Back to Port 8080" }).click();
  await page.waitForURL(`${server.url}/`);
  assertEquals(lost, await styled(watched), "the same background as the front page");
  assert(lost !== "rgba(0, 0, 0, 0)", "it has a style");
  // The page itself is the only thing that is not there.
  assertEquals(problems.filter((problem) => !problem.includes("404")), []);
  assertEquals(problems.filter((problem) => problem.startsWith("answer")).length, 1);
});

browserTest("the second site has another face under its own name", async (browser, server) => {
  const watched = await browser.open();
  await watched.page.goto(`http://second.localhost:${server.port}/`, { waitUntil: "load" });
  assertEquals(await watched.page.title(), "Second");
  assert(await styled(watched) !== "rgba(0, 0, 0, 0)");
  assertEquals(watched.problems, []);
});

browserTest("nothing is wider than a narrow window", async (browser, server) => {
  const watched = await browser.open({ viewport: { width: 320, height: 640 } });
  const { page } = watched;
  for (
    const path of [
      "/",
      "/picture/",
      "/video/",
      "/files/",
      "/how-it-works/",
      "/moved/",
      "/missing",
      "/50x.html",
    ]
  ) {
    await page.goto(server.url + path, { waitUntil: "load" });
    assertEquals(await overflow(watched), 0, path);
  }
  await page.goto(`http://second.localhost:${server.port}/`, { waitUntil: "load" });
  assertEquals(await overflow(watched), 0, "the second site");
});

Deno.test({
  name: "names that are markup or scripts do nothing in a listing (needs chromium)",
  ignore: !hasBrowser(),
  async fn() {
    const names = [
      "<img src=x onerror=alert(1)>.txt",
      "javascript:alert(1).txt",
      `"onmouseover="alert(1).txt`,
      "a:b.txt",
    ];
    await using server = await startServer({
      // A browser asks for the icon by itself.
      files: { "favicon.ico": "", ...Object.fromEntries(names.map((name) => [`odd/${name}`, "harmless"])) },
    });
    await using browser = await startBrowser();
    const { page, problems } = await browser.open({ viewport: { width: 320, height: 640 } });
    let dialogs = 0;
    page.on("dialog", (dialog) => {
      dialogs++;
      void dialog.dismiss();
    });
    for (const name of names) {
      await page.goto(`${server.url}/odd/`, { waitUntil: "load" });
      assertEquals(await page.locator("img").count(), 0);
      await page.getByRole("link", { name, exact: true }).click();
      await page.waitForURL((url) => !url.pathname.endsWith("/"));
      assertEquals(decodeURIComponent(new URL(page.url()).pathname), `/odd/${name}`);
      assertEquals(await page.locator("body").innerText(), "harmless");
    }
    assertEquals([dialogs, problems], [0, []]);
  },
});

Deno.test({
  name: "the list of sites leads to each of them by its name, on a narrow window, too (needs chromium)",
  ignore: !hasBrowser(),
  async fn() {
    const { browser } = await (started ??= start());
    await using server = await startServer({
      args: ["--sites"],
      files: {
        "shop/index.html": "<link rel=icon href=data:,><title>shop</title>",
        "blog/a.txt": "a",
        "Up per/x": "",
        "<b>/x": "",
      },
    });
    const watched = await browser.open({ viewport: { width: 390, height: 700 } }),
      { page, problems } = watched;
    const url = (name: string) => `http://${name}:${server.port}/`;
    await page.goto(url("localhost"), { waitUntil: "load" });
    assertEquals(
      await page.locator("li").allInnerTexts().then((all) => all.map((text) => text.split("\n")[0])),
      [
        "blog",
        "shop",
        "<b>",
        "Up per",
      ],
    );
    assertEquals(await overflow(watched), 0);
    await page.getByRole("link", { name: "shop" }).click();
    await page.waitForURL(url("shop.localhost"));
    assertEquals(await page.title(), "shop");
    assertEquals(problems, []);
  },
});
