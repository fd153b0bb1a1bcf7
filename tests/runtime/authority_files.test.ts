import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { AuthorityFileError, AuthorityFiles } from "../../lib/runtime/authority_files.ts";

async function newFiles() {
  const home = await Deno.makeTempDir({ prefix: "webserv-authority-" });
  return {
    home,
    files: new AuthorityFiles(join(home, "share", "webserv"), Deno.uid() ?? undefined),
    [Symbol.asyncDispose]: () => Deno.remove(home, { recursive: true }),
  };
}

const modeOf = (path: string) => Deno.statSync(path).mode! & 0o777;
const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("nothing is made before something is stored, and then nobody else can read it", async () => {
  await using made = await newFiles();
  const { files } = made;
  assertEquals(files.read(), undefined);
  assertEquals(namesIn(made.home), []);
  assertEquals(files.create("key and certificate"), "key and certificate");
  files.publish("certificate");
  assertEquals(files.read(), "key and certificate");
  assertEquals([modeOf(files.folder), modeOf(files.secretPath), modeOf(files.publicPath)], [
    0o700,
    0o600,
    0o644,
  ]);
  assertEquals(namesIn(files.folder), [".authority.pem", "ca.crt"]);
});

Deno.test("who comes second gets what the first has stored", async () => {
  await using made = await newFiles();
  const { files } = made;
  assertEquals(files.create("first"), "first");
  assertEquals(files.create("second"), "first");
  assertEquals(namesIn(files.folder), [".authority.pem"]);
});

Deno.test("what is replaced is kept by its certificate, and who comes late replaces nothing", async () => {
  await using made = await newFiles();
  const { files } = made, name = "0123456789abcdef";
  files.create("old");
  assertEquals(files.replace("old", name, "old certificate", "new"), "new");
  assertEquals(files.replace("old", name, "old certificate", "newer"), "new");
  assertEquals(files.earlier(), [{ pem: "old certificate", path: join(files.folder, `ca-${name}.crt`) }]);
  assertEquals(namesIn(files.folder), [".authority.pem", `ca-${name}.crt`]);
});

Deno.test("a program that was killed while it replaced is followed by one that takes what it had claimed", async () => {
  await using made = await newFiles();
  const { files } = made, name = "0123456789abcdef";
  files.create("old");
  Deno.writeTextFileSync(join(files.folder, `.authority-after-${name}.pem`), "claimed", { mode: 0o600 });
  assertEquals(files.replace("old", name, "old certificate", "new"), "claimed");
  assertEquals(namesIn(files.folder), [".authority.pem", `ca-${name}.crt`]);
});

Deno.test("a certificate that was changed is written again", async () => {
  await using made = await newFiles();
  const { files } = made;
  files.create("secret");
  for (const before of ["something else", "certificate"]) {
    Deno.writeTextFileSync(files.publicPath, before);
    files.publish("certificate");
    assertEquals(Deno.readTextFileSync(files.publicPath), "certificate");
  }
});

Deno.test("what was installed is remembered until it is taken back", async () => {
  await using made = await newFiles();
  const { files } = made;
  files.create("secret");
  assertEquals(files.installed, undefined);
  files.setInstalled("0A:1B");
  assertEquals(files.installed, "0A:1B");
  files.setInstalled(undefined);
  files.setInstalled(undefined);
  assertEquals(files.installed, undefined);
});

Deno.test({
  name: "a key or a folder that is not this user's alone is refused with what to do",
  ignore: Deno.build.os === "windows",
  async fn() {
    const table: [what: string, spoil: (files: AuthorityFiles) => void, message: string, user?: number][] = [
      ["readable for others", ({ secretPath }) => Deno.chmodSync(secretPath, 0o644), "chmod 600"],
      ["readable for the group", ({ secretPath }) => Deno.chmodSync(secretPath, 0o640), "chmod 600"],
      ["writable for others", ({ secretPath }) => Deno.chmodSync(secretPath, 0o602), "chmod 600"],
      ["another's", () => {}, "belongs to another user", 12345],
      ["a folder", ({ secretPath }) => {
        Deno.removeSync(secretPath);
        Deno.mkdirSync(secretPath);
      }, "is no file"],
    ];
    for (const [what, spoil, message, user] of table) {
      await using made = await newFiles();
      made.files.create("secret");
      spoil(made.files);
      const files = new AuthorityFiles(made.files.folder, user ?? made.files.user);
      const error = assertThrows(() => files.read(), AuthorityFileError, undefined, what);
      assertStringIncludes(error.message, message, what);
      assertStringIncludes(error.message, files.secretPath, what);
    }
  },
});

Deno.test({
  name: "a key is not laid into a folder that others can write to, or that cannot be made",
  ignore: Deno.build.os === "windows",
  async fn() {
    const table: [what: string, spoil: (folder: string) => void, message: string, user?: number][] = [
      ["writable for others", (folder) => {
        Deno.mkdirSync(folder, { recursive: true });
        Deno.chmodSync(folder, 0o777);
      }, "chmod 700"],
      [
        "another's",
        (folder) => Deno.mkdirSync(folder, { recursive: true }),
        "belongs to another user",
        12345,
      ],
      ["a file", (folder) => {
        Deno.mkdirSync(join(folder, ".."), { recursive: true });
        Deno.writeTextFileSync(folder, "");
      }, "is no folder"],
      ["below a file", (folder) => Deno.writeTextFileSync(join(folder, ".."), ""), "WEBSERV_DATA"],
    ];
    for (const [what, spoil, message, user] of table) {
      await using made = await newFiles();
      const { folder } = made.files;
      spoil(folder);
      const files = new AuthorityFiles(folder, user ?? made.files.user);
      const error = assertThrows(() => files.create("secret"), AuthorityFileError, undefined, what);
      assertStringIncludes(error.message, message, what);
      assert(!error.message.includes("secret"), what);
    }
  },
});
