/**
 * A server with places for readers, writers and everybody, and who asks there.
 *
 * @module
 */
import { makeHash } from "../../lib/access/make_hash.ts";
import type { ServerOptions } from "../support/server.ts";

/** Fields of a request with a name and a password. */
export function basic(name: string, password: string): Record<string, string> {
  const bytes = new TextEncoder().encode(`${name}:${password}`);
  return { Authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
}

/** Lines of a file of users, hashed as cheaply as may be: everybody's password is his name and an exclamation mark. */
export function usersFile(...names: readonly string[]): string {
  return names.map((name) => `${name}:${makeHash(`${name}!`, 4)}\n`).join("");
}

/** Who asks: by no name, or by the right password, or a wrong one. */
export const WHO = {
  anonymous: {},
  reader: basic("reader", "reader!"),
  writer: basic("writer", "writer!"),
  wrong: basic("reader", "no"),
  unknown: basic("nobody", "reader!"),
  malformed: { Authorization: "Basic ???" },
  other: { Authorization: "Bearer abc" },
} as const;

/** Prints who has logged in, and whether it has seen the password. */
const ENV =
  `#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n%s %s %s' "\${REMOTE_USER-nobody}" "\${AUTH_TYPE-none}" "\${HTTP_AUTHORIZATION-hidden}"\n`;

const LOCAL = `#!/bin/sh\nprintf 'Location: /files/a.txt\\n\\n'\n`;

/** `/files/` is read by readers and written by writers, `/public/` is read by all; what is `open` leads to `/files/`. */
export const ACCESS_SERVER: ServerOptions = {
  config: `
limits: { logins: 1000000 }
servers:
  - listen: LISTEN
    server_name: localhost
    root: www
    auth_basic: Family
    auth_basic_user_file: users
    access: { read: [reader, writer], write: [writer] }
    autoindex: on
    error_page: { 404: /files/404.html }
    locations:
      /files/: { upload_store: www/files, dav: on }
      /files/writers/: { upload_store: www/files/writers, dav: on, access: { read: [writer] } }
      /mixed/: { cgi: { .sh: sh } }
      /mixed/writers/: { access: { read: [writer] } }
      /api/: { cors: on }
      /public/: { upload_store: public, dav: on, access: { read: all } }
      /everybody/: { access: { read: users } }
      /readonly/: { upload_store: www/readonly, dav: on, access: { write: none } }
      /closed/: { access: { read: none, write: none } }
      /cgi/: { alias: cgi, cgi: { .sh: sh } }
      /cgi-public/: { alias: cgi, cgi: { .sh: sh }, access: { read: all, write: all } }
      /cgi-off/: { alias: cgi, cgi: { .sh: sh }, auth_basic: off, access: { read: all, write: all } }
      /off/: { auth_basic: off, access: { read: all, write: all } }
      = /open-try: { auth_basic: off, access: { read: all, write: all }, try_files: [/files/a.txt, =404] }
      = /open-last: { auth_basic: off, access: { read: all, write: all }, try_files: [/no, /files/a.txt] }
      /open-index/: { auth_basic: off, access: { read: all, write: all } }
      = /open-index/index.html: { access: { read: [writer] } }
      /return/: { return: 200 secret }
      /here/: { auth_basic: off, access: { read: all, write: all }, allow: [127.0.0.0/8] }
      /elsewhere/: { auth_basic: off, access: { read: all, write: all }, allow: [10.0.0.0/8] }
      /denied/: { auth_basic: off, access: { read: all, write: all }, allow: [127.0.0.1], deny: [127.0.0.0/8] }
      /denied-users/: { deny: all }
`,
  files: {
    "users": usersFile("reader", "writer", "guest"),
    "www/index.html": "home",
    "www/files/a.txt": "a",
    "www/files/404.html": "not here",
    "www/files/writers/secret.txt": "secret",
    "www/mixed/a.txt": "a",
    "www/mixed/writers/secret.txt": "secret",
    "www/mixed/deep/b.txt": "b",
    "www/mixed/source.sh": "echo; echo ran",
    "www/api/a.txt": "a",
    "www/everybody/a.txt": "a",
    "www/readonly/a.txt": "a",
    "www/closed/a.txt": "a",
    "www/off/a.txt": "a",
    "www/open-index/index.html": "index",
    "www/here/a.txt": "a",
    "www/elsewhere/a.txt": "a",
    "www/denied/a.txt": "a",
    "www/denied-users/a.txt": "a",
    "public/a.txt": "a",
    "cgi/env.sh": ENV,
    "cgi/local.sh": LOCAL,
  },
};
