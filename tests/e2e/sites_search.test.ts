import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ask } from "../support/ask.ts";
import { test } from "../support/protocols.ts";
import { startServer, type TestServer } from "../support/server.ts";

const CONFIG = `
servers:
  - listen: LISTEN
    root: site
    autoindex: on
    locations:
      /: {}
      /shut/: { autoindex: off }
      /kept/: { access: { read: none } }
      /moved/: { return: 301 /elsewhere }
      /programs/: { cgi: { .sh: sh } }
      /other/: { alias: other, autoindex: on }
`;

const started = new AsyncDisposableStack();
Deno.test.afterAll(() => started.disposeAsync());
let server: Promise<TestServer> | undefined;

function serve(): Promise<TestServer> {
  return server ??= startServer({
    config: CONFIG,
    files: {
      "site/Report.txt": "top",
      "site/a/b/c/report 2.md": "deep",
      "site/a/.report": "hidden",
      "site/.git/report": "hidden",
      "site/reports/x": "",
      "site/shut/report": "",
      "site/kept/report": "",
      "site/moved/report": "",
      "site/programs/report.sh": "echo",
      "site/programs/report.txt": "text",
      "site/other/report": "covered by the alias",
      'site/odd/<img src=x onerror=alert(1)> & "report"%?#.txt': "odd",
      "other/report": "of the alias",
      "outside/report": "secret",
    },
  }).then(async (server) => {
    started.use(server);
    const site = join(server.folder, "site");
    await Deno.symlink("../../outside", join(site, "a/out"));
    await Deno.symlink("..", join(site, "a/report-loop"));
    return server;
  });
}

interface Found {
  readonly name: string;
  readonly path: string;
  readonly type: string;
  readonly media_type: string | null;
}

async function find(query: string, folder = "/"): Promise<Found[]> {
  const { port } = await serve();
  const answer = await ask(port, `${folder}?${query}`, { fields: { Accept: "application/json" } });
  assertEquals([answer.status, answer.field("content-type")], [200, "application/json"]);
  return JSON.parse(answer.text);
}

test("?q= finds names below the folder, in any case, and tells where they are", async () => {
  const paths = (await find("q=REPORT")).map(({ path }) => path);
  assertEquals(paths, [
    "Report.txt",
    "reports",
    "a/report-loop",
    'odd/<img src=x onerror=alert(1)> & "report"%?#.txt',
    "programs/report.txt",
    "a/b/c/report 2.md",
  ]);
  assertEquals((await find("q=report", "/a/b/")).map(({ path }) => path), ["c/report 2.md"]);
  assertEquals(await find("q=no+such+name"), []);
  const [file] = await find("q=report+2");
  assertEquals([file?.name, file?.type, file?.media_type], ["report 2.md", "file", "text/markdown"]);
});

test("?q= tells of nothing that GET would refuse, or that lies elsewhere", async () => {
  const { port } = await serve();
  const found = await find("q=report");
  for (const hidden of ["kept", "shut", "moved", "other", ".git", ".report", "report.sh", "out/"]) {
    assert(!found.some(({ path }) => path.includes(hidden)), hidden);
  }
  for (const { path, type } of found) {
    const target = `/${path.split("/").map(encodeURIComponent).join("/")}${type === "directory" ? "/" : ""}`;
    assertEquals((await ask(port, target)).status, 200, target);
  }
});

test("a listing leaves out what GET would refuse to whoever asks", async () => {
  const { port } = await serve();
  const rows = JSON.parse((await ask(port, "/", { fields: { Accept: "application/json" } })).text) as Found[];
  const names = rows.map(({ name }) => name);
  assertEquals([names.includes("kept"), names.includes("reports")], [false, true]);
  const page = await ask(port, "/", { fields: { Accept: "text/html" } });
  assert(!page.text.includes("kept/"));
  const [program] = await find("q=report.sh", "/programs/");
  assertEquals(program, undefined);
  const listed = JSON.parse((await ask(port, "/programs/", { fields: { Accept: "application/json" } })).text);
  assertEquals((listed as Found[]).map((row) => [row.name, row.media_type]), [
    ["report.sh", null],
    ["report.txt", "text/plain"],
  ]);
});

test("?q= as a page has its results as links, in which no name is markup", async () => {
  const { port } = await serve();
  const page = await ask(port, "/?q=%3Cimg", { fields: { Accept: "text/html" } });
  assertEquals([page.status, page.field("content-type")], [200, "text/html; charset=utf-8"]);
  assertMatch(page.field("content-security-policy") ?? "", /^default-src 'none'; script-src 'sha256-/);
  assert(!/<img/.test(page.text.replace(/<script[^]*?<\/script>/g, "")), "markup got through");
  const [, href] = /<tbody>\n<tr class="."><th scope="row"><a href="([^"]*)">/.exec(page.text)!;
  assertEquals((await ask(port, new URL(href!, "http://localhost/").pathname)).text, "odd");
  assertStringIncludes(
    (await ask(port, "/?q=nothing", { fields: { Accept: "text/html" } })).text,
    "Nothing was found.",
  );
  assertEquals((await ask(port, "/?q=report", { method: "HEAD" })).status, 200);
});

test("an empty ?q= is a listing, and what a query does not say stays as it is", async () => {
  const { port } = await serve();
  const names = async (query: string) =>
    (JSON.parse((await ask(port, `/a/${query}`, { fields: { Accept: "application/json" } })).text) as Found[])
      .map(({ name }) => name);
  for (const query of ["", "?q=", "?q=%20", "?x=1", "?sort=colour"]) {
    assertEquals(await names(query), ["b", "report-loop"], query);
  }
  assertEquals(await names("?sort=-name"), ["report-loop", "b"]);
});
