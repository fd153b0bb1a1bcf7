/**
 * Applications that others have written, under FastCGI servers that webserv starts: DokuWiki and Adminer as Debian has
 * them. WEBSERV_PHP_APPS is the folder where their packages were unpacked (.ci/run does it).
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { byProtocol, test } from "../support/protocols.ts";
import { app, hiddenFields, sharedApp, textOf, unescaped, Visitor } from "./php_apps_support.ts";

/** Debian's has its parts all over the system: here they come into one folder. */
const WIKI = `cp -a "$1/usr/share/dokuwiki/." "$2/www"
rm -f "$2/www/lib/plugins" "$2/www/lib/tpl"
cp -a "$1/var/lib/dokuwiki/lib/." "$2/www/lib"
cp -a "$1/etc/dokuwiki" "$2/conf"
cp -a "$1/var/lib/dokuwiki/data" "$2/data"
grep -rlE '/etc/dokuwiki|/var/lib/dokuwiki|/usr/share/' "$2/www" "$2/conf" --include=*.php | while read -r file; do
  sed -i -E "s#(['\\"])/etc/dokuwiki/#\\1$2/conf/#g; s#(['\\"])/var/lib/dokuwiki/#\\1$2/#g; s#(['\\"])/usr/share/#\\1$1/usr/share/#g" "$file"
done
echo '<?php $conf["userewrite"] = 2; $conf["useslash"] = 1; $conf["useacl"] = 0;' > "$2/conf/local.php"`;

const wiki = sharedApp("root: www\n    index: [doku.php]", WIKI);

test({
  ...app("DokuWiki: pages with all that belongs to them are shown, written, and named by PATH_INFO"),
  fn: async () => {
    const server = await wiki(), visitor = new Visitor(server);
    const page = byProtocol("first", "second");
    const start = await visitor.get("/");
    assertEquals([start.status, start.field("content-type")], [200, "text/html; charset=utf-8"]);
    assertStringIncludes(textOf(start), "This topic does not exist yet");
    // Style sheets and scripts are programs too, images are files.
    const parts = [...textOf(start).matchAll(/<(?:link|script|img)\b[^>]*?(?:href|src)="(\/lib\/[^"]+)"/g)]
      .map(([, target]) => unescaped(target!));
    assert(parts.length >= 6, `${parts}`);
    for (const part of parts) {
      const { status, body } = await visitor.get(part);
      assertEquals([part, status, body.length > 0], [part, 200, true]);
    }
    const edit = await visitor.get(`/doku.php/notes/${page}?do=edit`);
    const text = `====== A heading ======\nÄ & <b> "${"x".repeat(50_000)}"`;
    const saved = await visitor.post(`/doku.php/notes/${page}`, {
      ...hiddenFields(textOf(edit)),
      wikitext: text,
      "do[save]": "1",
    });
    assertEquals(saved.status, 200);
    assertStringIncludes(textOf(saved), "A heading</h1>");
    assertEquals(textOf(await visitor.get(`/doku.php/notes/${page}?do=export_raw`)).trim(), text);
    assertEquals((await Deno.readTextFile(`${server.folder}/data/pages/notes/${page}.txt`)).trim(), text);
    // By a program, with its own answer to a condition.
    const image = "/lib/exe/fetch.php?media=wiki:dokuwiki-128.png";
    const media = await visitor.get(image);
    const file = await Deno.readFile(`${server.folder}/data/media/wiki/dokuwiki-128.png`).catch(() =>
      undefined
    );
    if (file !== undefined) assertEquals([media.status, media.body], [200, file]);
    else assertEquals(media.status, 404);
  },
});

const ADMINER = `cp "$1/usr/share/adminer/adminer.php" "$2/www/adminer.inc.php"
cp "$1/usr/share/adminer/plugins/plugin.php" "$1/usr/share/adminer/plugins/login-password-less.php" "$2/www"
: > "$2/a.db"
cat > "$2/www/index.php" << 'END'
<?php
function adminer_object() {
  include_once "./plugin.php";
  include_once "./login-password-less.php";
  return new AdminerPlugin([new AdminerLoginPasswordLess(password_hash("secret", PASSWORD_BCRYPT, ["cost" => 4]))]);
}
include "./adminer.inc.php";
END`;

const adminer = sharedApp("root: www\n    index: [index.php]", ADMINER);

test({
  ...app("Adminer: somebody logs in, makes a table, fills it, and takes it home"),
  fn: async () => {
    const server = await adminer(), visitor = new Visitor(server);
    const table = byProtocol("birds", "trees");
    const login = await visitor.get("/");
    assertMatch(textOf(login), /<title>Login - Adminer/);
    const { folder } = server, at = `/?sqlite=&username=&db=${encodeURIComponent(`${folder}/a.db`)}`;
    const wrong = await visitor.post("/", {
      "auth[driver]": "sqlite",
      "auth[server]": "",
      "auth[username]": "",
      "auth[password]": "wrong",
      "auth[db]": `${folder}/a.db`,
    });
    assertEquals(wrong.status, 403);
    await visitor.post("/", {
      "auth[driver]": "sqlite",
      "auth[server]": "",
      "auth[username]": "",
      "auth[password]": "secret",
      "auth[db]": `${folder}/a.db`,
    });
    const sql = await visitor.get(`${at}&sql=`);
    assertStringIncludes(textOf(sql), "SQL command");
    const done = await visitor.post(`${at}&sql=`, {
      token: hiddenFields(textOf(sql)).token!,
      query: `CREATE TABLE ${table} (name TEXT); INSERT INTO ${table} VALUES ('wren'), ('Häher');`,
    });
    assertStringIncludes(textOf(done), "2 rows affected");
    const select = await visitor.get(`${at}&select=${table}`);
    assertStringIncludes(textOf(select), "Häher");
    const dump = await visitor.post(`${at}&dump=${table}`, {
      token: hiddenFields(textOf(select)).token!,
      output: "file",
      format: "csv",
      "tables[]": table,
      "data[]": table,
      data_style: "INSERT",
    });
    assertMatch(dump.field("content-disposition")!, /attachment; filename=/);
    assertMatch(textOf(dump), /wren/);
  },
});
