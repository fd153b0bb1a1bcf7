/**
 * The tools of a folder that may be written to, in a browser: folders, names, texts, uploads that go on.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
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
      /files/: { upload_store: files, client_max_body_size: 50M }
`;

/** Names that would be something else if one step on their way took them for what they look like. */
const ODD = [`<img src=x onerror=alert(1)>`, "a#b?c%20.txt", `"quotes" & 'more'`, "שלום 🎈.txt", "a+b=c;d,e"];

const exists = (path: string) => Deno.lstat(path).then(() => true, () => false);

const steps: Record<string, (visitor: Visitor) => Promise<void>> = {
  async "a folder is made, and one of the same name is not"(visitor) {
    const page = await visitor.open();
    for (
      const [name, text] of [["new one", undefined], ["new one", "There is something of this name."]] as const
    ) {
      await visitor.button("New folder").click();
      assertEquals(await visitor.focused(), "");
      await page.keyboard.type(name);
      await page.keyboard.press("Enter");
      if (text === undefined) await page.locator("tbody .new a", { hasText: "new one/" }).waitFor();
      else await page.getByRole("dialog").getByText(text).waitFor();
    }
    await page.keyboard.press("Escape");
    assert((await Deno.stat(join(visitor.stored, "new one"))).isDirectory);
    assertEquals(visitor.problems().filter((problem) => !problem.includes("405")), []);
  },

  async "odd names are renamed to odd names"(visitor) {
    await writeFiles(visitor.stored, { [ODD[0]!]: "content" });
    const page = await visitor.open();
    for (const [index, name] of ODD.entries()) {
      if (index === 0) continue;
      await visitor.button(`Rename ${ODD[index - 1]}`).click();
      await page.getByRole("dialog").getByRole("textbox").fill(name);
      await visitor.button("Rename or move").click();
      await page.locator("tbody .new a").getByText(name, { exact: true }).waitFor();
      assertEquals(visitor.names(), [name]);
    }
    assertEquals(await Deno.readTextFile(join(visitor.stored, ODD.at(-1)!)), "content");
    assertEquals(visitor.problems(), []);
  },

  async "what has the name already is replaced only when that is asked for twice"(visitor) {
    await writeFiles(visitor.stored, { "a.txt": "A", "b.txt": "B" });
    const page = await visitor.open();
    await visitor.button("Rename a.txt").click();
    await page.getByRole("dialog").getByRole("textbox").fill("b.txt");
    await visitor.button("Rename or move").click();
    await page.getByText("There is something of this name.").waitFor();
    assertEquals(await Deno.readTextFile(join(visitor.stored, "b.txt")), "B");
    await visitor.button("Rename or move").click();
    await page.locator("tbody .new a", { hasText: "b.txt" }).waitFor();
    assertEquals(visitor.names(), ["b.txt"]);
    assertEquals(await Deno.readTextFile(join(visitor.stored, "b.txt")), "A");
  },

  async "a folder is moved into another with all that is in it, and copied"(visitor) {
    await writeFiles(visitor.stored, { "from/deep/x.txt": "x", "to/y": "y" });
    const page = await visitor.open();
    await visitor.button("Rename from/").click();
    await page.getByRole("dialog").getByRole("textbox").fill("to/moved");
    await visitor.button("Rename or move").click();
    await page.locator("dialog").waitFor({ state: "hidden" });
    await waitUntil(() => exists(join(visitor.stored, "to/moved/deep/x.txt")), "it has been moved");
    assert(!await exists(join(visitor.stored, "from")));
    await visitor.button("Rename to/").click();
    await page.getByRole("dialog").getByRole("textbox").fill("copy");
    await visitor.button("Copy").click();
    await page.locator("tbody .new a", { hasText: "copy/" }).waitFor();
    for (const top of ["to", "copy"]) {
      assertEquals(await Deno.readTextFile(join(visitor.stored, `${top}/moved/deep/x.txt`)), "x");
    }
    assertEquals(visitor.problems(), []);
  },

  async "a folder that is not empty goes after a second question"(visitor) {
    await writeFiles(visitor.stored, { "full/deep/x.txt": "x", "stays": "" });
    const page = await visitor.open();
    await visitor.button("Delete full/").click();
    await visitor.button("Delete").click();
    await page.getByText("It is not empty").waitFor();
    assert(await exists(join(visitor.stored, "full/deep/x.txt")));
    await visitor.button("Delete").click();
    await visitor.says("full/ is deleted");
    assertEquals([...Deno.readDirSync(visitor.stored)].map(({ name }) => name), ["stays"]);
  },

  async "by keyboard, an answer that asks once more leaves the focus where it was"(visitor) {
    await writeFiles(visitor.stored, { "full/x.txt": "x" });
    const page = await visitor.open();
    await visitor.button("Delete full/").focus();
    for (const key of ["Enter", "Tab", "Enter"]) await page.keyboard.press(key);
    await page.getByText("It is not empty").waitFor();
    await page.keyboard.press("Enter");
    await visitor.says("full/ is deleted");
  },

  async "a text that was changed goes by a second Escape, and the page is not left before"(visitor) {
    await writeFiles(visitor.stored, { "a.txt": "one" });
    const page = await visitor.open(), dialog = page.getByRole("dialog");
    await visitor.button("Edit a.txt").click();
    await dialog.waitFor();
    assert(await page.evaluate("!dispatchEvent(new Event('webserv-reload', { cancelable: true }))"));
    await page.keyboard.type("two ");
    await page.keyboard.press("Escape");
    await dialog.getByText("not saved").waitFor();
    await page.keyboard.type("three ");
    assertEquals(await dialog.getByRole("textbox", { name: "Text" }).inputValue(), "two three one");
    await visitor.button("Cancel").click();
    await visitor.button("Cancel").click();
    await dialog.waitFor({ state: "hidden" });
    assertEquals(await Deno.readTextFile(join(visitor.stored, "a.txt")), "one");
    assert(await page.evaluate("dispatchEvent(new Event('webserv-reload', { cancelable: true }))"));
  },

  async "the order of the rows outlives a change, and the column of the tools has a name"(visitor) {
    await writeFiles(visitor.stored, { "a": "1", "b": "333", "c": "22" });
    const page = await visitor.open(), names = page.locator("tbody tr:not(.u) a");
    await page.locator("thead [value$=size]").click();
    await page.locator("thead [value$=size]").click();
    assertEquals(await names.allTextContents(), ["b", "c", "a"]);
    await visitor.button("Rename c").click();
    await page.getByRole("dialog").getByRole("textbox").fill("d");
    await page.keyboard.press("Enter");
    await page.locator("tbody .new a", { hasText: "d" }).waitFor();
    assertEquals(await names.allTextContents(), ["b", "d", "a"]);
    assertEquals(
      await page.getByRole("columnheader", { name: "Size" }).getAttribute("aria-sort"),
      "descending",
    );
    assertEquals(await page.getByRole("columnheader").last().textContent(), "Actions");
  },

  async "on a phone the tools of the grid lie below the names, and a list in the README is one"(visitor) {
    await writeFiles(visitor.stored, { "a.txt": "a", "README.md": "- one\n- two\n" });
    const page = await visitor.open({ viewport: { width: 390, height: 800 }, hasTouch: true });
    assertEquals(
      await page.evaluate(
        "['listStyleType', 'display'].map((key) => getComputedStyle(document.querySelector('.text li'))[key])",
      ),
      ["disc", "list-item"],
    );
    await page.getByRole("button", { name: "Grid" }).click();
    const [see, edit, link] = await Promise.all(
      [
        visitor.button("Preview a.txt"),
        visitor.button("Edit a.txt"),
        page.getByRole("link", { name: "a.txt" }),
      ]
        .map((one) => one.boundingBox()),
    );
    assert(edit!.y > see!.y + see!.height, "not one on the other");
    assert(edit!.y >= link!.y + link!.height, "nor on the name");
    assertEquals(await page.evaluate("document.documentElement.scrollWidth"), 390);
    await page.getByRole("button", { name: "List" }).click();
    for (const width of [390, 690, 1000]) {
      await page.setViewportSize({ width, height: 800 });
      const [edit, link] = await Promise.all(
        [visitor.button("Edit a.txt"), page.getByRole("link", { name: "a.txt" })].map((one) =>
          one.boundingBox()
        ),
      );
      assert(edit!.y < link!.y + link!.height, `beside the name where ${width} are wide`);
      assert(edit!.x >= link!.x + link!.width, `not on the name where ${width} are wide`);
    }
  },

  async "a folder is uploaded with its structure"(visitor) {
    const page = await visitor.open();
    const files = {
      "photos/a.jpg": content(10),
      "photos/2026/b ü.jpg": content(20),
      "photos/2026/05/c": content(0),
    };
    await writeFiles(visitor.local, files);
    await page.locator("input[webkitdirectory]").setInputFiles(join(visitor.local, "photos"));
    await visitor.says("3 of 3 stored");
    for (const [path, bytes] of Object.entries(files)) {
      assertEquals(await Deno.readFile(join(visitor.stored, path)), bytes, path);
    }
    await page.locator("tbody a", { hasText: "photos/" }).waitFor();
    assertEquals(visitor.problems(), []);
  },

  async "of a name that is taken both are kept"(visitor) {
    await writeFiles(visitor.stored, { "a.tar.gz": "old", "a (2).tar.gz": "older" });
    await visitor.open();
    await visitor.choose({ "a.tar.gz": content(5) });
    await visitor.button("Keep both a.tar.gz").click();
    await visitor.says("1 of 1 stored");
    assertEquals(visitor.names(), ["a (2).tar.gz", "a (3).tar.gz", "a.tar.gz"]);
    assertEquals(await Deno.readTextFile(join(visitor.stored, "a.tar.gz")), "old");
  },

  async "names that are taken are decided on all at once"(visitor) {
    await writeFiles(visitor.stored, { "a.txt": "old", "b.txt": "old" });
    const page = await visitor.open(), both = { "a.txt": content(5), "b.txt": content(6) };
    await visitor.choose(both);
    await visitor.button("Keep all").click();
    assertEquals(await page.locator(".up li").count(), 0);
    await visitor.choose(both);
    await visitor.button("Keep both for all").click();
    await visitor.says("2 of 2 stored");
    assertEquals(visitor.names(), ["a (2).txt", "a.txt", "b (2).txt", "b.txt"]);
    assertEquals(await Deno.readTextFile(join(visitor.stored, "a.txt")), "old");
    assertEquals(visitor.problems(), []);
  },

  async "a text is edited in its place, with the line ends that it had"(visitor) {
    await writeFiles(visitor.stored, { "a.txt": "one\r\ntwo\r\n", "b.png": new Uint8Array([0, 255]) });
    const page = await visitor.open();
    assertEquals(await visitor.button("Edit b.png").count(), 0);
    await visitor.button("Edit a.txt").click();
    await page.getByRole("dialog").getByRole("textbox", { name: "Text" }).fill("eins\nzwei\n");
    await visitor.button("Save").click();
    await page.locator("tbody .new a", { hasText: "a.txt" }).waitFor();
    assertEquals(await Deno.readTextFile(join(visitor.stored, "a.txt")), "eins\r\nzwei\r\n");
    assertEquals(visitor.problems(), []);
  },

  async "what somebody else wrote meanwhile is not lost without a question"(visitor) {
    await writeFiles(visitor.stored, { "a.md": "mine" });
    const page = await visitor.open();
    await visitor.button("Edit a.md").click();
    const area = page.getByRole("dialog").getByRole("textbox", { name: "Text" });
    await area.fill("mine, edited");
    await Deno.writeTextFile(join(visitor.stored, "a.md"), "theirs, which is longer");
    await visitor.button("Save").click();
    await page.getByText("It was changed by somebody else").waitFor();
    assertEquals(await Deno.readTextFile(join(visitor.stored, "a.md")), "theirs, which is longer");
    assertEquals(await area.inputValue(), "mine, edited");
    await visitor.button("Save").click();
    await page.locator("dialog").waitFor({ state: "hidden" });
    assertEquals(await Deno.readTextFile(join(visitor.stored, "a.md")), "mine, edited");
  },

  async "an upload is paused and goes on, and goes on after the page was loaded again"(visitor) {
    const page = await visitor.open(), film = content(12_000_000);
    page.on("dialog", (dialog) => void dialog.accept());
    const sent: string[] = [];
    page.on(
      "request",
      (request) => sent.push(`${request.method()} ${request.headers()["upload-offset"] ?? ""}`),
    );
    await visitor.throttle(2_000_000);
    await visitor.choose({ film });
    await visitor.row("film").getByText(/ left$/).waitFor();
    await visitor.button("Pause film").click();
    await visitor.row("film").getByText("Paused").waitFor();
    await visitor.button("Resume film").click();
    await visitor.row("film").getByText(/ left$/).waitFor();
    await page.reload();
    await page.getByText(/Not finished: film \(\d+ % is stored\)/).waitFor();
    assertEquals(visitor.names().filter((name) => !name.startsWith(".")), []);
    sent.length = 0;
    await visitor.throttle(-1);
    // The very same file: it was not written anew.
    await page.locator("#files").setInputFiles(join(visitor.local, "film"));
    await visitor.says("1 of 1 stored");
    await waitUntil(
      () => visitor.names().length === 1,
      "nothing is left of it but the file",
    );
    await visitor.assertStored({ film });
    const [, offset] = /^PATCH (\d+)$/m.exec(sent.join("\n")) ?? [];
    assertMatch(offset ?? "", /^\d+$/);
    assertNotEquals(offset, "0");
  },
};

Deno.test({
  name: "the tools of a folder, in a browser (needs chromium)",
  ignore: !hasBrowser(),
  async fn(test) {
    const folders = Object.keys(steps).map((_, index) => `files/${index}`);
    await using server = await startServer({
      config: CONFIG,
      files: Object.fromEntries(folders.map((folder) => [folder, null])),
    });
    await using browser = await startBrowser();
    for (const [index, [name, step]] of Object.entries(steps).entries()) {
      await test.step(name, async () => {
        const visitor = new Visitor(browser, server, `/files/${index}/`);
        await step(visitor);
        await visitor.page.context().close();
      });
    }
  },
});
