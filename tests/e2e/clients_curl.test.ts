import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { hasProgram, MAIN_SITE, runClient, startDemo } from "../support/demo.ts";
import { temporaryFolder } from "../support/launch.ts";
import type { TestServer } from "../support/server.ts";

const VIDEO = join(MAIN_SITE, "video/night.mp4");
const KNOTS = join(MAIN_SITE, "files/knots.md");

/** One test with the demo, a temporary folder, and curl in it. */
function curlTest(
  name: string,
  run: (curl: (...args: string[]) => Promise<string>, server: TestServer, folder: string) => Promise<void>,
): void {
  Deno.test({
    name: `${name} (needs curl)`,
    ignore: !hasProgram("curl"),
    async fn() {
      await using server = await startDemo();
      await using folder = await temporaryFolder();
      const curl = async (...args: string[]) => {
        const all = ["--silent", "--show-error", "--max-time", "60", ...args];
        const { code, stdout, stderr } = await runClient("curl", all, folder.path);
        assertEquals([code, stderr], [0, ""], args.join(" "));
        return stdout;
      };
      await run(curl, server, folder.path);
    },
  });
}

curlTest("curl -C - resumes a download that broke off", async (curl, server, folder) => {
  const whole = await Deno.readFile(VIDEO);
  const partial = join(folder, "night.mp4");
  await Deno.writeFile(partial, whole.subarray(0, 100_001));
  const said = await curl(
    "-C",
    "-",
    "-O",
    "-w",
    "%{http_code} %{size_download}",
    `${server.url}/video/night.mp4`,
  );
  assertEquals(said, `206 ${whole.length - 100_001}`);
  const sum = async (bytes: Uint8Array<ArrayBuffer>) =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  assertEquals(await sum(await Deno.readFile(partial)), await sum(whole));
});

curlTest("curl -z fetches only what is newer", async (curl, server, folder) => {
  const url = `${server.url}/files/knots.md`;
  const target = join(folder, "knots.md");
  await curl("--remote-time", "-o", target, url);
  assertEquals(await Deno.readTextFile(target), await Deno.readTextFile(KNOTS));
  const write = ["-o", "again", "-w", "%{http_code}"];
  assertEquals(await curl("-z", target, ...write, url), "304");
  assertEquals(await curl("-z", "Sat, 01 Jan 2000 00:00:00 GMT", ...write, url), "200");
});

curlTest("curl --etag-compare fetches only what changed", async (curl, server) => {
  const url = `${server.url}/files/knots.md`;
  const write = ["-o", "out", "-w", "%{http_code}"];
  assertEquals(await curl("--etag-save", "tag", ...write, url), "200");
  assertEquals(await curl("--etag-compare", "tag", ...write, url), "304");
  assertEquals(await curl("--etag-compare", "tag", ...write, `${server.url}/files/README.txt`), "200");
});

curlTest("curl --range gets the part it asks for", async (curl, server) => {
  const text = await Deno.readTextFile(KNOTS);
  const url = `${server.url}/files/knots.md`;
  assertEquals(await curl("--range", "0-9", url), text.slice(0, 10));
  assertEquals(await curl("--range", "-5", url), text.slice(-5));
  const several = await curl("-i", "--range", "0-1,4-5", url);
  assertMatch(several, /^HTTP\/1\.1 206 [\s\S]*multipart\/byteranges; boundary=/);
});

curlTest("curl -I gets the fields of GET and no content", async (curl, server) => {
  const { size } = await Deno.stat(VIDEO);
  const head = await curl("-I", `${server.url}/video/night.mp4`);
  assertMatch(head, /^HTTP\/1\.1 200 OK\r\n/);
  for (const field of ["Content-Type: video/mp4", `Content-Length: ${size}`, "Accept-Ranges: bytes"]) {
    assertStringIncludes(head, `${field}\r\n`);
  }
  assertMatch(head, /\r\nETag: "[^"]+"\r\n/);
  assert(head.endsWith("\r\n\r\n"));
});

curlTest("curl --http1.0 is answered in 1.0", async (curl, server) => {
  const answer = await curl("--http1.0", "-i", `${server.url}/files/knots.md`);
  assert(answer.startsWith("HTTP/1.0 200 OK\r\n"), answer);
  assert(answer.endsWith(await Deno.readTextFile(KNOTS)));
  assert(!/^transfer-encoding/im.test(answer));
});

curlTest("curl --compressed and an offer of h2c get the plain answer", async (curl, server) => {
  const text = await Deno.readTextFile(KNOTS);
  assertEquals(await curl("--compressed", `${server.url}/files/knots.md`), text);
  const upgrade = ["-H", "Connection: Upgrade, HTTP2-Settings", "-H", "Upgrade: h2c"];
  assertEquals(
    await curl(...upgrade, "-H", "HTTP2-Settings: AAMAAABkAAQ", `${server.url}/files/knots.md`),
    text,
  );
});

curlTest("curl -L follows an old address to its new one", async (curl, server) => {
  const said = await curl(
    "-L",
    "-o",
    "out",
    "-w",
    "%{http_code} %{num_redirects} %{url_effective}",
    `${server.url}/old`,
  );
  assertEquals(said, `200 1 ${server.url}/moved/`);
});

curlTest("curl --path-as-is gets nowhere with dot segments", async (curl, server) => {
  for (
    const path of ["/../x", "/../../etc/passwd", "/files/../../second/index.html", "/%2e%2e/%2e%2e/deno.json"]
  ) {
    const said = await curl("--path-as-is", "-o", "out", "-w", "%{http_code}", server.url + path);
    assertEquals(said, "404", path);
  }
  const inside = await curl(
    "--path-as-is",
    "-o",
    "out",
    "-w",
    "%{http_code}",
    `${server.url}/files/../robots.txt`,
  );
  assertEquals(inside, "200");
});

curlTest("curl uses one connection for several files", async (curl, server) => {
  const targets = ["/", "/files/knots.md", "/missing", "/video/night.mp4", "/css/chart.css"];
  const args = targets.flatMap((target) => ["-o", "out", server.url + target]);
  const said = await curl("-w", "%{http_code}:%{num_connects} ", ...args);
  assertEquals(said, "200:1 200:0 404:0 200:0 200:0 ");
});

curlTest("curl finds the second site by its name", async (curl, server) => {
  const resolve = ["--resolve", `second.localhost:${server.port}:127.0.0.1`];
  const page = await curl(...resolve, `http://second.localhost:${server.port}/`);
  assertStringIncludes(page, "second.localhost");
  assertEquals(await curl("-H", "Host: second.localhost", `${server.url}/`), page);
});
