/**
 * X-Sendfile and X-Accel-Redirect of programs: which file is sent in place of their content, how, and which never is.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { byFastcgi, site, type SiteRequest } from "../support/site.ts";
import { toText } from "../support/wire.ts";

const TEXT = "0123456789";

const CONFIG = `servers:
  - root: www
    cgi: { .php: php-cgi }
    error_page: { 403: /error.php }
    locations:
      /in/: { alias: www, sendfile_from: private, allow_links_to: far }
      /out/: { alias: www }
      /sh/: { alias: www, cgi: { .sh: true } }
      /script/: { cgi_script: whole.sh, sendfile_from: . }
      /own/: { alias: www, sendfile_from: www }
      /up/: { upload_store: up }
      /ups/: { alias: www, sendfile_from: up }
      /link/: { alias: www, sendfile_from: linked }
`;

const FILES = {
  "www/x.php": "source",
  "www/error.php": "source",
  "www/plain.txt": "plain",
  "www/a.sh": { executable: "source" },
  "whole.sh": { executable: "source of the whole" },
  "private/a.txt": TEXT,
  "private/b%20c.txt": "encoded",
  "private/sub/größe.txt": "groß",
  "private/sub/a b.pdf": "pdf",
  "private/data.php": "no program here",
  "private/.hidden": "hidden",
  "private/.git/config": "hidden",
  "private/empty.txt": "",
  "up/stored.php": "stored",
  "secret.txt": "secret",
  "privateer.txt": "secret",
  "far/f.txt": "what links of the location may lead to, and programs may not name",
} as const;

/** A site whose programs say what they are told to, and whatever else. */
function siteOf(
  fields: string,
  content = "the program's own",
  change: (yaml: string) => string = (yaml) => yaml,
): ReturnType<typeof site> {
  const made = site(change(CONFIG), FILES, () => `${fields}\n\n${content}`);
  for (
    const [link, target] of [
      ["/site/private/out.txt", "/site/secret.txt"],
      ["/site/private/far.txt", "/site/far/f.txt"],
      ["/site/private/in.txt", "/site/private/a.txt"],
      ["/site/private/hide.txt", "/site/private/.hidden"],
      ["/site/private/program.txt", "/site/www/x.php"],
      ["/site/www/inner.txt", "/site/www/x.php"],
      ["/site/linked", "/site/private"],
    ] as const
  ) made.files.links.set(link, target);
  return made;
}

async function sent(name: string, path = "/in/x.php", field = "X-Sendfile"): Promise<string> {
  // The site's fake takes a character for a byte, and names of files are UTF-8.
  const bytes = toText(new TextEncoder().encode(name));
  return await siteOf(`Content-Type: text/plain\n${field}: ${bytes}`).get(path);
}

Deno.test("the file that a program names is sent in place of what it says", async () => {
  const cases: Record<string, string> = {
    "a.txt": TEXT,
    "/a.txt": TEXT,
    "/site/private/a.txt": TEXT,
    "./a.txt": TEXT,
    "sub//a b.pdf": "pdf",
    "sub/größe.txt": "groÃ\u009f",
    // Nothing is decoded.
    "b%20c.txt": "encoded",
    "in.txt": TEXT,
    "data.php": "no program here",
    "empty.txt": "",
  };
  for (const [name, text] of Object.entries(cases)) {
    for (const field of ["X-Sendfile", "x-accel-redirect"]) {
      assertEquals(await sent(name, "/in/x.php", field), `200 ${text}`, `${field}: ${name}`);
    }
  }
  assertEquals(await sent("/site/private/a.txt", "/link/x.php"), `200 ${TEXT}`);
  assertEquals(await sent("/site/linked/a.txt", "/link/x.php"), `200 ${TEXT}`);
  assertEquals(await sent("stored.php", "/ups/x.php"), "200 stored");
});

Deno.test("nothing else is sent, whatever a program names", async () => {
  const names = [
    ..."missing.txt sub . .. / ../secret.txt /site/secret.txt /etc/passwd sub/../../secret.txt sub/../a.txt"
      .split(" "),
    ..."..\\secret.txt a.txt/ a.txt/. a.txt/x out.txt far.txt hide.txt .hidden .git/config sub/%2e%2e/a.txt b%2520c.txt"
      .split(
        " ",
      ),
    ..."/site/privateer.txt /site/private/../secret.txt file:///site/private/a.txt a.txt?x".split(" "),
    "b c.txt",
    "a.txt, a.txt",
    "a.txt\tx",
  ];
  for (const name of names) {
    const { text, status } = await siteOf(`X-Sendfile: ${name}`).ask("/in/x.php");
    assertEquals(status, 404, name);
    assert(!/secret|hidden|program's own/.test(text), name);
  }
});

Deno.test("an empty name is none, and the program's content is not sent", async () => {
  const { status, text } = await siteOf("X-Sendfile:").ask("/in/x.php");
  assertEquals(status, 404);
  assert(!text.includes("program's own"));
});

Deno.test("no program's source is sent, be it named itself or by a link", async () => {
  for (
    const [name, path] of [
      ["x.php", "/own/x.php"],
      ["/site/www/x.php", "/own/x.php"],
      ["a.sh", "/own/x.php"],
      ["inner.txt", "/own/x.php"],
      ["whole.sh", "/script/x"],
      ["www/x.php", "/script/x"],
    ] as const
  ) {
    const made = siteOf(`X-Sendfile: ${name}`);
    const { status, text } = await made.ask(path);
    assertEquals(status, 403, `${name} by ${path}`);
    assert(!text.includes("source"), name);
    assertStringIncludes(made.log.join("\n"), "is a program, whose source is not sent");
  }
  assertEquals(await sent("plain.txt", "/own/x.php"), "200 plain");
  assertEquals(await sent("www/plain.txt", "/script/x"), "200 plain");
  assertEquals(await sent("program.txt"), (await sent("missing.txt")).toString());
});

Deno.test("without sendfile_from the fields are taken away, and what the program says is sent", async () => {
  const made = siteOf("X-Sendfile: a.txt\nX-Accel-Redirect: /a.txt\nX-Other: kept");
  const { status, text, fields } = await made.ask("/out/x.php");
  assertEquals([status, text], [200, "the program's own"]);
  assertEquals([...fields].map(([name]) => name), ["X-Other"]);
});

Deno.test("neither field ever reaches a client", async () => {
  for (const path of ["/in/x.php", "/out/x.php"]) {
    for (const name of ["a.txt", "missing.txt"]) {
      const { fields } = await siteOf(`X-SENDFILE: ${name}\nx-accel-redirect: ${name}`).ask(path);
      assert(!fields.has("x-sendfile") && !fields.has("x-accel-redirect"), `${path} ${name}`);
    }
  }
});

Deno.test("two names that differ are a program's fault", async () => {
  const made = siteOf("X-Sendfile: a.txt\nX-Accel-Redirect: empty.txt");
  assertEquals((await made.ask("/in/x.php")).status, 502);
  assertStringIncludes(made.log.join("\n"), "several files");
});

Deno.test("conditions and ranges are those of the file, and the program's other fields stay", async () => {
  const program =
    "Content-Type: application/pdf\nX-Sendfile: a.txt\nSet-Cookie: a=1\nContent-Disposition: attachment\n" +
    'ETag: "program"\nLast-Modified: Mon, 01 Jan 2001 00:00:00 GMT\nContent-Length: 17\nCache-Control: private';
  const whole = await siteOf(program).ask("/in/x.php");
  assertEquals([whole.status, whole.text], [200, TEXT]);
  assertEquals([...whole.fields].map(([name]) => name), [
    "Content-Type",
    "Last-Modified",
    "ETag",
    "Accept-Ranges",
    "Cache-Control",
    "Set-Cookie",
    "Content-Disposition",
  ]);
  assertEquals(whole.fields.get("content-type"), "application/pdf");
  assertEquals(whole.fields.get("cache-control"), "private");
  const etag = whole.fields.get("etag")!;
  assert(etag !== '"program"');
  const cases: [SiteRequest, number, string][] = [
    [{ fields: { Range: "bytes=2-4" } }, 206, "234"],
    [{ fields: { Range: "bytes=-2" } }, 206, "89"],
    [{ fields: { Range: "bytes=20-" } }, 416, ""],
    [{ fields: { "If-None-Match": etag } }, 304, ""],
    [{ fields: { "If-None-Match": '"program"' } }, 200, TEXT],
    [{ fields: { "If-Match": '"program"' } }, 412, ""],
    [{ fields: { "If-Range": '"program"', Range: "bytes=2-4" } }, 200, TEXT],
    [{ fields: { "If-Range": etag, Range: "bytes=2-4" } }, 206, "234"],
    // What the program has done is done.
    [{ method: "POST", body: "x", fields: { "If-Match": '"other"', Range: "bytes=2-4" } }, 200, TEXT],
  ];
  for (const [request, status, text] of cases) {
    const answer = await siteOf(program).ask("/in/x.php", request);
    assertEquals(answer.status, status, JSON.stringify(request));
    if (status < 300) assertEquals(answer.text, text, JSON.stringify(request));
    if (status === 206) assertEquals(answer.fields.get("content-disposition"), "attachment");
    if (status === 304) {
      assertEquals(
        [...answer.fields].map(([name]) => name.toLowerCase()).filter((name) => /^content-/.test(name)),
        [],
      );
      assertEquals(answer.fields.get("set-cookie"), "a=1");
    }
  }
  const { fields, text } = await siteOf(program).ask("/in/x.php", { fields: { Range: "bytes=0-1,5-6" } });
  assertStringIncludes(fields.get("content-type")!, "multipart/byteranges");
  assertStringIncludes(text, "Content-Type: application/pdf");
});

Deno.test("a file has its own type where the program names none", async () => {
  assertEquals(
    (await siteOf("X-Sendfile: sub/a b.pdf").ask("/in/x.php")).fields.get("content-type"),
    "application/pdf",
  );
});

Deno.test("a program's own status stays, with the whole file", async () => {
  const made = siteOf("Status: 410 Long Gone\nX-Sendfile: a.txt");
  const { status, reason, text } = await made.ask("/in/x.php", {
    fields: { Range: "bytes=1-2", "If-None-Match": "*" },
  });
  assertEquals([status, reason, text], [410, "Long Gone", TEXT]);
});

Deno.test("a program is ended, or has its second, when its file is sent", async () => {
  const made = siteOf("X-Sendfile: a.txt", "x".repeat(1000));
  assertEquals(await made.get("/in/x.php"), `200 ${TEXT}`);
  assertEquals(made.ran.length, 1);
});

Deno.test("what FastCGI servers name is sent, or not, as what programs name", async () => {
  const answer = async (fields: string, path: string) => {
    const made = siteOf(fields, undefined, byFastcgi), { status, text, fields: sent } = await made.ask(path);
    assert(made.ran.length > 0, "it was asked");
    assert(!sent.has("x-sendfile") && !sent.has("x-accel-redirect"), fields);
    return `${status}${status === 200 ? ` ${text}` : ""}`;
  };
  assertEquals(await answer("X-Sendfile: a.txt", "/in/x.php"), `200 ${TEXT}`);
  assertEquals(await answer("X-Accel-Redirect: /a.txt", "/in/x.php"), `200 ${TEXT}`);
  assertEquals(await answer("X-Sendfile: private/a.txt", "/script/x"), `200 ${TEXT}`);
  assertEquals(await answer("X-Sendfile: ../secret.txt", "/in/x.php"), "404");
  assertEquals(await answer("X-Sendfile: www/x.php", "/script/x"), "403");
  assertEquals(await answer("X-Sendfile: a.txt", "/out/x.php"), "200 the program's own");
});
