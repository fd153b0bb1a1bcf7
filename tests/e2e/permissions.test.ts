/**
 * `webserv permissions`: its flags in a shell serve all of a configuration, and with one of them less the start fails
 * and names it (DESIGN.md sections 2 and 5).
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { shellWord } from "../../lib/supervisor/permissions.ts";
import { ask, get } from "../support/ask.ts";
import { temporaryFolder } from "../support/launch.ts";
import { end, Output, runProgram, writeFiles } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";
import { assertGone, PLAIN } from "./cgi_support.ts";

const MAIN = fromFileUrl(new URL("../../main.ts", import.meta.url));

/** They are flags for the runtime, so an executable that brings its own takes none; and as Linux names programs. */
/** An executable has its permissions from when it was made: there are no flags to give it. */
const ignore = Deno.env.has("WEBSERV") || Deno.build.os !== "linux";
const reason = ignore ? " (an executable takes no permission flags)" : "";

const CONFIG = `
access_log: access.log
error_log: error log.txt
servers:
  - listen: LISTEN
    root: www
    allow_links_to: data
    locations:
      /up/: { upload_store: up }
      /cgi/: { alias: "it's cgi", cgi: { .sh: sh, .cgi: true, .none: no-such-program } }
`;

const FILES = {
  "www/a.txt": "fine",
  "data/far.txt": "linked",
  "it's cgi/a.sh": `${PLAIN}cat`,
  "it's cgi/b.cgi": `#!/bin/sh\n${PLAIN}printf itself`,
  // It, a child, and a child of that: all of them have to go.
  "it's cgi/endless.sh": `${PLAIN}
    sh -c 'sleep 300 & echo $! >> ../pids; wait' & echo $! >> ../pids; echo $$ >> ../pids
    while :; do echo more; sleep 0.05; done`,
};

interface Prepared extends AsyncDisposable {
  readonly path: string;
  readonly flags: string;
}

/** A folder whose name a shell would take apart, and the flags for it. */
async function prepare(config = CONFIG): Promise<Prepared> {
  const folder = await temporaryFolder();
  const path = `${folder.path}/a folder's "name" $HOME`;
  await writeFiles(path, {
    ...FILES,
    "webserv.yaml": config.replaceAll("LISTEN", `"127.0.0.1:0"`),
  });
  await Deno.chmod(`${path}/it's cgi/b.cgi`, 0o755);
  await Deno.symlink("../data", `${path}/www/data`);
  const { code, stdout, stderr } = await runProgram(["permissions", "-c", `${path}/webserv.yaml`]);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^[^\n]+\n$/);
  return { path, flags: stdout.trim(), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/** The program with these flags, as a shell starts it. */
class Shell implements AsyncDisposable {
  readonly status: Promise<number>;
  readonly #child: Deno.ChildProcess;
  readonly #said: Output;

  constructor(folder: string, flags: string, env: Readonly<Record<string, string>> = {}) {
    const child = this.#child = new Deno.Command("sh", {
      args: [
        "-c",
        `exec "$DENO" run --no-lock ${flags} "$MAIN" -c webserv.yaml`,
      ],
      cwd: folder,
      env: { ...env, DENO: Deno.execPath(), MAIN, NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#said = new Output(child);
    this.status = this.#said.status;
  }

  /** What it says on standard error. */
  get text(): string {
    return this.#said.stderr;
  }

  async port(): Promise<number> {
    const pattern = /listening on http:\/\/127\.0\.0\.1:(\d+)\/\n/;
    await this.#said.waitFor(pattern);
    return Number(pattern.exec(this.text)![1]);
  }

  /** Waits for a line. */
  says(line: RegExp): Promise<unknown> {
    return this.#said.waitFor(line);
  }

  reload(): void {
    this.#child.kill("SIGHUP");
  }

  async stop(): Promise<number> {
    this.#child.kill("SIGTERM");
    return await this.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#child);
    await this.status;
  }
}

Deno.test({
  name: `with the flags of webserv permissions all of a configuration is served${reason}`,
  ignore,
  fn: async (test) => {
    await using folder = await prepare();
    await using server = new Shell(folder.path, folder.flags);
    const port = await server.port();
    await test.step("files", async () => {
      assertEquals(await get(port, "/a.txt"), "200 fine");
      assertEquals((await ask(port, "/b.txt")).status, 404);
      assertEquals(await get(port, "/data/far.txt"), "200 linked");
    });
    await test.step("uploads", async () => {
      assertEquals((await ask(port, "/up/new.txt", { method: "PUT", body: "stored" })).status, 201);
      assertEquals(await get(port, "/up/new.txt"), "200 stored");
      assertEquals((await ask(port, "/up/new.txt", { method: "DELETE" })).status, 204);
    });
    await test.step("programs, with large bodies of unknown length too", async () => {
      const body = "x".repeat(200_000);
      assertEquals((await ask(port, "/cgi/a.sh", { method: "POST", body })).text, body);
      using client = await WireClient.connect(port);
      await client.send("POST /cgi/a.sh HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
      await client.send(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
      assertEquals((await client.response())?.text, body);
      assertEquals(await get(port, "/cgi/b.cgi"), "200 itself");
    });
    await test.step("an abandoned endless program is killed with all that it started", async () => {
      const client = await WireClient.connect(port);
      await client.get("/cgi/endless.sh");
      const pids = () => {
        try {
          return Deno.readTextFileSync(`${folder.path}/pids`).trim().split("\n").map(Number);
        } catch {
          return [];
        }
      };
      await waitUntil(() => pids().length === 3, "three processes have told their ids");
      client[Symbol.dispose]();
      await assertGone(pids());
    });
    await test.step("log files, also after they are opened again", async () => {
      assertEquals(await server.stop(), 0);
      const access = await Deno.readTextFile(`${folder.path}/access.log`);
      assertMatch(access, /"GET \/a\.txt HTTP\/1\.1" 200 4 /);
      assertEquals(await Deno.readTextFile(`${folder.path}/error log.txt`), "");
    });
  },
});

Deno.test({
  name: `with one flag taken away the start fails and names it${reason}`,
  ignore,
  fn: async (test) => {
    await using folder = await prepare();
    const flags = await split(folder.flags);
    const names = flags.map((flag) => /--allow-\w+/.exec(flag)?.[0]).filter((name) => name !== undefined);
    assertEquals(flags[0], "--no-prompt");
    assertEquals(names, [
      "--allow-net",
      "--allow-read",
      "--allow-write",
      "--allow-run",
      "--allow-env",
      "--allow-sys",
    ]);
    await Promise.all(names.map((name, index) =>
      test.step({
        name: `without ${name}`,
        sanitizeOps: false,
        sanitizeResources: false,
        sanitizeExit: false,
        fn: async () => {
          await using server = new Shell(
            folder.path,
            flags.filter((_, at) => at !== index + 1).map(shellWord).join(" "),
          );
          assertEquals(await server.status, 1);
          // Before it, interpreters that are not installed, or may not be run.
          assertMatch(server.text, /^(warning: [^\n]+\n)*webserv: [^\n]+\n$/);
          assert(server.text.includes(name), server.text);
        },
      })
    ));
  },
});

Deno.test({
  name: `with one path or program taken out of a flag the start fails and names it${reason}`,
  ignore,
  fn: async (test) => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, {
      "webserv.yaml": CONFIG.replace("LISTEN", '"127.0.0.1:0"').replace("it's cgi", "cgi")
        .replace("error log.txt", "error.log"),
      "www": null,
      "data": null,
      "cgi": null,
    });
    const { stdout } = await runProgram(["permissions", "-c", `${folder.path}/webserv.yaml`]);
    for (const part of ["/www", "/data", "/cgi", "/up", "/error.log", "kill", "setsid"]) {
      const taken = stdout.match(/[^=, ]+/g)!.find((word) => word.endsWith(part))!;
      const fewer = stdout.trim().replaceAll(`,${taken}`, "").replaceAll(`${taken},`, "");
      assert(!fewer.includes(taken), fewer);
      await test.step(`without ${part}`, async () => {
        await using server = new Shell(folder.path, fewer);
        assertEquals(await server.status, 1, server.text);
        assert(server.text.includes(part) && server.text.includes("--allow-"), server.text);
      });
    }
  },
});

Deno.test("a configuration with errors gets no flags, only its errors", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "webserv.yaml": "servers: [{ lisen: 0 }]" });
  const { code, stdout, stderr } = await runProgram(["permissions", "-c", `${folder.path}/webserv.yaml`]);
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, /did you mean "listen"/);
});

/** The words that a shell makes of a text. */
async function split(text: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", `printf '%s\\0' ${text}`] }).output();
  return new TextDecoder().decode(stdout).split("\0").slice(0, -1);
}

Deno.test({
  name: `a permission that is missing is named with its path, whatever command needs it${reason}`,
  ignore,
  fn: async (test) => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, {
      "webserv.yaml": "servers: [{ listen: 0, root: . }]",
      "site": null,
      "a.txt": "a",
      "log.yaml": "access_log: a.log\nservers: [{ listen: 0, root: site }]",
    });
    const at = (path: string) => `${folder.path}/${path}`;
    const all = `--allow-read --allow-net --allow-env`;
    const cases: readonly (readonly [flags: string, args: string, message: string])[] = [
      ["", "site", `${at("site")} may not be read: start with --allow-read=${at("site")}`],
      ["", "a.txt", `${at("a.txt")} may not be read: start with --allow-read=${at("a.txt")}`],
      ["", "", `webserv.yaml may not be read: start with --allow-read=${at("webserv.yaml")}`],
      [
        "--allow-env",
        "-c webserv.yaml",
        `webserv.yaml may not be read: start with --allow-read=${at("webserv.yaml")}`,
      ],
      ["", "init new", `new/webserv.yaml may not be read: start with --allow-read=${at("new")}`],
      [
        "--allow-read",
        "init new",
        `new/webserv.yaml may not be written: start with --allow-write=${at("new")}`,
      ],
      [all, "-c log.yaml", `${at("a.log")} may not be written: start with --allow-write=${at("a.log")}`],
    ];
    for (const [flags, args, message] of cases) {
      await test.step(`${flags} ${args}`, async () => {
        const { code, stderr } = await new Deno.Command(Deno.execPath(), {
          args: ["run", "--no-lock", "--no-prompt", ...flags.split(" "), MAIN, ...args.split(" ")]
            .filter((word) => word !== ""),
          cwd: folder.path,
          env: { NO_COLOR: "1" },
        }).output();
        assertEquals([code, new TextDecoder().decode(stderr)], [1, `webserv: ${message}\n`]);
      });
    }
  },
});

Deno.test({
  name:
    `variables that a configuration names are in the flags, and a start or a reload without says which${reason}`,
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const config = (more = "") =>
      "access_log: off\nservers:\n  - listen: 127.0.0.1:0\n    root: ${SITE_ROOT}\n" +
      `    add_header: { X-Title: "\${SITE_TITLE:-untitled}"${more} }\n`;
    await writeFiles(folder.path, { "www/a.txt": "fine", "webserv.yaml": config() });
    const env = { SITE_ROOT: "www" };
    const { code, stdout, stderr } = await runProgram(["permissions"], { cwd: folder.path, env });
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, / --allow-env=\S*,SITE_ROOT,SITE_TITLE,/);
    {
      await using server = new Shell(folder.path, stdout.trim(), env);
      const port = await server.port();
      assertEquals((await ask(port, "/a.txt")).field("x-title"), "untitled");
      await writeFiles(folder.path, { "webserv.yaml": config(', X-B: "${SITE_B:-b}"') });
      server.reload();
      await server.says(/webserv\.yaml names variables of the environment: start with --allow-env=SITE_B\n/);
      await server.says(/the configuration was not loaded again; the old one stays\n/);
      assertEquals(await get(port, "/a.txt"), "200 fine");
    }
    await using without = new Shell(folder.path, stdout.trim(), env);
    assertEquals(await without.status, 1);
    assertEquals(
      without.text,
      "webserv: webserv.yaml names variables of the environment: start with --allow-env=SITE_B\n",
    );
  },
});
