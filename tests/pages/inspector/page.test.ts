import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { hasBrowser, startBrowser, type TestBrowser, type WatchedPage } from "../../support/browser.ts";
import { FakeInspector, message, recordOf } from "../../support/fake_inspector.ts";

/** One browser for all tests of this file. */
const shared = new AsyncDisposableStack();
Deno.test.afterAll(async () => await shared.disposeAsync());
let started: Promise<TestBrowser> | undefined;

/** One test with a page of its own over a fake of the inspector. */
function pageTest(
  name: string,
  run: (watched: WatchedPage, fake: FakeInspector, browser: TestBrowser) => Promise<void>,
): void {
  Deno.test({
    name: `the inspector's page: ${name} (needs chromium)`,
    ignore: !hasBrowser(),
    async fn() {
      const browser = await (started ??= startBrowser().then((browser) => shared.use(browser)));
      await using fake = new FakeInspector();
      const watched = await browser.open({ viewport: { width: 1280, height: 800 } });
      watched.page.setDefaultTimeout(8000);
      try {
        await run(watched, fake, browser);
      } finally {
        await watched.page.context().close();
      }
    },
  });
}

type Page = WatchedPage["page"];

const rows = (page: Page) => page.locator("#requests tbody tr");
const paths = (page: Page) => rows(page).locator("a").allTextContents();
const row = (page: Page, path: string) => page.getByRole("link", { name: path, exact: true });
/** Waits until the list has so many rows. */
async function listed(page: Page, count: number): Promise<void> {
  await rows(page).nth(count - 1).waitFor();
  assertEquals(await rows(page).count(), count);
}

const url = (path: string, host = "localhost:8080") => `http://${host}${path}`;

pageTest("shows what is there, then what comes, the newest on top", async ({ page, problems }, fake) => {
  fake.add(recordOf(2, { url: url("/b") }), recordOf(1, { url: url("/a") }));
  await page.goto(fake.url);
  await listed(page, 2);
  fake.add(recordOf(3, { url: url("/c"), status: 404 }));
  await listed(page, 3);
  assertEquals(await paths(page), ["/c", "/b", "/a"]);
  assertStringIncludes(await page.locator("#state").innerText(), "Live");
  assertStringIncludes(await page.locator("#count").innerText(), "3 requests");
  assertEquals(problems, []);
});

pageTest("keeps no more rows than the server keeps requests", async ({ page, problems }, fake) => {
  fake.add(...Array.from({ length: 700 }, (_, index) => recordOf(index + 1, { url: url(`/${index + 1}`) })));
  await page.goto(fake.url);
  await listed(page, 500);
  fake.add(
    ...Array.from({ length: 20 }, (_, index) => recordOf(index + 701, { url: url(`/${index + 701}`) })),
  );
  await row(page, "/720").waitFor();
  assertEquals(await rows(page).count(), 500);
  assertEquals((await paths(page)).at(-1), "/221");
  assertEquals(problems, []);
});

pageTest("filters, and keeps the filters in its address", async ({ page, problems }, fake) => {
  fake.add(
    recordOf(1, { url: url("/api/a"), method: "POST", status: 500 }),
    recordOf(2, { url: url("/api/b"), status: 200 }),
    recordOf(3, { url: url("/c", "shop.localhost:8080"), status: 404 }),
  );
  const filter = (name: string) => page.locator("#filters").getByLabel(name);
  await page.goto(`${fake.url}?path=%2Fapi`);
  await listed(page, 2);
  await filter("Status").fill("5xx");
  assertEquals(await paths(page), ["/api/a"]);
  assertEquals(new URL(page.url()).search, "?status=5xx&path=%2Fapi");
  assertEquals(
    await page.getByRole("link", { name: "HAR" }).getAttribute("href"),
    "har?status=5xx&path=%2Fapi",
  );
  assertStringIncludes(await page.locator("#count").innerText(), "1 of 3 requests");
  await filter("Status").fill("");
  await filter("Path").fill("");
  await filter("Method").fill("post");
  assertEquals(await paths(page), ["/api/a"]);
  await filter("Method").fill("");
  await filter("Host").fill("shop.localhost");
  assertEquals(await paths(page), ["/c"]);
  await filter("Host").fill("nobody");
  assertEquals(await page.locator("#empty").innerText(), "None of the requests goes with the filters.");
  assertEquals(problems, []);
});

pageTest(
  "stands still while it is paused, and is empty once it is cleared",
  async ({ page, problems }, fake) => {
    fake.add(recordOf(1));
    await page.goto(fake.url);
    await listed(page, 1);
    await page.getByRole("button", { name: "Pause" }).click();
    fake.add(recordOf(2, { url: url("/two") }), recordOf(3));
    await page.locator("#count", { hasText: "2 waiting" }).waitFor();
    assertEquals(await rows(page).count(), 1);
    await page.getByRole("button", { name: "Pause" }).click();
    await listed(page, 3);
    await page.getByRole("button", { name: "Clear" }).click();
    assertEquals(await rows(page).count(), 0);
    fake.add(recordOf(4, { url: url("/four") }));
    await listed(page, 1);
    assertEquals(await paths(page), ["/four"]);
    assertEquals(problems, []);
  },
);

const FAILED = recordOf(5, {
  method: "POST",
  url: url("/cgi-bin/x.py?a=1"),
  status: 502,
  location: "/cgi-bin/",
  line: 31,
  user: "ada",
  answered_by: { kind: "program", path: "/srv/x.py", command: ["python3", "/srv/x.py"] },
  redirects: ["/cgi-bin/x.py"],
  stderr: ["Traceback", "KeyError: 'name'"],
  why: "its output has no header block",
  weather: ["delay 300ms"],
  request: message(
    { Host: "localhost:8080", Cookie: "id=s3cret", "Content-Type": "application/json" },
    '{"a":[1]}',
  ),
  response: { ...message({ "Content-Type": "text/plain" }, "Bad\n"), reason: "Bad Gateway" },
});

pageTest("shows one request whole, by its link and by the keyboard", async ({ page, problems }, fake) => {
  fake.add(recordOf(4, { url: url("/four") }), FAILED);
  await page.goto(fake.url);
  await row(page, "/cgi-bin/x.py?a=1").click();
  assertEquals(new URL(page.url()).hash, "#5");
  const detail = page.locator("#detail");
  await detail.getByRole("heading", { name: "502 POST" }).waitFor();
  const overview = await detail.getByRole("tabpanel").innerText();
  for (
    const part of [
      "its output has no header block",
      "delay 300ms",
      "python3 /srv/x.py",
      "/cgi-bin/\nwebserv.yaml, line 31".replace("\n", ""),
      "logged in as ada",
      "KeyError: 'name'",
    ]
  ) assertStringIncludes(overview.replaceAll("\n", " ").replace("/cgi-bin/ ", "/cgi-bin/"), part);

  await page.getByRole("tab", { name: "How it was answered" }).focus();
  await page.keyboard.press("ArrowRight");
  const request = page.getByRole("tabpanel", { name: "Request" });
  assertStringIncludes(await request.innerText(), "POST /cgi-bin/x.py?a=1 HTTP/1.1");
  assertEquals(await request.locator("pre").innerText(), '{\n  "a": [\n    1\n  ]\n}');
  await page.keyboard.press("End");
  assertStringIncludes(await page.getByRole("tabpanel").innerText(), "HTTP/1.1 502 Bad Gateway");

  // Through the list from where no text is typed; the tab stays.
  await page.locator("#detail h2").focus();
  await page.keyboard.press("j");
  await detail.getByRole("heading", { name: "200 GET http://localhost:8080/four" }).waitFor();
  assertEquals(await page.locator("tr[aria-current] a").innerText(), "/four");
  assertStringIncludes(await page.getByRole("tabpanel").innerText(), "<p>Hello</p>");
  await page.goBack();
  await detail.getByRole("heading", { name: "502 POST" }).waitFor();
  await page.keyboard.press("Escape");
  await detail.waitFor({ state: "hidden" });
  assertEquals(problems, []);
});

pageTest("shows secrets when it is asked to, and for one request alone", async ({ page, problems }, fake) => {
  fake.add(FAILED, { ...FAILED, id: 6, url: url("/six") });
  await page.goto(`${fake.url}#5`);
  await page.getByRole("tab", { name: "Request" }).click();
  const panel = page.getByRole("tabpanel", { name: "Request" });
  assertStringIncludes(await panel.innerText(), "***");
  assertEquals((await page.content()).includes("s3cret"), false);
  await page.getByRole("button", { name: "Show secrets" }).click();
  await panel.getByText("id=s3cret").waitFor();
  assertEquals(await page.evaluate("document.activeElement.textContent"), "Show secrets");
  await row(page, "/six").click();
  await page.getByRole("heading", { name: "502 POST http://localhost:8080/six" }).waitFor();
  assertEquals((await page.content()).includes("s3cret"), false);
  assertEquals(problems, []);
});

pageTest("sends a request again, as it was and changed", async ({ page, problems }, fake) => {
  fake.add(FAILED);
  await page.goto(`${fake.url}#5`);
  await page.getByRole("button", { name: "Replay", exact: true }).click();
  await page.waitForURL(/#6$/);
  await page.locator("#said", { hasText: "Sent again, answered 200." }).waitFor();

  await page.goto(`${fake.url}#5`);
  await page.getByRole("heading", { name: "502 POST" }).waitFor();
  await page.getByRole("button", { name: "Edit and replay" }).click();
  const dialog = page.getByRole("dialog");
  assertEquals(
    await dialog.getByLabel("Header fields").inputValue(),
    "Host: localhost:8080\nCookie: ***\nContent-Type: application/json",
  );
  await dialog.getByLabel("Header fields").fill("Host: a\nbroken");
  await dialog.getByRole("button", { name: "Send" }).click();
  await dialog.getByRole("alert").getByText("Not a header field: broken").waitFor();
  await dialog.getByLabel("Header fields").fill("Host: localhost:8080\nCookie: ***");
  await dialog.getByLabel("Path and query").fill("/y");
  await dialog.getByLabel("Body", { exact: true }).fill("new");
  await dialog.getByRole("button", { name: "Send" }).click();
  await page.waitForURL(/#7$/);
  await dialog.waitFor({ state: "hidden" });

  // A form that is opened and sent changes nothing; one that is cancelled sends nothing.
  await page.goto(`${fake.url}#5`);
  await page.getByRole("heading", { name: "502 POST" }).waitFor();
  for (const button of ["Cancel", "Send"]) {
    await page.getByRole("button", { name: "Edit and replay" }).click();
    await dialog.getByRole("button", { name: button }).click();
    await dialog.waitFor({ state: "hidden" });
  }
  await page.waitForURL(/#8$/);
  assertEquals(fake.replays, [
    { id: 5, changes: {} },
    {
      id: 5,
      changes: {
        url: "/y",
        headers: [{ name: "Host", value: "localhost:8080" }, { name: "Cookie", value: "***" }],
        body: "new",
      },
    },
    { id: 5, changes: {} },
  ]);
  assertEquals(problems, []);
});

pageTest("asks for another body where its own is no text or is cut", async ({ page, problems }, fake) => {
  fake.add(recordOf(1, {
    method: "PUT",
    request: { ...message({ Host: "a" }), body: "AP8=", encoding: "base64", size: 2 },
  }));
  await page.goto(`${fake.url}#1`);
  await page.getByRole("button", { name: "Edit and replay" }).click();
  const body = page.getByRole("dialog").getByLabel("Body", { exact: true });
  assertEquals(await body.isDisabled(), true);
  await page.getByLabel("Another body: this one is no text").check();
  await body.fill("text");
  await page.getByRole("button", { name: "Send" }).click();
  await page.waitForURL(/#2$/);
  assertEquals(fake.replays, [{ id: 1, changes: { body: "text" } }]);
  assertEquals(problems, []);
});

pageTest("copies as curl and as fetch", async ({ page, problems }, fake) => {
  fake.add(FAILED);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`${fake.url}#5`);
  for (
    const [name, begin] of [["curl", "curl 'http://localhost:8080/cgi-bin/x.py?a=1'"], [
      "fetch",
      "await fetch(",
    ]]
  ) {
    await page.getByRole("button", { name: `Copy as ${name}` }).click();
    await page.locator("#said", { hasText: "is copied" }).waitFor();
    const copied = await page.evaluate("navigator.clipboard.readText()") as string;
    assertEquals(copied.startsWith(begin!), true, copied);
  }
  assertEquals(problems, []);
});

const SCRIPT = `<img src=x onerror="document.title='run'"><script>document.title='run'</script>`;

pageTest("makes nothing of what strangers send but text", async ({ page, problems }, fake) => {
  const all = Object.fromEntries(
    ["User-Agent", "Content-Type", `X-${"a".repeat(300)}`].map((name) => [name, SCRIPT]),
  );
  const hostile = { ...message({ ...all, Cookie: SCRIPT }, SCRIPT), reason: SCRIPT };
  fake.add(recordOf(1, {
    method: "GET'\"<b>",
    url: url(`/${SCRIPT}\u202e${"x".repeat(9000)}`, "<b>"),
    server: SCRIPT,
    location: SCRIPT,
    remote: SCRIPT,
    user: SCRIPT,
    why: SCRIPT,
    weather: [SCRIPT],
    redirects: [SCRIPT],
    stderr: [`\x1b[2J${SCRIPT}`],
    answered_by: { kind: "proxy", upstream: `javascript:${SCRIPT}` },
    request: hostile,
    response: hostile,
  }));
  fake.add(
    recordOf(2, {
      response: {
        ...message(
          { "Content-Type": "image/svg+xml" },
          `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="document.title='run'"><script>top.document.title='run'</script></svg>`,
        ),
        reason: "OK",
      },
    }),
  );
  for (const id of [1, 2]) {
    await page.goto(`${fake.url}#${id}`);
    for (const tab of ["How", "Request", "Response"]) await page.getByRole("tab", { name: tab }).click();
    assertEquals(await page.title(), "Inspector");
    assertEquals(
      await page.locator("#detail script, #detail [onerror], #requests script, #requests b").count(),
      0,
    );
    assertEquals(
      await page.evaluate("document.documentElement.scrollWidth <= innerWidth"),
      true,
      "the page is too wide",
    );
  }
  assertEquals(
    await page.locator("img.picture").evaluate((image) =>
      (image as unknown as { naturalWidth: number }).naturalWidth
    ),
    9,
  );
  await page.goto(`${fake.url}#1`);
  await page.getByRole("tab", { name: "How" }).click();
  assertStringIncludes(await page.locator("#detail .stderr").innerText(), "\\u001b[2J<img");
  assertEquals(problems, []);
});

pageTest("says that the server has gone, and goes on when it is back", async ({ page }, fake) => {
  fake.add(recordOf(1));
  await page.goto(fake.url);
  await listed(page, 1);
  fake.cut();
  fake.add(recordOf(2));
  await listed(page, 2);
  await page.locator("#state", { hasText: "Live" }).waitFor();
  fake.isLocked = true;
  fake.cut();
  await page.locator("#state", { hasText: "The server has been started again." }).waitFor();
});

pageTest("says that a request is not kept any more", async ({ page }, fake) => {
  await page.goto(`${fake.url}#9`);
  await page.locator("#detail", { hasText: "This request is not kept any more." }).waitFor();
});

pageTest("works on a phone, light and dark", async (_, fake, browser) => {
  fake.add(recordOf(1, { url: url(`/a-path-that-is-${"very-".repeat(30)}long`) }), FAILED);
  for (const colorScheme of ["light", "dark"] as const) {
    const { page, problems } = await browser.open({ viewport: { width: 390, height: 844 }, colorScheme });
    const isWithin = () => page.evaluate("document.documentElement.scrollWidth <= innerWidth");
    await page.goto(fake.url);
    await listed(page, 2);
    assertEquals(await isWithin(), true, "the list is too wide");
    await row(page, "/cgi-bin/x.py?a=1").click();
    await page.getByRole("heading", { name: "502 POST" }).waitFor();
    assertEquals(await page.locator("#requests").isVisible(), false);
    assertMatch(String(await page.evaluate("document.activeElement.textContent")), /^502 POST/);
    for (const tab of ["Request", "Response", "How"]) {
      await page.getByRole("tab", { name: tab }).click();
      assertEquals(await isWithin(), true, `${tab} is too wide`);
    }
    await page.getByRole("link", { name: "All requests" }).click();
    await row(page, "/cgi-bin/x.py?a=1").waitFor();
    assertEquals(problems, []);
    await page.context().close();
  }
});
