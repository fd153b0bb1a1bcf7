import { assert, assertEquals } from "@std/assert";
import { runProgram, startServer, type TestServer, writeFiles } from "../support/server.ts";
import { hasBrowser, startBrowser } from "../support/browser.ts";
import { waitUntil } from "../support/wait.ts";

interface Heard {
  readonly type: string;
  readonly paths?: readonly string[];
  readonly output?: string;
  readonly command?: string;
}

/** What pages are told. */
async function listen(server: TestServer): Promise<{ readonly heard: Heard[]; close(): Promise<void> }> {
  const stop = new AbortController(), heard: Heard[] = [];
  const answer = await fetch(`${server.url}/.webserv/live`, { signal: stop.signal });
  const read = (async () => {
    let text = "";
    for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += piece;
      const ends = text.split("\n\n");
      text = ends.pop()!;
      for (const end of ends) {
        const type = /^event: (.*)$/m.exec(end)?.[1], data = /^data: (.*)$/m.exec(end)?.[1];
        if (type !== undefined && data !== undefined) heard.push({ type, ...JSON.parse(data) });
      }
    }
  })().catch(() => {});
  await waitUntil(() => heard.length > 0, "it is greeted");
  return {
    heard,
    close: async () => {
      stop.abort();
      await read;
    },
  };
}

const BUILD = `echo "$0 runs" >> runs.log
echo building
if grep -q broken source.txt; then printf 'source.txt:1: \\033[31mbroken\\033[0m <b>\\n' >&2; exit 3; fi
cp source.txt out.css`;

Deno.test("--on-change runs a command before pages are told, once for an edit, and tells what it has written", async () => {
  await using server = await startServer({
    args: ["--live", "--on-change", "sh build.sh"],
    files: { "index.html": "<p>", "source.txt": "p { color: red }", "build.sh": BUILD },
  });
  const { heard, close } = await listen(server);
  const runs = () => Deno.readTextFileSync(`${server.folder}/runs.log`).trim().split("\n").length;
  const hears = async (type: string, edit: () => void) => {
    heard.length = 0;
    edit();
    await waitUntil(() => heard.some((event) => event.type === type), () => JSON.stringify(heard));
    return heard.find((event) => event.type === type)!;
  };
  const edit = (text: string) => Deno.writeTextFileSync(`${server.folder}/source.txt`, text);
  try {
    const first = await hears("change", () => edit("p { color: blue }"));
    assertEquals([...first.paths!].sort(), ["out.css", "source.txt"]);
    assertEquals(Deno.readTextFileSync(`${server.folder}/out.css`), "p { color: blue }");
    // Its own output has it run once more, and no further.
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert(runs() <= 2, String(runs()));
    const failure = await hears("failure", () => edit("broken"));
    assertEquals(failure.command, "sh build.sh");
    assertEquals(failure.output, "building\nsource.txt:1: broken <b>\n\nExit status 3.");
    // Who comes later hears of it, too.
    const later = await listen(server);
    assertEquals(later.heard.map(({ type }) => type), ["hello", "failure"]);
    await later.close();
    await server.waitFor("--on-change: sh build.sh: Exit status 3.");
    await hears("change", () => edit("p { color: green }"));
    assertEquals(heard[0]!.type, "mended");
  } finally {
    await close();
  }
});

Deno.test("what --on-change has started ends with the server", async () => {
  const server = await startServer({
    args: ["--live", "--on-change", "echo $$ > pid.log; sleep 1000 & sleep 1000"],
    files: { "index.html": "<p>" },
  });
  let pid = 0;
  try {
    await writeFiles(server.folder, { "index.html": "<p>new" });
    await waitUntil(() => {
      try {
        pid = Number(Deno.readTextFileSync(`${server.folder}/pid.log`));
      } catch {
        // It has not begun.
      }
      return pid > 0;
    }, "it runs");
  } finally {
    await server[Symbol.asyncDispose]();
  }
  const hasGroup = () => {
    try {
      Deno.kill(-pid as number, 0 as unknown as Deno.Signal);
      return true;
    } catch {
      return false;
    }
  };
  await waitUntil(() => !hasGroup(), "nothing is left of its group");
});

Deno.test("--on-change without live reload is wrong usage, with a file as well", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const rows: [string[], string][] = [
      [[folder, "--on-change", "true"], "--on-change is for live reload: add --live"],
      [
        ["-c", `${folder}/webserv.yaml`, "--on-change", "true"],
        "add --live, or live_reload to the configuration",
      ],
      [[folder, "--live", "--on-change"], "--on-change needs a value: --on-change COMMAND"],
    ];
    await Deno.writeTextFile(`${folder}/webserv.yaml`, "servers: [{ listen: 0, root: . }]");
    for (const [args, words] of rows) {
      const { code, stderr } = await runProgram(args);
      assertEquals(code, 2, stderr);
      assert(stderr.includes(words), stderr);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name:
    "the failure of a build is shown over the page, as text, until it is closed or mended (needs chromium)",
  ignore: !hasBrowser(),
  async fn() {
    await using server = await startServer({
      args: ["--live", "--on-change", "sh build.sh"],
      files: {
        "index.html":
          "<!doctype html><title>T</title><link rel=stylesheet href=out.css><style>div, section, pre { display: none !important; color: red !important }</style><p>Text",
        "out.css": "",
        "source.txt": "p { color: red }",
        "build.sh": BUILD,
      },
    });
    await using browser = await startBrowser();
    const { page } = await browser.open({ viewport: { width: 390, height: 700 } });
    const edit = (text: string) => writeFiles(server.folder, { "source.txt": text });
    await page.goto(`${server.url}/`);
    const dialog = page.getByRole("alertdialog");
    await edit("broken");
    await dialog.waitFor();
    const text = await dialog.textContent();
    assert(
      text?.includes("Failed: sh build.sh") && text.includes("source.txt:1: broken <b>"),
      text ?? "nothing",
    );
    assert((await dialog.boundingBox())!.width <= 390);
    // A page that is loaded meanwhile shows it as well, and it is closed by the keyboard.
    await page.reload();
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await edit("broken again");
    await dialog.waitFor();
    await edit("p { color: rgb(1, 2, 3) }");
    await dialog.waitFor({ state: "detached" });
  },
});
