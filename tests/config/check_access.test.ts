/** What `check` says of who may come in, and of files of users, of which others tell what is in them. */
import { assertEquals } from "@std/assert";
import { decodeConfig, type Issue } from "../../lib/config/decode.ts";
import type { UsersLook } from "../../lib/config/outside.ts";

const FINE: UsersLook = { names: new Set(["anna", "ben"]) };

function said(keys: string, look: UsersLook = FINE): string[] {
  const text = `servers:\n  - listen: 8080\n    root: www\n${
    keys.split("\n").map((line) => `    ${line}\n`).join("")
  }`;
  const result = decodeConfig(text, "/site/webserv.yaml", {
    realPath: (path) => path,
    findProgram: () => undefined,
    look: () => "folder",
    mayWrite: () => true,
    users: () => look,
    isNamed: true,
  });
  const lines = (list: readonly Issue[], kind: string) =>
    list.map(({ line, message }) => `${kind} ${line}: ${message}`);
  return [...lines(result.issues ?? [], "error"), ...lines(result.config ? result.warnings : [], "warning")];
}

const LOGIN = "auth_basic: x\nauth_basic_user_file: users\n";

const CASES: readonly (readonly [keys: string, look: UsersLook, ...said: string[]])[] = [
  [LOGIN, FINE],
  [`${LOGIN}access: { read: all, write: [anna, ben] }`, FINE],
  ["access: { write: none }", FINE],
  [
    "auth_basic: x",
    FINE,
    "error 4: auth_basic needs an auth_basic_user_file: webserv passwd FILE NAME makes one",
  ],
  [
    "access: { write: [anna] }",
    FINE,
    "error 4: access is for anna, and nobody is asked for a name: auth_basic is missing",
  ],
  [
    "access: { read: users }",
    FINE,
    "error 4: access is for users, and nobody is asked for a name: auth_basic is missing",
  ],
  ["auth_basic_user_file: users", FINE, "warning 4: without effect: nobody is asked for a name (auth_basic)"],
  ["auth_basic_user_file: users\nlocations:\n  /a/: { auth_basic: x }", FINE],
  [
    `${LOGIN}access: { write: [anna] }\nlocations:\n  /a/: { auth_basic: off }`,
    FINE,
    "warning 8: access, as the server has it, is for anna, and nobody can log in here: write one for this place",
  ],
  [
    `${LOGIN}access: { write: [carl, anna, dora] }`,
    FINE,
    'warning 6: "/site/users" has no carl, dora, whom access names',
  ],
  [LOGIN, { problem: "does not exist" }, 'error 5: the user file "/site/users" does not exist'],
  [
    LOGIN.replace("users\n", "www/users\n"),
    FINE,
    'warning 5: the user file lies in "/site/www", which is served: requests for it get 404, but programs and copies have it; move it to a folder beside it',
  ],
];

for (const [keys, look, ...expected] of CASES) {
  Deno.test(`check of ${keys.replaceAll("\n", "; ")}: ${expected.length === 0 ? "nothing" : expected[0]}`, () => {
    assertEquals(said(keys, look), expected);
  });
}
