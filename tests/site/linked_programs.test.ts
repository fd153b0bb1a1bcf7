/**
 * Links to programs: what has a program's name is run, and nothing that leads to one is sent as its source.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { byFastcgi, site } from "../support/site.ts";

const SOURCE = "the source of a program";

const CONFIG = `servers:
  - root: root
    index: [index.html]
    locations:
      /run/: { alias: programs, index: [index.txt], cgi: { .php: php-cgi } }
      /one: { alias: links/one.txt, cgi: { .php: php-cgi } }
      /try/: { alias: programs, try_files: [$uri, /run/text.txt], cgi: { .php: php-cgi } }
      /far/: { alias: far, allow_links_to: programs, index: [text.txt], cgi: { .php: php-cgi } }
      /plain/: { alias: far, allow_links_to: [programs, shared], index: [text.txt], try_files: [$uri, $uri/, /plain/a.txt] }
      /near/: { alias: far }
      /sharing/: { alias: sharing, allow_links_to: shared, cgi: { .php: php-cgi } }
`;

const made = (config = CONFIG) => {
  const made = site(config, {
    "programs/a.php": SOURCE,
    "programs/plain.txt": "plain",
    "programs/sub/b.php": SOURCE,
    "programs/i/x": "",
    "root/x": "",
    "far/x": "",
    "shared/c.php": SOURCE,
    "shared/c.txt": "shared",
  });
  for (
    const [link, target] of [
      ["/site/programs/text.txt", "/site/programs/a.php"],
      ["/site/programs/none", "/site/programs/a.php"],
      ["/site/programs/deep.txt", "/site/programs/sub/b.php"],
      ["/site/programs/i/index.txt", "/site/programs/a.php"],
      ["/site/programs/run.php", "/site/programs/a.php"],
      ["/site/programs/plain.php", "/site/programs/plain.txt"],
      ["/site/programs/link.txt", "/site/programs/plain.txt"],
      ["/site/programs/folder", "/site/programs/sub"],
      ["/site/links/one.txt", "/site/programs/a.php"],
      ["/site/far/a.php", "/site/programs/a.php"],
      ["/site/far/a.txt", "/site/programs/a.php"],
      ["/site/far/text.txt", "/site/programs/a.php"],
      ["/site/far/plain.txt", "/site/programs/plain.txt"],
      ["/site/far/folder", "/site/programs"],
      ["/site/far/shared", "/site/shared"],
    ] as const
  ) made.files.links.set(link, target);
  return made;
};

const ANSWERS: Readonly<Record<string, string>> = {
  "/run/a.php": "200 ran /run/a.php",
  "/run/run.php": "200 ran /run/run.php",
  "/run/plain.php": "200 ran /run/plain.php",
  "/run/folder/b.php": "200 ran /run/folder/b.php",
  "/run/plain.txt": "200 plain",
  "/run/link.txt": "200 plain",
  "/run/text.txt": "403",
  "/run/none": "403",
  "/run/deep.txt": "403",
  "/run/i/": "403",
  "/one": "403",
  "/try/missing": "403",
  "/try/text.txt": "403",
  "/far/a.php": "200 ran /far/a.php",
  "/far/folder/sub/b.php": "200 ran /far/folder/sub/b.php",
  "/far/folder/sub/b.php/info": "200 ran /far/folder/sub/b.php/info",
  "/far/plain.txt": "200 plain",
  "/far/a.txt": "403",
  "/far/folder/text.txt": "403",
  "/far/": "403",
  // Nothing is run here, and what others run is not sent.
  "/plain/plain.txt": "200 plain",
  "/plain/a.txt": "403",
  "/plain/a.php": "403",
  "/plain/folder/a.php": "403",
  "/plain/": "403",
  "/plain/none": "403",
  "/plain/shared/c.php": "403",
  "/plain/shared/c.txt": "200 shared",
  "/near/a.txt": "404",
  "/near/a.php": "404",
};

for (const [target, answer] of Object.entries(ANSWERS)) {
  Deno.test(`${target} with links to programs is ${answer}`, async () => {
    for (const config of [CONFIG, byFastcgi(CONFIG)]) {
      const { get } = made(config), text = await get(target);
      assertEquals([text.startsWith(answer), text.includes(SOURCE)], [true, false], text);
    }
  });
}

Deno.test("why a link to a program leads nowhere is told, behind which PATH_INFO ever", async () => {
  for (const change of [(yaml: string) => yaml, byFastcgi]) {
    const { ask, files, log } = site(
      change(`servers:
  - locations:
      /run/: { alias: run, cgi_only: on, cgi: { .php: php-cgi } }
      /some/: { alias: run, cgi: { .php: php-cgi } }
`),
      { "run/x": "", "elsewhere/a.php": SOURCE },
    );
    files.links.set("/site/run/a.php", "/site/elsewhere/a.php");
    for (const target of ["/run/a.php", "/run/a.php/in/fo", "/some/a.php", "/some/a.php/in/fo"]) {
      const { status, text } = await ask(target);
      assertEquals(
        [status, text.includes(SOURCE), text.includes("allow_links_to")],
        [404, false, true],
        target,
      );
      assertStringIncludes(
        log.at(-1)!,
        `GET ${target}: /site/run/a.php leads to /site/elsewhere/a.php, which lies outside of /site/run: allow_links_to`,
      );
    }
    const told = log.length;
    assertEquals((await ask("/run/none.php")).status, 404);
    assertEquals(log.length, told);
  }
});

Deno.test("a link beside a file sends no program's source as that file in a coding", async () => {
  for (const change of [(yaml: string) => yaml, byFastcgi]) {
    const { ask, files } = site(
      change(`servers:
  - root: root
    allow_links_to: programs
    locations:
      /run/: { alias: programs, cgi: { .php: php-cgi } }
      /both/: { alias: both, cgi: { .php: php-cgi } }
`),
      {
        "root/a.txt": "plain",
        "root/b.txt": "plain",
        "programs/a.php": SOURCE,
        "programs/c.gz": "from elsewhere",
        "programs/c.txt": "plain, elsewhere",
        "programs/c.txt.gz": "in a coding, elsewhere",
        "root/c.gz": "in a coding",
        "root/c.txt": "plain",
        "both/a.txt": "plain",
        "both/a.php": SOURCE,
      },
    );
    for (
      const [link, target] of [
        ["root/a.txt.gz", "programs/a.php"],
        ["root/b.txt.gz", "programs/c.gz"],
        ["root/c.txt.gz", "root/c.gz"],
        ["root/far.txt", "programs/c.txt"],
        ["root/far.txt.gz", "programs/c.txt.gz"],
        ["root/far", "programs"],
        ["both/a.txt.gz", "both/a.php"],
      ]
    ) files.links.set(`/site/${link}`, `/site/${target}`);
    const answers: Readonly<Record<string, string>> = {
      "/a.txt": "plain",
      "/b.txt": "plain",
      "/c.txt": "in a coding",
      "/far.txt": "in a coding, elsewhere",
      "/far/c.txt": "in a coding, elsewhere",
      "/both/a.txt": "plain",
    };
    for (const [target, text] of Object.entries(answers)) {
      const answer = await ask(target, { fields: { "Accept-Encoding": "gzip" } });
      assertEquals([answer.status, answer.text], [200, text], target);
    }
  }
});
