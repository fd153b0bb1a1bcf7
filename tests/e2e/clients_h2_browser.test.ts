/**
 * A browser speaks HTTP/2 over TLS: a page, a range, storing and removing, a program, events as they come.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { hasBrowser, type Page, startBrowser } from "../support/browser.ts";
import { isFile } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { HAS_TLS, LARGE, startHttp2Site } from "./clients_h2_support.ts";

/** What the browser tells of a request; the runtime has no type for it. */
interface Timing {
  readonly nextHopProtocol: string;
}

/** One request of the page's own: status, content, and the protocol that the browser tells. */
function ask(page: Page, path: string, options: RequestInit = {}) {
  return page.evaluate(async ([path, options]) => {
    const response = await fetch(path as string, options as RequestInit);
    const text = await response.text();
    const entry: unknown = performance.getEntriesByName(response.url).at(-1);
    return { status: response.status, text, protocol: (entry as Timing | undefined)?.nextHopProtocol };
  }, [path, options] as [string, RequestInit]);
}

Deno.test({
  name: "Chromium speaks HTTP/2 over TLS, and has all of a site by it",
  ignore: !hasBrowser() || !HAS_TLS,
  fn: async () => {
    await using site = await startHttp2Site();
    await using browser = await startBrowser();
    const { page } = await browser.open({ ignoreHTTPSErrors: true });
    await page.goto(`https://localhost:${site.tls}/`);
    assertEquals(await page.textContent("p"), "A page");
    const protocol = await page.evaluate(() =>
      (performance.getEntriesByType("navigation")[0] as unknown as Timing).nextHopProtocol
    );
    assertEquals(protocol, "h2");

    const part = await ask(page, "/large.bin", { headers: { Range: "bytes=100000-100015" } });
    assertEquals([part.status, part.text], [206, LARGE.slice(100_000, 100_016)]);
    assertEquals((await ask(page, "/large.bin")).text.length, LARGE.length);
    const stored = await ask(page, "/files/kept.txt", { method: "PUT", body: LARGE });
    assertEquals(stored.status, 201);
    assert(await Deno.readTextFile(`${site.folder}/store/kept.txt`) === LARGE);
    assertEquals((await ask(page, "/files/kept.txt", { method: "DELETE" })).status, 204);
    assert(!isFile(`${site.folder}/store/kept.txt`));
    const answer = await ask(page, "/cgi-bin/echo.sh", { method: "POST", body: "sent" });
    assertEquals(answer, { status: 200, text: "POST HTTP/2.0 on sent", protocol: "h2" });

    await page.evaluate(() => {
      const source = new EventSource("/cgi-bin/events.sh?browser");
      const { document } = globalThis as unknown as { document: { title: string } };
      document.title = "";
      source.onmessage = ({ data }) => document.title += `(${data})`;
      source.onerror = () => source.close();
    });
    await waitUntil(async () => await page.title() === "(first)", "the first event is seen");
    await Deno.writeTextFile(`${site.folder}/go-browser`, "");
    await waitUntil(async () => await page.title() === "(first)(second)", "the second event is seen");
  },
});
