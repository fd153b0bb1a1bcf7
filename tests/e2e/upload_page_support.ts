/**
 * A visitor of a folder that may be written to, for the tests of its page.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { BrowserContextOptions, Page, TestBrowser } from "../support/browser.ts";
import { type TestServer, writeFiles } from "../support/server.ts";

/** Random content, so that a piece in the wrong place is found. */
export function content(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 65536) crypto.getRandomValues(bytes.subarray(i, i + 65536));
  return bytes;
}

async function checksum(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.slice())).toHex();
}

/** What one step works with: a folder of its own, and files on the visitor's side. */
export class Visitor {
  readonly local: string;
  readonly stored: string;
  page!: Page;
  #problems: readonly string[] = [];

  constructor(readonly browser: TestBrowser, readonly server: TestServer, readonly path: string) {
    this.local = join(server.folder, "local", path);
    this.stored = join(server.folder, path);
  }

  async open(options?: BrowserContextOptions): Promise<Page> {
    ({ page: this.page, problems: this.#problems } = await this.browser.open(options));
    await this.page.goto(this.server.url + this.path);
    return this.page;
  }

  /** Makes files on the visitor's side and chooses them in the form. */
  async choose(files: Readonly<Record<string, Uint8Array>>): Promise<void> {
    await writeFiles(this.local, files);
    await this.page.locator("#files").setInputFiles(Object.keys(files).map((name) => join(this.local, name)));
  }

  /** So many bytes a second are sent, and no more. */
  async throttle(uploadThroughput: number): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    await session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput,
    });
  }

  /** Exceptions and unwelcome answers; not that there is no favicon, nor what the console repeats. */
  problems(): string[] {
    return this.#problems.filter((problem) => !problem.startsWith("console: Failed to load resource"));
  }

  says(text: string): Promise<void> {
    return this.page.locator("[role=status]", { hasText: text }).waitFor();
  }

  button(name: string) {
    return this.page.getByRole("button", { name, exact: true });
  }

  row(name: string) {
    return this.page.locator(".up li", { has: this.page.locator("b").getByText(name, { exact: true }) });
  }

  /** Names in the table, without folders. */
  listed(): Promise<string[]> {
    return this.page.locator("tbody tr:not(.u,.d) a").allTextContents();
  }

  focused(): Promise<unknown> {
    return this.page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent");
  }

  /** Everything in the store, hidden files too. */
  names(): string[] {
    return [...Deno.readDirSync(this.stored)].filter(({ isFile }) => isFile).map(({ name }) => name).sort();
  }

  async assertStored(files: Readonly<Record<string, Uint8Array>>): Promise<void> {
    assertEquals(this.names(), Object.keys(files).sort());
    for (const [name, bytes] of Object.entries(files)) {
      assertEquals(
        await checksum(await Deno.readFile(join(this.stored, name))),
        await checksum(bytes),
        name,
      );
    }
  }
}
