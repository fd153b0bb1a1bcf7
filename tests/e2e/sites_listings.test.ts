import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ask } from "../support/ask.ts";
import { keptServer } from "../support/kept_server.ts";
import { test } from "../support/protocols.ts";
import { startServer, type TestServer } from "../support/server.ts";

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Names and links of a listing's rows, as a browser takes them. */
async function rows(server: TestServer, target: string): Promise<{ text: string; path: string }[]> {
  const answer = await ask(server.port, target);
  assertEquals([answer.status, answer.field("content-type")], [200, "text/html; charset=utf-8"]);
  const entities: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', "#39": "'" };
  const unescape = (text: string) => text.replace(/&([a-z0-9#]+);/g, (_, name: string) => entities[name]!);
  return [...decode(answer.body).matchAll(/<th scope="row"><a href="([^"]*)">([^<]*)<\/a>/g)].map((match) => {
    const url = new URL(unescape(match[1]!), `http://localhost${target}`);
    assertEquals(url.host, "localhost", "a link leads to another host");
    return { text: unescape(match[2]!), path: url.pathname };
  });
}

const names = async (server: TestServer, target: string) =>
  (await rows(server, target)).map(({ text }) => text);

test("a listing has folders first, both sorted as people sort", async () => {
  const server = await keptServer({
    files: {
      "b/x": "",
      "A/x": "",
      "folder 10/x": "",
      "folder 2/x": "",
      "file10.txt": "",
      "file2.txt": "",
      "Zebra": "",
      "apple": "",
      "Äpfel": "",
      "_under": "",
    },
  });
  const listed = await names(server, "/");
  assertEquals(listed.slice(0, 4), ["A/", "b/", "folder 2/", "folder 10/"]);
  assertEquals(
    listed.slice(4),
    ["_under", "Äpfel", "apple", "file2.txt", "file10.txt", "Zebra"].sort((a, b) =>
      new Intl.Collator("en", { numeric: true }).compare(a, b)
    ),
  );
});

test("odd names are shown as they are, do no harm, and their links lead to them", async () => {
  const odd = [
    "<img src=x onerror=alert(1)>.txt",
    `"quotes" & 'apostrophes'`,
    "two  words",
    "Grüße.txt",
    "日本語",
    "a:b",
    "javascript:alert(1)",
    "100%",
    "%41.txt",
    "a?b=c#d",
    "semi;colon,comma",
    "&lt;.txt",
    "trailing.",
    "~tilde",
  ];
  const server = await keptServer({
    files: Object.fromEntries(odd.map((name) => [`odd/${name}`, `this is ${name}`])),
  });
  const page = decode((await ask(server.port, "/odd/")).body);
  assert(!page.includes("<img"), "markup got through");
  const listed = await rows(server, "/odd/");
  assertEquals(listed.map(({ text }) => text).sort(), ["Parent folder", ...odd].sort());
  for (const { text, path } of listed.filter(({ text }) => odd.includes(text))) {
    const file = await ask(server.port, path);
    assertEquals([file.status, decode(file.body)], [200, `this is ${text}`], text);
  }
});

test("a folder with markup in its name is harmless in its own listing", async () => {
  const folder = `<b>"x" & 'y'`;
  const server = await keptServer({ files: { [`${folder}/sub/file`]: "content" } });
  const page = decode((await ask(server.port, `/${encodeURIComponent(folder)}/`)).body);
  assert(!page.includes("<b>"), "markup got through");
  const [, sub] = await rows(server, `/${encodeURIComponent(folder)}/`);
  assertEquals((await ask(server.port, sub!.path + "file")).text, "content");
});

test("hidden names, links out of the root, dead links and other kinds are not shown", async () => {
  await using server = await startServer({
    config: "servers: [{ listen: LISTEN, root: site, autoindex: on }]",
    files: {
      "secret/key": "secret",
      "site/.hidden": "",
      "site/.git/config": "",
      "site/.well-known/x": "",
      "site/sub/.hidden": "",
      "site/sub/.well-known/x": "",
      "site/sub/shown": "",
      "site/target": "target",
      "site/folder/x": "",
    },
  });
  const site = join(server.folder, "site");
  await Deno.symlink("../secret", join(site, "out"));
  await Deno.symlink("../secret/key", join(site, "out.txt"));
  await Deno.symlink("/etc/passwd", join(site, "passwd"));
  await Deno.symlink("nowhere", join(site, "dead"));
  await Deno.symlink("round", join(site, "round"));
  await Deno.symlink("target", join(site, "within"));
  await Deno.symlink("folder", join(site, "folder-link"));
  await new Deno.Command("mkfifo", { args: [join(site, "pipe")] }).output();
  assertEquals(await names(server, "/"), [
    ".well-known/",
    "folder/",
    "folder-link/",
    "sub/",
    "target",
    "within",
  ]);
  assertEquals(await names(server, "/sub/"), ["Parent folder", "shown"]);
  for (const { path } of await rows(server, "/")) {
    assertEquals((await ask(server.port, path)).status, 200, path);
  }
  for (const target of ["/out/", "/out.txt", "/dead", "/round", "/pipe", "/.hidden", "/sub/.well-known/x"]) {
    assertEquals((await ask(server.port, target)).status, 404, target);
  }
});

test("a listing as JSON has name, type, size, modified and media type of each entry and nothing else", async () => {
  const server = await keptServer({
    files: { "dir/sub/x": "", 'dir/b "quoted".txt': "12345", "dir/ä": "" },
  });
  const time = new Date("2024-02-29T12:34:56.000Z");
  await Deno.utime(join(server.folder, 'dir/b "quoted".txt'), time, time);
  const answer = await ask(server.port, "/dir/", { fields: { Accept: "application/json" } });
  assertEquals(answer.field("content-type"), "application/json");
  const list: unknown = JSON.parse(decode(answer.body));
  assert(Array.isArray(list));
  const entries = list as Record<string, unknown>[];
  for (const entry of entries) {
    assertEquals(Object.keys(entry), ["name", "type", "size", "modified", "media_type"]);
    assertMatch(String(entry["modified"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
  assertEquals(entries.map(({ name, type }) => [name, type]), [
    ["sub", "directory"],
    ["ä", "file"],
    ['b "quoted".txt', "file"],
  ]);
  assertEquals(entries[2], {
    name: 'b "quoted".txt',
    type: "file",
    size: 5,
    modified: "2024-02-29T12:34:56.000Z",
    media_type: "text/plain",
  });
});

test("Accept decides between page and JSON, and caches are told", async () => {
  const server = await keptServer({ files: { "dir/x": "", "empty": null } });
  const type = async (accept: string | undefined) => {
    const answer = await ask(server.port, "/dir/", {
      fields: accept === undefined ? {} : { Accept: accept },
    });
    assertMatch(answer.field("vary") ?? "", /\bAccept\b/i);
    return answer.field("content-type")?.split(";")[0];
  };
  assertEquals(await type(undefined), "text/html");
  assertEquals(await type("*/*"), "text/html");
  assertEquals(await type("text/html,application/xhtml+xml,*/*;q=0.8"), "text/html");
  assertEquals(await type("application/json"), "application/json");
  assertEquals(await type("application/json;q=0.9, text/html;q=0.5"), "application/json");
  assertEquals(await type("application/json;q=0.5, text/html"), "text/html");
  assertEquals(await type("image/png"), "text/html");
  const empty = await ask(server.port, "/empty/", { fields: { Accept: "application/json" } });
  assertEquals(JSON.parse(empty.text), []);
});

test("HEAD of a listing tells its length, and a new file is listed at the next request", async () => {
  await using server = await startServer({ files: { "dir/one": "" } });
  const page = await ask(server.port, "/dir/");
  const head = await ask(server.port, "/dir/", { method: "HEAD" });
  assertEquals([head.status, head.text], [200, ""]);
  assertEquals(head.field("content-length"), String(page.body.length));
  await Deno.writeTextFile(join(server.folder, "dir/two"), "2");
  assertEquals(await names(server, "/dir/"), ["Parent folder", "one", "two"]);
  await Deno.remove(join(server.folder, "dir/one"));
  assertEquals(await names(server, "/dir/"), ["Parent folder", "two"]);
});

test("the links of a listing lead down, and up again", async () => {
  const server = await keptServer({ files: { "a/b c/d.txt": "deep" } });
  const [down] = await rows(server, "/");
  assertEquals(down, { text: "a/", path: "/a/" });
  const [, further] = await rows(server, "/a/");
  assertEquals(further, { text: "b c/", path: "/a/b%20c/" });
  const [up, file] = await rows(server, "/a/b%20c/");
  assertEquals(up, { text: "Parent folder", path: "/a/" });
  assertEquals((await ask(server.port, file!.path)).text, "deep");
  const page = (await ask(server.port, "/a/b%20c/")).text;
  assertStringIncludes(page, '<a href="/a/">a</a>');
  assertEquals(await names(server, "/"), ["a/"]);
});

test("autoindex is off unless it is asked for", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: .
    locations:
      /shown/: { autoindex: on }
      /shown/not/: { autoindex: off }
`,
    files: { "default/x": "", "shown/sub/x": "", "shown/not/x": "" },
  });
  const status = async (target: string) => (await ask(server.port, target)).status;
  assertEquals(await status("/default/"), 403);
  assertEquals(await status("/shown/"), 200);
  assertEquals(await status("/shown/sub/"), 200);
  assertEquals(await status("/shown/not/"), 403);
  assertEquals(await status("/shown/missing/"), 404);
});
