/**
 * A folder's listing in a real browser: in place with scripts, and by its form without them.
 *
 * @module
 */
import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { type BrowserContextOptions, hasBrowser, type Page, startBrowser } from "../support/browser.ts";
import { startServer } from "../support/server.ts";

const PIXEL = Uint8Array.fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
);

/** A sound of no length. */
const SILENCE = Uint8Array.from([
  ...new TextEncoder().encode("RIFF"),
  36,
  0,
  0,
  0,
  ...new TextEncoder().encode("WAVEfmt "),
  16,
  0,
  0,
  0,
  1,
  0,
  1,
  0,
  0x40,
  0x1f,
  0,
  0,
  0x40,
  0x1f,
  0,
  0,
  1,
  0,
  8,
  0,
  ...new TextEncoder().encode("data"),
  0,
  0,
  0,
  0,
]);

const SCRIPT = `<script>parent.document.title = document.title = "ran"</script>`;

const FILES = {
  "site/folder/deep/finding.txt": "found",
  "site/a2.txt": "one\ntwo <b>three</b>\n",
  "site/a10.png": PIXEL,
  "site/big.bin": "x".repeat(5000),
  "site/page.html": `<title>page</title>${SCRIPT}`,
  "site/picture.svg": `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${SCRIPT}</svg>`,
  "site/sound.wav": SILENCE,
  "site/<img src=x onerror=document.title='ran'>.txt": "markup",
  "many/x": "",
};

interface Watched {
  readonly page: Page;
  readonly problems: readonly string[];
}

const names = (page: Page) => page.locator("tbody tr:not(.u):visible a").allTextContents();
const row = (page: Page, name: string) =>
  page.locator("tbody tr", { has: page.getByRole("link", { name, exact: true }) });
const header = (page: Page, name: string) => page.getByRole("columnheader", { name });
const NAMES = [
  "folder/",
  "<img src=x onerror=document.title='ran'>.txt",
  "a2.txt",
  "a10.png",
  "big.bin",
  "page.html",
];

const STEPS: Record<
  string,
  { options?: BrowserContextOptions; run(watched: Watched, url: string): Promise<void> }
> = {
  "sorted by every column, in place": {
    async run({ page }, url) {
      await page.goto(url);
      await page.evaluate("window.same = true");
      assertEquals((await names(page)).slice(0, 6), NAMES);
      for (const name of ["Size", "Type", "Modified"]) {
        await header(page, name).getByRole("button").click();
        assertEquals(await header(page, name).getAttribute("aria-sort"), "ascending");
        assertEquals((await names(page))[0], "folder/", "folders stay on top");
      }
      await header(page, "Size").getByRole("button").click();
      await header(page, "Size").getByRole("button").click();
      assertEquals(await header(page, "Size").getAttribute("aria-sort"), "descending");
      assertEquals((await names(page)).slice(0, 2), ["folder/", "big.bin"]);
      assertEquals(await page.evaluate("window.same"), true);
    },
  },

  "sorted, searched and shown as a grid by its form, without JavaScript": {
    options: { javaScriptEnabled: false },
    async run({ page }, url) {
      // A page comes piece by piece, and a click waits for its first one alone.
      const press = async (name: string) => {
        await page.getByRole("button", { name }).click();
        await page.waitForLoadState("load");
      };
      await page.goto(url);
      await press("Size");
      await press("Size");
      assertEquals((await names(page)).slice(0, 2), ["folder/", "big.bin"]);
      await press("Grid");
      assertEquals((await names(page)).slice(0, 2), ["folder/", "big.bin"], "in the same order");
      assertEquals(await row(page, "a10.png").locator("img").count(), 1);
      await page.getByRole("searchbox").fill("FIND");
      await press("Search");
      assertEquals(await names(page), ["folder/deep/finding.txt"]);
      const found = page.getByRole("link", { name: "finding.txt" });
      assertEquals(await found.getAttribute("href"), "./folder/deep/finding.txt");
    },
  },

  "filtered as one types, and searched with Enter": {
    async run({ page }, url) {
      await page.goto(url);
      await page.keyboard.press("/");
      await page.keyboard.type("A1");
      assertEquals(await names(page), ["a10.png"]);
      await page.keyboard.press("Escape");
      assert((await names(page)).length > 6);
      await page.keyboard.type("find");
      await page.keyboard.press("Enter");
      await page.getByRole("link", { name: "finding.txt" }).waitFor();
      assertEquals(await names(page), ["folder/deep/finding.txt"]);
    },
  },

  "times are the reader's own": {
    options: { timezoneId: "Asia/Kathmandu" },
    async run({ page }, url) {
      await page.goto(url);
      const time = row(page, "a2.txt").locator("time");
      const [shown, iso] = [await time.textContent(), await time.getAttribute("datetime")];
      const expected = new Date(Date.parse(iso!) + 345 * 60_000).toISOString().slice(0, 16).replace("T", " ");
      assertEquals(shown, expected);
    },
  },

  "the grid has pictures, and is remembered": {
    async run({ page }, url) {
      await page.goto(url);
      await page.getByRole("button", { name: "Grid" }).click();
      await row(page, "a10.png").locator("img").waitFor();
      assertMatch(page.url(), /\?view=grid$/);
      await page.goto(`${url}folder/`);
      assertEquals(await page.getByRole("button", { name: "Grid" }).getAttribute("aria-pressed"), "true");
      await page.getByRole("button", { name: "List" }).click();
      await page.goto(url);
      assertEquals(await page.getByRole("button", { name: "List" }).getAttribute("aria-pressed"), "true");
      assertEquals(await page.locator("img:visible").count(), 0);
    },
  },

  "a file is shown beside the list by keyboard, and nothing in it runs": {
    async run({ page }, url) {
      await page.goto(url);
      const pane = page.getByRole("complementary", { name: "Preview" });
      await page.getByRole("link", { name: "a2.txt" }).focus();
      await page.keyboard.press("Space");
      await pane.getByText("two <b>three</b>").waitFor();
      assertEquals(await pane.locator(".numbers").textContent(), "1\n2");
      await page.keyboard.press("ArrowDown");
      await pane.getByRole("img", { name: "a10.png" }).waitFor();
      await row(page, "page.html").hover();
      await row(page, "page.html").getByRole("button", { name: "Preview page.html" }).click();
      await pane.getByText("<title>page</title>").waitFor();
      await pane.getByRole("button", { name: "Next" }).click();
      await pane.getByRole("img", { name: "picture.svg" }).waitFor();
      await pane.getByRole("button", { name: "Next" }).click();
      await pane.locator("audio[controls]").waitFor();
      assertEquals(await row(page, "sound.wav").getAttribute("aria-current"), "true");
      await page.keyboard.press("Escape");
      await pane.waitFor({ state: "hidden" });
      assertEquals(await page.evaluate("document.activeElement.textContent"), "sound.wav");
      assertEquals(await page.title(), "Index of /");
      assertEquals(await row(page, "big.bin").locator(".see").count(), 0, "nothing to be seen in it");
    },
  },

  "on a phone everything fits": {
    options: { viewport: { width: 390, height: 800 }, hasTouch: true, colorScheme: "dark" },
    async run({ page }, url) {
      await page.goto(url);
      assertEquals(await page.evaluate("document.documentElement.scrollWidth"), 390);
      await row(page, "a2.txt").getByRole("button", { name: "Preview a2.txt" }).click();
      const box = await page.getByRole("complementary", { name: "Preview" }).boundingBox();
      assertEquals([box?.x, box?.width], [0, 390]);
      await page.getByRole("button", { name: "Close" }).click();
      await page.getByRole("button", { name: "Grid" }).click();
      assertEquals(await page.evaluate("document.documentElement.scrollWidth"), 390);
    },
  },
};

Deno.test({
  name: "a listing, in a browser (needs chromium)",
  ignore: !hasBrowser(),
  async fn(test) {
    await using server = await startServer({
      config:
        "servers: [{ listen: LISTEN, root: site, autoindex: on, locations: { /many/: { alias: many } } }]",
      files: FILES,
    });
    await using browser = await startBrowser();
    for (const [name, { options, run }] of Object.entries(STEPS)) {
      await test.step(name, async () => {
        const watched = await browser.open({ viewport: { width: 1280, height: 800 }, ...options });
        watched.page.setDefaultTimeout(8000);
        await run(watched, server.url + "/");
        assertEquals(watched.problems, []);
        await watched.page.context().close();
      });
    }
    await test.step("thousands of entries are sorted and filtered in place", async () => {
      for (let index = 0; index < 1999; index++) {
        Deno.writeTextFileSync(`${server.folder}/many/file ${index}.txt`, "");
      }
      const { page } = await browser.open();
      await page.goto(`${server.url}/many/`);
      assertEquals(await page.locator("tbody tr:not(.u)").count(), 2000);
      const took = await page.evaluate(`(() => {
        const start = performance.now();
        document.querySelector("thead [value='-name']").click();
        return performance.now() - start;
      })()`) as number;
      assertLess(took, 4000);
      assertEquals(await page.locator("tbody tr:not(.u) a").first().textContent(), "x");
      await page.getByRole("searchbox").fill("1998");
      await page.locator("tbody tr:not(.u):visible").nth(1).waitFor({ state: "detached" });
      assertEquals(await names(page), ["file 1998.txt"]);
    });
  },
});
