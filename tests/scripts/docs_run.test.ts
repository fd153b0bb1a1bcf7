/**
 * Pages of our own through scripts/docs/page.ts: what passes, what fails and why, and that nothing is left.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { allPages, report, settingOf } from "../../scripts/docs.ts";
import { blocksOf } from "../../scripts/docs/blocks.ts";
import { runPage } from "../../scripts/docs/page.ts";

const fence = (marks: string, text: string) => `\`\`\`${marks}\n${text}\n\`\`\`\n`;

const results = async (page: string, signal = new AbortController().signal) =>
  await runPage(page, await settingOf(signal));

const PAGES: readonly (readonly [what: string, page: string, wanted: readonly string[]])[] = [
  ["a page without marks", fence("sh", "exit 1"), []],
  ["a command that ends with 0", fence("sh run", "true"), ["passed 1"]],
  ["a command that fails in its middle", fence("sh run", "false\ntrue"), ["failed 1 exit status 1"]],
  ["a pipe that fails in its middle", fence("sh run", "false | cat"), ["failed 1 exit status 1"]],
  ["a name that is not set", fence("sh run", 'echo "$NOBODY"'), ["failed 1 exit status 1"]],
  ["a mistake in the shell's words", fence("sh run", "if"), ["failed 1 exit status 2"]],
  [
    "a file, in the folder where commands run",
    fence("txt file=a/b.txt", "hello") + fence("sh run", "cat a/b.txt") + fence("text output", "hello"),
    ["passed 1", "passed 4"],
  ],
  [
    "output that is another",
    fence("sh run", "echo 1; echo 2 >&2") + fence("text output", "1"),
    ['failed 1 line 2 of the output: expected the end, found "2"'],
  ],
  [
    "a program that is missing",
    fence("sh run needs=nobody-has-this,sh", "exit 1"),
    ["skipped 1 there is no nobody-has-this here"],
  ],
  ["a home of its own", fence("sh run", 'test -z "$(ls ~)" && case $PWD in "$HOME"*) exit 1; esac'), [
    "passed 1",
  ]],
  ["a server that ends at once", fence("sh serve", "exit 3"), [
    "failed 1 it ended before it listened: exit status 3",
  ]],
  [
    "a server that dies later",
    fence("sh serve", 'echo "listening on x"; sleep 1; exit 1') + fence("sh run", "sleep 3"),
    ["passed 1", "passed 4", "failed 1 it has ended by itself: exit status 1"],
  ],
  ["marks that are wrong", "\n" + fence("sh rum", ""), [
    'failed 2 "rum" is no mark: run, serve, output, file=NAME or needs=PROGRAM',
  ]],
];

for (const [what, page, wanted] of PAGES) {
  Deno.test(`runPage() runs ${what}`, async () => {
    const told = (await results(page)).map(({ verdict, line, reason }) =>
      `${verdict} ${line}${reason === undefined ? "" : ` ${reason}`}`
    );
    assertEquals(told, wanted);
  });
}

Deno.test("a page's servers answer at its ports, one after the other, and are gone at its end", async () => {
  const page = fence("sh run", "mkdir a b && echo 1 > a/x.txt && echo 2 > b/x.txt") +
    fence("sh serve", "webserv a") +
    fence("sh run", "curl -sS http://127.0.0.1:8080/x.txt") + fence("text output", "1") +
    fence("yaml file=webserv.yaml", "servers: [{ listen: [8080, 8081], root: b }]") +
    fence("sh serve", "webserv") +
    fence(
      "sh run",
      "curl -sS http://127.0.0.1:8080/x.txt http://127.0.0.1:8081/x.txt; echo at http://127.0.0.1:8080/ >&2",
    ) +
    fence("text output", "2\n2\nat http://127.0.0.1:8080/");
  const all = await results(page);
  assertEquals(all.map(({ verdict }) => verdict), Array(6).fill("passed"), JSON.stringify(all));
  const [, port] = /127\.0\.0\.1:(\d+)/.exec(all.at(-1)!.text)!;
  assert(port !== "8080");
  const listener = Deno.listen({ hostname: "127.0.0.1", port: Number(port) });
  listener.close();
});

Deno.test("webserv has the page's port where nothing names another: by default, beside a file, and in a starter", async () => {
  const page = fence("sh run", "mkdir a && echo 1 > a/x.txt && webserv init new") +
    fence("sh serve", "webserv serve -q a") + fence("sh run", "curl -f http://127.0.0.1:8080/x.txt") +
    fence("yaml file=webserv.yaml", "servers: [{ listen: 8081, root: a }]") +
    fence("sh serve", "webserv -q a") + fence("sh run", "curl -f http://127.0.0.1:8080/x.txt") +
    fence("sh serve", "webserv -q") + fence("sh run", "curl -f http://127.0.0.1:8081/x.txt") +
    fence("sh serve", "webserv -q -c new/webserv.yaml") + fence("sh run", "curl -f http://127.0.0.1:8080/");
  const all = await results(page);
  assertEquals(all.map(({ verdict }) => verdict), Array(10).fill("passed"), JSON.stringify(all));
});

Deno.test("what a command leaves running is ended, and an end of the whole ends every command", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await results(fence("sh run", `sleep 300 & echo $! > ${folder}/pid`));
    const pid = Number(await Deno.readTextFile(`${folder}/pid`));
    assertEquals(await Deno.stat(`/proc/${pid}`).catch(() => "gone"), "gone");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const start = performance.now();
  const [result] = await results(fence("sh run", "sleep 300"), AbortSignal.timeout(300));
  assertEquals(result?.reason, "ended by SIGTERM");
  assert(performance.now() - start < 60_000);
});

Deno.test("report() has page, line, command, what went wrong and what was printed", () => {
  const text = report("docs/x.md", {
    verdict: "failed",
    line: 7,
    text: "a\nb\n",
    reason: "exit status 1",
    output: "no\n",
  });
  assertEquals(text, "FAILED docs/x.md:7: exit status 1\n    a\n    b\n  printed:\n    no");
  assertStringIncludes(
    report("README.md", { verdict: "skipped", line: 1, text: "a", reason: "there is no git here" }),
    "SKIPPED README.md:1: there is no git here",
  );
});

Deno.test("the marks of every page can be read, and the README's commands are among them", async () => {
  const counts = await Promise.all((await allPages()).map(async (page) => {
    const text = await Deno.readTextFile(new URL(`../../${page}`, import.meta.url));
    return [page, blocksOf(text).length] as const;
  }));
  assert(new Map(counts).get("README.md")! > 0);
});
