/**
 * git over HTTP, through git-http-backend: clone, push and fetch of some megabytes.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { getRandomValues } from "node:crypto";
import { runClient } from "../support/demo.ts";
import { temporaryFolder } from "../support/launch.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { needs } from "./cgi_support.ts";

const BACKEND = "/usr/lib/git-core/git-http-backend";
const MIB = 1024 ** 2;

/** Nothing of who runs the test may get in. */
const SETTINGS = [
  "-c",
  "user.name=Test",
  "-c",
  "user.email=test@example.test",
  "-c",
  "init.defaultBranch=main",
];

async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runClient("git", [...SETTINGS, ...args], cwd);
  assertEquals(code, 0, `git ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}

/** Bytes that cannot be compressed. */
function randomBytes(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) getRandomValues(bytes.subarray(at, Math.min(at + 65_536, size)));
  return bytes;
}

/** A server for the repositories of a folder. */
function startGitServer(repositories: string): Promise<TestServer> {
  return startServer({
    files: { work: null },
    config: `access_log: off
servers:
  - listen: LISTEN
    root: work
    locations:
      /git/:
        cgi_script: ${BACKEND}
        client_max_body_size: 100M
        cgi_env: { GIT_PROJECT_ROOT: "${repositories}", GIT_HTTP_EXPORT_ALL: 1, GIT_CONFIG_NOSYSTEM: 1 }
`,
  });
}

/** Commits a file of random bytes. */
async function commit(folder: string, name: string, size: number): Promise<string> {
  await Deno.writeFile(`${folder}/${name}`, randomBytes(size));
  await git(folder, "add", name);
  await git(folder, "commit", "-q", "-m", `Add ${name}`);
  return await git(folder, "rev-parse", "HEAD");
}

Deno.test({
  ...needs(["git", BACKEND], "git clones, pushes and fetches some megabytes, packed in every way it knows"),
  fn: async () => {
    await using repositories = await temporaryFolder();
    await using server = await startGitServer(repositories.path);
    const work = `${server.folder}/work`, url = `${server.url}/git/a.git`;
    const bare = `${repositories.path}/a.git`;
    await git(work, "init", "-q", "--bare", bare);
    await git(bare, "config", "http.receivepack", "true");

    await git(work, "clone", "-q", url, "first");
    const first = `${work}/first`;
    const head = await commit(first, "one.bin", 3 * MIB);
    // More than http.postBuffer, so git sends it in chunks.
    await git(first, "push", "-q", "origin", "HEAD:main");
    assertEquals(await git(bare, "rev-parse", "main"), head);

    await git(work, "clone", "-q", "-b", "main", url, "second");
    const second = `${work}/second`;
    assertEquals(await git(second, "rev-parse", "HEAD"), head);
    assertEquals(await Deno.readFile(`${second}/one.bin`), await Deno.readFile(`${first}/one.bin`));

    // Less than http.postBuffer, so it has a Content-Length.
    const next = await commit(second, "two.bin", 100_000);
    await git(second, "push", "-q", "origin", "HEAD:main");
    const last = await commit(second, "three.bin", 2 * MIB);
    await git(second, "-c", "http.postBuffer=1024", "push", "-q", "origin", "HEAD:main");
    const large = await commit(second, "four.bin", 2 * MIB);
    await git(second, "-c", "http.postBuffer=50000000", "push", "-q", "origin", "HEAD:main");

    await git(first, "fetch", "-q");
    assertEquals(await git(first, "rev-parse", "origin/main"), large);
    for (const commit of [next, last]) await git(first, "cat-file", "-e", commit);
    await git(bare, "fsck", "--strict");
  },
});

Deno.test({
  ...needs(
    ["git", BACKEND],
    "git fetches with a request that it has compressed, and is refused where nothing is",
  ),
  fn: async () => {
    await using repositories = await temporaryFolder();
    await using server = await startGitServer(repositories.path);
    const work = `${server.folder}/work`, url = `${server.url}/git/a.git`;
    const bare = `${repositories.path}/a.git`;
    await git(work, "init", "-q", "--bare", bare);
    await git(work, "init", "-q", "source");
    const source = `${work}/source`;
    for (let i = 0; i < 60; i++) {
      await git(source, "commit", "-q", "--allow-empty", "-m", `Change ${i}`);
      if (i % 3 === 0) await git(source, "tag", `t${i}`);
    }
    await git(source, "push", "-q", "--all", bare);
    await git(source, "push", "-q", "--tags", bare);
    await git(work, "clone", "-q", "-b", "main", url, "copy");
    await git(source, "commit", "-q", "--allow-empty", "-m", "Last");
    await git(source, "push", "-q", "--all", bare);
    // What git has already makes a request of more than a kilobyte, which it sends with Content-Encoding: gzip.
    for (const version of ["0", "2"]) {
      await git(`${work}/copy`, "-c", `protocol.version=${version}`, "fetch", "-q", url, "main");
      const head = await git(source, "rev-parse", "HEAD");
      assertEquals(await git(`${work}/copy`, "rev-parse", "FETCH_HEAD"), head);
    }
    const missing = await runClient("git", ["clone", `${server.url}/git/none.git`, "none"], work);
    assertEquals([missing.code, /not found/.test(missing.stderr)], [128, true]);
    // Without http.receivepack nobody may push.
    const refused = await runClient("git", [...SETTINGS, "push", url, "HEAD:other"], `${work}/copy`);
    assertEquals([refused.code, /403/.test(refused.stderr)], [128, true]);
  },
});

Deno.test({
  ...needs(["git", BACKEND], "a repository whose name starts with a dot is pushed and cloned"),
  fn: async () => {
    await using repositories = await temporaryFolder();
    await using server = await startGitServer(repositories.path);
    const work = `${server.folder}/work`, url = `${server.url}/git/.dotfiles.git`;
    const bare = `${repositories.path}/.dotfiles.git`;
    await git(repositories.path, "init", "-q", "--bare", bare);
    await git(bare, "config", "http.receivepack", "true");
    await git(work, "init", "-q");
    const head = await commit(work, "a.bin", 1000);
    await git(work, "push", "-q", url, "HEAD:main");
    await git(server.folder, "clone", "-q", url, "copy");
    assertEquals(await git(`${server.folder}/copy`, "rev-parse", "HEAD"), head);
    // Where there is no program such a name stays hidden.
    const { status } = await fetch(`${server.url}/.git/config`).then(async (response) => {
      await response.body?.cancel();
      return response;
    });
    assertEquals(status, 404);
  },
});
