/**
 * Questions about the configuration in docs/configuration.md, and what is said to them: tests/explain/readme.txt has it all, to be read.
 * UPDATE_GOLDEN=1 writes it anew.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { explainer } from "./support.ts";

const PAGE = new URL("../../docs/configuration.md", import.meta.url);
const GOLDEN = new URL("readme.txt", import.meta.url);

const FILES = {
  "sites/main/index.html": "<h1>Hello</h1>",
  "sites/main/404.html": "<h1>Not here</h1>",
  "sites/main/about.html": "<h1>About</h1>",
  "sites/main/pictures/cat.jpg": "cat",
  "sites/main/data/x.json": "{}",
  "sites/app/dist/index.html": "<h1>App</h1>",
  "sites/app/dist/main.js": "1",
  "cgi-bin/form.py": "print()",
  "cgi-bin/run.cgi": { executable: "#!/bin/sh\n" },
  "cgi-bin/plain.cgi": "#!/bin/sh\n",
  "cgi-bin/notes.txt": "notes",
  "var/files/report.pdf": "pdf",
} as const;

const QUESTIONS: readonly (readonly [url: string, method?: string, ...fields: string[]])[] = [
  ["http://localhost:8080/"],
  ["http://localhost:8080/about.html"],
  ["http://www.example.test:8081/about.html"],
  ["http://other.test:8080/about.html"],
  ["http://[::1]:8080/about.html", "HEAD"],
  ["/missing"],
  ["/data"],
  ["/data/"],
  ["/pictures/", "GET", "Accept: application/json"],
  ["/old?from=here"],
  ["/older"],
  ["/app/settings/profile"],
  ["/app/main.js"],
  ["/api/users", "GET", "Origin: https://other.test"],
  ["/api/users", "OPTIONS", "Access-Control-Request-Method: PUT"],
  ["/files/new.txt", "PUT"],
  ["/files/report.pdf", "PUT", "If-None-Match: *"],
  ["/files/report.pdf", "DELETE"],
  ["/files/", "POST", "Sec-Fetch-Site: cross-site"],
  ["/about.html", "POST"],
  ["/files/huge.iso", "PUT", "Content-Length: 3000000000"],
  ["/cgi-bin/form.py/more?x=1"],
  ["/cgi-bin/run.cgi", "POST"],
  ["/cgi-bin/plain.cgi"],
  ["/cgi-bin/notes.txt"],
  ["/git/project.git/info/refs?service=git-upload-pack"],
  ["/about.html", "GET", "Range: bytes=0-3"],
  ["/.env"],
];

async function allAnswers(): Promise<string> {
  const page = await Deno.readTextFile(PAGE);
  const yaml = /^## A file with most of it$[^]*?^```yaml file=webserv\.yaml\n([^]*?)^```$/m.exec(page)![1]!;
  const ask = explainer(yaml, FILES);
  const answers: string[] = [];
  for (const [url, method = "GET", ...fields] of QUESTIONS) {
    const words = [
      ...method === "GET" ? [] : ["-X", method],
      ...fields.flatMap((field) => ["-H", `'${field}'`]),
    ];
    const { text } = await ask(url, { method, fields });
    answers.push(`$ webserv explain ${[...words, url].join(" ")}\n${stable(text)}`);
  }
  return answers.join("\n");
}

/** Without what differs from run to run. */
function stable(text: string): string {
  return text.replaceAll(/ETag: "[^"]*" {2,}/g, 'ETag: "..."    ').replaceAll(
    /reference [0-9a-f]{8}/g,
    "reference ...",
  );
}

Deno.test("questions about the configuration in docs are answered right, and fit 80 columns", async () => {
  const answers = await allAnswers();
  if (Deno.env.get("UPDATE_GOLDEN") === "1") await Deno.writeTextFile(GOLDEN, answers);
  assertEquals(answers, await Deno.readTextFile(GOLDEN));
  for (const line of answers.split("\n").filter((line) => !line.startsWith("$"))) {
    assert(line.length <= 80, line);
  }
});
