/**
 * A headless Chromium for a test: `await using browser = await startBrowser()`.
 *
 * @module
 */
import { type Browser, type BrowserContextOptions, chromium, type Page } from "npm:playwright-core@1.65.1";

export type { BrowserContextOptions, Page };

const EXECUTABLE = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";

/** For each single step: a loaded machine may be slow, a page that hangs must still end. */
const PATIENCE = 60_000;

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** True if there is a browser to test with. */
export function hasBrowser(): boolean {
  try {
    return Deno.statSync(EXECUTABLE).isFile;
  } catch {
    return false;
  }
}

/** A page that notes whatever goes wrong on it. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors on the console, exceptions, broken requests, answers of 400 and above: a line each. */
  readonly problems: readonly string[];
  /** Status and URL of every answer. */
  readonly answers: readonly { readonly status: number; readonly url: string }[];
}

/** A running browser. */
export interface TestBrowser extends AsyncDisposable {
  open(options?: BrowserContextOptions): Promise<WatchedPage>;
}

/**
 * Starts a browser with a profile of its own, which goes when it is disposed of.
 *
 * @param flags besides those of every test
 * @param env variables in place of those that there are, e.g. another HOME
 */
export async function startBrowser(
  flags: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<TestBrowser> {
  const browser = await chromium.launch({
    executablePath: EXECUTABLE,
    headless: true,
    args: [...FLAGS, ...flags],
    timeout: PATIENCE,
    env: { ...Deno.env.toObject(), ...env },
  });
  return {
    open: (options) => openPage(browser, options),
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

async function openPage(browser: Browser, options?: BrowserContextOptions): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const problems: string[] = [], answers: { status: number; url: string }[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`exception: ${error.message}`));
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    // What the browser itself gave up: a video's first range after a jump, the rest of a page that was left, the
    // content of a HEAD.
    if (why !== "net::ERR_ABORTED") problems.push(`failed: ${request.url()} ${why}`);
  });
  page.on("response", (response) => {
    answers.push({ status: response.status(), url: response.url() });
    if (response.status() >= 400) problems.push(`answer: ${response.status()} ${response.url()}`);
  });
  return { page, problems, answers };
}

/** Has a page's video go to half a second before its end. @returns where it is then, from 0 to 1 @throws what it says is wrong */
export async function seekNearEnd(page: Page): Promise<unknown> {
  return await page.evaluate(`new Promise((resolve, reject) => {
    const video = document.querySelector("video");
    video.addEventListener("error", () => reject(new Error(video.error?.message)), { once: true });
    video.addEventListener("seeked", () => resolve(video.currentTime / video.duration), { once: true });
    const seek = () => video.currentTime = video.duration - 0.5;
    if (video.readyState >= 1) seek();
    else video.addEventListener("loadedmetadata", seek, { once: true });
  })`);
}
