import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { hasBrowser, startBrowser } from "../support/browser.ts";
import { startServer, writeFiles } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { content, Visitor } from "./upload_page_support.ts";

const CONFIG = `
servers:
  - listen: LISTEN
    autoindex: on
    locations:
      /files/: { upload_store: files, client_max_body_size: 20M }
      /small/: { upload_store: small, client_max_body_size: 100k }
      /keep/: { upload_store: keep, allowed_methods: [GET, PUT] }
      /away/: { upload_store: away, allowed_methods: [GET, DELETE] }
`;

const HOSTILE = `<img src=x onerror=alert(1)> & 'ü' 100%.txt`;

/** Drops files on the page, as a browser does when somebody lets go of them. */
const dropping = (event: string, ...names: string[]) =>
  `{
  const dataTransfer = new DataTransfer();
  for (const name of ${JSON.stringify(names)}) dataTransfer.items.add(new File(["content of " + name], name));
  document.body.dispatchEvent(new DragEvent("${event}", { bubbles: true, cancelable: true, dataTransfer }));
}`;

/** What a browser gives for a folder that is dropped: no script can make one. */
const FOLDER_ENTRY = `{
  const file = (name) => ({ name, isFile: true, file: (give) => give(new File(["x"], name)) });
  const folder = (name, ...entries) => ({
    name,
    isDirectory: true,
    createReader: () => ({ readEntries: (give) => give(entries.splice(0, 1)) }),
  });
  DataTransferItem.prototype.webkitGetAsEntry = () =>
    folder("photos", file("top"), file(".DS_Store"), folder("2026", file("a.jpg"), file("b ü.jpg")));
}`;

/** Notes how many were sent at once. */
const COUNT_RUNNING = `
  window.most = 0;
  new MutationObserver(() => most = Math.max(most, document.querySelectorAll("li.running").length))
    .observe(document.body, { subtree: true, attributes: true });`;

const steps: Record<string, (visitor: Visitor) => Promise<void>> = {
  async "a form without JavaScript stores several files and comes back to the listing"(visitor) {
    const page = await visitor.open({ javaScriptEnabled: false });
    const files = { "one.bin": content(300_000), "zwei ü.txt": content(7), "empty": content(0) };
    await visitor.choose(files);
    await visitor.button("Upload").click();
    await page.locator("tbody a", { hasText: "zwei ü.txt" }).waitFor();
    assertEquals(page.url(), visitor.server.url + visitor.path);
    assertEquals((await visitor.listed()).sort(), Object.keys(files).sort());
    assertEquals(await page.locator("tbody .x button").count(), 0);
    await visitor.assertStored(files);
    assertEquals(visitor.problems(), []);
  },

  async "one file is sent, and the listing has it in its place"(visitor) {
    const page = await visitor.open();
    await page.evaluate("window.same = true");
    const files = { [HOSTILE]: content(2_000_000) };
    await visitor.choose(files);
    await visitor.says("1 of 1 stored");
    await page.locator("tbody .new").waitFor();
    assertEquals(await visitor.listed(), [HOSTILE]);
    assertEquals(await visitor.row(HOSTILE).count(), 0, "what is stored has left the list");
    assertEquals(await page.evaluate("window.same"), true, "the page was not loaded again");
    await visitor.assertStored(files);
    assertEquals(visitor.problems(), []);
  },

  async "several files are sent two at once, and one is cancelled half-way"(visitor) {
    const page = await visitor.open();
    await page.evaluate(COUNT_RUNNING);
    await visitor.throttle(1_000_000);
    const files = {
      "a": content(400_000),
      "film": content(16_000_000),
      "c": content(0),
      "d": content(300_000),
    };
    await visitor.choose(files);
    await visitor.row("film").getByText(/ of 15\.3 MiB, \d+(\.\d+)? [KM]iB\/s, \d+ s left/).waitFor();
    const bar = visitor.row("film").locator("progress");
    const value = await bar.evaluate((element) => (element as unknown as { value: number }).value);
    assert(value > 0 && value < 1, `${value}`);
    await visitor.says("3 of 4 stored");
    assertEquals(await page.evaluate("most"), 2);
    await visitor.button("Cancel film").click();
    await visitor.says("3 of 3 stored");
    await page.locator("tbody .new").first().waitFor();
    assertEquals(await visitor.listed(), ["a", "c", "d"]);
    // The server learns of it a moment later.
    await waitUntil(() => visitor.names().length === 3, "the file that was cancelled is gone");
    await visitor.assertStored({ a: files.a, c: files.c, d: files.d });
  },

  async "files are dropped anywhere on the page, and folders with what is in them"(visitor) {
    const page = await visitor.open();
    await page.evaluate(dropping("dragover", "x"));
    await page.locator(".veil").waitFor({ state: "visible" });
    await page.evaluate(dropping("drop", "one", "two", "three"));
    await page.locator(".veil").waitFor({ state: "hidden" });
    await visitor.says("3 of 3 stored");
    await page.locator("tbody .new").first().waitFor();
    await page.evaluate(FOLDER_ENTRY);
    await page.evaluate(dropping("drop", "photos"));
    await visitor.says("3 of 3 stored");
    await page.locator("tbody .new a", { hasText: "photos/" }).waitFor();
    assertEquals(
      [...Deno.readDirSync(join(visitor.stored, "photos/2026"))].map(({ name }) => name).sort(),
      ["a.jpg", "b ü.jpg"],
    );
    assertEquals(await Deno.readTextFile(join(visitor.stored, "photos/top")), "x");
    const bytes = (name: string) => new TextEncoder().encode(`content of ${name}`);
    await visitor.assertStored({ one: bytes("one"), two: bytes("two"), three: bytes("three") });
  },

  async "a name that exists is replaced only when that is wanted"(visitor) {
    const old = content(10), fresh = content(1000);
    await writeFiles(visitor.stored, { known: old, kept: old });
    const page = await visitor.open();
    // One that the page does not know of: the server says so.
    await writeFiles(visitor.stored, { unknown: old });
    await visitor.choose({ known: fresh, kept: fresh, unknown: fresh });
    for (const name of ["known", "kept", "unknown"]) {
      await visitor.row(name).getByText("A file of this name exists").waitFor();
    }
    await visitor.assertStored({ known: old, kept: old, unknown: old });
    await visitor.button("Keep kept").click();
    await page.getByRole("button", { name: "Replace all" }).click();
    await visitor.says("2 of 2 stored");
    await visitor.assertStored({ known: fresh, kept: old, unknown: fresh });
  },

  async "a file is deleted after a question, and focus goes to its neighbour"(visitor) {
    await writeFiles(visitor.stored, { [HOSTILE]: "1", "b": "2", "sub/x": "" });
    const page = await visitor.open();
    assertEquals(await page.getByRole("button", { name: /^Delete/ }).count(), 3, "the folder, too");
    await visitor.button(`Delete ${HOSTILE}`).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: `Delete ${HOSTILE}?` }).waitFor();
    assertEquals(await visitor.focused(), "Cancel");
    await page.keyboard.press("Enter");
    await page.locator("dialog").waitFor({ state: "hidden" });
    assertEquals(await visitor.focused(), `Delete ${HOSTILE}`);
    assertEquals(visitor.names().length, 2);
    await page.keyboard.press("Enter");
    await visitor.button("Delete").click();
    await visitor.says("is deleted");
    await page.getByText("1 folder, 1 file").waitFor();
    assertEquals(await visitor.focused(), "Delete b");
    assertEquals(visitor.names(), ["b"]);
    assertEquals(visitor.problems(), []);
  },

  async "what fails says why, stays in the list and can be tried again"(visitor) {
    await writeFiles(visitor.stored, { "folder/x": "" });
    const page = await visitor.open();
    const answers: (number | undefined)[] = [507, undefined];
    await page.route("**/again", (route) => {
      if (answers.length === 0) return route.continue();
      const status = answers.shift();
      return status === undefined ? route.abort() : route.fulfill({ status });
    });
    const again = content(5);
    await visitor.choose({ "folder": content(1), ".hidden": content(1), again });
    await visitor.row("folder").getByText("A folder has this name").waitFor();
    await visitor.row(".hidden").getByText("This name cannot be used here").waitFor();
    await visitor.row("again").getByText("disk is full").waitFor();
    await visitor.button("Retry again").click();
    await visitor.row("again").getByText("No answer from the server").waitFor();
    await visitor.button("Retry again").click();
    await visitor.says("1 of 3 stored, 2 failed");
    await page.locator("tbody .new").waitFor();
    await visitor.assertStored({ again });
    await visitor.button("Dismiss folder").focus();
    await page.keyboard.press("Enter");
    assertEquals(await visitor.focused(), "Retry .hidden");
    assertEquals(visitor.problems().filter((problem) => problem.startsWith("exception")), []);
  },
};

Deno.test({
  name: "a folder that may be written to, in a browser (needs chromium)",
  ignore: !hasBrowser(),
  async fn(test) {
    const folders = Object.keys(steps).map((_, index) => `files/${index}`);
    await using server = await startServer({
      config: CONFIG,
      files: {
        ...Object.fromEntries([...folders, "small"].map((folder) => [folder, null])),
        "keep/x": "",
        "away/x": "",
      },
    });
    await using browser = await startBrowser();
    for (const [index, [name, step]] of Object.entries(steps).entries()) {
      await test.step(name, async () => {
        const visitor = new Visitor(browser, server, `/files/${index}/`);
        await step(visitor);
        await visitor.page.context().close();
      });
    }

    await test.step("a file over client_max_body_size is refused, by the page and by the server", async () => {
      const visitor = new Visitor(browser, server, "/small/");
      const page = await visitor.open();
      await visitor.choose({ big: content(600_000), fits: content(102_400) });
      await visitor.row("big").getByText("Too large: at most 100 KiB").waitFor();
      await visitor.says("1 of 2 stored, 1 failed");
      assert(!visitor.problems().some((problem) => problem.includes("413")), "it was sent in vain");
      await page.route("**/small/", async (route) => {
        const body = await (await route.fetch()).text();
        await route.fulfill({ body: body.replace(/ data-max="\d+"/, ""), contentType: "text/html" });
      });
      await page.reload();
      await visitor.choose({ big: content(600_000) });
      await visitor.row("big").getByText("Too large: at most 100 KiB").waitFor();
      assertStringIncludes(visitor.problems().join(), "answer: 413");
      assertEquals(visitor.names(), ["fits"]);
    });

    await test.step("only what the location allows is shown, on a narrow screen too", async () => {
      for (
        const [path, form, deletes] of [["/keep/", 1, 0], ["/away/", 0, 1], [
          "/files/",
          1,
          folders.length,
        ]] as const
      ) {
        const visitor = new Visitor(browser, server, path);
        const page = await visitor.open({ viewport: { width: 360, height: 640 } });
        assertEquals(await page.locator(".up form label:visible").count(), form, path);
        assertEquals(await page.locator("tbody .x .delete:visible").count(), deletes, path);
        assertEquals(await page.evaluate("document.documentElement.scrollWidth"), 360);
        assertEquals(visitor.problems().filter((problem) => problem.startsWith("exception")), []);
      }
    });
  },
});
