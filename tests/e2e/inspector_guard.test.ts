/**
 * What pages of others can do to an inspector, in a real browser: nothing. Each is tried by somebody who has opened the
 * inspector before, so that the browser has its cookie.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { get } from "../support/ask.ts";
import { hasBrowser, type Page, startBrowser } from "../support/browser.ts";
import { type InspectedServer, startInspected, type Summary } from "./inspector_support.ts";

/** A page of somebody else tries all that a page can. What it gets is put together as text. */
const ATTACK = `async (admin) => {
  const got = [];
  const note = (what, found) => got.push(what + ": " + found);
  for (const path of ["/requests", "/requests/1?secrets=1", "/har", "/metrics", "/health", "/"]) {
    for (const mode of ["cors", "no-cors", "same-origin"]) {
      try {
        const answer = await fetch(admin + path, { mode, credentials: "include" });
        note(mode + " " + path, answer.type + " " + (await answer.text()).length);
      } catch { note(mode + " " + path, "refused"); }
    }
  }
  for (const init of [
    { method: "POST", mode: "no-cors", credentials: "include", body: "{}", headers: { "Content-Type": "text/plain" } },
    { method: "POST", mode: "cors", credentials: "include", body: "{}", headers: { "Content-Type": "application/json" } },
  ]) {
    try { note("replay", (await fetch(admin + "/requests/1/replay", init)).type); } catch { note("replay", "refused"); }
  }
  const element = (name, attributes) => new Promise((resolve) => {
    const made = Object.assign(document.createElement(name), attributes);
    made.onload = () => resolve("loaded");
    made.onerror = () => resolve("refused");
    setTimeout(() => resolve("nothing"), 1500);
    document.body.append(made);
  });
  const [script, image, frame, style] = await Promise.all([
    element("script", { src: admin + "/requests" }),
    element("img", { src: admin + "/requests/1" }),
    element("iframe", { src: admin + "/", name: "frame" }),
    element("link", { rel: "stylesheet", href: admin + "/har" }),
  ]);
  note("script", script); note("image", image); note("style", style);
  let text = "unreadable";
  try { text = document.querySelector("iframe").contentDocument?.body?.innerText ?? "unreadable"; } catch {}
  note("frame", text === "" ? "unreadable" : text);
  note("events", await new Promise((resolve) => {
    const source = new EventSource(admin + "/events?since=0", { withCredentials: true });
    source.addEventListener("request", ({ data }) => resolve(data));
    source.onerror = () => { source.close(); resolve("refused"); };
  }));
  return got;
}`;

const MARK = "a-request-of-the-victim";

async function attacked(server: InspectedServer, page: Page, admin: string): Promise<string[]> {
  const got = await page.evaluate(`(${ATTACK})(${JSON.stringify(admin)})`) as string[];
  for (const line of got) assert(!line.includes(MARK) && !line.includes(server.token), line);
  return got;
}

const replays = async (server: InspectedServer) =>
  (await server.json<Summary[]>("/requests")).filter(({ url }) => url.includes(MARK)).length;

Deno.test({
  name:
    "a page of another origin, a rebound name, a form and a link get nothing of the inspector (needs chromium)",
  ignore: !hasBrowser(),
  async fn() {
    await using server = await startInspected({
      config: "admin: 127.0.0.1:0\nservers: [{ listen: LISTEN, root: ., allowed_hosts: [evil.test] }]",
      files: { "evil.html": "<!doctype html><title>evil</title><body>" },
    });
    await using browser = await startBrowser(["--host-resolver-rules=MAP evil.test 127.0.0.1"]);
    await get(server.port, `/${MARK}`);
    const { page } = await browser.open();
    const port = new URL(server.admin).port;

    const nobody = await page.goto(`${server.admin}/`);
    assertEquals(nobody?.status(), 401);
    assertEquals((await page.goto(`${server.admin}/?token=wrong`))?.status(), 401);
    assert(!(await page.content()).includes(MARK));

    // The victim opens it once, by the address that the terminal has.
    const opened = await page.goto(`${server.admin}/?token=${server.token}`);
    assertEquals([opened?.status(), page.url()], [200, `${server.admin}/`]);
    assertEquals(await page.evaluate("document.referrer + document.cookie"), "");
    const own = await page.evaluate(`fetch("/requests").then((answer) => answer.text())`) as string;
    assertStringIncludes(own, MARK);

    // The same machine, another port: to the browser it is of the same site. And another site.
    for (
      const origin of [
        `http://127.0.0.1:${server.port}`,
        `http://localhost:${server.port}`,
        `http://evil.test:${server.port}`,
      ]
    ) {
      await page.goto(`${origin}/evil.html`);
      const got = await attacked(server, page, server.admin);
      for (const line of got.filter((line) => !line.startsWith("no-cors"))) {
        assert(/: (refused|nothing|unreadable|opaque)$/.test(line), `${origin}: ${line}`);
      }
    }
    // By its own name: to the browser all of it is of one origin with the inspector.
    const rebound = await page.goto(`http://evil.test:${port}/`);
    assertEquals(rebound?.status(), 421);
    assert(!(await page.content()).includes(MARK));
    // Newer browsers refuse by themselves: the page came from somewhere else than where it asks.
    const asked = [["GET", "/requests"], ["GET", "/requests/1"], ["GET", "/har"], ["GET", "/health"], [
      "POST",
      "/requests/1/replay",
    ]];
    const statuses = await page.evaluate(`Promise.all(${JSON.stringify(asked)}.map(([method, path]) =>
      fetch(path, { method }).then(({ status }) => status, () => 421)
    ))`);
    assertEquals(statuses, asked.map(() => 421));

    // A form and a link, which need no script: the browser goes there itself.
    await page.goto(`http://evil.test:${server.port}/evil.html`);
    for (const origin of [`http://evil.test:${server.port}`, `http://127.0.0.1:${server.port}`]) {
      for (
        const markup of [
          `<form method=post action="${server.admin}/requests/1/replay"><button id=go>`,
          `<a id=go href="${server.admin}/requests">go`,
        ]
      ) {
        await page.goto(`${origin}/evil.html`);
        await page.evaluate(`document.body.innerHTML = ${JSON.stringify(markup)}`);
        const [answer] = await Promise.all([page.waitForNavigation(), page.locator("#go").click()]);
        assert([401, 403].includes(answer!.status()), `${markup}: ${answer!.status()}`);
        assert(!(await page.content()).includes(MARK));
      }
    }
    assertEquals(await replays(server), 1, "nothing was sent again");

    // The one who may, still may; and what the page itself does works under its policy.
    await page.goto(`${server.admin}/`);
    const replayed = await page.evaluate(
      `fetch("/requests/1/replay", { method: "POST" }).then((answer) => answer.json())`,
    ) as { id: number };
    assertEquals([typeof replayed.id, await replays(server)], ["number", 2]);
  },
});
