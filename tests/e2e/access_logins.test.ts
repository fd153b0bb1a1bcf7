/**
 * Failed logins, which are counted for all workers together, and what logs and pages hear of users.
 */
import { assert, assertEquals } from "@std/assert";
import { ask } from "../support/ask.ts";
import { test } from "../support/protocols.ts";
import { startServer } from "../support/server.ts";
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

test("after too many wrong passwords, of all workers together, even the right one is 429 and those without one are not", async () => {
  await using server = await startServer({
    config: config("", "workers: 2\nlimits: { logins: 4 }"),
    files: FILES,
  });
  const { port } = server;
  const statuses: number[] = [];
  for (let i = 0; i < 4; i++) {
    statuses.push(
      await login(port, "anna", "anna!"),
      await login(port, i % 2 === 0 ? "anna" : "nobody", `no${i}`),
    );
  }
  assertEquals(statuses, [200, 401, 200, 401, 200, 401, 200, 401]);
  // Both workers, and what each of them remembers.
  for (let i = 0; i < 8; i++) {
    const answer = await ask(port, "/a.txt", { fields: basic("anna", "anna!") });
    assertEquals(answer.status, 429);
    const wait = Number(answer.field("retry-after"));
    assert(wait > 30 && wait <= 60, String(wait));
    assertEquals((await ask(port, "/a.txt")).status, 401);
  }
});

test("of many passwords that are sent at once no more are tried than may fail", async () => {
  await using server = await startServer({
    config: config("", "limits: { logins: 5 }"),
    files: FILES,
  });
  const statuses = await Promise.all(
    Array.from({ length: 40 }, (_, i) => login(server.port, "anna", i === 39 ? "anna!" : `no${i}`)),
  );
  assertEquals(statuses.filter((status) => status === 401).length, 5);
  assertEquals(statuses.filter((status) => status === 429).length >= 34, true);
});

test("what has changed is told to pages of those alone who may read it", async () => {
  await using server = await startServer({ config: config("live_reload: on"), files: FILES });
  const status = async (fields = {}) =>
    (await ask(server.port, "/.webserv/live", { method: "HEAD", fields })).status;
  assertEquals([await status(), await status(basic("anna", "no")), await status(basic("anna", "anna!"))], [
    401,
    401,
    200,
  ]);
  assertEquals((await ask(server.port, "/.webserv/live.js")).status < 500, true);
});
test("the access log has the user, and nobody who was not let in", async () => {
  await using server = await startServer({
    config: config("", "log_format: combined\naccess_log: stdout"),
    files: { ...FILES, users: usersFile("an na") },
  });
  assertEquals(await login(server.port, "an na", "an na!"), 200);
  await server.waitFor(/^127\.0\.0\.1 - an\\x20na \[.*"GET \/a\.txt HTTP/m);
  assertEquals(await login(server.port, "mallory", "x"), 401);
  await server.waitFor(/^127\.0\.0\.1 - - \[.* 401 /m);
});
