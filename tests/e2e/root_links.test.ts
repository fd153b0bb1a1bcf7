/**
 * A root that is a link goes on working when the link changes, within the sandbox too; and nothing ever waits for the
 * answer to a question on a terminal.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { ask } from "../support/ask.ts";
import { temporaryFolder } from "../support/launch.ts";
import { test } from "../support/protocols.ts";
import { end, Output, runProgram, startServer, writeFiles } from "../support/server.ts";
import { inTime, waitUntil } from "../support/wait.ts";
import { needs } from "./cgi_support.ts";

const FILES = {
  "1/a.txt": "one",
  "1/sub/old.txt": "",
  "2/a.txt": "two",
  "2/sub/new.txt": "",
  "3/a.txt": "three",
};

/** As a deployment does it. */
async function lead(folder: string, link: string, target: string): Promise<void> {
  await Deno.symlink(target, join(folder, `${link}.new`));
  await Deno.rename(join(folder, `${link}.new`), join(folder, link));
}

const ignore = Deno.build.os === "windows";

test({
  name:
    "a root, a folder above it, a store and a folder for links that are links may lead elsewhere, again and again",
  ignore,
  fn: async () => {
    await using server = await startServer({
      files: {
        ...FILES,
        ...Object.fromEntries(["1", "2", "3"].map((round) => [`data/${round}/d.txt`, `data ${round}`])),
        "stores/1": null,
        "stores/2": null,
        "stores/3": null,
      },
      config: `access_log: off
workers: 2
servers:
  - listen: LISTEN
    root: current
    autoindex: on
    allow_links_to: data/now
    locations:
      /sub/: { alias: current/sub, autoindex: on }
      /up/: { upload_store: stores/now }
`,
    });
    const { folder, port } = server;
    for (const round of ["1", "2", "3"]) {
      await Deno.symlink("../data/now/d.txt", join(folder, round, "d.txt"));
    }
    for (const [round, text] of [["1", "one"], ["2", "two"], ["1", "one"], ["3", "three"]] as const) {
      await lead(folder, "data/now", round);
      await lead(folder, "current", round);
      await Deno.remove(join(folder, "stores/now"), { recursive: true });
      await lead(folder, "stores/now", round);
      const name = `${round}-${text}.txt`;
      await waitUntil(async () => {
        const response = await ask(port, "/a.txt");
        assert([200, 404].includes(response.status), `${response.status}`);
        return response.text === text;
      }, `release ${round} is served`);
      await waitUntil(async () => {
        const { status, text } = await ask(port, "/d.txt");
        assert([200, 403, 404].includes(status), `${status}`);
        return text === `data ${round}`;
      }, "what its links lead to is served");
      await waitUntil(async () => {
        const { status } = await ask(port, `/up/${name}`, { method: "PUT", body: "x" });
        return status === 201 || status === 204;
      }, "it is stored");
      assertEquals(Deno.readTextFileSync(join(folder, "stores", round, name)), "x");
      await waitUntil(async () => (await ask(port, "/")).status === 200, "its listing is there");
    }
    assert(!server.output().stderr.includes("error"), server.output().stderr);
  },
});

const executable = Deno.env.get("WEBSERV");

test({
  ...needs(["script"], "on a terminal a refused access is refused, and nobody is asked"),
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, {
      ...FILES,
      "webserv.yaml": 'access_log: off\nservers: [{ listen: "127.0.0.1:0", root: current, autoindex: on }]',
    });
    await lead(folder.path, "current", "1");
    const flags = (await runProgram(["permissions"], { cwd: folder.path })).stdout.trim();
    const main = fromFileUrl(new URL("../../main.ts", import.meta.url));
    const command = executable ?? `'${Deno.execPath()}' run --no-lock ${flags} '${main}'`;
    // Its standard input stays open, as a terminal's does.
    const child = new Deno.Command("script", {
      args: ["-qec", command, "/dev/null"],
      cwd: folder.path,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const said = new Output(child);
    try {
      const pattern = /listening on http:\/\/127\.0\.0\.1:(\d+)\//;
      await said.waitFor(pattern);
      const port = Number(pattern.exec(said.stdout)![1]);
      assertEquals((await ask(port, "/a.txt")).text, "one");
      await lead(folder.path, "current", "2");
      for (const path of ["/a.txt", "/", "/sub/"]) {
        assertMatch(
          `${(await inTime(ask(port, path), `${path} is answered`)).status}`,
          /200|403|404|500|503/,
        );
      }
      assertEquals((await ask(port, "/none.txt")).status, 404);
      assert(!said.stdout.includes("Allow?"), said.stdout);
    } finally {
      await end(child);
      await child.stdin.close().catch(() => {});
      await said.status;
    }
  },
});
