/**
 * Files of users: as Apache's tool writes them, as they change while they are served, and such that are of no use.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ask } from "../support/ask.ts";
import { runProgram, startServer } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { basic, usersFile } from "./access_support.ts";

const config = (more = "", top = "") => `
${top}
servers:
  - listen: LISTEN
    server_name: localhost
    root: www
    auth_basic: Family
    auth_basic_user_file: users
    ${more}
`;

const FILES = { "www/a.txt": "a", users: usersFile("anna", "ben") };

const login = async (port: number, name: string, password: string) =>
  (await ask(port, "/a.txt", { fields: basic(name, password) })).status;

/** A line as Apache's tool writes it. */
function htpasswd(kind: string, name: string, password: string): string {
  const { stdout } = new Deno.Command("htpasswd", { args: [`-nb${kind}`, name, password] }).outputSync();
  return new TextDecoder().decode(stdout);
}

Deno.test("users of a file that htpasswd has written log in, whatever kind of hash it is", async () => {
  const kinds = ["B", "m", "s", "5", "2"], password = "pässwörd:1 🔑";
  const users = "# the family\n\n" + kinds.map((kind) => htpasswd(kind, `user-${kind}`, password)).join("");
  await using server = await startServer({ config: config(), files: { ...FILES, users } });
  for (const kind of kinds) {
    const name = `user-${kind}`;
    assertEquals([kind, await login(server.port, name, password)], [kind, 200]);
    assertEquals([kind, await login(server.port, name, `${password}x`)], [kind, 401]);
    assertEquals([kind, await login(server.port, name, password)], [kind, 200]);
  }
  assertEquals(await login(server.port, "nobody", password), 401);
});

Deno.test("a file of users that changes holds at once, and one that vanishes lets nobody in", async () => {
  await using server = await startServer({ config: config("", "limits: { logins: 100000 }"), files: FILES });
  const { port, folder } = server, file = join(folder, "users");
  assertEquals([await login(port, "anna", "anna!"), await login(port, "ben", "ben!")], [200, 200]);
  // In place, and as programs replace files.
  await Deno.writeTextFile(file, usersFile("ben", "carl"));
  await waitUntil(async () => await login(port, "anna", "anna!") === 401, "anna was forgotten");
  assertEquals([await login(port, "ben", "ben!"), await login(port, "carl", "carl!")], [200, 200]);
  await Deno.writeTextFile(`${file}.new`, usersFile("anna"));
  await Deno.rename(`${file}.new`, file);
  await waitUntil(async () => await login(port, "ben", "ben!") === 401, "ben was forgotten");
  assertEquals(await login(port, "anna", "anna!"), 200);
  await Deno.remove(file);
  await waitUntil(async () => await login(port, "anna", "anna!") === 401, "nobody was let in");
  await server.waitFor(/users does not exist.*: nobody may log in/);
  await Deno.writeTextFile(file, FILES.users + "broken\n");
  await waitUntil(async () => await login(port, "anna", "anna!") === 200, "anna was let in again");
  await server.waitFor(/line 3 has no colon/);
});

Deno.test("a file of users that is missing or broken is no start, and no reload", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "webserv.yaml");
    await Deno.mkdir(join(folder, "www"));
    await Deno.writeTextFile(file, config().replace("LISTEN", '"127.0.0.1:0"'));
    for (
      const [users, words] of [
        [undefined, /users.* does not exist: make it with webserv passwd/],
        ["anna:x\n", /line 1 has no hash that is known/],
        ["anna\n", /line 1 has no colon/],
      ] as const
    ) {
      if (users !== undefined) await Deno.writeTextFile(join(folder, "users"), users);
      for (const command of users === undefined ? ["check", "serve"] : ["check"]) {
        const { code, stderr } = await runProgram([command, "-c", file]);
        assertEquals([command, code], [command, 2]);
        assertMatch(stderr, words);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  await using server = await startServer({ config: config(), files: FILES });
  await Deno.remove(join(server.folder, "users"));
  server.kill("SIGHUP");
  await server.waitFor(/does not exist/);
  assertEquals((await ask(server.port, "/a.txt")).status, 401);
});

Deno.test("a file of users is never sent, wherever it lies", async () => {
  await using server = await startServer({
    config: config().replace("auth_basic_user_file: users", "auth_basic_user_file: www/users"),
    files: { "www/a.txt": "a", "www/users": usersFile("anna") },
  });
  const answer = await ask(server.port, "/users", { fields: basic("anna", "anna!") });
  assertEquals(answer.status, 404);
  assertStringIncludes(server.output().stderr, "the user file lies in");
});
