/**
 * Names that strangers send: what they become, what is refused, and that nothing leaves the store.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  filesIn,
  FORM_END,
  formPart,
  postForm,
  put,
  send,
  STORE_CONFIG,
  STORE_FILES,
  storeOf,
} from "./store_support.ts";
import { ask } from "../support/ask.ts";
import { assertShowsNoPath, sharedServer } from "./wire_support.ts";
import { test } from "../support/protocols.ts";

const server = await sharedServer({ config: STORE_CONFIG, files: STORE_FILES });
const store = storeOf(server);
const over = storeOf(server, "over");
Deno.test.beforeEach(() => {
  for (const folder of [store, over]) {
    for (const name of filesIn(folder)) Deno.removeSync(`${folder}/${name}`);
  }
});
const outside = () => filesIn(server.folder).filter((path) => !path.startsWith("store/"));
const before = outside();

/** UTF-8 as it goes over the wire, one character a byte. */
const wire = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));

const FORM_NAMES: readonly (readonly [parameters: string, name: string])[] = [
  ['; name="f"; filename="plain.txt"', "plain.txt"],
  ['; name="f"; filename=token.txt', "token.txt"],
  ['; name="f"; filename="a/b/slash.txt"', "slash.txt"],
  ['; name="f"; filename="a\\\\b\\\\backslash.txt"', "backslash.txt"],
  ['; name="f"; filename="C:\\dir\\single.txt"', "single.txt"],
  ['; name="f"; filename="C:drive.txt"', "drive.txt"],
  ['; name="f"; filename="/etc/absolute"', "absolute"],
  ['; name="f"; filename="../../up.txt"', "up.txt"],
  ['; name="f"; filename="..\\..\\up2.txt"', "up2.txt"],
  ['; name="f"; filename="....//dots.txt"', "dots.txt"],
  ['; name="f"; filename=".hidden"', "hidden"],
  ['; name="f"; filename="..twice"', "twice"],
  ['; name="f"; filename=" . spaced "', "spaced"],
  ['; name="f"; filename="%2e%2e%2fpercent"', "%2e%2e%2fpercent"],
  ['; name="f"; filename="webserv.yaml"', "_webserv.yaml"],
  ['; name="f"; filename="tab\tname"', "tabname"],
  ['; name="f"; filename="say \\"hi\\".txt"', "say _hi_.txt"],
  ['; name="f"; filename="say %22ho%22.txt"', "say _ho_.txt"],
  [`; name="f"; filename="${wire("Größe 😀.txt")}"`, "Größe 😀.txt"],
  ['; name="f"; filename="x"; filename*=UTF-8\'\'%C3%A4%2Fb%20c.txt', "b c.txt"],
  ["; name=\"f\"; filename*=UTF-8''..%2F..%2Fstar.txt", "star.txt"],
  ["; name=\"f\"; filename*=utf-8'de'nul%00%01.txt", "_nul.txt"],
  ['; name="f"; filename*0="pie"; filename*1="ces.txt"', "pieces.txt"],
  [`; name="f"; filename="${"x".repeat(300)}.png"`, `${"x".repeat(196)}.png`],
];

for (const [parameters, name] of FORM_NAMES) {
  const shown = parameters.length > 80 ? `${parameters.slice(0, 80)}...` : parameters;
  test(`a form's file with ${JSON.stringify(shown)} is stored under a clean name`, async () => {
    const response = await postForm(server, "/over/", formPart(parameters, "content") + FORM_END);
    assertEquals(response.status, 201, response.text);
    const listed = new TextDecoder().decode(response.body);
    assertEquals((JSON.parse(listed) as { name: string }[]).map((file) => file.name), [name]);
    assertEquals(filesIn(over), [name]);
    assertEquals(Deno.readTextFileSync(`${over}/${name}`), "content");
    const location = response.field("location")!;
    assert(location.startsWith("/over/") && /^[\x21-\x7e]+$/.test(location), location);
    assertEquals((await ask(server.port, location)).status, 200);
    Deno.removeSync(`${over}/${name}`);
    assertEquals(outside(), before);
  });
}

for (
  const parameters of [
    '; name="f"; filename=".."',
    '; name="f"; filename="../"',
    '; name="f"; filename="a/.."',
    '; name="f"; filename="///"',
    '; name="f"; filename="C:"',
    '; name="f"; filename=" . . "',
    "; name=\"f\"; filename*=UTF-8''%00",
    "; name=\"f\"; filename*=UTF-8''%FF",
    "; name=\"f\"; filename*=UTF-16''a",
    '; name="f"; filename="a"; filename="b"',
    '; name="f"; filename="unclosed',
  ]
) {
  test(`a form's file with ${JSON.stringify(parameters)} is 400 and stores nothing`, async () => {
    const response = await postForm(server, "/files/", formPart(parameters, "x") + FORM_END);
    assertEquals(response.status, 400);
    assertShowsNoPath(server, response);
    assertEquals([filesIn(store), outside()], [[], before]);
  });
}

test("a NUL or another control byte in a part's header is 400", async () => {
  for (const byte of ["\0", "\x01", "\x7f", "\n"]) {
    const response = await postForm(
      server,
      "/files/",
      formPart(`; name="f"; filename="a${byte}b"`, "x") + FORM_END,
    );
    assertEquals([response.status, filesIn(store)], [400, []], JSON.stringify(byte));
  }
});

const PUT_NAMES: readonly (readonly [target: string, status: number, name?: string])[] = [
  ["/files/plain.txt", 201, "plain.txt"],
  ["/files/sp%20ace%2B+.txt", 201, "sp ace++.txt"],
  ["/files/%C3%BC%F0%9F%98%80", 201, "ü😀"],
  ["/files/a;b=c&d", 201, "a;b=c&d"],
  ["/files/per%2525cent", 201, "per%25cent"],
  ["/files/x/../inside", 201, "inside"],
  ["/files/query?x=/../y", 201, "query"],
  [`/files/${"n".repeat(255)}`, 201, "n".repeat(255)],
  [`/files/${"n".repeat(256)}`, 400],
  [`/files/${"%C3%BC".repeat(128)}`, 400],
  ["/files/What%3F.mp3", 201, "What?.mp3"],
  ["/files/12:30.txt", 201, "12:30.txt"],
  ["/files/con", 400],
  ["/files/aux.txt", 400],
  ["/files/a.", 400],
  ["/files/a%20", 400],
  ["/files/photo%E2%80%AEgnp.exe", 400],
  ["/files/webserv.yaml", 400],
  ["/files/WEBSERV.yaml", 400],
  ["/files/nul%00", 400],
  ["/files/a%01b", 400],
  ["/files/a%0D%0AX-Injected:%20yes", 400],
  ["/files/a%2Fb", 400],
  ["/files/a%5Cb", 400],
  ["/files/a\\b", 400],
  ["/files/%FF", 400],
  ["/files/bad%escape", 400],
  ["/files/.hidden", 404],
  ["/files/%2ehidden", 404],
  ["/files/..", 405],
  ["/files/../../up", 404],
  ["/files/%2e%2e/%2e%2e/up", 404],
  ["/files/.webserv-upload-1-x", 404],
  ["/files/../ok.txt", 405],
];

for (const [target, status, name] of PUT_NAMES) {
  const shown = target.length > 60 ? `${target.slice(0, 60)}...` : target;
  test(`PUT ${JSON.stringify(shown)} is ${status}`, async () => {
    const response = await put(server, target, "body");
    assertEquals(response.status, status);
    assertEquals(response.field("x-injected"), undefined);
    assertShowsNoPath(server, response);
    assertEquals(filesIn(store), name === undefined ? [] : [name]);
    assertEquals(outside(), before);
    if (name === undefined) return;
    const location = response.field("location")!;
    assertEquals((await ask(server.port, location)).text, "body");
    assertEquals((await send(server, "DELETE", location)).status, 204);
    assertEquals(filesIn(store), []);
  });
}
