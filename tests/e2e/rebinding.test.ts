/**
 * What a page of another name can do to a server of this machine once its name leads here (DNS rebinding).
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { ask } from "../support/ask.ts";
import { hasBrowser, startBrowser } from "../support/browser.ts";
import { keptServer } from "../support/kept_server.ts";
import { test } from "../support/protocols.ts";
import { isFile, startServer } from "../support/server.ts";

test({
  name: "a page whose name was rebound to this machine reads and stores nothing (needs chromium)",
  ignore: !hasBrowser(),
  async fn() {
    await using server = await startServer({ args: ["--upload"], files: { "secret.txt": "secret" } });
    await using browser = await startBrowser(["--host-resolver-rules=MAP evil.test 127.0.0.1"]);
    const { page } = await browser.open();
    const answer = await page.goto(`http://evil.test:${server.port}/`);
    assertEquals(answer?.status(), 421);
    assertStringIncludes(await page.locator("main").innerText(), 'allowed_hosts: ["evil.test"]');
    // From here on, everything is of one origin with the page.
    const statuses = await page.evaluate(`(async () => {
      const asked = [["GET", "/secret.txt"], ["GET", "/"], ["PUT", "/new.txt"], ["POST", "/"], ["DELETE", "/secret.txt"],
        ["MKCOL", "/new/"], ["MOVE", "/secret.txt"], ["PROPFIND", "/"], ["PATCH", "/secret.txt"]];
      const answers = asked.map(([method, target]) =>
        fetch(target, { method, body: method[0] === "P" ? "x" : undefined })
      );
      return (await Promise.all(answers)).map(({ status }) => status);
    })()`);
    assertEquals(statuses, Array(9).fill(421));
    assertEquals(isFile(`${server.folder}/new.txt`), false);
    assertEquals(isFile(`${server.folder}/secret.txt`), true);
  },
});

test("--allow-host names what a loopback address answers to besides", async () => {
  const server = await keptServer({
    args: ["--allow-host", "app.test", "--allow-host=*.lan.test"],
    files: { "a.txt": "a" },
  });
  const statusFor = async (host: string) => (await ask(server.port, "/a.txt", { host })).status;
  assertEquals(await statusFor("app.test:80"), 200);
  assertEquals(await statusFor("x.lan.test"), 200);
  assertEquals(await statusFor("other.test"), 421);
});
