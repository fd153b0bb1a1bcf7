/**
 * The server where it has next to nothing: a root that is read-only, a user that no file knows, no home, and no standard
 * streams.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { ask } from "../support/ask.ts";
import { freePort } from "../../lib/runtime/free_port.ts";
import { temporaryFolder } from "../support/launch.ts";
import { end, program, writeFiles } from "../support/server.ts";
import { inTime, waitUntil } from "../support/wait.ts";
import { PLAIN } from "./cgi_support.ts";

const SCRIPT = fromFileUrl(new URL("../support/bare_root.sh", import.meta.url));

/** Mounts of one's own and other users take the rights of root. */
const ignore = Deno.build.os !== "linux" || !mayMount();
const reason = ignore ? " (ignored: no right to mount and to become another user)" : "";

function mayMount(): boolean {
  try {
    return new Deno.Command("unshare", {
      args: ["--mount", "sh", "-c", "mount -t tmpfs none /mnt && setpriv --reuid 65534 true"],
      stdout: "null",
      stderr: "null",
    }).outputSync().success;
  } catch {
    return false;
  }
}

/** A start in such a root. */
interface Bare {
  readonly user?: number;
  readonly group?: number;
  /** Below /srv. */
  readonly files: Record<string, string>;
  /** Words behind the program's own. */
  readonly args: readonly string[];
  readonly port: number;
  /** What a shell does with its standard streams. */
  readonly streams?: string;
  readonly environment?: Record<string, string>;
}

interface BareServer extends AsyncDisposable {
  readonly stderr: () => string;
  readonly stop: () => Promise<number>;
  readonly status: Promise<number>;
}

async function start({ user = 65534, group = 65534, files, args, port, streams, environment }: Bare): Promise<
  BareServer
> {
  const folder = await temporaryFolder(), words = program(), isSource = !Deno.env.has("WEBSERV");
  const site = `${folder.path}/site`, root = `${folder.path}/root`;
  await Deno.mkdir(site);
  await Deno.mkdir(root);
  await writeFiles(site, files);
  const shared = isSource
    ? [fromFileUrl(new URL("../..", import.meta.url)).replace(/\/$/, ""), denoFolder(), Deno.execPath()]
    : [words[0]!];
  const started = [...words, ...args];
  const child = new Deno.Command("unshare", {
    args: [
      "--mount",
      "sh",
      SCRIPT,
      root,
      site,
      ...(streams === undefined ? started : ["sh", "-c", `exec "$@" ${streams}`, "sh", ...started]),
    ],
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH")!,
      AS_USER: `${user}`,
      AS_GROUP: `${group}`,
      READ_ONLY_PATHS: shared.join(":"),
      ...(isSource && { DENO_DIR: denoFolder() }),
      ...environment,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let stderr = "", ended = false;
  const reading = Promise.all([
    child.stdout.pipeTo(new WritableStream()),
    (async () => {
      for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) stderr += text;
    })(),
  ]);
  const status = child.status.then(async ({ code }) => {
    await reading;
    ended = true;
    return code;
  });
  const answers = async () => {
    try {
      // A connection alone may be one to the socket that holds the port until the workers listen.
      await ask(port, "/");
      return true;
    } catch {
      return false;
    }
  };
  await waitUntil(async () => ended || await answers(), () => `it listens, or ends: ${stderr}`);
  return {
    stderr: () => stderr,
    status,
    stop: () => {
      child.kill("SIGTERM");
      return inTime(status, "it ends");
    },
    async [Symbol.asyncDispose]() {
      if (!ended) await end(child);
      await status;
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Where the runtime has the packages that the source imports. */
function denoFolder(): string {
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json"], stderr: "null" })
    .outputSync();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

const programs = (port: number) => ({
  "webserv.yaml": `servers:
  - listen: "127.0.0.1:${port}"
    root: www
    client_max_body_size: 10M
    locations: { /cgi-bin/: { alias: cgi-bin, cgi: { .sh: sh } } }
`,
  "www/page.txt": "page",
  "cgi-bin/user.sh": `${PLAIN}id -u; id -g; wc -c\n`,
});

for (const [user, group] of [[65534, 65534], [1_000_660_000, 0]] as const) {
  Deno.test({
    name:
      `user ${user}:${group} serves files and runs programs on a read-only file system without HOME${reason}`,
    ignore,
    fn: async () => {
      const port = freePort();
      await using server = await start({ user, group, files: programs(port), args: ["serve"], port });
      const page = await ask(port, "/page.txt");
      assertEquals([page.status, page.text], [200, "page"]);
      assertEquals((await ask(port, "/cgi-bin/user.sh")).text.trim(), `${user}\n${group}\n0`);
      // A body whose length is known needs no file.
      const body = "a".repeat(3_000_000);
      const posted = await ask(port, "/cgi-bin/user.sh", { method: "POST", body });
      assertEquals(posted.text.trim(), `${user}\n${group}\n${body.length}`);
      assertMatch(
        server.stderr(),
        /warning: \/tmp cannot be written, and large chunked bodies for programs will be answered 500: set TMPDIR to a folder that can be written\n/,
      );
      assertEquals(await server.stop(), 0);
      assertEquals(/Uncaught|panicked/.test(server.stderr()), false, server.stderr());
    },
  });
}

Deno.test({
  name: `a folder is served without a configuration, and what cannot be stored is said${reason}`,
  ignore,
  fn: async () => {
    const port = freePort();
    const args = ["--port", `${port}`, "--upload", "."];
    await using server = await start({ files: { "page.txt": "page" }, args, port });
    assertEquals((await ask(port, "/page.txt")).text, "page");
    const { status } = await ask(port, "/new.txt", { method: "PUT", body: "new" });
    assert(status >= 400, `${status}`);
    assertEquals(await server.stop(), 0);
    assertMatch(server.stderr(), /error .*new\.txt.*|warning: .*may not be written/);
  },
});

Deno.test({
  name: `the inspector works where nobody has a home, and says who does not find it${reason}`,
  ignore,
  fn: async () => {
    const port = freePort();
    const files = {
      "webserv.yaml": `admin: 127.0.0.1:${freePort()}\nservers: [{ listen: ${port}, root: . }]\n`,
    };
    await using server = await start({ files, args: ["serve"], port });
    await waitUntil(() => server.stderr().includes("warning"), () => `a warning: ${server.stderr()}`);
    assertMatch(server.stderr(), /webserv requests does not find this server by itself: .*\(HOME\)/);
    assertEquals(await server.stop(), 0);
  },
});

const STREAMS = [
  ["no standard streams", "<&- >&- 2>&-"],
  ["no standard input", "<&-"],
  ["a full standard output", ">/dev/full"],
  ["full standard streams", ">/dev/full 2>&1"],
] as const;

for (const [name, streams] of STREAMS) {
  Deno.test({
    name: `with ${name} it serves, and ends with 0${reason}`,
    ignore,
    fn: async () => {
      const port = freePort();
      const args = ["--port", `${port}`, "."];
      await using server = await start({ files: { "page.txt": "page" }, args, port, streams });
      for (let i = 0; i < 3; i++) assertEquals((await ask(port, "/page.txt")).text, "page");
      assertEquals(await server.stop(), 0);
    },
  });
}

const IMPOSSIBLE = [
  [
    "FastCGI servers that are to be started",
    (port: number) => `servers: [{ listen: ${port}, root: ., fastcgi: { .php: { spawn: php-cgi } } }]`,
    /\/tmp\/webserv-pools-65534: .*set TMPDIR to a folder that can be written/,
  ],
  [
    "a log",
    (port: number) => `access_log: access.log\nservers: [{ listen: ${port}, root: . }]`,
    /access\.log.*([Rr]ead-only|may not be written|cannot be (written|opened))/,
  ],
] as const;

for (const [name, config, said] of IMPOSSIBLE) {
  Deno.test({
    name: `${name} are refused at the start where there is no place for them${reason}`,
    ignore,
    fn: async () => {
      const port = freePort();
      await using server = await start({ files: { "webserv.yaml": config(port) }, args: ["serve"], port });
      assert([1, 2].includes(await inTime(server.status, "it ends")));
      assertMatch(server.stderr(), said);
    },
  });
}
