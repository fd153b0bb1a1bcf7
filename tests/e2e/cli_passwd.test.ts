/**
 * `webserv passwd`: lines for a file of users, which Apache's own program takes.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { temporaryFolder } from "../support/launch.ts";
import { CTRL_C, hasPython, onTerminal } from "../support/on_terminal.ts";
import { program, writeFiles } from "../support/server.ts";

/** Runs it with a text on its standard input. */
async function passwd(cwd: string, args: readonly string[], input: string) {
  const [command, ...rest] = program();
  const child = new Deno.Command(command!, {
    args: [...rest, "passwd", ...args],
    cwd,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // Where it ends before it has read, there is nobody to write to.
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Whether Apache's program takes a password for a user; undefined where there is none. */
async function isRight(file: string, user: string, password: string): Promise<boolean | undefined> {
  try {
    const args = ["-vb", file, user, password];
    return (await new Deno.Command("htpasswd", { args, stdout: "null", stderr: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

Deno.test("passwd writes users that htpasswd takes, and leaves the rest of the file and its mode as they are", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "users.htpasswd"), text = () => Deno.readTextFileSync(file);
  const first = await passwd(folder.path, ["users.htpasswd", "anna"], "one two\n");
  assertEquals([first.code, first.stdout, first.stderr], [0, "", "users.htpasswd: anna may log in\n"]);
  assertMatch(text(), /^anna:\$2y\$10\$.{53}\n$/);
  if (Deno.build.os !== "windows") assertEquals(Deno.statSync(file).mode! & 0o777, 0o600);
  const anna = text();
  Deno.writeTextFileSync(file, `# ours\n${anna}carl:{SHA}x`);
  Deno.chmodSync(file, 0o640);
  Deno.symlinkSync("users.htpasswd", join(folder.path, "link"));
  const second = await passwd(folder.path, ["link", "ben"], "zwei €\r\nrest");
  assertEquals([second.code, second.stderr], [0, "link: ben may log in\n"]);
  assert(text().startsWith(`# ours\n${anna}carl:{SHA}x\nben:$2y$`), text());
  assert(Deno.lstatSync(join(folder.path, "link")).isSymlink);
  if (Deno.build.os !== "windows") assertEquals(Deno.statSync(file).mode! & 0o777, 0o640);
  assert(await isRight(file, "anna", "one two") !== false);
  assert(await isRight(file, "ben", "zwei €") !== false);
  const third = await passwd(folder.path, ["users.htpasswd", "anna"], "three");
  assertEquals([third.code, third.stderr], [0, "users.htpasswd: anna has another password\n"]);
  assert(await isRight(file, "anna", "one two") !== true);
  assert(await isRight(file, "anna", "three") !== false);
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name).sort(), ["link", "users.htpasswd"]);
});

Deno.test("passwd without a file prints the line, and refuses what is no name or no password", async () => {
  await using folder = await temporaryFolder();
  const printed = await passwd(folder.path, ["anna"], "secret\n");
  assertEquals([printed.code, printed.stderr], [0, ""]);
  assertMatch(printed.stdout, /^anna:\$2y\$10\$.{53}\n$/);
  await writeFiles(folder.path, { "folder": null, "binary": new Uint8Array([0xff, 0xfe, 0x00]) });
  const cases: [args: string[], input: string, code: number, said: string][] = [
    [[], "x\n", 2, "passwd needs a user: webserv passwd users.htpasswd anna"],
    [["f", "anna", "more"], "x\n", 2, 'unexpected argument "more"'],
    [["f", "anna:secret"], "x\n", 2, 'write only "anna"'],
    [["f", ""], "x\n", 2, "a user's name"],
    [["f", "#anna"], "x\n", 2, "begins with #"],
    [["f", " anna"], "x\n", 2, "begins with # or a space"],
    [["f", "anna"], "", 2, "there is no password on standard input"],
    [["f", "anna"], "\n", 2, "the password is empty"],
    [["f", "anna"], "a\tb\n", 2, "control character"],
    [["f", "anna"], "x".repeat(73), 2, "more than 72 bytes"],
    [["missing/f", "anna"], "x", 1, "missing/f cannot be written"],
    [["folder", "anna"], "x", 1, "folder is a folder"],
    [["binary", "anna"], "x", 1, "binary is no text in UTF-8"],
  ];
  await Promise.all(cases.map(async ([args, input, code, said]) => {
    const result = await passwd(folder.path, args, input);
    assertStringIncludes(result.stderr, said);
    assertEquals([result.code, result.stdout], [code, ""], result.stderr);
  }));
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name).sort(), ["binary", "folder"]);
});

Deno.test({
  name: "passwd asks twice at a terminal, shows nothing of it, and knows how lines are mended",
  ignore: !hasPython || Deno.build.os === "windows",
  async fn() {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "users");
    {
      await using shown = onTerminal(["passwd", "users", "anna"], { cwd: folder.path });
      await shown.shows(/Password for anna: $/);
      // Rubbed out: one character of two bytes, and a whole line.
      await shown.type("nothing\x15s\u00e9\x7fecreT\x7ft\r");
      await shown.shows(/Once more: $/);
      await shown.type("secret\r");
      assertEquals(await shown.status, 0);
      assertEquals(shown.shown, "Password for anna: \nOnce more: \nusers: anna may log in\n");
      assert(await isRight(file, "anna", "secret") !== false);
    }
    const before = Deno.readTextFileSync(file);
    {
      await using shown = onTerminal(["passwd", "users", "anna"], { cwd: folder.path });
      await shown.shows(/Password for anna: $/);
      await shown.type("one\rtwo\r");
      assertEquals(await shown.status, 2);
      assertStringIncludes(shown.shown, "the two passwords are not the same: nothing was written");
    }
    {
      await using shown = onTerminal(["passwd", "users", "anna"], { cwd: folder.path });
      await shown.shows(/Password for anna: $/);
      await shown.type(CTRL_C);
      assertEquals(await shown.status, 130);
    }
    assertEquals(Deno.readTextFileSync(file), before);
  },
});
