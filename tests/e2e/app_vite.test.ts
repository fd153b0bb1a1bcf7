/**
 * A real development server behind `webserv app`: Vite, whose hot reload comes through a WebSocket.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { hasBrowser, startBrowser } from "../support/browser.ts";
import { launch, temporaryFolder } from "../support/launch.ts";
import { writeFiles } from "../support/server.ts";
import { inTime } from "../support/wait.ts";

const VITE = "vite@8.4.0";

/** It shows what its module says, and notes when it was loaded. */
const PAGE = {
  "index.html":
    `<!doctype html><title>app</title><p id="said"></p><script type="module" src="/main.js"></script>`,
  "main.js": `import { said } from "./said.js";
const show = (text) => document.querySelector("#said").textContent = text;
show(said);
import.meta.hot.accept("./said.js", ({ said }) => show(said));`,
  "said.js": `export const said = "first";`,
};

const hasNpm = await new Deno.Command("npm", { args: ["--version"], stdout: "null", stderr: "null" }).output()
  .then(({ success }) => success, () => false);

Deno.test({
  name: `Vite behind webserv app reloads a module in the page, through its WebSocket${
    hasNpm && hasBrowser() ? "" : " (npm or chromium is not installed)"
  }`,
  ignore: !hasNpm || !hasBrowser(),
}, async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, PAGE);
  const install = ["install", "--no-save", "--no-audit", "--no-fund", "--silent", "--prefix", ".", VITE];
  const [{ success }, browser] = await Promise.all([
    new Deno.Command("npm", { args: install, cwd: folder.path, stdin: "null" }).output(),
    startBrowser(),
  ]);
  await using _ = browser;
  assertEquals(success, true, "npm has Vite");
  const options = ["--port", "0", "--name", "shop"];
  await using server = launch(["app", ...options, "--", "npx", "vite"], { cwd: folder.path });
  const port = await server.port();
  const { page } = await browser.open();
  // What waits for Vite is loaded again until Vite has its own page.
  await page.goto(`http://shop.localhost:${port}/`);
  const says = (text: string) =>
    page.waitForFunction(`document.querySelector("#said")?.textContent === "${text}"`);
  await says("first");
  await page.evaluate("window.isSame = true");
  await Deno.writeTextFile(`${folder.path}/said.js`, `export const said = "second";`);
  await says("second");
  assertEquals(await page.evaluate("window.isSame"), true);
  server.kill("SIGTERM");
  assertEquals(await inTime(server.status, "it ends"), 0);
});
