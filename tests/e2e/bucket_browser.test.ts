/**
 * A bucket in a browser: a film seeks by ranges, and a folder's page has the tools that a bucket can serve.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { hasBrowser, seekNearEnd, startBrowser } from "../support/browser.ts";
import { MAIN_SITE } from "../support/demo.ts";
import { startServer } from "../support/server.ts";
import { needsStorage, testBucket } from "../support/storage.ts";

const { name, ignore } = needsStorage(
  "a film in a bucket seeks, and a folder is shown with what can be done there",
);

Deno.test({
  name: `${name} (needs chromium)`,
  ignore: ignore || !hasBrowser(),
  async fn() {
    const bucket = await testBucket();
    const put = (key: string, body: Uint8Array, type: string) =>
      bucket.client.tell("PUT", bucket.name, { key, body, fields: { "content-type": type } });
    await put("films/night.mp4", await Deno.readFile(`${MAIN_SITE}/video/night.mp4`), "video/mp4");
    await put(
      "films/index.html",
      new TextEncoder().encode("<!doctype html><link rel=icon href=data:,><video src=night.mp4></video>"),
      "text/html",
    );
    await put("inbox/folder/deep.txt", new TextEncoder().encode("deep"), "text/plain");
    await put("inbox/near.txt", new TextEncoder().encode("near"), "text/plain");
    await using server = await startServer({
      config: `access_log: off
bucket_cache_size: 0
buckets: { data: ${bucket.settings} }
servers:
  - listen: LISTEN
    locations:
      /films/: { bucket: data/films }
      /inbox/: { bucket: data/inbox, upload_store: bucket, autoindex: on }
`,
    });
    await using browser = await startBrowser();
    const { page, problems, answers } = await browser.open();
    await page.goto(`${server.url}/films/`, { waitUntil: "load" });
    const place = await seekNearEnd(page);
    assert(typeof place === "number");
    assertGreater(place, 0.9);
    assertLess(place, 1);
    assert(answers.some(({ status, url }) => status === 206 && url.endsWith("/night.mp4")));
    await page.goto(`${server.url}/inbox/`, { waitUntil: "load" });
    await page.locator("a", { hasText: "near.txt" }).first().waitFor();
    const text = await page.locator("body").innerText();
    assert(text.includes("folder"), text);
    const sent = `${server.folder}/from a browser.txt`;
    await Deno.writeTextFile(sent, "sent");
    await page.setInputFiles("input[type=file]", sent);
    await page.locator("a", { hasText: "from a browser.txt" }).first().waitFor();
    const stored = await bucket.client.get(bucket.name, "inbox/from a browser.txt");
    assertEquals(new TextDecoder().decode(stored), "sent");
    const shot = Deno.env.get("WEBSERV_SHOT");
    if (shot !== undefined) await page.screenshot({ path: shot });
    assertEquals(problems, []);
  },
});
