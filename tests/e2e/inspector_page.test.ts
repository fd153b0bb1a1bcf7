/**
 * The inspector's page over the whole program, in a real browser: what is asked of the server is seen there, and sent
 * from there again.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { hasBrowser, startBrowser } from "../support/browser.ts";
import { startInspected } from "./inspector_support.ts";

const CONFIG = `admin: 127.0.0.1:0
workers: 2
servers:
  - listen: LISTEN
    root: .
    locations:
      /cgi/:
        alias: cgi
        cgi: { .sh: sh }
        cgi_debug: off
`;

const ECHO = `printf 'Content-Type: application/json\\r\\n\\r\\n'
echo 'I have read it' >&2
cat
`;

const BODY = '{"name":"Aurora","password":"h\\u0075sh"}';

Deno.test({
  name: "the inspector's page shows what is asked of the server, and sends it again (needs chromium)",
  ignore: !hasBrowser(),
  async fn() {
    await using server = await startInspected({
      config: CONFIG,
      files: { "a.txt": "hello", "cgi/echo.sh": ECHO, "cgi/bad.sh": "echo 'no such table' >&2; exit 3\n" },
    });
    await using browser = await startBrowser();
    const { page, problems } = await browser.open({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(10_000);
    const ask = async (path: string, init?: RequestInit) =>
      await (await fetch(server.url + path, init)).text();
    const row = (path: string) =>
      page.locator("#requests").getByRole("link", { name: path, exact: true }).first();

    await ask("/a.txt?token=s3cret");
    await page.goto(`${server.admin}/?token=${server.token}`);
    await row("/a.txt?token=***").waitFor();
    assertEquals(page.url().includes(server.token), false, "the token stands in the address no longer");

    // While the page is open.
    const sent = {
      method: "POST",
      body: BODY,
      headers: { Authorization: "Bearer s3cret", "Content-Type": "application/json" },
    };
    assertEquals(await ask("/cgi/echo.sh?x=1", sent), BODY);
    await ask("/cgi/bad.sh");
    await row("/cgi/bad.sh").click();
    const panel = page.getByRole("tabpanel");
    await page.getByRole("heading", { name: "502 GET" }).waitFor();
    const overview = await panel.innerText();
    for (const part of ["no such table", "/cgi/bad.sh", "webserv.yaml, line 7", "The program"]) {
      assertStringIncludes(overview, part);
    }

    await row("/cgi/echo.sh?x=1").click();
    await page.getByRole("heading", { name: "200 POST" }).waitFor();
    await page.getByRole("tab", { name: "Request" }).click();
    assertStringIncludes(await panel.innerText(), "Bearer ***");
    assertStringIncludes(await panel.locator("pre").innerText(), '"password": "***"');
    assertEquals((await page.content()).includes("s3cret"), false);

    // As it was: the same bytes, the secrets among them.
    await page.getByRole("button", { name: "Replay", exact: true }).click();
    await page.locator("#said", { hasText: "Sent again, answered 200." }).waitFor();
    await page.getByRole("heading", { name: "200 POST" }).waitFor();
    await page.getByRole("button", { name: "Show secrets" }).click();
    await panel.getByText("Bearer s3cret").waitFor();
    await page.getByRole("tab", { name: "Response" }).click();
    assertStringIncludes(await panel.locator("pre").innerText(), '"password": "h\\u0075sh"');

    // Changed, with a masked field that stays: it is sent as it was.
    await page.reload();
    await page.getByRole("button", { name: "Edit and replay" }).click();
    await page.getByLabel("Path and query").fill("/cgi/echo.sh?x=2");
    await page.getByLabel("Body", { exact: true }).fill('{"new":1}');
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("heading", { name: "200 POST", exact: false }).getByText("x=2").waitFor();
    const last = (await server.json("/requests")).at(-1)!;
    const { request, response } = await (await server.inspect(`/requests/${last.id}?secrets=1`)).json();
    assertEquals(response.body, '{"new":1}');
    const value = (name: string) =>
      request.headers.find((field: { name: string }) => field.name.toLowerCase() === name)?.value;
    assertEquals(value("authorization"), "Bearer s3cret");

    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "HAR" }).click();
    const archive = JSON.parse(await Deno.readTextFile(await (await download).path()));
    assertEquals(archive.log.version, "1.2");
    assertEquals(archive.log.entries.length, (await server.json("/requests")).length);
    assertEquals(problems, []);
  },
});
