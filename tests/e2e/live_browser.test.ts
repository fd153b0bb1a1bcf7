import { assert, assertEquals } from "@std/assert";
import { liveTests } from "./live_support.ts";

/** Another server, whose pages come compressed. */
let said = "One";
const upstream = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
  const text = new Blob([`<!doctype html><title>T</title><p>${said}`]).stream();
  return new Response(text.pipeThrough(new CompressionStream("gzip")), {
    headers: { "Content-Type": "text/html", "Content-Encoding": "gzip" },
  });
});
Deno.test.afterAll(() => upstream.shutdown());

const liveTest = liveTests({
  config: `
servers:
  - listen: LISTEN
    root: .
    autoindex: on
    live_reload: on
    locations:
      = /favicon.ico: { return: 204 }
      /nonce/: { add_header: { Content-Security-Policy: "default-src 'none'; script-src 'nonce-abc123'; connect-src 'self'; style-src 'self'" } }
      /forbids/: { add_header: { Content-Security-Policy: "default-src 'none'" } }
      /php/: { cgi: { .php: [php-cgi] } }
      /upstream/: { proxy_pass: "http://127.0.0.1:${upstream.addr.port}" }
      /cgi/: { cgi: { .sh: [/bin/sh] } }
      /cached/: { cache_control: max-age=3600 }
`,
});

const RED = "rgb(255, 0, 0)", BLUE = "rgb(0, 0, 255)";
const red = "p { color: red }", blue = "p { color: blue }";
const page = (head: string, body = "<p>Text") => `<!doctype html><title>T</title>${head}<body>${body}`;

liveTest("a style sheet that is edited shows without a reload, and without a moment without style", {
  "index.html": page('<link rel="stylesheet" href="style.css">'),
  "style.css": red,
}, async (live, at) => {
  await live.goto(`/${at}/`);
  assertEquals(await live.style("p", "color"), RED);
  // Every frame is looked at until it is blue.
  await live.get(`(() => {
    window.colours = new Set();
    const look = () => { colours.add(getComputedStyle(document.querySelector("p")).color); requestAnimationFrame(look); };
    look();
  })()`);
  await live.edit({ [`${at}/style.css`]: blue });
  await live.untilStyle("p", "color", BLUE);
  // It is blue before the next frame is.
  await live.until("colours.size > 1");
  assertEquals(await live.get("[...colours]"), [RED, BLUE]);
  assertEquals(await live.get("document.querySelectorAll('link').length"), 1);
  await live.edit({ [`${at}/style.css`]: red });
  await live.untilStyle("p", "color", RED);
  assert(await live.isMarked());
  assertEquals(live.problems, []);
});

liveTest(
  "sheets of sheets, of a style element, in a shadow root, and one that a program may have made of the file",
  {
    "import.html": page('<link rel="stylesheet" href="outer.css">'),
    "outer.css": '@import "inner.css"; b { color: green }',
    "inner.css": "@import url(innermost.css) screen;",
    "innermost.css": red,
    "element.html": page('<style>@import "innermost.css";</style>'),
    "shadow.html": page(
      "",
      '<div></div><script>document.querySelector("div").attachShadow({ mode: "open" }).innerHTML = "<link rel=stylesheet href=innermost.css><p>x"</script>',
    ),
  },
  async (live, at) => {
    for (const name of ["import", "element", "shadow"]) {
      const root = name === "shadow" ? 'document.querySelector("div").shadowRoot' : "document";
      const shows = (colour: string) =>
        live.until(`getComputedStyle(${root}.querySelector("p")).color === "${colour}"`);
      await live.edit({ [`${at}/innermost.css`]: red });
      await live.goto(`/${at}/${name}.html`);
      await shows(RED);
      for (const [css, colour] of [[blue, BLUE], [red, RED]] as const) {
        await live.edit({ [`${at}/innermost.css`]: css });
        await shows(colour);
      }
      assert(await live.isMarked(), name);
    }
    // No sheet has this name: all are loaded again.
    await live.edit({ [`${at}/innermost.css`]: red });
    await live.goto(`/${at}/import.html`);
    await live.get("document.querySelector('link').disabled = false");
    await live.edit({ [`${at}/other.css`]: "x" });
    await live.until("document.querySelector('link').href.includes('webserv-live=')");
    assert(await live.isMarked());
  },
);

liveTest("a page that is edited is loaded again where it was, also a long one whose pictures come late", {
  "index.html": page(
    "<style>div { height: 300px; overflow: auto }</style>",
    '<div><p style="height: 2000px">Box</div><main></main><script>setTimeout(() => { document.querySelector("main").style.height = "9000px" }, 300)</script>',
  ),
}, async (live, at) => {
  await live.goto(`/${at}/#part`);
  await live.until("document.documentElement.scrollHeight > 9000");
  await live.get("(scrollTo(0, 4321), document.querySelector('div').scrollTo(0, 777))");
  await live.edit({
    [`${at}/index.html`]: page(
      "<style>div { height: 300px; overflow: auto }</style>",
      '<div><p style="height: 2000px">Box</div><main></main><b>New</b><script>setTimeout(() => { document.querySelector("main").style.height = "9000px" }, 300)</script>',
    ),
  });
  await live.until("document.querySelector('b') && scrollY === 4321");
  assertEquals(await live.get("document.querySelector('div').scrollTop"), 777);
  assert(!await live.isMarked());
  assertEquals(await live.get("location.hash"), "#part");
  // Once only: a page that is loaded by hand begins at its top, so far as the browser itself does not scroll.
  assertEquals(await live.get("Object.keys(sessionStorage).filter((key) => key.includes('scroll'))"), []);
});

liveTest("ten edits in 50 ms are one reload", { "index.html": page("") }, async (live, at) => {
  let loads = 0;
  await live.goto(`/${at}/`);
  live.page.on("load", () => loads++);
  const begun = performance.now();
  for (let edit = 0; edit < 10; edit++) {
    await live.edit({ [`${at}/index.html`]: page("", `<i>${edit}</i>`) });
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
  const took = performance.now() - begun;
  await live.until("document.querySelector('i')?.textContent === '9'");
  await live.listens();
  await live.mark();
  // What comes behind it shows that nothing else was to come.
  await live.edit({ [`${at}/end.css`]: "" });
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert(await live.isMarked());
  if (took < 100) assertEquals(loads, 1);
});

liveTest("a page with a nonce is loaded again", { "x.html": "" }, async (live) => {
  await live.edit({ "nonce/index.html": page("", "<p>One") });
  await live.goto("/nonce/");
  await live.edit({ "nonce/index.html": page("", "<p>Two") });
  await live.until("document.querySelector('p').textContent === 'Two'");
  assertEquals(live.problems, []);
});

liveTest(
  "a page whose policy forbids scripts stays whole, and it is said why",
  { "x.html": "" },
  async (live) => {
    await live.edit({ "forbids/index.html": page("", "<p>One") });
    await live.page.goto(`${live.server.url}/forbids/`, { waitUntil: "load" });
    assertEquals(await live.page.locator("p").textContent(), "One");
    assert(live.problems.some((problem) => /content security policy/i.test(problem)), live.problems.join());
    await live.server.waitFor(/\/forbids\/.*Content-Security-Policy/);
  },
);

liveTest("frames: only the one whose page has changed would do, and all share one stream", {
  "index.html": page("", '<iframe src="inner.html"></iframe><iframe src="inner.html"></iframe>'),
  "inner.html": page('<link rel="stylesheet" href="style.css">'),
  "style.css": red,
}, async (live, at) => {
  let streams = 0;
  live.page.on("request", (request) => streams += request.url().includes("/.webserv/live?") ? 1 : 0);
  await live.goto(`/${at}/`);
  await live.until("[frames[0], frames[1]].every((frame) => frame[Symbol.for('webserv.live')]?.isConnected)");
  await live.edit({ [`${at}/style.css`]: blue });
  await live.until(
    `[frames[0], frames[1]].every((frame) => getComputedStyle(frame.document.querySelector("p")).color === "${BLUE}")`,
  );
  assertEquals(streams, 1);
  assert(await live.isMarked());
});

liveTest("what a page missed while it was hidden, or before it listened, it is told then", {
  "index.html": page("", "<p>One"),
}, async (live, at) => {
  await live.goto(`/${at}/`);
  const setVisible = (state: string) =>
    live.get(`(Object.defineProperty(document, "visibilityState", { value: "${state}", configurable: true }),
      document.dispatchEvent(new Event("visibilitychange")))`);
  await setVisible("hidden");
  await live.until("!window[Symbol.for('webserv.live')].isConnected");
  await live.edit({ [`${at}/index.html`]: page("", "<p>Two") });
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert(await live.isMarked());
  await setVisible("visible");
  await live.until("document.querySelector('p').textContent === 'Two'");
});

liveTest("a page of PHP, and one that another server sends compressed, are loaded again", {
  "x.html": "",
}, async (live, at) => {
  await live.edit({ "php/index.php": "<p><?= 'One' ?>" });
  for (
    const [path, edit] of [
      ["/php/index.php", () => live.edit({ "php/index.php": "<p><?= 'Two' ?>" })],
      ["/upstream/", () => {
        said = "Two";
        return live.edit({ [`${at}/x.html`]: "new" });
      }],
    ] as const
  ) {
    await live.goto(path);
    assertEquals(await live.get("document.querySelector('p').textContent.trim()"), "One");
    await edit();
    await live.until("document.querySelector('p')?.textContent.trim() === 'Two'");
    assert(!await live.isMarked());
  }
});

liveTest("a page that writes a file whenever it is made is not loaded for ever", {
  "x.html": "",
}, async (live) => {
  await live.edit({
    "cgi/self.sh": 'echo >> ../written.txt; sleep 0.1; echo "Content-Type: text/html"; echo; echo "<p>Self"',
  });
  const warned = live.page.waitForEvent("console", (message) => message.text().includes("no more reloads"));
  await live.page.goto(`${live.server.url}/cgi/self.sh`);
  await warned;
  const loads = () =>
    live.server.output().stdout.split("\n").filter((line) => line.includes("GET /cgi/self.sh")).length;
  // The access log is written in batches.
  const settle = () => new Promise((resolve) => setTimeout(resolve, 500));
  await settle();
  const atWarning = loads();
  // Four where everything is noticed in time. A busy machine notices some later, which begins the count anew.
  assert(atWarning >= 3 && atWarning <= 12, String(atWarning));
  await settle();
  assertEquals(loads(), atWarning);
  // What is edited later is another matter.
  await live.listens();
  await live.edit({ "cgi/self.sh": 'echo "Content-Type: text/html"; echo; echo "<p>Edited"' });
  await live.until("document.querySelector('p').textContent.startsWith('Edited')");
});

liveTest("the server's restart is survived", { "index.html": page("", "<p>One") }, async (live, at) => {
  await live.goto(`/${at}/`);
  const { folder, port } = live.server;
  // The same folder on the same port by another server, while this one is away.
  const { startServer } = await import("../support/server.ts");
  live.server.kill("SIGTERM");
  await live.until("!window[Symbol.for('webserv.live')].isConnected");
  await live.server.status;
  await live.edit({ [`${at}/index.html`]: page("", "<p>Two") });
  await using _again = await startServer({
    config: `servers: [{ listen: "127.0.0.1:${port}", root: ${folder}, live_reload: on }]`,
  });
  await live.until("document.querySelector('p').textContent === 'Two'");
  await live.listens();
  await live.mark();
  await live.edit({ [`${at}/index.html`]: page("", "<p>Three") });
  await live.until("document.querySelector('p').textContent === 'Three'");
});
