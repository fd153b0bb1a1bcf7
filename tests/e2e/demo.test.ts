import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import {
  type Answer,
  ask,
  assertPage,
  form,
  isInstalled,
  PROGRAMS,
  type Programs,
  programTest,
  startPrograms,
} from "./demo_support.ts";

/** What is between <b> and </b> in the page of a counter. */
const count = ({ text }: Answer) => Number(/class="count"><b>(\d+)<\/b>/.exec(text)?.[1]);

/** Counts over two requests with the cookie of the first, and begins again without it. */
async function checkCounter(demo: Programs, path: string, name: string): Promise<void> {
  const first = await ask(demo, path);
  assertPage(first);
  assertEquals(count(first), 1);
  const [cookie] = first.headers.getSetCookie();
  assertMatch(cookie!, new RegExp(`^${name}=[\\w-]{20,}; path=${path}; HttpOnly; SameSite=Lax$`, "i"));
  const headers = { cookie: `other=1; ${cookie!.split(";")[0]}` };
  assertEquals(count(await ask(demo, path, { headers })), 2);
  assertEquals(count(await ask(demo, path, { headers })), 3);

  const chosen = await ask(demo, path, { headers: { cookie: `${name}=chosen-by-somebody-else` } });
  assertEquals(count(chosen), 1);
  assert(!chosen.headers.getSetCookie()[0]!.includes("chosen"), "a name that was not given out is not taken");

  const forgotten = await ask(demo, path, { method: "POST", headers });
  assertEquals([forgotten.status, forgotten.headers.get("location")], [303, path]);
  assertEquals(count(await ask(demo, path, { headers })), 1);
}

programTest("environment.sh shows the variables as text and, escaped, as a page", "sh", async (demo) => {
  const path = "/cgi-bin/environment.sh/sound/north";
  const text = await ask(demo, `${path}?light=white`);
  assertEquals(text.headers.get("content-type"), "text/plain; charset=utf-8");
  assertMatch(text.text, /^PATH_INFO=\/sound\/north$/m);
  assertMatch(text.text, /^QUERY_STRING=light=white$/m);

  const headers = { accept: "text/html", "x-note": `<b>"bold" & more</b>` };
  const page = await ask(demo, `${path}/%3Cscript%3E?<script>`, { headers });
  assertPage(page);
  assertStringIncludes(page.text, `<th scope="row">PATH_INFO</th><td>/sound/north/&lt;script&gt;</td>`);
  assertStringIncludes(page.text, "<td>&lt;b&gt;&quot;bold&quot; &amp; more&lt;/b&gt;</td>");
  assert(!page.text.includes("<script"));
});

programTest("source.sh shows programs and nothing else", "sh", async (demo) => {
  const source = await ask(demo, "/cgi-bin/source.sh/clock.sh");
  assertPage(source);
  assertStringIncludes(source.text, "#!/bin/sh\n# Shows that an answer may go on");
  const others = [
    "",
    "/",
    "/page.html",
    "/nope.py",
    "/source.sh/clock.sh",
    "/a%0A.sh",
    "/CLOCK.sh",
    "/a..sh",
  ];
  await Promise.all(others.map(async (name) => {
    assertPage(await ask(demo, `/cgi-bin/source.sh${name}`), 404);
  }));
  for (const name of ["%2e%2e/webserv.yaml", ".page.html"]) {
    assertEquals((await ask(demo, `/cgi-bin/source.sh/${name}`)).status, 404);
  }
});

programTest("form.py shows what came by GET and by POST", "python3", async (demo) => {
  const path = "/cgi-bin/form.py";
  assertPage(await ask(demo, path));
  const row = `<th scope="row">vessel</th><td>Zee&amp;hond &lt;b&gt; é</td>`;
  const byGet = await ask(demo, `${path}?vessel=Zee%26hond+%3Cb%3E+%C3%A9`);
  assertPage(byGet);
  assertStringIncludes(byGet.text, row);
  assertStringIncludes(byGet.text, "in QUERY_STRING");
  const byPost = await ask(demo, path, form({ vessel: "Zee&hond <b> é" }));
  assertPage(byPost);
  assertStringIncludes(byPost.text, row);
  assertStringIncludes(byPost.text, "on standard input");

  await Promise.all([
    ask(demo, path, form({ message: "x".repeat(17_000) })).then((answer) => assertPage(answer, 413)),
    ask(demo, path, { method: "POST", body: "plain" }).then((answer) => assertPage(answer, 415)),
    ask(demo, `${path}?${"a=1&".repeat(60)}`).then((answer) => assertPage(answer, 400)),
    // What is no UTF-8 is no trouble.
    ask(demo, `${path}?vessel=%FF`).then((answer) => assertPage(answer)),
  ]);
});

programTest(
  "counter.py counts by a session cookie",
  "python3",
  (demo) => checkCounter(demo, "/cgi-bin/counter.py", "visits"),
);
programTest(
  "counter.php counts by a session cookie",
  "php-cgi",
  (demo) => checkCounter(demo, "/cgi-bin/counter.php", "phpvisits"),
);

programTest("counter.py keeps a bounded number of sessions", "python3", async (demo) => {
  const file = join(demo.data, "counter.json");
  const old = Object.fromEntries(
    Array.from({ length: 700 }, (_, i) => [`session-${i}`, { visits: 1, used: i }]),
  );
  await Deno.writeTextFile(file, JSON.stringify(old));
  assertPage(await ask(demo, "/cgi-bin/counter.py"));
  const kept = Object.keys(JSON.parse(await Deno.readTextFile(file)));
  assertEquals(kept.length, 500);
  assert(!kept.includes("session-200") && kept.includes("session-201"), "the oldest have gone");
});

programTest("guestbook.py keeps an entry, escapes it and sends the browser back", "python3", async (demo) => {
  const path = "/cgi-bin/guestbook.py";
  assertPage(await ask(demo, path));
  const written = await ask(
    demo,
    path,
    form({ name: `<i>"Ada"`, text: "<script>alert(1)</script>\r\n& ahoy ⚓" }),
  );
  assertEquals([written.status, written.headers.get("location")], [303, path]);
  const book = await ask(demo, path);
  assertPage(book);
  assertStringIncludes(book.text, "<p>&lt;script&gt;alert(1)&lt;/script&gt;\n&amp; ahoy ⚓</p>");
  assertStringIncludes(book.text, "&lt;i&gt;&quot;Ada&quot;, <time");
  assert(!book.text.includes("<script"));

  const elsewhere = { ...form({ text: "spam" }), headers: { origin: "http://elsewhere.test" } };
  await Promise.all([
    ask(demo, path, form({ name: "Ada", text: " \n" })).then((answer) => assertPage(answer, 400)),
    ask(demo, path, form({ text: "x".repeat(501) })).then((answer) => assertPage(answer, 400)),
    ask(demo, path, form({ text: "x".repeat(9000) })).then((answer) => assertPage(answer, 413)),
    ask(demo, path, elsewhere).then((answer) => assertPage(answer, 403)),
  ]);
  assertEquals((await ask(demo, path)).text, book.text, "nothing of it was kept");
});

programTest(
  "guestbook.py loses none of several entries at once, and keeps a hundred",
  "python3",
  async (demo) => {
    const path = "/cgi-bin/guestbook.py", file = join(demo.data, "guestbook.json");
    const old = Array.from({ length: 98 }, (_, i) => ({ name: "", text: `old ${i}`, time: "" }));
    await Deno.writeTextFile(file, JSON.stringify(old));
    const texts = ["new 1", "new 2", "new 3", "new 4"];
    await Promise.all(texts.map((text) => ask(demo, path, form({ text }))));
    const kept: { text: string }[] = JSON.parse(await Deno.readTextFile(file));
    assertEquals(kept.length, 100);
    assertEquals(kept.slice(0, 4).map(({ text }) => text).sort(), texts);
    assertEquals(kept.at(-1)?.text, "old 95");
  },
);

programTest(
  "clock.sh streams an event a second to an EventSource, and gives others a page",
  "sh",
  async (demo) => {
    const page = await ask(demo, "/cgi-bin/clock.sh", { headers: { accept: "text/html,*/*" } });
    assertPage(page);
    assertMatch(page.text, /<time id="time">\d\d:\d\d:\d\d<\/time>/);
    assertStringIncludes(page.text, "<noscript>");

    const accept = { accept: "text/event-stream" };
    const response = await fetch(`${demo.url}/cgi-bin/clock.sh`, { headers: accept });
    assertEquals(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
    let stream = "";
    for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
      stream += text;
      if (stream.split("\n\n").length > 2) break;
    }
    const [first, second] = stream.split("\n\n");
    assertMatch(first!, /^data: \d\d:\d\d:\d\d$/);
    assertMatch(second!, /^data: \d\d:\d\d:\d\d$/);
    // They were made in different seconds, and are here long before the stream ends.
    assertNotEquals(first, second);
  },
);

programTest("upload.pl shows a picture and a text, by what they are", "perl", async (demo) => {
  const path = "/cgi-bin/upload.pl";
  const send = (content: string | Uint8Array<ArrayBuffer>, name: string, type: string) => {
    const body = new FormData();
    body.set("note", "not a file");
    body.set("file", new File([content], name, { type }));
    return ask(demo, path, { method: "POST", body });
  };
  assertPage(await ask(demo, path));

  const base64 =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
  const png = Uint8Array.fromBase64(base64);
  const picture = await send(png, "dot.txt", "text/plain");
  assertPage(picture);
  assertStringIncludes(picture.text, `src="data:image/png;base64,${base64}"`);
  assertStringIncludes(picture.text, `<td>${png.length} bytes</td>`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", png)).toHex();
  assertStringIncludes(picture.text, `<td>${digest}</td>`);

  const text = await send("<script>alert(1)</script> ⚓\r\n--x", "C:\\log <1>.png", "image/png");
  assertPage(text);
  assertStringIncludes(text.text, `<pre tabindex="0">&lt;script&gt;alert(1)&lt;/script&gt; ⚓\r\n--x</pre>`);
  assertStringIncludes(text.text, "<td>log &lt;1&gt;.png</td>");

  const binary = await send(new Uint8Array([0, 1, 2, 255]), "x.bin", "application/octet-stream");
  assertPage(binary);
  assertStringIncludes(binary.text, "neither a picture nor a text");

  assertPage(await send("x".repeat(600_000), "long.txt", "text/plain"), 413);
  assertPage(await ask(demo, path, form({ file: "no" })), 415);
  assertPage(await ask(demo, path, { method: "POST", body: new FormData() }), 400);
});

Deno.test({
  name: "every program answers HEAD with a head only",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using demo = await startPrograms();
    const interpreters = { sh: "sh", py: "python3", pl: "perl", php: "php-cgi" };
    const installed = Object.entries(interpreters).filter(([, name]) => name === "sh" || isInstalled(name));
    const endings = installed.map(([ending]) => ending);
    const programs = [...Deno.readDirSync(PROGRAMS)].map(({ name }) => name).filter((name) =>
      endings.includes(name.slice(name.lastIndexOf(".") + 1))
    );
    await Promise.all(programs.map(async (name) => {
      const path = name === "source.sh" ? `${name}/form.py` : name;
      const { status, headers, text } = await ask(demo, `/cgi-bin/${path}`, { method: "HEAD" });
      assertEquals([status, text], [200, ""], name);
      assertMatch(headers.get("content-type")!, /^text\/(html|plain); ?charset=utf-8$/i);
    }));
    const stream = { method: "HEAD", headers: { accept: "text/event-stream" } };
    assertEquals((await ask(demo, "/cgi-bin/clock.sh", stream)).status, 200);
    // The frame that they share is none.
    assertEquals((await ask(demo, "/cgi-bin/.page.html")).status, 404);
  },
});
