/**
 * `webserv explain` as it is typed, with no right but to read.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { temporaryFolder } from "../support/launch.ts";
import { writeFiles } from "../support/server.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

const FILES = {
  "webserv.yaml": `servers:
  - listen: 8080
    root: site
    locations:
      /files/: { upload_store: files }
      /cgi/: { alias: cgi, cgi: { .sh: sh } }
      /api/: { proxy_pass: "http://127.0.0.1:9/" }
`,
  "site/index.html": "home",
  "files/kept.txt": "kept",
  "cgi/touch.sh": "touch ../files/ran; echo; echo ran\n",
};

Deno.test("explain reads, and neither writes nor runs nor connects", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, FILES);
  const explain = async (...words: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      // SECURITY: whatever else were tried would be refused, and fail.
      args: ["run", "--no-prompt", "--allow-read", "--allow-env", "--no-check", MAIN, "explain", ...words],
      cwd: folder.path,
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  };
  const [put, run, wrong] = await Promise.all([
    explain("-X", "PUT", "/files/new.txt"),
    explain("-c", "webserv.yaml", "--json", "-X", "POST", "-H", "X: y", "/cgi/touch.sh/x"),
    explain("http://localhost:1/"),
  ]);
  assertEquals([put.stderr, put.code], ["", 0]);
  const text = put.stdout.replaceAll(/\s+/g, " ");
  assertStringIncludes(text, `would store ${join(folder.path, "files/new.txt")} (upload_store, line 5)`);
  assertStringIncludes(text, "status 201 Created");
  const { answerer, status, location } = JSON.parse(run.stdout);
  assertEquals([answerer, status, location.line, run.code], ["program", null, 6, 0]);
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, "nobody listens on port 1");
  assertEquals([...Deno.readDirSync(join(folder.path, "files"))].map(({ name }) => name), ["kept.txt"]);
});
