/**
 * The page of a program's failure in a browser.
 */
import { assert, assertEquals } from "@std/assert";
import { hasBrowser, startBrowser } from "../support/browser.ts";
import { cgiServer } from "./cgi_support.ts";

const PROGRAM = `import os

def depth(hour):
    raise ValueError("a long line: ${"deep ".repeat(60)}")

print("<script>document.title = 'forged'</script>")
depth(3)
`;

Deno.test({
  name: "Chromium shows the page of a failure, wide and narrow, light and dark, with nothing that is forged",
  ignore: !hasBrowser(),
  fn: async () => {
    await using server = await cgiServer({ "tide.py": PROGRAM }, {
      location: "cgi: { .py: python3 }, cgi_debug: on, cgi_env: { HARBOUR_TOKEN: hunter2 }",
    });
    await using browser = await startBrowser();
    for (const [width, colorScheme] of [[1280, "light"], [390, "dark"]] as const) {
      const { page, problems } = await browser.open({ viewport: { width, height: 800 }, colorScheme });
      await page.goto(`http://localhost:${server.port}/cgi-bin/tide.py`);
      assertEquals(await page.title(), "502 Bad Gateway: /cgi-bin/tide.py");
      assertEquals(await page.evaluate("document.documentElement.scrollWidth"), width);
      assertEquals(await page.locator(".here b").innerText(), "4");
      assert((await page.locator("li").first().innerText()).includes("ValueError: a long line"));
      assert((await page.locator("pre.wrap").nth(1).innerText()).includes("<script>"));
      const text = await page.locator("body").innerText();
      assert(text.includes("HARBOUR_TOKEN") && !text.includes("hunter2"));
      // The status itself is one.
      assertEquals(problems.filter((problem) => !problem.includes("502")), []);
    }
  },
});
