import { assertEquals, assertThrows } from "@std/assert";
import { type Block, blocksOf, MarkError } from "../../scripts/docs/blocks.ts";

const f = "```";

const PAGES: readonly (readonly [what: string, page: string, blocks: readonly Partial<Block>[]])[] = [
  ["no block", "# Title\n", []],
  ["blocks without a mark", `${f}sh\nrm -rf /\n${f}\n${f}\ntext\n${f}\n${f}yaml\na: 1\n${f}\n`, []],
  ["one to run", `a\n\n${f}sh run\necho 1\necho 2\n${f}\n`, [{
    kind: "run",
    line: 3,
    text: "echo 1\necho 2\n",
  }]],
  ["a server", `${f}sh serve\nwebserv\n${f}\n`, [{ kind: "serve", line: 1, text: "webserv\n" }]],
  ["a file", `${f}yaml file=a/b.yaml\na: 1\n${f}\n`, [{ kind: "file", file: "a/b.yaml", text: "a: 1\n" }]],
  ["an empty file", `${f}html file=x.html\n${f}\n`, [{ kind: "file", file: "x.html", text: "" }]],
  [
    "output behind a blank line",
    `${f}sh run\necho 1\n${f}\n\n${f}text output\n1\n${f}\n`,
    [{ kind: "run", text: "echo 1\n", output: "1\n" }],
  ],
  ["needs", `${f}sh run needs=git,perl\ngit\n${f}\n`, [{ kind: "run", needs: ["git", "perl"] }]],
  ["in a comment", `<!--\n${f}sh run\ntrue\n${f}\n-->\n`, [{ kind: "run", line: 2 }]],
  ["a fence of four within which three are text", `${f}\`md file=a.md\n${f}sh run\nx\n${f}\n${f}\`\n`, [
    { kind: "file", text: `${f}sh run\nx\n${f}\n` },
  ]],
  ["a fence at the end of the text", `${f}sh run\ntrue\n${f}`, [{ kind: "run", text: "true\n" }]],
  ["code in a line is no fence", "```sh run``` is a mark\n", []],
];

for (const [what, page, wanted] of PAGES) {
  Deno.test(`blocksOf() finds ${what}`, () => {
    const found = blocksOf(page);
    assertEquals(found.length, wanted.length);
    found.forEach((block, index) => assertEquals({ ...block, ...wanted[index] }, block));
  });
}

const WRONG: readonly (readonly [page: string, line: number, message: string])[] = [
  [`\n${f}sh run\ntrue\n`, 2, "the block has no end"],
  [`${f}py run\n${f}\n`, 1, '"run" wants the language sh, not "py"'],
  [`${f}sh run serve\n${f}\n`, 1, 'a block is "run" or "serve", not both'],
  [`${f}sh rum\n${f}\n`, 1, '"rum" is no mark: run, serve, output, file=NAME or needs=PROGRAM'],
  [`${f}sh needs=git\n${f}\n`, 1, '"needs=" wants a block that is run'],
  [`${f}sh run needs=git,\n${f}\n`, 1, '"needs=" wants the names of programs'],
  [`${f}text output\n${f}\n`, 1, '"output" wants a block "sh run" right before it'],
  [`${f}sh run\n${f}\nprose\n${f}text output\n${f}\n`, 4, '"output" wants a block "sh run" right before it'],
  [`${f}sh serve\n${f}\n${f}text output\n${f}\n`, 3, '"output" wants a block "sh run" right before it'],
  [`${f}sh output\n${f}\n`, 1, '"output" wants the language text, not "sh"'],
  ...["../x", "/etc/x", "a/../../x", "", "a//b", "./a"].map((path) =>
    [
      `${f}yaml file=${path}\n${f}\n`,
      1,
      `"file=" wants a path within the page's folder, not "${path}"`,
    ] as const
  ),
];

for (const [page, line, message] of WRONG) {
  Deno.test(`blocksOf() refuses ${JSON.stringify(page)}`, () => {
    const error = assertThrows(() => blocksOf(page), MarkError);
    assertEquals([error.line, error.message], [line, message]);
  });
}
