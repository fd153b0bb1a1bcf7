/**
 * Folders as zip and tar, opened by the programs that people open them with.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { ask } from "../support/ask.ts";
import { test } from "../support/protocols.ts";
import { sharedServer } from "./wire_support.ts";

const LONG = `${"folder-".repeat(20)}/${"name-".repeat(30)}.txt`;

const server = await sharedServer({
  config: `access_log: off
servers:
  - listen: LISTEN
    root: site
    autoindex: on
    locations:
      /site/open/closed/: { return: 403 }
      /open/private/: { deny: all }
      /open/run/: { cgi: { .sh: sh } }
      /shut/: { archive: off }
      /bare/: { autoindex: off }
`,
  files: {
    "site/open/a.txt": "eins",
    "site/open/ü &'x.txt": "zwei",
    "site/open/empty.txt": "",
    "site/open/.hidden": "no",
    "site/open/sub/deep/b.bin": Uint8Array.from({ length: 200_000 }, (_, i) => i * 31 & 0xff),
    [`site/open/${LONG}`]: "long",
    "site/open/nothing": null,
    "site/open/run/source.sh": "echo secret",
    "site/open/run/plain.txt": "plain",
    "site/shut/a.txt": "a",
    "site/bare/a.txt": "a",
  },
});
Deno.symlinkSync("a.txt", `${server.folder}/site/open/link.txt`);

const FILES = [
  "a.txt",
  "empty.txt",
  LONG,
  // A location of its own, which sends it as it is; its program is none of them.
  "run/plain.txt",
  "sub/deep/b.bin",
  "ü &'x.txt",
].sort();
const FOLDERS = [`${LONG.split("/")[0]}/`, "nothing/", "run/", "sub/", "sub/deep/"];

/** Files and folders that Python sees in an archive, and the content of the files, after it has tested it. */
async function opened(bytes: Uint8Array, kind: "zip" | "tar") {
  const file = await Deno.makeTempFile({ suffix: `.${kind}` });
  try {
    await Deno.writeFile(file, bytes);
    const code = kind === "zip"
      ? `import sys,zipfile,json,hashlib
z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None
print(json.dumps({i.filename: None if i.is_dir() else hashlib.sha256(z.read(i)).hexdigest() for i in z.infolist()}))`
      : `import sys,tarfile,json,hashlib
t = tarfile.open(sys.argv[1])
print(json.dumps({m.name + ("/" if m.isdir() else ""): None if m.isdir() else hashlib.sha256(t.extractfile(m).read()).hexdigest() for m in t}))`;
    const { stdout } = await run("python3", "-c", code, file);
    return JSON.parse(stdout) as Record<string, string | null>;
  } finally {
    await Deno.remove(file);
  }
}

async function run(command: string, ...args: readonly string[]) {
  const output = await new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert(output.success, `${command} ${args.join(" ")}: ${stdout}${stderr}`);
  return { stdout: stdout! };
}

async function sha256(path: string): Promise<string> {
  const bytes = await Deno.readFile(path), sum = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(sum)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

for (const kind of ["zip", "tar"] as const) {
  test(`a folder is had as ${kind}: what GET would send, byte for byte, and nothing else`, async () => {
    const answer = await ask(server.port, `/open/?archive=${kind}`);
    assertEquals(answer.status, 200);
    assertEquals(answer.field("content-type"), kind === "zip" ? "application/zip" : "application/x-tar");
    assertEquals(answer.field("content-disposition"), `attachment; filename="open.${kind}"`);
    const found = await opened(answer.body, kind);
    assertEquals(Object.keys(found).filter((name) => !name.endsWith("/")).sort(), FILES);
    assertEquals(Object.keys(found).filter((name) => name.endsWith("/")).sort(), FOLDERS.sort());
    for (const name of FILES) {
      assertEquals(found[name], await sha256(`${server.folder}/site/open/${name}`), name);
    }
  });

  test(`the same folder gives the same bytes as ${kind}`, async () => {
    const [one, other] = [
      await ask(server.port, `/open/?archive=${kind}`),
      await ask(server.port, `/open/?archive=${kind}`),
    ];
    assertEquals(one.body, other.body);
    assertNotEquals(one.body.length, 0);
  });

  test(`names choose entries of a ${kind}`, async () => {
    const two = await ask(
      server.port,
      `/open/?archive=${kind}&name=a.txt&name=sub/&name=.hidden&name=link.txt`,
    );
    assertEquals(Object.keys(await opened(two.body, kind)), ["a.txt", "sub/", "sub/deep/", "sub/deep/b.bin"]);
    const odd = await ask(server.port, `/open/?archive=${kind}&name=${encodeURIComponent("ü &'x.txt")}`);
    assertEquals(Object.keys(await opened(odd.body, kind)), ["ü &'x.txt"]);
    assertMatch(odd.field("content-disposition")!, /filename\*=UTF-8''%C3%BC%20%26%27x\.txt\./);
    for (const none of ["gone", ".hidden", "..", "link.txt", "private"]) {
      assertEquals((await ask(server.port, `/open/?archive=${kind}&name=${none}`)).status, 404, none);
    }
  });
}

test("other programs open what is made, too", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/x.zip`, (await ask(server.port, "/open/?archive=zip")).body);
    await Deno.writeFile(`${folder}/x.tar`, (await ask(server.port, "/open/?archive=tar")).body);
    await run("unzip", "-tq", `${folder}/x.zip`);
    await run("7z", "t", `${folder}/x.zip`);
    await run("7z", "t", `${folder}/x.tar`);
    await run("bsdtar", "-tf", `${folder}/x.zip`);
    const { stdout } = await run("bsdtar", "-tf", `${folder}/x.tar`);
    assert(stdout.includes(LONG));
    await run("tar", "-C", folder, "-xf", `${folder}/x.tar`);
    assertEquals(await Deno.readTextFile(`${folder}/ü &'x.txt`), "zwei");
    const { mtime } = await Deno.stat(`${folder}/a.txt`),
      own = await Deno.stat(`${server.folder}/site/open/a.txt`);
    assertEquals(Math.floor(mtime!.getTime() / 1000), Math.floor(own.mtime!.getTime() / 1000));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

test("archive: off, a folder that is not listed and a form that is not made", async () => {
  const listed = await ask(server.port, "/shut/?archive=zip");
  assertEquals([listed.status, listed.field("content-type")], [200, "text/html; charset=utf-8"]);
  assertEquals((await ask(server.port, "/bare/?archive=zip")).status, 403);
  assertEquals((await ask(server.port, "/open/?archive=rar")).status, 400);
  assertEquals((await ask(server.port, "/open/a.txt?archive=zip")).text, "eins");
});

test("HEAD of an archive says what GET would, and makes none", async () => {
  const answer = await ask(server.port, "/open/?archive=zip", { method: "HEAD" });
  assertEquals([answer.status, answer.body.length], [200, 0]);
  assertEquals(answer.field("content-type"), "application/zip");
});
