/**
 * What a service manager is told (sd_notify(3)): the test holds the socket that NOTIFY_SOCKET names.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { ask } from "../support/ask.ts";
import { launch, type Launched, temporaryFolder } from "../support/launch.ts";
import { program, runProgram, writeFiles } from "../support/server.ts";
import { inTime, waitUntil } from "../support/wait.ts";

const ignore = Deno.build.os !== "linux";

const CONFIG = `access_log: off
workers: 2
servers: [{ listen: "127.0.0.1:0", root: www, locations: { /cgi-bin/: { alias: cgi-bin, cgi: { .sh: sh } } } }]
`;

const FILES = {
  "webserv.yaml": CONFIG,
  "www": null,
  "cgi-bin/environment.sh": "echo 'Content-Type: text/plain'\necho\nenv\n",
};

/** What has come, one text a message. Disposal ends it. */
interface Manager extends Disposable {
  readonly messages: readonly string[];
}

/** A socket with a path. */
function manage(path: string): Manager {
  const socket = Deno.listenDatagram({ transport: "unixpacket", path });
  const messages: string[] = [];
  const reading = (async () => {
    for await (const [bytes] of socket) messages.push(new TextDecoder().decode(bytes));
  })();
  return {
    messages,
    [Symbol.dispose]() {
      socket.close();
      void reading;
    },
  };
}

/** With an abstract name, which the runtime cannot listen on. */
const ABSTRACT = `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("\\0" + sys.argv[1])
print("ready", flush=True)
while True: print(repr(s.recv(4096).decode()), flush=True)
`;

const hasPython = (() => {
  try {
    return new Deno.Command("python3", { args: ["-c", "0"], stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
})();

const count = async (messages: readonly string[], wanted: number) => {
  await waitUntil(() => messages.length >= wanted, () => `${wanted} messages come: ${messages.join("|")}`);
  assertEquals(messages.length, wanted);
};

/** From the start over a reload that goes well and one that does not, to the end. */
async function wholeLife(server: Launched, folder: string, messages: readonly string[], isExact: boolean) {
  const port = await server.port();
  await count(messages, 1);
  const serving = `STATUS=serving http://127.0.0.1:${port}/`;
  assertEquals(messages[0], `READY=1\nMAINPID=${server.pid}\n${serving}\n`);
  assertEquals((await ask(port, "/cgi-bin/environment.sh")).text.includes("NOTIFY_SOCKET"), false);

  server.kill("SIGHUP");
  await count(messages, 3);
  const time = isExact ? "MONOTONIC_USEC=(\\d+)\\n" : "()";
  const reloading = new RegExp(`^RELOADING=1\\n${time}STATUS=loading the configuration again\\n$`);
  assertMatch(messages[1]!, reloading);
  assertEquals(messages[2], `READY=1\n${serving}\n`);

  await Deno.writeTextFile(join(folder, "webserv.yaml"), "serverz: []\n");
  server.kill("SIGHUP");
  await count(messages, 5);
  assertMatch(messages[3]!, reloading);
  assertMatch(
    messages[4]!,
    /^READY=1\nSTATUS=the configuration was not loaded again; the old one stays: [^\n]+\n$/,
  );
  if (isExact) {
    const [first, second] = [messages[1]!, messages[3]!].map((text) => Number(reloading.exec(text)![1]));
    assert(first! < second!);
    // CLOCK_MONOTONIC is that of /proc/uptime but for the time that a machine was asleep.
    const uptime = Number((await Deno.readTextFile("/proc/uptime")).split(" ")[0]) * 1e6;
    assert(second! > 0 && second! <= uptime + 1e5, `${second} is within ${uptime}`);
  }

  server.kill("SIGTERM");
  assertEquals(await inTime(server.status, "it ends"), 0);
  await count(messages, 6);
  assertMatch(messages[5]!, /^STOPPING=1\nSTATUS=[^\n]+\n$/);
}

Deno.test({
  name: "a service manager hears of ready, reload, a reload that fails, and stop",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, FILES);
    const path = join(folder.path, "notify");
    using manager = manage(path);
    await using server = launch(["serve", "-c", join(folder.path, "webserv.yaml")], {
      env: { NOTIFY_SOCKET: path },
    });
    await wholeLife(server, folder.path, manager.messages, true);
    assertEquals(/warning|Uncaught/.test(server.output().stderr), false);
  },
});

Deno.test({
  name: `a service manager hears of all of it at an abstract name${
    hasPython ? "" : " (ignored: no python3)"
  }`,
  ignore: ignore || !hasPython,
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, FILES);
    const name = `webserv-test-${crypto.randomUUID()}`;
    const python = new Deno.Command("python3", { args: ["-c", ABSTRACT, name], stdout: "piped" }).spawn();
    const lines: string[] = [];
    const reading = (async () => {
      let rest = "";
      for await (const text of python.stdout.pipeThrough(new TextDecoderStream())) {
        const parts = (rest + text).split("\n");
        rest = parts.pop()!;
        lines.push(...parts);
      }
    })();
    try {
      await waitUntil(() => lines[0] === "ready", () => "python listens");
      const messages = {
        get length() {
          return lines.length - 1;
        },
      };
      await using server = launch(["serve", "-c", join(folder.path, "webserv.yaml")], {
        env: { NOTIFY_SOCKET: `@${name}` },
      });
      await server.port();
      await waitUntil(() => messages.length === 1, () => `a message: ${lines}`);
      server.kill("SIGTERM");
      assertEquals(await inTime(server.status, "it ends"), 0);
      await waitUntil(() => messages.length === 2, () => `another message: ${lines}`);
      assertMatch(lines[1]!, /^'READY=1\\nMAINPID=/);
      assertMatch(lines[2]!, /^'STOPPING=1\\n/);
    } finally {
      python.kill();
      await python.status;
      await reading;
    }
  },
});

Deno.test({
  name: "a service manager hears of all of it from a server that has the printed permissions only",
  // The executable has its permissions from when it was made.
  ignore: ignore || Deno.env.has("WEBSERV"),
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, FILES);
    const path = join(folder.path, "notify"), config = join(folder.path, "webserv.yaml");
    using manager = manage(path);
    const env = { NOTIFY_SOCKET: path, TMPDIR: folder.path };
    const printed = await runProgram(["permissions", "-c", config], { env });
    const flags = printed.stdout.trim().split(" ");
    assert(flags.every((flag) => !flag.startsWith("--allow-ffi")), printed.stdout);
    const [command, ...words] = program();
    const child = new Deno.Command(command!, {
      args: [...words.flatMap((word) => word === "-A" ? flags : [word]), "serve", "-c", config],
      env,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    let ended = false;
    const status = child.status.then(({ code }) => {
      ended = true;
      return code;
    });
    try {
      await count(manager.messages, 1);
      const port = Number(/:(\d+)\/\n$/.exec(manager.messages[0]!)![1]);
      const server = {
        pid: child.pid,
        status,
        port: () => Promise.resolve(port),
        kill: (signal: Deno.Signal) => child.kill(signal),
      } as Launched;
      await wholeLife(server, folder.path, manager.messages, false);
      assertEquals(
        [...Deno.readDirSync(folder.path)].filter(({ name }) => name.startsWith("webserv-notify")).length,
        1,
      );
      const [own] = [...Deno.readDirSync(folder.path)].filter(({ name }) =>
        name.startsWith("webserv-notify")
      );
      assertEquals([...Deno.readDirSync(join(folder.path, own!.name))], []);
    } finally {
      if (!ended) child.kill("SIGKILL");
      await status;
    }
  },
});

const UNREACHABLE = [
  ["/nowhere/notify", "there is no such socket"],
  ["relative", "only a path that begins with / and an abstract name that begins with @ can be reached"],
  ["vsock:2:1234", "only a path that begins with / and an abstract name that begins with @ can be reached"],
  [`/${"a".repeat(108)}`, "no socket has a name of more than 107 bytes"],
] as const;

for (const [address, why] of UNREACHABLE) {
  Deno.test({
    name: `a service manager that cannot be reached at ${
      address.slice(0, 20)
    } is named in one line, and it serves`,
    ignore,
    fn: async () => {
      await using folder = await temporaryFolder();
      await writeFiles(folder.path, { "index.html": "page" });
      await using server = launch(["serve", "--port", "0", folder.path], { env: { NOTIFY_SOCKET: address } });
      const port = await server.port();
      assertEquals((await ask(port, "/")).text, "page");
      await server.says(/warning: .*NOTIFY_SOCKET.*\n/);
      server.kill("SIGTERM");
      assertEquals(await inTime(server.status, "it ends"), 0);
      const { stderr } = server.output();
      assertEquals(stderr.split("warning:").length, 2, stderr);
      assert(stderr.includes(`NOTIFY_SOCKET is ${address}, and ${why}\n`), stderr);
    },
  });
}

Deno.test({
  name: "a command beside the server does not get NOTIFY_SOCKET, and its end is the service's",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "index.html": "page" });
    const path = join(folder.path, "notify");
    using manager = manage(path);
    await using server = launch(["serve", "--port", "0", folder.path, "--", "sh", "-c", "env; exit 3"], {
      env: { NOTIFY_SOCKET: path },
    });
    assertEquals(await inTime(server.status, "it ends"), 3);
    assertMatch(server.output().stdout, /^WEBSERV_URL=/m);
    assertEquals(server.output().stdout.includes("NOTIFY_SOCKET"), false);
    await count(manager.messages, 2);
    assertMatch(manager.messages[1]!, /^STOPPING=1\n/);
  },
});
