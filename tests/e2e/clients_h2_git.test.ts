/**
 * git over HTTP/2 and TLS, through git-http-backend: clone, push and fetch.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { temporaryFolder } from "../support/launch.ts";
import { needs } from "./cgi_support.ts";
import { HAS_TLS } from "./clients_h2_support.ts";
import { httpsServer } from "./https_support.ts";

const BACKEND = "/usr/lib/git-core/git-http-backend";

const definition = needs(["git", BACKEND], "git clones, pushes and fetches over HTTP/2 and TLS");

Deno.test({
  ...definition,
  ignore: definition.ignore || !HAS_TLS,
  fn: async () => {
    await using repositories = await temporaryFolder();
    await using server = await httpsServer(
      (folder) =>
        `servers:
  - listen: "127.0.0.1:0 ssl"
    ssl_certificate: ${folder}/one.pem
    ssl_certificate_key: ${folder}/one.key
    root: .
    locations:
      /git/:
        cgi_script: ${BACKEND}
        client_max_body_size: 100M
        cgi_env: { GIT_PROJECT_ROOT: "${repositories.path}", GIT_HTTP_EXPORT_ALL: 1, GIT_CONFIG_NOSYSTEM: 1 }
`,
      { one: ["localhost"] },
    );
    /** Runs git, and gives what it says, with what its client of HTTP did. */
    const git = async (cwd: string, ...args: readonly string[]) => {
      const settings = {
        "user.name": "Test",
        "user.email": "test@example.test",
        "init.defaultBranch": "main",
        "http.version": "HTTP/2",
      };
      const { code, stdout, stderr } = await new Deno.Command("git", {
        args: [...Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]), ...args],
        cwd,
        env: {
          GIT_TRACE_CURL: "1",
          GIT_SSL_CAINFO: server.certificates.one!.certificateFile,
          GIT_CONFIG_GLOBAL: "/dev/null",
          GIT_CONFIG_NOSYSTEM: "1",
        },
        stdin: "null",
      }).output();
      const said = new TextDecoder().decode(stderr);
      assertEquals(code, 0, `git ${args.join(" ")}: ${said.slice(-2000)}`);
      return { text: new TextDecoder().decode(stdout).trim(), said };
    };
    const work = repositories.path,
      bare = `${work}/a.git`,
      url = `https://localhost:${server.port}/git/a.git`;
    await git(work, "init", "-q", "--bare", bare);
    await git(bare, "config", "http.receivepack", "true");
    await git(work, "clone", "-q", url, "first");
    const content = crypto.getRandomValues(new Uint8Array(60_000));
    for (let i = 0; i < 30; i++) {
      await Deno.writeFile(
        `${work}/first/part${i}.bin`,
        content.map((byte) => byte ^ i),
      );
    }
    await git(`${work}/first`, "add", ".");
    await git(`${work}/first`, "commit", "-q", "-m", "Parts");
    // With more than http.postBuffer, and so without a length, and with less.
    for (const [branch, buffer] of [["main", "1024"], ["other", "50000000"]]) {
      const pushed = await git(
        `${work}/first`,
        "-c",
        `http.postBuffer=${buffer}`,
        "push",
        "-q",
        "origin",
        `HEAD:${branch}`,
      );
      assertMatch(pushed.said, /Recv header: HTTP\/2 200/);
    }
    const cloned = await git(work, "clone", "-q", "-b", "main", url, "second");
    assertMatch(cloned.said, /Recv header: HTTP\/2 200/);
    const head = (await git(`${work}/first`, "rev-parse", "HEAD")).text;
    assertEquals((await git(`${work}/second`, "rev-parse", "HEAD")).text, head);
    await git(`${work}/first`, "commit", "-q", "--allow-empty", "-m", "Next");
    await git(`${work}/first`, "push", "-q", "origin", "HEAD:main");
    await git(`${work}/second`, "fetch", "-q");
    const next = (await git(`${work}/first`, "rev-parse", "HEAD")).text;
    assertEquals((await git(`${work}/second`, "rev-parse", "origin/main")).text, next);
    await git(bare, "fsck", "--strict");
  },
});
