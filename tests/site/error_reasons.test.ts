import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FileError } from "../../lib/ports.ts";
import { site, type SiteRequest } from "../support/site.ts";
import { toText } from "../support/wire.ts";

const FILES = {
  "www/a.txt": "text",
  "www/empty/x": "x",
  "www/bin/not.cgi": "source",
  "www/bin/run.sh": "source",
  "www/locked.txt": "secret",
};

const YAML = (top = "") => `
${top}
servers:
  - root: www
    locations:
      /bin/: { cgi: { .cgi: true, .sh: sh } }
      /script: { cgi_script: www/bin/not.cgi }
      /store/: { upload_store: store }
      /busy: { return: 503 }
      /no: { return: 403 }
      /tries: { try_files: [$uri, =403] }
`;

function make(top?: string, programs?: () => string) {
  const made = site(YAML(top), FILES, programs);
  made.files.failures.set("/site/www/locked.txt", new FileError("denied", "/site/www/locked.txt"));
  return made;
}

const CROSS: SiteRequest = { method: "PUT", body: "x", fields: { Origin: "http://evil.test" } };

Deno.test("the error log says why for every 403 and 5xx, and the page to a client on this machine, without a path", async () => {
  for (
    const [target, request, status, log, hint] of [
      [
        "/empty/",
        {},
        403,
        "/site/www/empty has no index.html, and autoindex is off",
        /There is no index.html here, and no listing/,
      ],
      ["/bin/not.cgi", {}, 403, "/site/www/bin/not.cgi is not executable", /not executable: chmod \+x/],
      ["/script", {}, 403, "/site/www/bin/not.cgi is not executable", /not executable/],
      ["/locked.txt", {}, 403, "/site/www/locked.txt: denied", /lacks the permission/],
      [
        "/store/x",
        CROSS,
        403,
        "a page of http://evil.test may not write to localhost: cors is off",
        /unless cors is on/,
      ],
      ["/busy", {}, 503, "return: 503", undefined],
      ["/no", {}, 403, "return: 403", undefined],
      ["/tries", {}, 403, "nothing of try_files was found: =403", undefined],
      ["/a.txt", { method: "FROB" }, 501, "the method FROB is not known", undefined],
    ] as const
  ) {
    const { ask, log: lines } = make();
    const answer = await ask(target, request);
    assertEquals(answer.status, status, target);
    assertEquals(lines.length, 1, lines.join("\n"));
    const method = "method" in request ? request.method : "GET";
    assertEquals(lines[0]!.replace(/^error [0-9a-f]{8}:/, "error:"), `error: ${method} ${target}: ${log}`);
    assertEquals(answer.text.includes("Reference: "), status >= 500);
    if (hint !== undefined) assertMatch(answer.text, hint);
    assert(!/\/site|www/.test(answer.text), answer.text);
    const far = await ask(target, {
      ...request,
      fields: { ...(request as SiteRequest).fields, Via: "1.1 x" },
    });
    if (hint !== undefined) assert(!hint.test(far.text));
  }
});

Deno.test("log_not_found names the file that was looked for, and nothing without it", async () => {
  for (
    const [target, log] of [
      ["/missing", "/site/www/missing is not there, or not to be sent"],
      ["/bin/missing.sh", "/site/www/bin/missing.sh is not there, or not to be sent"],
      ["/a.txt/", "there is a slash behind the name of a file"],
      ["/.env", "the path leaves the root, or has a name that starts with a dot"],
      ["/../x", "the path leaves the root, or has a name that starts with a dot"],
    ] as const
  ) {
    const silent = make(), talking = make("log_not_found: on");
    assertEquals((await silent.ask(target)).status, 404);
    assertEquals(silent.log, []);
    await talking.ask(target);
    assertEquals(talking.log, [`error: GET ${target}: ${log}`]);
  }
});

Deno.test("a program's error without a body gets a page, with its status, its reason and its fields", async () => {
  for (
    const [output, status, text, log] of [
      ["Status: 500\n\n", 500, /^500 Internal Server Error\n/, 1],
      ["Status: 502 Odd\nX-A: b\nContent-Type: text/html\n\n", 502, /^502 Bad Gateway\n/, 1],
      ["Status: 404\nX-A: b\n\n", 404, /^404 Not Found\n/, 0],
      ["Status: 401\nWWW-Authenticate: Basic\nContent-Length: 0\n\n", 401, /^401 Unauthorized\n/, 0],
      ["Status: 500\nContent-Type: text/plain\n\nits own", 500, /^its own$/, 0],
      ["Status: 403\n\nno", 403, /^no$/, 0],
      ["Status: 204\n\n", 204, /^$/, 0],
      ["Status: 200\nContent-Type: text/plain\n\n", 200, /^$/, 0],
    ] as const
  ) {
    const { ask, log: lines } = make(undefined, () => output);
    const answer = await ask("/bin/run.sh");
    assertEquals(answer.status, status, output);
    assertMatch(answer.text, text);
    assertEquals(lines.length, log, lines.join("\n"));
    if (output.includes("X-A")) assertEquals(answer.fields.get("x-a"), "b");
    if (output.includes("Odd")) assertEquals(answer.reason, "Odd");
    if (output.includes("WWW-")) assertEquals(answer.fields.get("www-authenticate"), "Basic");
    if (text.source.startsWith("^[45]")) {
      assertEquals(answer.fields.get("content-type"), "text/plain; charset=utf-8");
    }
    assertEquals(
      answer.fields.names.filter((name) => name.toLowerCase() === "content-type").length <= 1,
      true,
    );
  }
});

Deno.test("a HEAD of a program's error is left as it is, and error_page is for such an error too", async () => {
  const { ask } = site(
    "servers: [{ root: www, cgi: { .sh: sh }, error_page: { 5xx: /a.txt } }]",
    { "www/a.txt": "page", "www/run.sh": "source" },
    () => "Status: 500\nContent-Type: text/x\n\n",
  );
  assertEquals(await ask("/run.sh").then(({ status, text }) => [status, text]), [500, "page"]);
  assertEquals((await ask("/run.sh", { method: "HEAD" })).fields.get("content-type"), "text/x");
});

Deno.test("who may write is what the browser says of its page, before the proxy's Host is compared", async () => {
  for (
    const [fields, status] of [
      [{}, 201],
      [{ Origin: "http://localhost" }, 201],
      [{ Origin: "http://evil.test" }, 403],
      [{ Origin: "null" }, 403],
      [{ Origin: "http://shown.test", "Sec-Fetch-Site": "same-origin" }, 201],
      [{ "Sec-Fetch-Site": "none" }, 201],
      [{ "Sec-Fetch-Site": "same-site" }, 403],
      [{ "Sec-Fetch-Site": "cross-site" }, 403],
      [{ Origin: "http://localhost", "Sec-Fetch-Site": "cross-site" }, 403],
      [{ Origin: "http://localhost", "Sec-Fetch-Site": "same-site" }, 403],
      [{ Origin: "http://localhost", "Sec-Fetch-Site": "nonsense" }, 403],
    ] as const
  ) {
    const { ask, files } = make();
    files.folder("/site/store");
    const answer = await ask("/store/x", {
      method: "PUT",
      body: "x",
      fields: fields as Record<string, string>,
    });
    assertEquals(answer.status, status, JSON.stringify(fields));
  }
});

Deno.test("every link of a listing leads to the file that it names", async () => {
  const names = [
    ..."&<>\"'%#?+ \n\t;:@!*()[]{}|^`~=,$".split("").map((character) => `a${character}b`),
    "it's",
    "a&amp;b",
    "100%25",
    "%2e",
    "-",
    "ä ö",
    "💾",
    "a\\b",
    "\\x",
    "a\\'b",
    "x\\y.sh",
    "con",
    "a.",
  ];
  const { ask } = site(
    "servers: [{ root: www, autoindex: on, cgi: { .sh: sh } }]",
    Object.fromEntries(names.map((name) => [`www/o'd/${name}`, `content of ${name}`])),
  );
  const { text } = await ask("/o'd/", { fields: { Accept: "text/html" } });
  const hrefs = [...text.matchAll(/<tr class="[^du]"><th scope="row"><a href="([^"]*)"/g)].map((match) =>
    match[1]!
  );
  assertEquals(hrefs.length, names.length);
  const seen: string[] = [];
  for (const href of hrefs) {
    assert(!/[&']/.test(href), href);
    const url = new URL(href, "http://localhost/o'd/");
    const answer = await ask(`/o%27d/${href.slice(2)}`);
    assertEquals(answer.status, 200, href);
    assertEquals(url.host, "localhost");
    seen.push(answer.text);
  }
  const expected = names.map((name) =>
    name.endsWith(".sh") ? "ran /o'd/x\\y.sh?file=x%5Cy.sh" : `content of ${name}`
  );
  assertEquals(
    seen.map((content) => content).sort(),
    expected.map((text) => toText(new TextEncoder().encode(text))).sort(),
  );
});

Deno.test("a query names nothing but a file that the folder has and no path can name", async () => {
  const { ask, files } = site("servers: [{ root: www, autoindex: on }]", {
    "www/d/a.txt": "text",
    "www/d/.x\\y": "hidden",
    "www/d/f\\g/x": "in a folder",
    "www/secret": "s",
  });
  files.write("/site/out\\side", "out");
  for (const query of ["f%5Cg", "..%5Csecret", "a%5C..%5C..%5Csecret", "none%5Chere", "d%2Fa%5Cb"]) {
    const { status, text } = await ask(`/d/?file=${query}`);
    assert(status === 404 || text.includes("Index of /d/"), `${query} ${status} ${text}`);
  }
  for (const query of ["a.txt", ".x%5Cy", "%", "..%2Fsecret", "a%5C%00"]) {
    assertStringIncludes((await ask(`/d/?file=${query}`)).text, "Index of /d/");
  }
  assert(!(await ask("/d/", { fields: { Accept: "text/html" } })).text.includes("f%5C"));
});
