import { assert, assertEquals } from "@std/assert";
import { liveTests } from "./live_support.ts";

const liveTest = liveTests({ args: ["--live", "--upload"] });

/** A picture that is so many pixels wide. */
const picture = (width: number) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="10"><rect id="r" width="${width}" height="10" fill="${
    width === 10 ? "red" : "blue"
  }"/></svg>`;

const PAGE = `<!doctype html><title>T</title>
<link rel="icon" href="pic.svg?icon">
<link rel="stylesheet" href="style.css">
<style>.embedded { background: url("pic.svg") }</style>
<body>
<img id="plain" src="pic.svg">
<img id="other" src="other.svg">
<img id="set" srcset="other.svg .5x, pic.svg 1x" src="other.svg">
<picture><source srcset="pic.svg"><img id="chosen" src="other.svg"></picture>
<input id="input" type="image" src="pic.svg">
<video id="video" poster="pic.svg"></video>
<svg><image id="image" href="pic.svg"/><use id="use" href="pic.svg#r"/></svg>
<object id="object" data="pic.svg"></object>
<p class="linked">a<p class="embedded">b<p id="attribute" style="background-image: url(pic.svg)">c<p class="variable">d`;

const STYLE = `.linked { background: no-repeat url('pic.svg') }
:root { --picture: url("pic.svg") }
.variable { background: var(--picture) }
@media screen { .linked { border-image-source: url(pic.svg) } }`;

liveTest("a picture that is edited is shown anew wherever it is, without a reload", {
  "index.html": PAGE,
  "style.css": STYLE,
  "pic.svg": picture(10),
  "other.svg": picture(10),
}, async (live, at) => {
  await live.goto(`/${at}/`);
  assertEquals(await live.get("document.querySelector('#plain').naturalWidth"), 10);
  await live.edit({ [`${at}/pic.svg`]: picture(20) });
  for (const image of ["plain", "set", "chosen"]) {
    await live.until(`document.querySelector("#${image}").naturalWidth === 20`);
  }
  await live.until(
    "document.querySelector('#object').contentDocument?.documentElement.getAttribute('width') === '20'",
  );
  const marked = await live.get<string>(`JSON.stringify({
    icon: document.querySelector("link[rel=icon]").href,
    input: document.querySelector("#input").src,
    poster: document.querySelector("video").poster,
    image: document.querySelector("#image").href.baseVal,
    use: document.querySelector("#use").href.baseVal,
    linked: getComputedStyle(document.querySelector(".linked")).backgroundImage,
    media: getComputedStyle(document.querySelector(".linked")).borderImageSource,
    embedded: getComputedStyle(document.querySelector(".embedded")).backgroundImage,
    attribute: getComputedStyle(document.querySelector("#attribute")).backgroundImage,
    variable: getComputedStyle(document.querySelector(".variable")).backgroundImage,
  })`);
  for (const [place, address] of Object.entries(JSON.parse(marked) as Record<string, string>)) {
    assert(address.includes(`/${at}/pic.svg?`) && address.includes("webserv-live="), `${place}: ${address}`);
  }
  const { icon, use } = JSON.parse(marked) as Record<string, string>;
  assert(icon!.includes("?icon&webserv-live="), icon);
  assert(use!.endsWith("#r"), use);
  // What is not it stays as it was, and once more is once more.
  assertEquals(await live.get("document.querySelector('#other').getAttribute('src')"), "other.svg");
  await live.edit({ [`${at}/pic.svg`]: picture(30) });
  await live.until("document.querySelector('#plain').naturalWidth === 30");
  assertEquals(await live.get("document.querySelector('#plain').src.split('webserv-live=').length"), 2);
  assert(await live.isMarked());
  assertEquals(live.problems.filter((problem) => !problem.includes("404")), []);
});

liveTest("a page of its own for what fails: an error, a listing and a fragment listen, too", {
  "list/a.txt": "x",
  "fragment.html": "<p>Some",
}, async (live, at) => {
  for (const path of ["missing", "list/", "fragment.html"]) {
    await live.page.goto(`${live.server.url}/${at}/${path}`);
    await live.listens();
  }
  await live.goto(`/${at}/list/`);
  await live.edit({ [`${at}/list/new.txt`]: "x" });
  await live.until("document.body.textContent.includes('new.txt')");
});

liveTest(
  "a page that uploads is not loaded again before it is done",
  { "list/a.txt": "x", "slow.txt": "slow" },
  async (live, at) => {
    const release = Promise.withResolvers<void>(), asked = Promise.withResolvers<void>();
    await live.page.route("**/list/slow.txt", async (route) => {
      asked.resolve();
      await release.promise;
      await route.continue();
    });
    await live.goto(`/${at}/list/`);
    await live.get("addEventListener('webserv-reload', () => window.wasAsked = true, true)");
    await live.page.locator("input[type=file]").first().setInputFiles(`${live.server.folder}/${at}/slow.txt`);
    await asked.promise;
    await live.edit({ [`${at}/list/b.txt`]: "x" });
    await live.until("window.wasAsked === true");
    assert(await live.isMarked());
    release.resolve();
    await live.until("document.body.textContent.includes('slow.txt')");
  },
);
