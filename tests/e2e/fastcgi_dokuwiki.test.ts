/**
 * DokuWiki as Debian has it, with parts of it all over the system and links between them, and with nice addresses.
 * WEBSERV_PHP_APPS is the folder where the package was unpacked (.ci/run does it).
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { byProtocol, test } from "../support/protocols.ts";
import type { TestServer } from "../support/server.ts";
import { app, hiddenFields, sharedApp, textOf, unescaped, Visitor } from "./php_apps_support.ts";

/** Its folders, with each link and each path in its programs led there. */
const WIKI = `cd "$2"
for folder in usr/share/dokuwiki etc/dokuwiki var/lib/dokuwiki; do
  mkdir -p "$folder" && cp -a "$1/$folder/." "$folder"
done
find . -type l | while read -r link; do
  to=$(readlink "$link")
  case $to in /*) ln -sfn "$2$to" "$link" ;; esac
done
grep -rlE '/etc/dokuwiki|/var/lib/dokuwiki|/usr/share/' . --include=*.php | while read -r file; do
  sed -i -E "s#(['\\"])/(etc|var/lib)/dokuwiki/#\\1$2/\\2/dokuwiki/#g; s#(['\\"])/usr/share/#\\1$1/usr/share/#g" "$file"
done
cat > etc/dokuwiki/local.protected.php << 'END'
<?php
$conf["useacl"] = 1; $conf["superuser"] = "@admin"; $conf["disableactions"] = "register";
$conf["userewrite"] = 1; $conf["useslash"] = 1; $conf["basedir"] = "/";
// What is behind /_media/, /_detail/ and /_export/.
if (isset($_SERVER["PATH_INFO"])) {
  $rest = substr($_SERVER["PATH_INFO"], 1);
  if ($_SERVER["SCRIPT_NAME"] !== "/_export") $_GET["media"] = $rest;
  else [$ACT, $_GET["id"]] = explode("/", "export_$rest", 2);
}
END
printf '* @ALL 1\\n* @user 8\\n' > var/lib/dokuwiki/acl/acl.auth.php
printf 'ann:%s:Ann:ann@example.test:admin,user\\n' "$(printf secret | md5sum | cut -c1-32)" > var/lib/dokuwiki/acl/users.auth.php`;

const wiki = sharedApp(
  `root: usr/share/dokuwiki
    allow_links_to: var/lib/dokuwiki/lib
    index: [doku.php]
    try_files: [$uri, $uri/, /doku.php?id=$uri&$args]
    locations:
      /_media/: { alias: usr/share/dokuwiki/lib/exe/fetch.php }
      /_detail/: { alias: usr/share/dokuwiki/lib/exe/detail.php }
      /_export/: { alias: usr/share/dokuwiki/doku.php }
      /inc/: { return: 404 }
      /bin/: { return: 404 }
      /vendor/: { return: 404 }`,
  WIKI,
  ["usr/share/dokuwiki", "var/lib/dokuwiki/lib"],
);

/** Somebody who has logged in. */
async function login(server: TestServer): Promise<Visitor> {
  const visitor = new Visitor(server);
  const form = await visitor.get("/start?do=login");
  const answer = await visitor.post("/start?do=login", {
    ...hiddenFields(textOf(form)),
    u: "ann",
    p: "secret",
    r: "1",
  });
  assertStringIncludes(textOf(answer), "Logged in as:");
  return visitor;
}

async function write(visitor: Visitor, path: string, text: string): Promise<void> {
  const edit = await visitor.get(`${path}?do=edit`);
  const saved = await visitor.post(path, {
    ...hiddenFields(textOf(edit)),
    wikitext: text,
    "do[save]": "1",
  });
  assertEquals(saved.status, 200);
}

/** What belongs to a page, by its addresses here. */
function partsOf(page: string): string[] {
  return [...page.matchAll(/<(?:link|script|img)\b[^>]*?(?:href|src)="(\/[^"]+)"/g)].map(([, target]) =>
    unescaped(target!)
  );
}

test({
  ...app("DokuWiki: all that belongs to a page is there, through the links of Debian's package"),
  fn: async () => {
    const server = await wiki(), visitor = new Visitor(server);
    const start = await visitor.get("/");
    assertEquals(start.status, 200);
    const parts = partsOf(textOf(start));
    assert(parts.some((part) => part.startsWith("/lib/tpl/dokuwiki/images/")), `${parts}`);
    for (const part of parts) {
      const { status, body } = await visitor.get(part);
      assertEquals([part, status, body.length > 0], [part, 200, true]);
    }
    for (
      const hidden of ["/inc/init.php", "/vendor/autoload.php", "/.htaccess", "/lib/plugins/../../.htaccess"]
    ) {
      assertEquals((await visitor.get(hidden)).status, 404, hidden);
    }
  },
});

test({
  ...app("DokuWiki: pages are written and found under nice addresses"),
  fn: async () => {
    const server = await wiki(), visitor = await login(server);
    const page = byProtocol("first", "second");
    const text =
      `====== Heading of ${page} ======\nÄ & <b> [[notes:other page|x]] {{wiki:dokuwiki-128.png?50}} needle${page}`;
    await write(visitor, `/notes/${page}`, text);
    const shown = textOf(await visitor.get(`/notes/${page}`));
    assertStringIncludes(shown, `Heading of ${page}</h1>`);
    // Its own links are nice ones.
    assertStringIncludes(shown, 'href="/notes/other_page"');
    assertEquals(textOf(await visitor.get(`/notes/${page}?do=export_raw`)).trim(), text);
    assertEquals(textOf(await visitor.get(`/_export/raw/notes/${page}`)).trim(), text);
    const { body } = await visitor.get(`/notes/${page}?do=revisions`);
    assertStringIncludes(new TextDecoder().decode(body), "Old Revisions");
    // What a query would take for something else.
    for (
      const [path, id] of [["/a%26b", "a_b"], ["/a%2Bb+c", "a_b_c"], [
        "/%C3%BCber/x%20y",
        "ueber:x_y",
      ]] as const
    ) {
      const answer = textOf(await visitor.get(path));
      assertMatch(answer, new RegExp(`JSINFO = \\{"id":"${id}"`), path);
    }
    // The index of words is made by the picture at the end of each page.
    for (const part of partsOf(shown).filter((part) => part.includes("taskrunner"))) await visitor.get(part);
    const found = textOf(await visitor.get(`/start?do=search&q=needle${page}`));
    assertStringIncludes(found, `href="/notes/${page}`);
    assertStringIncludes(textOf(await visitor.get("/start?do=index")), "Sitemap");
  },
});

/** A picture of one point. */
const PICTURE = atob(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
);

test({
  ...app("DokuWiki: a picture is uploaded, managed, and shown"),
  fn: async () => {
    const server = await wiki(), visitor = await login(server);
    const name = byProtocol("one.png", "two.png");
    const manager = textOf(await visitor.get("/lib/exe/mediamanager.php?ns=notes"));
    assertStringIncludes(manager, 'type="file"');
    const { sectok } = hiddenFields(manager);
    const form = [
      `--b\r\nContent-Disposition: form-data; name="sectok"\r\n\r\n${sectok}\r\n`,
      `--b\r\nContent-Disposition: form-data; name="ns"\r\n\r\nnotes\r\n`,
      `--b\r\nContent-Disposition: form-data; name="mediaid"\r\n\r\n${name}\r\n`,
      `--b\r\nContent-Disposition: form-data; name="upload"; filename="${name}"\r\nContent-Type: image/png\r\n\r\n`,
      `${PICTURE}\r\n--b--\r\n`,
    ].join("");
    const uploaded = await visitor.send("/lib/exe/mediamanager.php", "multipart/form-data; boundary=b", form);
    assertStringIncludes(textOf(uploaded), "Upload successful");
    const picture = await visitor.get(`/_media/notes/${name}`);
    assertEquals([picture.status, picture.field("content-type")], [200, "image/png"]);
    assertEquals(picture.text, PICTURE);
    assertEquals((await visitor.get(`/_media/notes/none.png`)).status, 404);
    assertStringIncludes(textOf(await visitor.get(`/_detail/notes/${name}?id=start`)), name);
    assertStringIncludes(textOf(await visitor.get("/start?do=media&ns=notes")), `notes:${name}`);
    await write(visitor, `/notes/with_${name.slice(0, 3)}`, `{{notes:${name}}}`);
    const page = textOf(await visitor.get(`/notes/with_${name.slice(0, 3)}`));
    const parts = partsOf(page).filter((part) => part.includes(name));
    assertEquals(parts.length > 0, true, page);
    for (const part of parts) assertEquals((await visitor.get(part)).text, PICTURE, part);
  },
});

test({
  ...app("DokuWiki: the pages of its administration work, and are for nobody else"),
  fn: async () => {
    const server = await wiki(), visitor = await login(server);
    const admin = textOf(await visitor.get("/start?do=admin"));
    const pages = [...admin.matchAll(/href="([^"]*do=admin[^"]*page=(\w+)[^"]*)"/g)];
    assert(pages.length >= 5, admin);
    for (const [, target, page] of pages) {
      const answer = await visitor.get(unescaped(target!));
      assertEquals([page, answer.status, /Fatal error/.test(textOf(answer))], [page, 200, false]);
    }
    const config = textOf(await visitor.get("/start?do=admin&page=config"));
    const title = `Wiki of ${byProtocol("old", "new")}`;
    await visitor.post("/start?do=admin&page=config", {
      ...hiddenFields(config),
      "config[title]": title,
      save: "1",
    });
    assertStringIncludes(textOf(await visitor.get("/start")), title);
    const stranger = textOf(await new Visitor(server).get("/start?do=admin"));
    assertEquals(stranger.includes("do=admin"), false);
  },
});
