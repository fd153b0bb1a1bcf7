/**
 * The container's file system, made as its Containerfile makes it, and run as it says: in namespaces of its own, read-only,
 * as its user, with nothing in the environment.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { ask } from "../support/ask.ts";
import { temporaryFolder } from "../support/launch.ts";
import { Output } from "../support/server.ts";
import { inTime, waitUntil } from "../support/wait.ts";
import { childrenOf, PLAIN } from "./cgi_support.ts";

const SOURCE = fromFileUrl(new URL("../../packaging/container/", import.meta.url));
const CONTAINERFILE = Deno.readTextFileSync(join(SOURCE, "Containerfile"));
const EXECUTABLE = Deno.env.get("WEBSERV");

/** Like a container's, but for the network. */
const NAMESPACES = ["unshare", "--pid", "--mount", "--fork", "--kill-child"];

const reason = EXECUTABLE === undefined
  ? "WEBSERV names no executable"
  : Deno.build.os !== "linux"
  ? "no Linux"
  : !mayMount()
  ? "no rights to mount"
  : undefined;

function mayMount(): boolean {
  const [command, ...args] = NAMESPACES;
  try {
    return new Deno.Command(command!, {
      args: [...args, "sh", "-c", "mount -t tmpfs tmpfs /tmp && chroot --userspec=65532:65532 / true"],
      stderr: "null",
    }).outputSync().success;
  } catch {
    return false;
  }
}

function test(name: string, body: (root: string) => Promise<void>): void {
  const ignore = reason !== undefined;
  Deno.test({
    name: `container: ${name}${ignore ? ` (ignored: ${reason})` : ""}`,
    ignore,
    fn: async () => {
      await using folder = await temporaryFolder();
      const root = join(folder.path, "root");
      await run([join(SOURCE, "root.sh"), root, EXECUTABLE!]);
      // Folders on the way are the tests' own.
      await Deno.chmod(folder.path, 0o755);
      await body(root);
    },
  });
}

async function run(words: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const [command, ...args] = words;
  const { code, stdout, stderr } = await new Deno.Command(command!, { args, stdin: "null" }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** The words of an instruction in JSON, in the image itself and not in what it is made in. */
function wordsOf(pattern: RegExp): string[] {
  const words: unknown = JSON.parse(pattern.exec(CONTAINERFILE)![1]!);
  assert(Array.isArray(words) && words.every((word) => typeof word === "string"));
  return words;
}

const COMMAND = [...wordsOf(/^ENTRYPOINT (.*)$/m), ...wordsOf(/^CMD (.*)$/m)];
const HEALTH = wordsOf(/^HEALTHCHECK .* CMD (.*)$/m);
const USER = /^USER (\d+:\d+)$/m.exec(CONTAINERFILE)![1]!;

const MOUNT = `set -e
mount --bind "$0" "$0"
mount -t tmpfs -o mode=1777 tmpfs "$0/tmp"
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
mount -o remount,ro,bind "$0"
chroot=$(command -v chroot) env=$(command -v env)
exec "$env" -i PATH=/usr/bin PORT=0 "$chroot" --userspec="$1" "$0" "\${@:2}"
`;

interface Container extends AsyncDisposable {
  readonly port: number;
  readonly said: Output;
  /** Of the server outside of its namespace. */
  readonly pid: number;
  /** Runs the health check as an engine does, and gives its exit status. */
  health(): Promise<{ code: number; stdout: string; stderr: string }>;
  /** Asks it to end, and gives its exit status. */
  stop(): Promise<number>;
}

async function start(root: string): Promise<Container> {
  const [command, ...args] = [...NAMESPACES, "bash", "-c", MOUNT, root, USER, ...COMMAND];
  const child = new Deno.Command(command!, { args, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
  const said = new Output(child);
  await said.waitFor(/listening on .*\n/);
  const port = Number(/listening on http:\/\/0\.0\.0\.0:(\d+)/.exec(said.stderr)![1]);
  const pid = childrenOf(child.pid)[0]!;
  let status: Deno.CommandStatus | undefined;
  const stop = async () => {
    if (status === undefined) {
      Deno.kill(pid, "SIGTERM");
      status = await inTime(child.status, "it ends");
    }
    return status.code;
  };
  return {
    port,
    said,
    pid,
    health: () =>
      run([
        ...[
          "nsenter",
          `--target=${pid}`,
          "--mount",
          "--pid",
          "--root",
          "--wd",
          "--setuid=65532",
          "--setgid=65532",
        ],
        ...HEALTH,
        `http://127.0.0.1:${port}/`,
      ]),
    stop,
    [Symbol.asyncDispose]: async () => void await stop(),
  };
}

test("it serves /srv as process 1, read-only, as a user of its own, and ends as asked", async (root) => {
  await Deno.writeTextFile(join(root, "srv/index.html"), "from the image\n");
  await using container = await start(root);
  assertEquals((await ask(container.port, "/")).text, "from the image\n");
  const facts = await Deno.readTextFile(`/proc/${container.pid}/status`);
  assertMatch(facts, /^Uid:\t65532\t65532\t65532\t65532$/m);
  assertMatch(facts, /^NSpid:\t\d+\t1$/m);
  assertEquals(await container.stop(), 0);
  assert(!/warning|error/i.test(container.said.stderr), container.said.stderr);
});

test("the health check passes while it answers, and not when it stands still", async (root) => {
  await using container = await start(root);
  const well = await container.health();
  assertEquals([well.code, well.stderr], [0, ""]);
  Deno.kill(container.pid, "SIGSTOP");
  try {
    assertEquals((await container.health()).code, 1);
  } finally {
    Deno.kill(container.pid, "SIGCONT");
  }
  assertEquals((await container.health()).code, 0);
});

test("what programs of an image upon it leave behind is waited for", async (root) => {
  for (const name of ["sh", "setsid", "sleep", "cat", "grep"]) await addProgram(root, name);
  await Deno.mkdir(join(root, "cgi-bin"));
  await Deno.writeTextFile(
    join(root, "cgi-bin/leave.sh"),
    `${PLAIN}for i in 1 2 3 4 5; do setsid sh -c 'sleep 0.0'$i > /dev/null 2>&1 & done\necho done\n`,
  );
  await Deno.writeTextFile(
    join(root, "cgi-bin/zombies.sh"),
    `${PLAIN}cat /proc/[0-9]*/stat 2> /dev/null | grep -c ') Z 1 '\n`,
  );
  await Deno.writeTextFile(
    join(root, "etc/webserv/webserv.yaml"),
    'servers: [{ listen: "0.0.0.0:0", root: /srv, locations: { /cgi-bin/: { alias: /cgi-bin, cgi: { .sh: sh } } } }]\n',
  );
  await using container = await start(root);
  const zombies = async () => (await ask(container.port, "/cgi-bin/zombies.sh")).text.trim();
  for (let i = 0; i < 3; i++) assertEquals((await ask(container.port, "/cgi-bin/leave.sh")).text, "done\n");
  let left = "";
  await waitUntil(async () => (left = await zombies()) === "0", () => `no zombie is left, but ${left}`);
  assertEquals(container.said.stderr.includes("zombie"), false);
});

/** Puts a program of this system and its libraries into a root. */
async function addProgram(root: string, name: string): Promise<void> {
  const path = (await run(["sh", "-c", `readlink -f "$(command -v ${name})"`])).stdout.trim();
  await Deno.copyFile(path, join(root, "usr/bin", name));
  for (const [library] of (await run(["ldd", path])).stdout.matchAll(/\/\S+(?= \()/g)) {
    await Deno.mkdir(join(root, library!, ".."), { recursive: true });
    await Deno.copyFile(library!, join(root, library!));
  }
}

Deno.test("the Containerfile names files that are there, and a user that is not root", () => {
  for (const [path] of CONTAINERFILE.matchAll(/packaging\/[\w./]+/g)) {
    assert(Deno.statSync(join(SOURCE, "../..", path)).isFile, path);
  }
  assertMatch(CONTAINERFILE, /^FROM scratch$/m);
  assertEquals([USER, HEALTH], ["65532:65532", ["/usr/bin/webserv", "health"]]);
});
