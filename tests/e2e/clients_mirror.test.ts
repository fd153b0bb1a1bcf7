import { assert, assertEquals, assertGreater } from "@std/assert";
import { join, relative } from "@std/path";
import { hasProgram, MAIN_SITE, runClient, startDemo } from "../support/demo.ts";
import { temporaryFolder } from "../support/launch.ts";

const LINK = /\b(?:href|src|poster)="([^"]*)"|\bsrcset="([^"]*)"|\burl\(["']?([^"')]+)["']?\)/g;

/** Where the links of a page or a style sheet lead, without fragments. */
function links(text: string, base: string): string[] {
  const targets = [...text.replaceAll(/<!--[\s\S]*?-->/g, "").matchAll(LINK)].flatMap(([, link, set, css]) =>
    set?.split(",").map((part) => part.trim().split(/\s+/)[0]!) ?? [link ?? css!]
  );
  return targets.map((target) => {
    const url = new URL(target.replaceAll("&amp;", "&").replaceAll("&#39;", "'"), base);
    url.hash = "";
    return url.href;
  });
}

/** What its programs answer is another matter: it may be endless, slow or an error on purpose. */
const PROGRAMS = "/cgi-bin/";

/** What a script says is no link of the page. */
const SCRIPT = /<script\b[\s\S]*?<\/script>/g;

/** Everything that the front page leads to on its own host: path to content, redirects by their target. */
async function crawl(origin: string): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const waiting = [`${origin}/`];
  const seen = new Set(waiting);
  for (let url = waiting.pop(); url !== undefined; url = waiting.pop()) {
    const response = await fetch(url);
    const content = await response.bytes();
    assertEquals(response.status, 200, `${url} is linked`);
    const { pathname, search } = new URL(response.url);
    found.set(pathname + search, content);
    if (!/^text\/(html|css)/.test(response.headers.get("content-type") ?? "")) continue;
    for (const link of links(new TextDecoder().decode(content).replace(SCRIPT, ""), response.url)) {
      if (!link.startsWith(`${origin}/`) || link.startsWith(origin + PROGRAMS) || seen.has(link)) continue;
      seen.add(link);
      waiting.push(link);
    }
  }
  return found;
}

async function filesBelow(folder: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const walk = async (path: string) => {
    for await (const { name, isDirectory } of Deno.readDir(path)) {
      if (isDirectory) await walk(join(path, name));
      else files.set(relative(folder, join(path, name)), await Deno.readFile(join(path, name)));
    }
  };
  await walk(folder);
  return files;
}

Deno.test("no link of the demo is dead, and everything in its files folder is linked", async () => {
  await using server = await startDemo();
  const found = await crawl(server.url);
  assertGreater(found.size, 20);
  const paths = new Set([...found.keys()].map(decodeURIComponent));
  for (const path of (await filesBelow(join(MAIN_SITE, "files"))).keys()) {
    assert(paths.has(`/files/${path}`), path);
  }
});

Deno.test({
  name: "wget --mirror fetches every page of the demo without an error (needs wget)",
  ignore: !hasProgram("wget"),
  async fn() {
    await using server = await startDemo();
    await using folder = await temporaryFolder();
    const args = [
      "--mirror",
      `--exclude-directories=${PROGRAMS}`,
      "--no-verbose",
      "--no-host-directories",
      "--restrict-file-names=nocontrol",
    ];
    const { code, stderr } = await runClient("wget", [...args, `${server.url}/`], folder.path);
    assertEquals(code, 0, stderr);
    const mirrored = await filesBelow(folder.path);
    mirrored.delete("robots.txt");
    const linked = new Set([...(await crawl(server.url)).keys()].map((path) => {
      const name = decodeURIComponent(path).slice(1);
      return name === "" || name.endsWith("/") ? `${name}index.html` : name;
    }));
    const onDisk = await filesBelow(MAIN_SITE);
    // wget keeps what a redirect leads to under the name that it asked for.
    const moved = mirrored.get("old");
    if (moved) {
      mirrored.delete("old");
      mirrored.set("moved/index.html", moved);
    }
    assertEquals([...mirrored.keys()].sort(), [...linked].sort());
    for (const [name, content] of mirrored) {
      // What is not on the disk is a listing.
      const file = onDisk.get(name);
      assert(
        file === undefined || new TextDecoder().decode(file) === new TextDecoder().decode(content),
        name,
      );
    }
  },
});
