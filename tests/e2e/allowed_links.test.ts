/**
 * Links that lead out of the root, with allow_links_to and without it, in workers with their sandbox: files, listings,
 * programs and stores; and what is said of those that are refused.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ask, get } from "../support/ask.ts";
import { test } from "../support/protocols.ts";
import { sharedServer } from "./wire_support.ts";

const ignore = Deno.build.os === "windows";
const SECRET = "nobody may see this";

const server = await sharedServer({
  config: `access_log: off
servers:
  - listen: LISTEN
    root: www
    autoindex: on
    allow_links_to: [data, shared]
    locations:
      /strict/: { allow_links_to: [] }
      /up/: { upload_store: up, allow_links_to: data }
      /put/: { upload_store: data/store }
      /run/: { alias: app, cgi: { .sh: sh } }
      /other-run/: { alias: data/bin, cgi: { .sh: sh } }
`,
  files: {
    "www/own.txt": "own",
    "www/strict/own.txt": "own",
    "data/a.txt": "data",
    "data/deep/b.txt": "deep",
    "data/.env": SECRET,
    "data/large.bin": "x".repeat(3_000_000),
    "data/bin/show.sh":
      'echo "Content-Type: text/plain"\necho\necho "$SCRIPT_NAME $PATH_INFO $SCRIPT_FILENAME"\ncat beside.txt\n',
    "data/bin/beside.txt": "beside",
    "mnt/shared/c.txt": "shared",
    "secret/key.txt": SECRET,
    "up/own.txt": "own",
    "data/store/evil.sh": "echo; echo it runs",
    "app/own.txt": "own",
  },
});

const link = (target: string, path: string) => Deno.symlinkSync(target, `${server.folder}/${path}`);
if (!ignore) {
  link("mnt/shared", "shared");
  for (const folder of ["www", "www/strict", "up"]) {
    const up = folder.replaceAll(/[^/]+/g, "..");
    link(`${up}/data`, `${folder}/data`);
    link(`${up}/data/a.txt`, `${folder}/a.txt`);
    link(`${up}/shared/c.txt`, `${folder}/c.txt`);
    link(`${up}/secret`, `${folder}/secret`);
    link(`${up}/data/.env`, `${folder}/env.txt`);
  }
  link("../secret/key.txt", "data/out.txt");
  link("../../mnt/shared", "data/deep/on");
  link("../data/bin", "app/bin");
  link("../data/bin/show.sh", "app/shown.txt");
  link("../data/bin/show.sh", "www/shown.txt");
  link("../data/store", "app/store");
  link("../data/store/evil.sh", "app/evil.sh");
  link("../data/store/evil.sh", "app/evil.txt");
}

const ANSWERS: Readonly<Record<string, string>> = {
  "/data/a.txt": "200 data",
  "/data/deep/b.txt": "200 deep",
  "/data/deep/on/c.txt": "200 shared",
  "/a.txt": "200 data",
  "/c.txt": "200 shared",
  "/up/data/a.txt": "200 data",
  "/up/a.txt": "200 data",
  "/strict/own.txt": "200 own",
};

const REFUSED = [
  ..."/secret/key.txt /secret/ /secret /data/out.txt /env.txt /data/.env /up/c.txt /up/secret/key.txt".split(
    " ",
  ),
  ..."/strict/data/a.txt /strict/a.txt /strict/data/ /strict/secret/key.txt".split(" "),
];

test({
  name: "what links lead to in an allowed folder is sent, and nothing else",
  ignore,
  fn: async () => {
    for (const [target, answer] of Object.entries(ANSWERS)) {
      assertEquals(await get(server.port, target), answer, target);
    }
    for (const target of REFUSED) {
      const { status, text } = await ask(server.port, target);
      assertEquals([status, text.includes(SECRET)], [404, false], target);
    }
    const part = await ask(server.port, "/data/large.bin", { fields: { Range: "bytes=2999990-" } });
    assertEquals([part.status, part.text], [206, "x".repeat(10)]);
    const { text } = await ask(server.port, "/data/large.bin");
    assertEquals(text.length, 3_000_000);
  },
});

test({
  name: "a listing shows what links lead to in an allowed folder, there, too",
  ignore,
  fn: async () => {
    const listed = async (target: string) => {
      const { text } = await ask(server.port, target, { fields: { Accept: "application/json" } });
      return JSON.parse(text).map(({ name, type }: { name: string; type: string }) => `${name} ${type}`).join(
        ", ",
      );
    };
    assertEquals(
      await listed("/"),
      "data directory, strict directory, a.txt file, c.txt file, own.txt file, shown.txt file",
    );
    assertEquals(await listed("/data/deep/"), "on directory, b.txt file");
    assertEquals(await listed("/data/deep/on/"), "c.txt file");
    assertEquals(await listed("/strict/"), "own.txt file");
    // What cannot be written to has no tools for it.
    const tools = async (target: string) =>
      /<form method="post"/.test((await ask(server.port, target, { fields: { Accept: "text/html" } })).text);
    assertEquals([await tools("/up/"), await tools("/up/data/"), await tools("/")], [true, false, false]);
  },
});

test({
  name:
    "programs that links lead to in an allowed folder are run under the name that was asked for, and not sent",
  ignore,
  fn: async () => {
    const { folder } = server;
    assertEquals(
      await get(server.port, "/run/bin/show.sh/x"),
      `200 /run/bin/show.sh /x ${folder}/app/bin/show.sh\nbeside`,
    );
    assertEquals((await ask(server.port, "/run/bin/beside.txt")).status, 200);
    for (const target of ["/run/shown.txt", "/run/evil.sh", "/run/evil.txt", "/run/store/evil.sh"]) {
      const { status, text } = await ask(server.port, target);
      assertEquals([status, text.includes("echo")], [403, false], target);
    }
    await server.waitFor("evil.sh lies in");
  },
});

test({
  name: "nothing is stored or removed through a link that may be read",
  ignore,
  fn: async () => {
    for (const target of ["/up/data/new.txt", "/up/data/a.txt", "/up/a.txt"]) {
      const put = await ask(server.port, target, { method: "PUT", body: "written" });
      const remove = await ask(server.port, target, { method: "DELETE" });
      assert(put.status >= 400 && remove.status >= 400, `${target}: ${put.status}, ${remove.status}`);
    }
    const names = [...Deno.readDirSync(`${server.folder}/data`)].map(({ name }) => name).sort();
    assertEquals(names.join(" "), ".env a.txt bin deep large.bin out.txt store");
    assertEquals(Deno.readTextFileSync(`${server.folder}/data/a.txt`), "data");
  },
});

test({
  name: "the log says why a link is refused, and a client on this machine hears what to do",
  ignore,
  fn: async () => {
    const { folder } = server;
    const { text } = await ask(server.port, "/secret/key.txt", { fields: { Accept: "text/html" } });
    assertStringIncludes(text, "allow_links_to");
    assert(!text.includes(folder));
    await server.waitFor(
      `GET /secret/key.txt: ${folder}/www/secret/key.txt leads to ${folder}/secret/key.txt, which lies outside of ` +
        `${folder}/www`,
    );
    assertMatch((await ask(server.port, "/env.txt")).text, /a name that starts with a dot/);
    await server.waitFor(
      `${folder}/www/env.txt leads to ${folder}/data/.env, where a name starts with a dot`,
    );
  },
});
