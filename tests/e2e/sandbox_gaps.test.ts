/**
 * `webserv check` says what the sandbox does not hold, a start warns of what is out of the ordinary; and that these are
 * gaps indeed is shown with a worker's own permissions.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { get } from "../support/ask.ts";
import { launch, temporaryFolder } from "../support/launch.ts";
import { runProgram, startServer, writeFiles } from "../support/server.ts";

/** Links and first lines are as on Linux. */
const ignore = Deno.build.os !== "linux";
const HEADING = "what the sandbox does not hold: a worker that was taken over could\n";

async function checked(folder: string, text: string) {
  await writeFiles(folder, { "webserv.yaml": text });
  return await runProgram(["check"], { cwd: folder });
}

Deno.test({
  name: "check names the links of roots and stores that lead out, and where they lead",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "www/sub/a": "a", "up/b": "b", "secret": "s" });
    for (
      const [path, target] of [
        ["www/sub/out", "../../secret"],
        ["www/to-store", "../up/b"],
        ["up/to-root", "../www/sub/a"],
        ["up/within", "b"],
      ] as const
    ) await Deno.symlink(target, `${folder.path}/${path}`);
    const text = "servers:\n  - { listen: 0, root: www, locations: { /up/: { upload_store: up } } }\n";
    const { code, stdout, stderr } = await checked(folder.path, text);
    assertEquals([code, stderr], [0, ""]);
    const [, gaps] = stdout.split(HEADING);
    assertEquals(gaps!.split("\n"), [
      // To write in a root is more than a store's worker may.
      `  reach ${folder.path}/www/sub/a by the link ${folder.path}/up/to-root`,
      `  reach ${folder.path}/secret by the link ${folder.path}/www/sub/out`,
      "",
    ]);
    const off = await checked(folder.path, `sandbox: off\n${text}`);
    assertStringIncludes(off.stdout, `${HEADING}  do whatever webserv itself may: the sandbox is off\n`);
  },
});

Deno.test({
  name: "links to where allow_links_to lets them lead are no gap, and those that lead on from there are one",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "www/a": "a", "real/b": "b", "secret": "s", "up/c": "c" });
    for (
      const [path, target] of [
        ["data", "real"],
        ["www/in", "../real/b"],
        ["real/back", "../www/a"],
        ["real/out", "../secret"],
        ["up/in", "../real/b"],
      ] as const
    ) await Deno.symlink(target, `${folder.path}/${path}`);
    const text = (more: string) =>
      `servers:\n  - { listen: 0, root: www${more}, locations: { /up/: { upload_store: up } } }\n`;
    const gaps = async (more: string) =>
      (await checked(folder.path, text(more))).stdout.split(HEADING)[1]!.split("\n");
    // A store's links would let it be written to.
    const store = `  reach ${folder.path}/real/b by the link ${folder.path}/up/in`;
    assertEquals((await gaps("")).sort(), [
      "",
      store,
      `  reach ${folder.path}/real/b by the link ${folder.path}/www/in`,
    ]);
    assertEquals((await gaps(", allow_links_to: data")).sort(), [
      "",
      store,
      `  reach ${folder.path}/secret by the link ${folder.path}/data/out`,
    ]);
  },
});

Deno.test({
  name: "check says what programs for a location can be brought to, and warns of a missing interpreter",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, {
      "env": "#!/usr/bin/env sh\n",
      "split": "#! /usr/bin/env -S A=b sh -x\n",
      "shell": "#!/bin/sh\n",
      "gone": "#!/no/such/interpreter\n",
      "gone-env": "#!/usr/bin/env no-such-program\n",
      "binary": "\x7fELF",
    });
    const names = ["env", "split", "shell", "gone", "gone-env", "binary"];
    const locations = names.map((name) => `      /${name}/: { cgi_script: ${name} }\n`).join("");
    const text = `servers:\n  - listen: 0\n    locations:\n${locations}`;
    const { code, stdout, stderr } = await checked(folder.path, text);
    assertEquals(code, 0);
    assertEquals(stderr.match(/^warning: .*$/gm), [
      `warning: ${folder.path}/gone cannot be started: its first line is "#!/no/such/interpreter", and there is no ` +
      "such program",
      `warning: ${folder.path}/gone-env cannot be started: its first line is "#!/usr/bin/env no-such-program", and ` +
      "there is no such program",
    ]);
    const [, gaps] = stdout.split(HEADING);
    for (const name of ["env", "split"]) {
      assertMatch(
        gaps!,
        new RegExp(`run any program: the interpreter of \\S*/${name} .* write /\\S*/sh there instead`),
      );
    }
    assertMatch(gaps!, /run whatever \S*\/shell takes from PATH and other variables .*"#!\/bin\/sh"/);
    assertMatch(gaps!, /start \S*\/binary with any arguments and variables \(but LD_\*\)/);
    const open = await checked(
      folder.path,
      "servers: [{ listen: 0, root: ., cgi: { .sh: sh, .cgi: true } }]\n",
    );
    assertMatch(
      open.stdout,
      /run any program: sh, the launcher of those that run by themselves start whatever/,
    );
  },
});

Deno.test("check says nothing of the sandbox where it holds", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "www/a": "a" });
  const { code, stdout } = await checked(folder.path, "servers: [{ listen: 0, root: www }]\n");
  assertEquals(code, 0);
  assert(!stdout.includes("sandbox"), stdout);
});

Deno.test({
  name: "a start warns of links that lead out, in one line, and of nothing where there are none",
  ignore,
  fn: async () => {
    await using server = await startServer({ files: { "a.txt": "a" } });
    assertEquals(await get(server.port, "/a.txt"), "200 a");
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "www/a.txt": "a" });
    for (const name of ["one", "two"]) await Deno.symlink("/etc/passwd", `${folder.path}/www/${name}`);
    await using other = launch(["-p", "0", "www"], { cwd: folder.path });
    await other.says(
      /^warning: \S+\/www\/(one|two) leads out to \/etc\/passwd, and one more such link: .*$/m,
    );
    assertMatch(await get(await other.port(), "/one"), /^404 /);
    assert(!server.output().stderr.includes("warning"), server.output().stderr);
  },
});

Deno.test({
  name: "a store that holds webserv itself is warned of",
  ignore: ignore || Deno.env.has("WEBSERV"),
  fn: async () => {
    await using folder = await temporaryFolder();
    const root = new URL("../../", import.meta.url).pathname;
    await Deno.symlink(root, `${folder.path}/code`);
    const text = "servers: [{ listen: 0, locations: { /: { upload_store: code } } }]\n";
    const { code, stderr } = await checked(folder.path, text);
    assertEquals(code, 0);
    assertMatch(
      stderr,
      /^warning: the upload store \S*\/code holds webserv itself \(.*\): whoever uploads may/m,
    );
  },
});
