/**
 * Pages in a browser that load themselves anew.
 *
 * @module
 */
import { join } from "@std/path";
import { hasBrowser, type Page, startBrowser, type TestBrowser } from "../support/browser.ts";
import { startServer, type TestServer, writeFiles } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";

/** A page that listens. */
export class LivePage {
  constructor(readonly page: Page, readonly problems: readonly string[], readonly server: TestServer) {}

  /** Writes files of the server's folder. */
  async edit(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
    await writeFiles(this.server.folder, files);
  }

  /** What the page has of an expression in it. */
  get<T>(expression: string): Promise<T> {
    return this.page.evaluate(expression);
  }

  /** Loads a page, marks it, and waits until it listens. A reload takes the mark away. */
  async goto(path: string): Promise<void> {
    await this.page.goto(`${this.server.url}${path}`, { waitUntil: "load" });
    await this.listens();
    await this.mark();
  }

  async mark(): Promise<void> {
    // What was written just before may load it once more on a busy machine.
    await this.until("window.marked = true");
  }

  /** True as long as it has not been loaded again. */
  isMarked(): Promise<boolean> {
    return this.get("window.marked === true");
  }

  listens(): Promise<void> {
    return this.until("window[Symbol.for('webserv.live')]?.isConnected");
  }

  /** Waits until an expression holds, also across reloads. */
  async until(expression: string): Promise<void> {
    // While a page is being loaded there is none to be asked.
    await waitUntil(() => this.get<boolean>(expression).then(Boolean, () => false), expression);
  }

  style(selector: string, property: string): Promise<string> {
    return this.get(`getComputedStyle(document.querySelector("${selector}")).${property}`);
  }

  async untilStyle(selector: string, property: string, value: string): Promise<void> {
    await this.until(`getComputedStyle(document.querySelector("${selector}")).${property} === "${value}"`);
  }
}

/** What the tests of one file share: a browser, and a server that each test gets a folder of. */
export function liveTests(start: Parameters<typeof startServer>[0] = { args: ["--live"] }): {
  (
    name: string,
    files: Record<string, string | Uint8Array>,
    run: (live: LivePage, at: string) => Promise<void>,
  ): void;
} {
  const shared = new AsyncDisposableStack();
  Deno.test.afterAll(async () => await shared.disposeAsync());
  let started: Promise<{ server: TestServer; browser: TestBrowser }> | undefined;
  let count = 0;
  const begin = async () => ({
    server: shared.use(await startServer(start)),
    browser: shared.use(await startBrowser()),
  });
  return (name, files, run) =>
    Deno.test({
      name: `${name} (needs chromium)`,
      ignore: !hasBrowser(),
      async fn() {
        const { server, browser } = await (started ??= begin());
        const folder = `t${++count}`;
        await writeFiles(
          server.folder,
          Object.fromEntries(
            Object.entries(files).map(([path, content]) => [join(folder, path), content]),
          ),
        );
        const { page, problems } = await browser.open({ viewport: { width: 800, height: 600 } });
        try {
          await run(new LivePage(page, problems, server), folder);
        } finally {
          await page.context().close();
        }
      },
    });
}
