/**
 * Uploads of a page in Chromium that go on: after the page was loaded anew, after a cut, after a pause.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { hasBrowser, type Page, startBrowser } from "../support/browser.ts";
import { startServer } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { filesIn, storeOf } from "./store_support.ts";

const CONFIG = `access_log: off
workers: 2
servers:
  - listen: LISTEN
    root: site
    locations:
      /files/: { upload_store: store, client_max_body_size: 100M }
`;

const PAGE = `<!doctype html><input type=file><script type=module>
import { resumableUpload } from "./upload_resume.js";
window.begin = (target, options = {}) => {
  window.seen = [];
  window.result = undefined;
  const file = document.querySelector("input").files[0];
  window.upload = resumableUpload(file, target, { ...options, progress: (loaded) => seen.push(loaded) });
  window.go();
};
window.go = () => upload.start().then((result) => window.result = result);
</script>`;

const SIZE = 3_000_000;

/** A page with the module, in which a file was chosen, and whose uploads are slow. */
async function open(page: Page, url: string, file: string): Promise<(bytes: number) => Promise<void>> {
  await page.goto(url);
  await page.locator("input").setInputFiles(file);
  const session = await page.context().newCDPSession(page);
  const slow = (bytes: number) =>
    session.send("Network.emulateNetworkConditions", {
      offline: bytes === 0,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: bytes === Infinity ? -1 : bytes,
    });
  await session.send("Network.enable");
  return async (bytes) => void await slow(bytes);
}

/** How far the page is, or what has become of it. */
const last = (page: Page) => page.evaluate("seen.at(-1) ?? 0") as Promise<number>;
const first = (page: Page) => page.evaluate("seen[0]") as Promise<number>;
const status = async (page: Page) => {
  await page.waitForFunction("result");
  return await page.evaluate("result.status") as number;
};

Deno.test({
  name: "an upload of a page goes on after a reload, a cut and a pause",
  ignore: !hasBrowser(),
  fn: async (context) => {
    const script = await Deno.readTextFile(new URL("../../lib/pages/manage/resumable.js", import.meta.url));
    const content = new Uint8Array(SIZE).map((_, i) => i * i % 251);
    await using server = await startServer({
      config: CONFIG,
      files: { "site/index.html": PAGE, "site/upload_resume.js": script, store: null, "one.bin": content },
    });
    const file = join(server.folder, "one.bin");
    await using browser = await startBrowser();
    const { page } = await browser.open();
    const assertStored = async (name: string) => {
      assertEquals(Deno.readFileSync(storeOf(server, `store/${name}`)), content);
      await waitUntil(
        () => filesIn(storeOf(server)).every((name) => !name.startsWith(".")),
        () => `nothing is left; it is ${filesIn(storeOf(server))}`,
      );
    };

    await context.step("a reload", async () => {
      let slow = await open(page, server.url, file);
      await slow(2_000_000);
      await page.evaluate(`begin("/files/reload.bin")`);
      await waitUntil(async () => await last(page) > SIZE / 4, "some of it is sent");
      slow = await open(page, server.url, file);
      await slow(Infinity);
      await page.evaluate(`begin("/files/reload.bin")`);
      assertEquals(await status(page), 201);
      assert(await first(page) > 0, `it begins at ${await first(page)}`);
      await assertStored("reload.bin");
      assertEquals(await page.evaluate("localStorage.length"), 0);
    });

    await context.step("a cut", async () => {
      const slow = await open(page, server.url, file);
      await slow(2_000_000);
      await page.evaluate(`begin("/files/cut.bin")`);
      await waitUntil(async () => await last(page) > SIZE / 4, "some of it is sent");
      await slow(0);
      await slow(Infinity);
      assertEquals(await status(page), 201);
      await assertStored("cut.bin");
    });

    await context.step("a pause, and a condition that does not hold at the end", async () => {
      const slow = await open(page, server.url, file);
      await slow(2_000_000);
      await page.evaluate(`begin("/files/pause.bin", { headers: { "If-None-Match": "*" } })`);
      await waitUntil(async () => await last(page) > SIZE / 4, "some of it is sent");
      await page.evaluate("upload.pause()");
      await page.waitForFunction("result?.isPaused");
      await slow(Infinity);
      Deno.writeTextFileSync(storeOf(server, "store/pause.bin"), "theirs");
      await page.evaluate("result = undefined, go()");
      assertEquals(await status(page), 412);
      assertEquals(Deno.readTextFileSync(storeOf(server, "store/pause.bin")), "theirs");
    });

    await context.step("an end that is asked for", async () => {
      const slow = await open(page, server.url, file);
      await slow(2_000_000);
      await page.evaluate(`begin("/files/cancel.bin")`);
      await waitUntil(async () => await last(page) > SIZE / 4, "some of it is sent");
      await slow(Infinity);
      await page.evaluate("upload.cancel()");
      await page.waitForFunction("result?.isCancelled");
      await waitUntil(
        () => filesIn(storeOf(server)).every((name) => !name.startsWith(".") && name !== "cancel.bin"),
        () => `nothing is left; it is ${filesIn(storeOf(server))}`,
      );
      assertEquals(await page.evaluate("localStorage.length"), 0);
    });

    await context.step("a small file is one request", async () => {
      await open(page, server.url, file);
      await page.evaluate(`begin("/files/small.bin", { small: Infinity })`);
      assertEquals(await status(page), 201);
      await assertStored("small.bin");
    });
  },
});
