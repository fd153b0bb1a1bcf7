import { assert, assertEquals } from "@std/assert";
import { Peer } from "../proxy/support.ts";
import { decoded } from "../support/coded.ts";
import { byFastcgi, site, type SiteAnswer, type SiteRequest, type TestSite } from "../support/site.ts";
import { toBytes } from "../support/wire.ts";

const LONG = "a line of text that comes again\n".repeat(20);

/** Status, coding, Vary, tag, length and content of an answer, as far as they are there. */
function shown({ status, fields, text }: SiteAnswer): string {
  const coding = fields.get("content-encoding");
  const content = text === "" ? "" : new TextDecoder().decode(decoded(toBytes(text), coding));
  const words = [
    String(status),
    coding ?? "plain",
    `vary=${fields.joined("vary") ?? ""}`,
    ...fields.has("etag") ? [fields.get("etag")!] : [],
    ...fields.has("accept-ranges") ? ["ranges"] : [],
    content === LONG ? "LONG" : content.length > 60 ? "page" : content,
  ];
  return words.join(" ").trim();
}

type Case = readonly [target: string, request: SiteRequest, expected: string];

async function check({ ask }: TestSite, cases: readonly Case[]): Promise<void> {
  for (const [target, request, expected] of cases) {
    assertEquals(shown(await ask(target, request)), expected, `${target} ${JSON.stringify(request)}`);
  }
}

const accepting = (value: string, fields: Record<string, string> = {}): SiteRequest => ({
  fields: { "Accept-Encoding": value, ...fields },
});

const GZIP = accepting("gzip"), BROWSER = accepting("gzip, deflate, br, zstd");

/** What programs say, by the name of their script. */
const SAID: Readonly<Record<string, string>> = {
  text: `Content-Type: text/plain\n\n${LONG}`,
  length: `Content-Type: text/plain\nContent-Length: ${LONG.length}\n\n${LONG}`,
  short: "Content-Type: text/plain\nContent-Length: 5\n\nshort",
  // Nobody knows before its end that it is short.
  unknown: "Content-Type: text/plain\n\nshort",
  tagged: `Content-Type: text/html\nETag: "a"\nVary: Cookie\nAccept-Ranges: bytes\n\n${LONG}`,
  weak: `Content-Type: text/html\nETag: W/"a"\n\n${LONG}`,
  picture: `Content-Type: image/png\n\n${LONG}`,
  coded: `Content-Type: text/plain\nContent-Encoding: identity\n\n${LONG}`,
  digest: `Content-Type: text/plain\nContent-Digest: sha-256=:x:\n\n${LONG}`,
  fixed: `Content-Type: text/plain\nCache-Control: no-transform\n\n${LONG}`,
  range: `Status: 206\nContent-Type: text/plain\nETag: "a"\nContent-Range: bytes 0-4/9\n\nshort`,
  unchanged: 'Status: 304\nETag: "a"\n\n',
  unchangedPicture: 'Status: 304\nETag: "a"\nContent-Type: image/png\n\n',
  nothing: "Status: 204\nContent-Type: text/plain\n\n",
  error: `Status: 404\nContent-Type: text/plain\nETag: "a"\n\n${LONG}`,
  silent: "Status: 404\nContent-Type: text/plain\n\n",
  redirect: "Location: https://example.test/\n\n",
};

/** Asks with the method GET, but where a request says otherwise. */
const OF_PROGRAMS: readonly Case[] = [
  ["/text.sh", GZIP, "200 gzip vary=Accept-Encoding LONG"],
  ["/text.sh", {}, "200 plain vary=Accept-Encoding LONG"],
  ["/text.sh", BROWSER, "200 zstd vary=Accept-Encoding LONG"],
  ["/text.sh", accepting("br;q=0.9, gzip;q=0.8"), "200 br vary=Accept-Encoding LONG"],
  ["/text.sh", { method: "POST", body: "x", ...GZIP }, "200 gzip vary=Accept-Encoding LONG"],
  ["/text.sh", accepting("gzip", { Range: "bytes=0-1" }), "200 plain vary=Accept-Encoding LONG"],
  ["/text.sh", accepting("gzip", { "Cache-Control": "no-transform" }), "200 plain vary=Accept-Encoding LONG"],
  ["/length.sh", GZIP, "200 gzip vary=Accept-Encoding LONG"],
  ["/short.sh", GZIP, "200 plain vary= short"],
  ["/tagged.sh", GZIP, '200 gzip vary=Cookie, Accept-Encoding "a--gzip" LONG'],
  ["/tagged.sh", {}, '200 plain vary=Cookie, Accept-Encoding "a" ranges LONG'],
  ["/tagged.sh", { method: "POST", body: "x", ...GZIP }, '200 gzip vary=Cookie, Accept-Encoding "a" LONG'],
  ["/weak.sh", GZIP, '200 gzip vary=Accept-Encoding W/"a--gzip" LONG'],
  ["/picture.sh", GZIP, "200 plain vary= LONG"],
  ["/digest.sh", GZIP, "200 plain vary= LONG"],
  ["/fixed.sh", GZIP, "200 plain vary= LONG"],
  ["/range.sh", accepting("gzip", { Range: "bytes=0-4" }), '206 plain vary=Accept-Encoding "a" short'],
  ["/nothing.sh", GZIP, "204 plain vary="],
  ["/error.sh", GZIP, '404 gzip vary=Accept-Encoding "a--gzip" LONG'],
  ["/redirect.sh", GZIP, "302 plain vary="],
  [
    "/unchanged.sh",
    accepting("gzip", { "If-None-Match": '"a--gzip"' }),
    '304 plain vary=Accept-Encoding "a--gzip"',
  ],
  ["/unchanged.sh", accepting("gzip", { "If-None-Match": '"a"' }), '304 plain vary=Accept-Encoding "a"'],
  ["/unchangedPicture.sh", accepting("gzip", { "If-None-Match": '"a"' }), '304 plain vary= "a"'],
];

const YAML = "servers: [{ root: root, locations: { /: { cgi: { .sh: sh } } } }]";
const FILES = Object.fromEntries(Object.keys(SAID).map((name) => [`root/${name}.sh`, "source"]));
const nameOf = (script: string) => script.replace(/^.*\/|\.sh$/g, "");

Deno.test("what a program says is coded for whoever takes it", async () => {
  const server = site(YAML, FILES, ({ environment }) => SAID[nameOf(environment.SCRIPT_NAME!)]!);
  await check(server, [...OF_PROGRAMS, ["/unknown.sh", GZIP, "200 gzip vary=Accept-Encoding short"]]);
  const coded = await server.ask("/coded.sh", GZIP);
  assertEquals([coded.fields.get("content-encoding"), coded.text], ["identity", LONG]);
});

Deno.test("what a FastCGI server says is coded for whoever takes it", async () => {
  const yaml = byFastcgi(YAML.replace(".sh: sh", ".php: php-cgi"));
  const files = Object.fromEntries(Object.keys(SAID).map((name) => [`root/${name}.php`, "source"]));
  const server = site(
    yaml,
    files,
    ({ environment }) => SAID[nameOf(environment.SCRIPT_NAME!.replace(".php", ".sh"))]!,
  );
  await check(
    server,
    OF_PROGRAMS.map(([target, request, expected]) => [target.replace(".sh", ".php"), request, expected]),
  );
  // It has come whole, so its length is known.
  await check(server, [["/unknown.php", GZIP, "200 plain vary= short"]]);
});

Deno.test("HEAD has the fields of GET, and no length that nobody knows", async () => {
  const server = site(
    "servers: [{ root: root, cgi: { .sh: sh }, autoindex: on, locations: { /text: { return: { status: 200, body: " +
      `${JSON.stringify(LONG)} } } } }]`,
    { ...FILES, "root/folder/a.txt": "a" },
    ({ environment: { SCRIPT_NAME, REQUEST_METHOD } }) => {
      const said = SAID[nameOf(SCRIPT_NAME!)]!;
      return REQUEST_METHOD === "HEAD" ? said.slice(0, said.indexOf("\n\n") + 2) : said;
    },
  );
  for (
    const target of [
      "/text.sh",
      "/length.sh",
      "/tagged.sh",
      "/weak.sh",
      "/picture.sh",
      "/fixed.sh",
      "/text",
      "/folder/",
    ]
  ) {
    for (const request of [GZIP, {}]) {
      const get = await server.ask(target, request),
        head = await server.ask(target, { ...request, method: "HEAD" });
      assertEquals([...head.fields], [...get.fields], `${target} ${JSON.stringify(request)}`);
    }
  }
});

Deno.test("what this server makes itself is coded: texts, listings, pages of errors", async () => {
  const server = site(
    `
servers:
  - root: root
    autoindex: on
    locations:
      /text: { return: { status: 200, body: ${JSON.stringify(LONG)} } }
      /short: { return: 200 short }
      /gone: { return: 410 }
      /own/: { error_page: { 404: /own.html } }
`,
    { "root/folder/a.txt": "a", "root/own.html": LONG },
  );
  const page = (value: string) => accepting(value, { Accept: "text/html" });
  await check(server, [
    ["/text", GZIP, "200 gzip vary=Accept-Encoding LONG"],
    ["/text", GZIP, "200 gzip vary=Accept-Encoding LONG"],
    ["/text", accepting("br"), "200 br vary=Accept-Encoding LONG"],
    ["/text", {}, "200 plain vary=Accept-Encoding LONG"],
    ["/short", GZIP, "200 plain vary= short"],
    ["/folder/", GZIP, "200 gzip vary=Accept, Accept-Encoding page"],
    ["/gone", page("gzip"), "410 gzip vary=Accept, Accept-Encoding page"],
    ["/gone", GZIP, "410 plain vary=Accept 410 Gone\nThe server cannot answer this request."],
    ["/own/x", GZIP, "404 gzip vary=Accept-Encoding LONG"],
  ]);
});

Deno.test("compression and compression_types say what is coded, and in what", async () => {
  const server = site(
    `
servers:
  - root: root
    cgi: { .sh: sh }
    locations:
      /off/: { alias: root, compression: off }
      /some/: { alias: root, compression: [gzip, br] }
      /types/: { alias: root, compression_types: image/png }
`,
    FILES,
    ({ environment }) => SAID[nameOf(environment.SCRIPT_NAME!)]!,
  );
  await check(server, [
    ["/off/text.sh", GZIP, "200 plain vary= LONG"],
    ["/some/text.sh", BROWSER, "200 gzip vary=Accept-Encoding LONG"],
    ["/some/text.sh", accepting("zstd"), "200 plain vary=Accept-Encoding LONG"],
    ["/some/text.sh", accepting("br, gzip;q=0.5"), "200 br vary=Accept-Encoding LONG"],
    ["/types/text.sh", GZIP, "200 plain vary= LONG"],
    ["/types/picture.sh", GZIP, "200 gzip vary=Accept-Encoding LONG"],
  ]);
});

Deno.test("a program is asked for the content as it is: its tags have no coding", async () => {
  const seen: (string | undefined)[] = [];
  const server = site(YAML, FILES, ({ environment }) => {
    seen.push(environment.HTTP_IF_NONE_MATCH ?? environment.HTTP_IF_MATCH ?? environment.HTTP_IF_RANGE);
    return SAID.tagged!;
  });
  await server.ask("/tagged.sh", accepting("gzip", { "If-None-Match": '"a--gzip"' }));
  await server.ask("/tagged.sh", accepting("br", { "If-None-Match": '"a--gzip"' }));
  await server.ask("/tagged.sh", accepting("gzip", { "If-None-Match": '"a--gzip"', Range: "bytes=0-1" }));
  await server.ask("/tagged.sh", accepting("gzip", { "If-Range": '"a--gzip"', Range: "bytes=0-1" }));
  await server.ask("/tagged.sh", { method: "POST", body: "x", fields: { "If-Match": '"a--zstd"' } });
  assertEquals(seen, ['"a"', '"a--gzip"', '"a--gzip"', '"a--gzip"', '"a"']);
});

/** A site before an upstream that gives one answer, and remembers what it was asked. */
function proxied(
  answer: string,
  yaml = "servers: [{ locations: { /: { proxy_pass: http://a } } }]",
): TestSite & { heads: string[] } {
  const made = site(yaml), heads: string[] = [];
  made.dialer.listen("a:80", async (stream) => {
    const peer = new Peer(stream);
    for (let head = await peer.head(); head !== ""; head = await peer.head()) {
      heads.push(head);
      await peer.say(answer);
    }
  });
  return { ...made, heads };
}

const upstreamSays = (fields: string, content = LONG, status = "200 OK") =>
  `HTTP/1.1 ${status}\r\n${fields}Content-Length: ${content.length}\r\n\r\n${content}`;

Deno.test("what another server says is coded, unless it has done so itself", async () => {
  const cases: readonly (readonly [fields: string, request: SiteRequest, expected: string])[] = [
    ["Content-Type: text/html\r\n", GZIP, "200 gzip vary=Accept-Encoding LONG"],
    ["Content-Type: text/html\r\n", {}, "200 plain vary=Accept-Encoding LONG"],
    ["", GZIP, "200 plain vary= LONG"],
    ['Content-Type: text/html\r\nETag: "a"\r\n', GZIP, '200 gzip vary=Accept-Encoding "a--gzip" LONG'],
    // It codes as this one does: its tags are told apart from ours.
    ['Content-Type: text/html\r\nETag: "a--br"\r\n', {}, '200 plain vary=Accept-Encoding "a--br--br" LONG'],
  ];
  for (const [fields, request, expected] of cases) {
    await check(proxied(upstreamSays(fields)), [["/", request, expected]]);
  }
  const made = proxied(upstreamSays('Content-Type: text/html\r\nContent-Encoding: x\r\nETag: "a--gzip"\r\n'));
  const { fields, text } = await made.ask("/", GZIP);
  assertEquals([fields.get("content-encoding"), fields.get("etag"), text], ["x", '"a--gzip--gzip"', LONG]);
  assert(/\r\nAccept-Encoding: gzip\r\n/i.test(made.heads[0]!));
});

Deno.test("a condition comes to another server without our codings, and its 304 goes back with them", async () => {
  const made = proxied('HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n');
  await check(made, [
    ["/", accepting("gzip", { "If-None-Match": '"a--gzip"' }), '304 plain vary=Accept-Encoding "a--gzip"'],
    ["/", accepting("gzip", { "If-None-Match": '"a"' }), '304 plain vary=Accept-Encoding "a"'],
  ]);
  assert(made.heads.every((head) => head.toLowerCase().includes('\r\nif-none-match: "a"\r\n')));
  const coding = proxied('HTTP/1.1 304 Not Modified\r\nETag: "a--br"\r\n\r\n');
  await check(coding, [
    [
      "/",
      accepting("gzip", { "If-None-Match": '"a--br--br"' }),
      '304 plain vary=Accept-Encoding "a--br--br"',
    ],
  ]);
  assert(coding.heads[0]!.toLowerCase().includes('\r\nif-none-match: "a--br"\r\n'));
});

Deno.test("HEAD to another server has the fields of GET", async () => {
  const head = proxied(
    `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: "a"\r\nContent-Length: 1000\r\n\r\n`,
  );
  await check(head, [["/", { method: "HEAD", ...GZIP }, '200 gzip vary=Accept-Encoding "a--gzip"']]);
  const short = proxied(
    `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: "a"\r\nContent-Length: 100\r\n\r\n`,
  );
  await check(short, [["/", { method: "HEAD", ...GZIP }, '200 plain vary= "a"']]);
});

Deno.test("nothing is loaded for clients that take no coding", async () => {
  const server = site(YAML, FILES, () => SAID.text!);
  await server.ask("/text.sh");
  await server.ask("/text.sh", accepting("identity, deflate"));
  assertEquals(server.compression.codings, undefined);
  await server.ask("/text.sh", GZIP);
  assert(server.compression.codings?.has("gzip"));
});
