/**
 * Whose an upload is: who began it may go on with it, and nobody else learns that there is one.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { test } from "../support/protocols.ts";
import { startServer } from "../support/server.ts";
import { append, ask, begin, encodeBase64, type Fields, stateOf, upload } from "./resumable_support.ts";
import { filesIn, storeOf } from "./store_support.ts";

const CONFIG = `access_log: off
workers: 2
servers:
  - listen: LISTEN
    auth_basic: Files
    auth_basic_user_file: users
    locations:
      /files/: { upload_store: store }
      /box/: { upload_store: box, access: { read: [anna], write: all } }
      /list/: { upload_store: box, access: { read: all, write: [anna] } }
`;

const line = async (name: string, password: string) => {
  const hash = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(password));
  return `${name}:{SHA}${encodeBase64(hash)}\n`;
};

const as = (name: string): Fields => ({ Authorization: `Basic ${btoa(`${name}:word`)}` });

test("an upload is its creator's", async () => {
  const users = await line("anna", "word") + await line("ben", "word");
  await using server = await startServer({ config: CONFIG, files: { users, store: null, box: null } });
  const anna = as("anna"), ben = as("ben");
  const refused = await upload(server, "PUT", "/files/x", { "Upload-Complete": "?0" }, "x");
  assertEquals([refused.interim.length, refused.last.status], [0, 401]);
  const at = await begin(server, "/files/x", "on", anna);
  for (const [fields, status] of [[{}, 401], [ben, 404]] as const) {
    assertEquals((await ask(server, at, fields)).last.status, status);
    assertEquals((await append(server, at, 2, true, "e", fields)).last.status, status);
    assertEquals((await upload(server, "DELETE", at, fields)).last.status, status);
  }
  assertEquals(stateOf(await append(server, at, 2, true, "e", anna)), [201, "?1", "3"]);
  // Nor of one that is whole.
  assertEquals((await ask(server, at, ben)).last.status, 404);
  assertEquals(stateOf(await ask(server, at, anna)), [204, "?1", "3"]);

  // Who may only write asks how far he is; who may only read does not.
  const dropped = await begin(server, "/box/y", "one");
  assertEquals(stateOf(await ask(server, dropped)), [204, "?0", "3"]);
  assertEquals((await upload(server, "HEAD", "/box/y", {})).last.status, 401);
  const listed = await begin(server, "/list/z", "one", anna);
  for (const [fields, status] of [[{}, 401], [ben, 403]] as const) {
    assertEquals((await ask(server, listed, fields)).last.status, status);
  }
  for (const [target, fields] of [[dropped, {}], [listed, anna]] as const) {
    assertEquals((await upload(server, "DELETE", target, fields)).last.status, 204);
  }
  assertEquals([...filesIn(storeOf(server)), ...filesIn(storeOf(server, "box"))], ["x"]);
});
