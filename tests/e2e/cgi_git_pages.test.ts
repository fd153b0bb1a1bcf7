/**
 * Pages of repositories as cgit and gitweb make them: what they link to is shown, names that start with a dot too, since
 * they are part of a program's path, and no names of files of ours.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ask } from "../support/ask.ts";
import { runClient } from "../support/demo.ts";
import { temporaryFolder } from "../support/launch.ts";
import { http1Test, test } from "../support/protocols.ts";
import { startServer, type TestServer, writeFiles } from "../support/server.ts";
import type { WireResponse } from "../support/wire.ts";
import { needs } from "./cgi_support.ts";

const CGIT = "/usr/lib/cgit/cgit.cgi", GITWEB = "/usr/lib/cgi-bin/gitweb.cgi";

/** Each file's content says its name. */
const NAMES = [
  ".gitignore",
  ".github/workflows/.ci.yml",
  "docs/.hidden/..odd",
  ".well-known/x",
  ".a b+c&d",
  ".ümlaut",
  ".webserv/...",
  "plain.txt",
];
const contentOf = (name: string) => `the file ${name.replaceAll("&", "and")}`;

/** One in its work tree, one without, and one whose own name starts with a dot. */
const REPOSITORIES = ["work/.git", "bare.git", ".dot.git"];

const stack = new AsyncDisposableStack();
let started: Promise<TestServer> | undefined;
Deno.test.afterAll(() => stack.disposeAsync());

async function start(): Promise<TestServer> {
  const folder = stack.use(await temporaryFolder()).path, repos = `${folder}/repos`;
  await writeFiles(folder, {
    ...Object.fromEntries(NAMES.map((name) => [`repos/work/${name}`, `${contentOf(name)}\n`])),
    "cgitrc":
      `virtual-root=/cgit/\ncache-size=0\nenable-index-owner=0\nscan-hidden-path=1\nscan-path=${repos}\n`,
    "gitweb.conf": `$projectroot = "${repos}"; $git_temp = "${folder}"; $feature{"pathinfo"}{"default"} = [1];
@stylesheets = ("/gitweb/static/gitweb.css");
`,
  });
  const git = async (...args: readonly string[]) => {
    const who = ["-c", "user.name=Test", "-c", "user.email=test@example.test"];
    const { code, stderr } = await runClient("git", [...who, ...args], `${repos}/work`);
    assertEquals(code, 0, stderr);
  };
  await git("init", "-q", "-b", "main");
  await git("add", "-A");
  await git("commit", "-q", "-m", "All of it");
  for (const bare of REPOSITORIES.slice(1)) await git("clone", "-q", "--bare", ".", `../${bare}`);
  return stack.use(
    await startServer({
      files: { "www": null },
      config: `access_log: off
servers:
  - listen: LISTEN
    root: www
    locations:
      /cgit/: { cgi_script: ${CGIT}, cgi_env: { CGIT_CONFIG: "${folder}/cgitrc" } }
      /gitweb: { cgi_script: ${GITWEB}, cgi_env: { GITWEB_CONFIG: "${folder}/gitweb.conf" } }
      /gitweb/static/: { alias: /usr/share/gitweb/static }
      /repos/: { alias: "${repos}", autoindex: on }
`,
    }),
  );
}

const AT_ONCE = 4;

/** Whoever follows links as a browser does; gives all answers by their address. */
async function crawl(
  server: TestServer,
  first: string,
  isWanted: (target: string) => boolean,
): Promise<ReadonlyMap<string, WireResponse>> {
  const answers = new Map<string, WireResponse>(), seen = new Set([first]), waiting = [first];
  const visit = async (target: string) => {
    const answer = await ask(server.port, target);
    answers.set(target, answer);
    if (!answer.field("content-type")?.includes("html")) return;
    const page = new TextDecoder().decode(answer.body);
    for (const link of linksOf(page, new URL(target, "http://localhost/"))) {
      if (seen.has(link) || !isWanted(link)) continue;
      seen.add(link);
      waiting.push(link);
    }
  };
  while (waiting.length > 0) await Promise.all(waiting.splice(0, AT_ONCE).map(visit));
  return answers;
}

/** Where a page leads to on its own host. */
function linksOf(page: string, url: URL): string[] {
  const [, base] = /<base href=["']([^"']*)["']/.exec(page) ?? [];
  const links = [...page.matchAll(/<(?:a|link|img|script)\b[^>]*?\b(?:href|src)=(["'])(.*?)\1/g)];
  return links.map(([, , link]) => new URL(unescaped(link!), new URL(base ?? "", url)))
    .filter(({ hostname }) => hostname === "localhost").map(({ pathname, search }) => pathname + search);
}

const unescaped = (text: string) =>
  text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** All of it was there, and the content of each file of each repository was shown. */
function assertShown(
  answers: ReadonlyMap<string, WireResponse>,
  repositories: readonly string[],
  names: readonly string[],
  isPlain: (target: string, repository: string) => boolean,
): void {
  assertEquals([...answers].filter(([, { status }]) => status !== 200).map(([target]) => target), []);
  for (const repository of repositories) {
    const texts = [...answers].filter(([target]) => isPlain(target, repository))
      .map(([, { body }]) => new TextDecoder().decode(body).trim())
      // cgit lists a folder there.
      .filter((text) => !text.startsWith("<html>"));
    assertEquals(texts.toSorted(), names.map(contentOf).toSorted(), repository);
  }
}

test({
  ...needs(["git", CGIT], "cgit shows every file that it links to, whatever their names start with"),
  fn: async () => {
    const server = await (started ??= start());
    const answers = await crawl(
      server,
      "/cgit/",
      (target) => /^\/cgit\/[^?]*\.git\/(?:(?:tree|plain)\/[^?]*)?$/.test(target),
    );
    assertShown(
      answers,
      REPOSITORIES,
      NAMES,
      (target, repository) => target.startsWith(`/cgit/${repository}/plain/`),
    );
  },
});

http1Test("process", {
  ...needs(["git", GITWEB], "gitweb shows every file that it links to, whatever their names start with"),
  fn: async () => {
    const server = await (started ??= start());
    const repository = ".dot.git";
    const answers = await crawl(
      server,
      "/gitweb",
      (target) =>
        /^\/gitweb\/(?:static\/|work\/\.git$|\.dot\.git\/(?:tree|blob_plain)(?:\/HEAD:.*)?$)/.test(target),
    );
    // It cannot show names with two dots itself.
    const names = NAMES.filter((name) => !name.includes(".."));
    assertShown(
      answers,
      [repository],
      names,
      (target) => target.startsWith(`/gitweb/${repository}/blob_plain/`),
    );
    assertEquals(answers.get("/gitweb/static/gitweb.css")?.field("content-type"), "text/css; charset=utf-8");
    const inWorkTree = await ask(server.port, "/gitweb/work/.git/blob_plain/HEAD:/.github/workflows/.ci.yml");
    assertStringIncludes(inWorkTree.text, contentOf(".github/workflows/.ci.yml"));
  },
});

test({
  ...needs(["git", CGIT], "what is a program's path there is hidden where files are sent"),
  fn: async () => {
    const server = await (started ??= start());
    assertEquals((await ask(server.port, "/cgit/.dot.git/plain/.gitignore")).status, 200);
    for (const target of ["/repos/work/.gitignore", "/repos/.dot.git/HEAD", "/repos/work/.git/HEAD"]) {
      assertEquals((await ask(server.port, target)).status, 404, target);
    }
    // A dot segment is nobody's name.
    for (
      const target of [
        "/cgit/bare.git/plain/../../../etc/passwd",
        "/cgit/bare.git/plain/%2e%2e/%2e%2e/%2e%2e/x",
      ]
    ) {
      assertEquals((await ask(server.port, target)).status, 404, target);
    }
    const { text } = await ask(server.port, "/repos/work/");
    assertStringIncludes(text, "plain.txt");
    assert(!text.includes(".gitignore"));
  },
});
