import { assert, assertEquals } from "@std/assert";
import { clock } from "../../lib/runtime/clock.ts";
import { type TreeChange, TreeWatch } from "../../lib/runtime/tree_watch.ts";
import { isOfNoInterest } from "../../lib/runtime/watched_names.ts";
import { inTime, waitUntil } from "../support/wait.ts";

/** A folder that is watched, and what is heard of it. */
class Watched implements Disposable {
  readonly root = Deno.realPathSync(Deno.makeTempDirSync());
  readonly heard: TreeChange[] = [];
  readonly warnings: string[] = [];
  readonly watch: TreeWatch;

  constructor(files: readonly string[] = [], paths?: (root: string) => string[], ignored: string[] = []) {
    for (const file of files) this.write(file);
    this.watch = new TreeWatch({
      changed: (change) => this.heard.push(change),
      warning: (text) => this.warnings.push(text),
    }, clock);
    this.watch.watch({
      paths: paths?.(this.root) ?? [this.root],
      ignored: ignored.map((name) => `${this.root}/${name}`),
    });
  }

  write(name: string, text = "x"): void {
    const path = `${this.root}/${name}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(path, text);
  }

  get paths(): string[] {
    return [...new Set(this.heard.flatMap(({ paths }) => paths))].sort();
  }

  /** What is heard of some work, with a file behind it that shows that all of it was heard of. */
  async of(work: () => void): Promise<string[]> {
    this.heard.length = 0;
    work();
    // A burst of its own, behind whatever the work was.
    await new Promise((resolve) => setTimeout(resolve, 60));
    this.write("end-of-work", String(performance.now()));
    await waitUntil(() => this.paths.includes("end-of-work"), () => `it was heard of: ${this.paths}`);
    return this.paths.filter((path) => path !== "end-of-work");
  }

  [Symbol.dispose](): void {
    this.watch.close();
    Deno.removeSync(this.root, { recursive: true });
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

Deno.test("a change below a folder is told by its path, whatever way a program has of writing", async () => {
  using watched = new Watched(["a.css", "sub/b.html", "c.png", "d.txt"]);
  const { root } = watched;
  const rename = (from: string, to: string) => Deno.renameSync(`${root}/${from}`, `${root}/${to}`);
  const rows: [string, () => void, string[]][] = [
    ["in place", () => watched.write("a.css", "y"), ["a.css"]],
    ["appended to", () => Deno.writeTextFileSync(`${root}/a.css`, "z", { append: true }), ["a.css"]],
    ["a new one", () => watched.write("new.css"), ["new.css"]],
    ["by another one", () => {
      watched.write("a.css.new", "z");
      rename("a.css.new", "a.css");
    }, ["a.css"]],
    ["vi, with a copy", () => {
      watched.write("4913");
      Deno.removeSync(`${root}/4913`);
      rename("sub/b.html", "sub/b.html~");
      watched.write("sub/b.html", "new");
      Deno.removeSync(`${root}/sub/b.html~`);
    }, ["sub/b.html"]],
    ["sed -i", () => {
      watched.write("sub/sedAb3dEf");
      rename("sub/sedAb3dEf", "sub/b.html");
    }, ["sub/b.html"]],
    ["renamed", () => rename("c.png", "e.png"), ["c.png", "e.png"]],
    ["removed", () => Deno.removeSync(`${root}/d.txt`), ["d.txt"]],
    ["in a new folder", () => watched.write("deep/er/est/f.js"), ["deep"]],
    ["later in it", () => watched.write("deep/er/est/f.js", "new"), ["deep/er/est/f.js"]],
    ["its mode", () => Deno.chmodSync(`${root}/a.css`, 0o755), ["a.css"]],
    ["read", () => {
      Deno.readTextFileSync(`${root}/a.css`);
      [...Deno.readDirSync(root)];
    }, []],
    ["hidden, and what tools keep", () => {
      watched.write(".git/index", "1");
      watched.write("node_modules/x/y.js");
      watched.write("cgi-bin/__pycache__/z.pyc");
      watched.write("sub/.b.html.swp");
    }, ["cgi-bin"]],
    [".well-known", () => watched.write(".well-known/x"), [".well-known"]],
  ];
  for (const [name, work, paths] of rows) {
    const told = await watched.of(work);
    // Where the machine is so busy that one burst becomes two, temporary files are told of.
    const isLeft = (path: string) => paths.includes(path) || exists(`${root}/${path}`);
    const isBelow = (path: string) => paths.some((each) => path.startsWith(`${each}/`));
    assertEquals(told.filter((path) => isLeft(path) && !isBelow(path)), paths, name);
  }
  assertEquals(watched.warnings, []);
});

Deno.test("ten edits in 50 ms are one change, with the time of the last", async () => {
  using watched = new Watched(["index.html"]);
  const begun = Date.now();
  for (let edit = 0; edit < 10; edit++) {
    watched.write("index.html", String(edit));
    if (edit < 9) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const ended = Date.now();
  await waitUntil(() => watched.heard.length > 0, "a change is told of");
  const { time } = watched.heard[0]!;
  // Where the machine was busy, they took longer.
  if (ended - begun < 90) assertEquals(watched.heard.map(({ paths }) => paths), [["index.html"]]);
  assert(time >= begun);
});

Deno.test("what changes without pause is told of now and then, not at its end only", async () => {
  using watched = new Watched(["index.html"]);
  let writes = 0;
  const timer = setInterval(() => watched.write("index.html", String(writes++)), 5);
  try {
    await waitUntil(() => watched.heard.length >= 2, "it is told of twice");
  } finally {
    clearInterval(timer);
  }
});

Deno.test("files and folders that are of no interest are not told of", async () => {
  using watched = new Watched(["logs/access.log", "up/x"], undefined, ["logs/access.log", "up"]);
  assertEquals(
    await watched.of(() => {
      watched.write("logs/access.log", "more");
      watched.write("up/y");
      watched.write("upper", "y");
    }),
    ["upper"],
  );
});

Deno.test("more files than can be named are anything", async () => {
  using watched = new Watched();
  for (let file = 0; file < 150; file++) watched.write(`f${file}`);
  await waitUntil(() => watched.heard.length > 0, "a change is told of");
  assertEquals(watched.heard[0]!.paths, []);
});

Deno.test("a folder that is made again, that comes later, or that a link leads to elsewhere is taken up", async () => {
  using watched = new Watched(
    ["one/a", "two/b"],
    (root) => {
      Deno.symlinkSync("one", `${root}/current`);
      return [`${root}/current`, `${root}/later`, `${root}/again`];
    },
  );
  const { root, heard } = watched;
  const isAnything = () => heard.some(({ paths }) => paths.length === 0);
  const hears = async (name: string, write: () => void) => {
    heard.length = 0;
    write();
    await waitUntil(() => watched.paths.includes(name), `${name} is heard of`);
    heard.length = 0;
  };
  await hears("a", () => watched.write("one/a", "new"));
  // As it is done without a moment in between: ln -sfn.
  Deno.symlinkSync("two", `${root}/next`);
  Deno.renameSync(`${root}/next`, `${root}/current`);
  await waitUntil(isAnything, "the link is heard of");
  await hears("b", () => watched.write("two/b", "new"));
  for (const folder of ["later", "again"]) {
    watched.write(`${folder}/c`);
    await waitUntil(isAnything, `${folder} is heard of`);
    await hears("c", () => watched.write(`${folder}/c`, "new"));
  }
  Deno.removeSync(`${root}/again`, { recursive: true });
  watched.write("again/d");
  await waitUntil(isAnything, "it is heard of again");
  await hears("d", () => watched.write("again/d", "new"));
});

Deno.test("a single file is told of by its name, and nothing else of its folder, however it is written", async () => {
  using watched = new Watched(["page.html", "other"], (root) => [`${root}/page.html`]);
  watched.write("other", "new");
  watched.write("page.html", "new");
  await waitUntil(() => watched.heard.length > 0, "it is heard of");
  watched.write("x");
  Deno.renameSync(`${watched.root}/x`, `${watched.root}/page.html`);
  await waitUntil(() => watched.heard.length > 1, "it is heard of again");
  assertEquals(watched.paths, ["page.html"]);
});

Deno.test("what is below another folder is told of once, unless that does not look into it", async () => {
  using watched = new Watched(
    ["sub/a", "node_modules/mine/b"],
    (root) => [root, `${root}/sub`, `${root}/node_modules/mine`],
  );
  assertEquals(
    await watched.of(() => {
      watched.write("sub/a", "1");
      watched.write("node_modules/mine/b", "1");
    }),
    ["b", "sub/a"],
  );
});

Deno.test("names that are of no interest", () => {
  const rows: Record<string, boolean> = {
    "index.html": false,
    "a/style.css": false,
    "4913": true,
    "a/4913": true,
    "page49137.html": false,
    ".index.html.swp": true,
    "x.swp": true,
    "index.html~": true,
    "#index.html#": true,
    ".#index.html": true,
    "style.css___jb_tmp___": true,
    ".git/HEAD": true,
    ".well-known/security.txt": false,
    ".well-known/.x": true,
    "node_modules/a/b.js": true,
    "a/node_modules/b.js": true,
    "node_modules.html": false,
    "style.css.1699999999999": true,
    "style.css.tmp-1-2": true,
    "jquery-3.7.1.js": false,
    "report-2024.html": false,
    "data.sqlite-journal": true,
    "sedate.html": false,
    "video.mp4.part": true,
    "cgi-bin/lib.pyc": true,
    "logs/access.log": true,
    "error.log.1": true,
    "blog": false,
  };
  assertEquals(
    Object.fromEntries(Object.keys(rows).map((name) => [name, isOfNoInterest(name)])),
    rows,
  );
});

/** In a name space of its own a limit of the system can be set without anybody else's noticing. */
async function limited(
  limit: string,
  value: number,
): Promise<{ readonly output: string; readonly mayLimit: boolean }> {
  const script = `
    import { TreeWatch } from ${JSON.stringify(import.meta.resolve("../../lib/runtime/tree_watch.ts"))};
    import { clock } from ${JSON.stringify(import.meta.resolve("../../lib/runtime/clock.ts"))};
    const root = Deno.realPathSync(Deno.makeTempDirSync());
    for (let each = 0; each < 30; each++) {
      Deno.mkdirSync(root + "/d" + each);
      Deno.writeTextFileSync(root + "/d" + each + "/f", "");
    }
    const done = Promise.withResolvers();
    const watch = new TreeWatch({
      changed: ({ paths }) => { console.log("changed", ...paths); if (/^d[0-9]+.f$/.test(paths[0])) done.resolve(); },
      warning: (text) => console.log(text.replace(root, "ROOT")),
    }, clock, { files: 40, pause: 20 });
    watch.watch({ paths: [root], ignored: [] });
    let count = 0;
    const timer = setInterval(() => { count++; for (let each = 0; each < 30; each++) Deno.writeTextFileSync(root + "/d" + each + "/f", String(count)); }, 100);
    await done.promise;
    clearInterval(timer);
    watch.close();
    Deno.removeSync(root, { recursive: true });
  `;
  const file = Deno.makeTempFileSync({ suffix: ".ts" });
  try {
    Deno.writeTextFileSync(file, script);
    const { stdout, stderr, code } = await inTime(
      new Deno.Command("unshare", {
        args: [
          "-Ur",
          "sh",
          "-c",
          `echo ${value} > /proc/sys/user/${limit} && exec "$0" "$@"`,
          Deno.execPath(),
          "run",
          "-A",
          "--no-check",
          "--quiet",
          "--config",
          new URL("../../deno.json", import.meta.url).pathname,
          file,
        ],
        stdin: "null",
      }).output(),
      "it is told of a change",
    );
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    return { output: text, mayLimit: code === 0 };
  } finally {
    Deno.removeSync(file);
  }
}

/** True where a test may have a name space of its own. */
function mayUnshare(): boolean {
  try {
    return new Deno.Command("unshare", { args: ["-Ur", "true"], stderr: "null", stdout: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
}

for (
  const [limit, value, word] of [["max_inotify_watches", 12, "max_user_watches"], [
    "max_inotify_instances",
    0,
    "max_user_instances",
  ]] as const
) {
  Deno.test({
    name:
      `where the system's limit is reached (${word}), changes are found by looking, and it is said how to raise it`,
    ignore: !mayUnshare(),
    async fn() {
      const { output, mayLimit } = await limited(limit, value);
      assert(mayLimit, output);
      assert(output.includes("live reload sees changes in ROOT late"), output);
      assert(output.includes(`sysctl fs.inotify.${word}=`), output);
      assert(output.includes("live reload looks at 40 files of ROOT, and sees no change in others"), output);
      assert(/changed d\d+\/f/.test(output), output);
    },
  });
}
