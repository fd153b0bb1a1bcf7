import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { resolve } from "@std/path";
import project from "../../deno.json" with { type: "json" };
import { get } from "../support/ask.ts";
import { launch, type Launched, temporaryFolder } from "../support/launch.ts";
import { isFile, writeFiles } from "../support/server.ts";

const NAMED = Deno.env.get("WEBSERV");
const executable = resolve(NAMED ?? "dist/webserv");
const reason = NAMED ? "" : " (WEBSERV names no executable)";

/** What only an executable has to do. */
function test(name: string, body: (folder: string) => Promise<void>): void {
  Deno.test({ name: `the executable ${name}${reason}`, ignore: !NAMED }, async () => {
    await using folder = await temporaryFolder();
    await body(folder.path);
  });
}

/** Runs it to its end on a machine that seems to have nothing: no variable but these. */
async function runBare(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(executable, {
    args: [...args],
    cwd,
    clearEnv: true,
    env,
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** What a system always has. */
const TOOLS = ["sh", "setsid", "kill"];

/** Starts it with nothing but a PATH that has no Deno. */
async function launchBare(args: readonly string[], cwd: string): Promise<Launched> {
  const path = await Deno.makeTempDir({ dir: cwd, prefix: ".tools-" });
  for (const tool of TOOLS) {
    const place = ["/bin", "/usr/bin"].map((folder) => `${folder}/${tool}`).find(isFile);
    if (place !== undefined) await Deno.symlink(place, `${path}/${tool}`);
  }
  return launch(args, { cwd, clearEnv: true, env: { PATH: path } });
}

test("tells its version and the commit that it was made from", async (folder) => {
  const { code, stdout, stderr } = await runBare(["--version"], folder);
  assertEquals([code, stderr], [0, ""]);
  const version = project.version.replaceAll(".", "\\.");
  assertMatch(
    stdout,
    new RegExp(`^webserv ${version} \\(commit [0-9a-f]{12}(-changed)?, Deno \\d+\\.\\d+\\.\\d+, \\S+\\)\\n$`),
  );
});

test("serves an empty folder with an empty environment", async (folder) => {
  await using program = launch(["-p", "0"], { cwd: folder, clearEnv: true });
  const port = await program.port();
  assertStringIncludes(await get(port, "/"), "200 <!DOCTYPE html>");
  assertStringIncludes(await get(port, "/missing"), "404 ");
  await writeFiles(folder, { "page.html": "<h1>Hello</h1>" });
  assertEquals(await get(port, "/page.html"), "200 <h1>Hello</h1>");
  program.kill("SIGTERM");
  assertEquals(await program.status, 0);
});

test("leaves nothing in the folder that it serves", async (folder) => {
  {
    await using program = launch(["-p", "0", "--upload"], { cwd: folder, clearEnv: true });
    await get(await program.port(), "/");
  }
  assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), []);
});

test("runs CGI programs without a Deno on the machine", async (folder) => {
  await writeFiles(folder, {
    "cgi-bin/hello.sh": "printf 'Content-Type: text/plain\\n\\n'\necho \"hello $QUERY_STRING\"\n",
    "cgi-bin/own": "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\necho own; command -v deno\n",
  });
  for (const name of ["hello.sh", "own"]) await Deno.chmod(`${folder}/cgi-bin/${name}`, 0o755);
  await using program = await launchBare(["-p", "0", "--cgi"], folder);
  const port = await program.port();
  assertEquals(await get(port, "/cgi-bin/hello.sh?x=1"), "200 hello x=1\n");
  assertEquals(await get(port, "/cgi-bin/own"), "200 own\n");
});

test("serves the starter that it writes, with several workers", async (folder) => {
  assertEquals((await runBare(["init"], folder)).code, 0);
  const { code, stderr } = await runBare(["check"], folder);
  assertEquals([code, stderr], [0, ""]);
  await using program = await launchBare(["-p", "0", "--workers", "2"], folder);
  const port = await program.port();
  for (let i = 0; i < 10; i++) assertStringIncludes(await get(port, "/"), "200 <!DOCTYPE html>");
});

test("takes a configuration again on SIGHUP", async (folder) => {
  const config = (text: string) => `servers: [{ listen: 0, return: 200 ${text} }]\n`;
  await writeFiles(folder, { "webserv.yaml": config("before") });
  await using program = await launchBare([], folder);
  const port = await program.port();
  assertEquals(await get(port, "/"), "200 before");
  await writeFiles(folder, { "webserv.yaml": config("after") });
  program.kill("SIGHUP");
  await program.says(/is loaded again/);
  assertEquals(await get(port, "/"), "200 after");
});

test("is a file of its own, which works under another name in another place", async (folder) => {
  const other = `${folder}/a server`;
  await Deno.copyFile(executable, other);
  const { stdout } = await new Deno.Command(other, { args: ["--help"], clearEnv: true, cwd: folder })
    .output();
  assert(new TextDecoder().decode(stdout).startsWith("webserv: a web server"));
});

test("prints completions, and ends with 2 when it is used wrongly", async (folder) => {
  assertStringIncludes(
    (await runBare(["completions", "bash"], folder)).stdout,
    "complete -F _webserv webserv",
  );
  const { code, stderr } = await runBare(["--prot"], folder);
  assertEquals([code, stderr], [2, 'webserv: unknown option "--prot": did you mean "--port"?\n']);
});

test("says that flags are for deno run, and names nothing that lies in itself", async (folder) => {
  await writeFiles(folder, { "webserv.yaml": 'servers: [{ listen: "0.0.0.0:8080", root: . }]\n' });
  const { code, stdout, stderr } = await runBare(["permissions"], folder);
  assertEquals(code, 0);
  assertMatch(
    stdout,
    /^--no-prompt --allow-net=0\.0\.0\.0:8080,127\.0\.0\.1:9229 [^\n]*--allow-sys=networkInterfaces\n$/,
  );
  assert(!stdout.includes("deno-compile") && !stdout.includes("/lib"), stdout);
  assertMatch(stderr, /^webserv: these flags are for `deno run`, [^\n]+\n$/);
});
