/**
 * How long an edit takes until it is painted, in milliseconds: a style sheet that is swapped, and a page that is loaded
 * again, in a headless Chromium on this machine. Prints the medians of 20.
 *
 *     deno run -A --lock=tests/deno.lock scripts/live_latency.ts
 *
 * @module
 */
import { startBrowser } from "../tests/support/browser.ts";
import { startServer } from "../tests/support/server.ts";
import { pause } from "../tests/support/wait.ts";

const EDITS = 20;

/** Notes when the state is painted that the page has; the time is that of the system, as everybody has it. */
const PAGE = (state: number) =>
  `<!doctype html><title>Live</title><link rel="stylesheet" href="style.css"><p>${state}<script>
  const now = () => performance.timeOrigin + performance.now();
  const painted = (what, then) => requestAnimationFrame(() => setTimeout(() => { window[what] = [then, now()]; }));
  painted("page", "${state}");
  let seen = "";
  const look = () => {
    const width = getComputedStyle(document.querySelector("p")).width;
    if (width !== seen) painted("sheet", seen = width);
    requestAnimationFrame(look);
  };
  look();
</script>`;
const SHEET = (state: number) => `p { width: ${100 + state}px }`;

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

await using server = await startServer({
  args: ["--live"],
  files: { "index.html": PAGE(0), "style.css": SHEET(0) },
});
await using browser = await startBrowser();
const { page } = await browser.open();
await page.goto(`${server.url}/`);

/** From the first byte that is written to the frame that shows it. */
async function measure(file: string, text: string, what: "page" | "sheet", state: string): Promise<number> {
  await page.waitForFunction("window[Symbol.for('webserv.live')]?.isConnected");
  // As somebody who edits does, between two looks.
  await pause(300 + 50 * Math.random());
  const begun = performance.timeOrigin + performance.now();
  await Deno.writeTextFile(`${server.folder}/${file}`, text);
  const found = await page.waitForFunction(`window.${what}?.[0] === "${state}" && window.${what}[1]`);
  return await found.jsonValue() as number - begun;
}

const results: Record<string, number[]> = { "a style sheet": [], "a page": [] };
for (let edit = 1; edit <= EDITS; edit++) {
  results["a style sheet"]!.push(await measure("style.css", SHEET(edit), "sheet", `${100 + edit}px`));
}
for (let edit = 1; edit <= EDITS; edit++) {
  results["a page"]!.push(await measure("index.html", PAGE(edit), "page", String(edit)));
}
for (const [what, times] of Object.entries(results)) {
  console.log(
    `${what}: ${median(times).toFixed(0)} ms until it is painted (median of ${EDITS}; ${
      Math.min(...times).toFixed(0)
    } to ${Math.max(...times).toFixed(0)})`,
  );
}
