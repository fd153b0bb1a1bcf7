import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { findProgram } from "../../lib/runtime/find_program.ts";
import { hasBrowser, startBrowser } from "../support/browser.ts";

const MAIN = fromFileUrl(new URL("../../main.ts", import.meta.url));
const certutil = findProgram("certutil", "/usr/bin:/bin");

const PAGE = "<link rel=icon href=data:,><h1>hello</h1>";

/** A folder with a page, and a home of its own. */
async function newHome() {
  const home = await Deno.makeTempDir({ prefix: "webserv-authority-" });
  await Deno.mkdir(join(home, "site"));
  await Deno.writeTextFile(join(home, "site", "index.html"), PAGE);
  const env = {
    HOME: home,
    USER: "ann",
    XDG_DATA_HOME: "",
    WEBSERV_DATA: "",
    DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
  };
  return {
    home,
    env,
    site: join(home, "site"),
    data: join(home, ".local/share/webserv"),
    ca: join(home, ".local/share/webserv/ca.crt"),
    [Symbol.asyncDispose]: () => Deno.remove(home, { recursive: true }),
  };
}

/** The server, and what it has said on standard error until it listens and one line more, or ends. */
async function start(
  env: Record<string, string>,
  args: readonly string[],
  flags: readonly string[] = ["-A", "--no-prompt"],
) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, MAIN, ...args],
    env,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  const until = async (pattern: RegExp) => {
    while (!pattern.test(said)) {
      const { value, done } = await reader.read();
      if (done) break;
      said += value;
    }
    return said;
  };
  await until(/listening on \S+\n/);
  const port = Number(/https:\/\/\S+:(\d+)\//.exec(said)?.[1]);
  return {
    port,
    until,
    status: child.status,
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGTERM");
      } catch {
        // It has ended by itself.
      }
      await until(/(?!)/);
      await child.status;
    },
  };
}

async function curl(args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command("curl", {
    args: ["-sS", "--noproxy", "*", ...args],
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("--https makes an authority at first need, and says how it is trusted", async () => {
  await using home = await newHome();
  await using server = await start(home.env, ["--https", "-p", "0", home.site]);
  assertMatch(await server.until(/note: .*\n/), /note: .*webserv trust/);
  for (const host of ["localhost", "127.0.0.1", "a.localhost"]) {
    const { text } = await curl([
      "--cacert",
      home.ca,
      "--resolve",
      `*:${server.port}:127.0.0.1`,
      `https://${host}:${server.port}/`,
    ]);
    assertEquals(text, PAGE, host);
  }
  const { code } = await curl([`https://localhost:${server.port}/`]);
  assertEquals(code, 60);
  assertEquals(Deno.statSync(join(home.data, ".authority.pem")).mode! & 0o777, 0o600);
});

Deno.test("over plain HTTP the authority's certificate can be had on the same port", async () => {
  await using home = await newHome();
  await using server = await start(home.env, ["--https", "-p", "0", home.site]);
  const { text } = await curl([`http://localhost:${server.port}/.webserv/ca.pem`]);
  assertEquals(text, await Deno.readTextFile(home.ca));
  for (const scheme of ["http", "https"]) {
    const page = await curl(["-i", "--cacert", home.ca, `${scheme}://localhost:${server.port}/.webserv/ca`]);
    assertMatch(page.text, /^HTTP\/[\d.]+ 200/);
    assertStringIncludes(page.text, "webserv local authority (ann@");
  }
  const other = await curl(["-i", `http://localhost:${server.port}/.webserv/authority.pem`]);
  assertStringIncludes(other.text, "308 Permanent Redirect");
});

Deno.test("with --https the demo of this project is served over TLS, its second site with a certificate of its own", async () => {
  await using home = await newHome();
  const demo = fromFileUrl(new URL("../../webserv.yaml", import.meta.url));
  await using server = await start(home.env, ["--https", "-p", "0", "-q", "-c", demo]);
  for (const [host, title] of [["localhost", "webserv"], ["second.localhost", "second"]] as const) {
    const { text } = await curl([
      ...["--cacert", home.ca, "--resolve", `*:${server.port}:127.0.0.1`, "-w", "%{http_version}"],
      `https://${host}:${server.port}/`,
    ]);
    assertMatch(text, new RegExp(`<title>[^<]*${title}[^]*</html>\\s*2$`, "i"), host);
  }
});

Deno.test("with --https each site that is a folder has a certificate of its own", async () => {
  await using home = await newHome();
  await Deno.mkdir(join(home.site, "shop"));
  await Deno.writeTextFile(join(home.site, "shop", "index.html"), PAGE);
  await using server = await start(home.env, ["--https", "--sites", "-p", "0", "-q", home.site]);
  const at = (host: string) => `https://${host}:${server.port}/`;
  for (
    const [host, said] of [["shop.localhost", PAGE], ["localhost", `${at("shop.localhost")}\n`]] as const
  ) {
    const { text } = await curl(["--cacert", home.ca, "--resolve", `*:${server.port}:127.0.0.1`, at(host)]);
    assertEquals(text, said, host);
  }
});

Deno.test("--https replaces the one address of a configuration, and no more than one", async () => {
  await using home = await newHome();
  const config = join(home.home, "webserv.yaml");
  await Deno.writeTextFile(
    config,
    `servers: [{ listen: 127.0.0.1:0, root: site }, { listen: 127.0.0.2:0, root: site }]`,
  );
  await using server = await start(home.env, ["--https", "-c", config]);
  assertMatch(
    await server.until(/\n/),
    /^webserv: --https cannot replace 2 addresses: change them in the file\n/,
  );
});

Deno.test("the authority's key is not sent where its folder is served", async () => {
  await using home = await newHome();
  const data = join(home.site, "data");
  await using server = await start({ ...home.env, WEBSERV_DATA: data }, ["--https", "-p", "0", home.site]);
  const status = async (path: string) => {
    const args = ["-o", "/dev/null", "-w", "%{http_code}", "--cacert", join(data, "ca.crt")];
    return (await curl([...args, `https://localhost:${server.port}${path}`])).text;
  };
  assertEquals(await status("/data/ca.crt"), "200");
  assertEquals(await status("/data/.authority.pem"), "404");
  assertEquals([...Deno.readDirSync(data)].map(({ name }) => name).sort(), [".authority.pem", "ca.crt"]);
});

Deno.test("nothing of the authority is made where no server needs it", async () => {
  await using home = await newHome();
  const config = join(home.home, "webserv.yaml");
  await Deno.writeTextFile(config, `servers: [{ listen: "127.0.0.1:0", root: site }]`);
  await using server = await start(home.env, ["-c", config]);
  assertStringIncludes(await server.until(/listening/), "http://");
  assertEquals([...Deno.readDirSync(home.home)].map(({ name }) => name).sort(), ["site", "webserv.yaml"]);
});

Deno.test("what is wrong with the authority's files ends a start with what is to be done", async () => {
  await using home = await newHome();
  await Deno.mkdir(home.data, { recursive: true, mode: 0o700 });
  const path = join(home.data, ".authority.pem");
  const table: [text: string, mode: number, said: string][] = [
    ["something", 0o600, "is no local authority of webserv"],
    ["something", 0o644, "chmod 600"],
  ];
  for (const [text, mode, said] of table) {
    await Deno.writeTextFile(path, text);
    await Deno.chmod(path, mode);
    await using server = await start(home.env, ["--https", "-p", "0", home.site]);
    const lines = await server.until(/(?!)/);
    assertStringIncludes(lines, `webserv: ${path}`);
    assertStringIncludes(lines, said);
    assertEquals((await server.status).code, 1);
  }
});

Deno.test("the flags of webserv permissions are enough for the local authority", async () => {
  await using home = await newHome();
  const config = join(home.home, "webserv.yaml");
  await Deno.mkdir(join(home.home, ".local/share"), { recursive: true });
  await Deno.writeTextFile(config, `servers: [{ listen: "127.0.0.1:8443 ssl", root: site }]`);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", MAIN, "permissions", "-c", config],
    env: home.env,
  }).output();
  const flags = new TextDecoder().decode(stdout).trim();
  assertMatch(flags, /--allow-write=\S*\/\.local\/share\/webserv(?:,|\s|$)/);
  assertMatch(flags, /--allow-sys=hostname,uid/);
  assert(!flags.includes("--allow-run"), flags);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await Deno.writeTextFile(config, `servers: [{ listen: "127.0.0.1:${port} ssl", root: site }]`);
  const words = flags.replaceAll("8443", String(port)).split(" ");
  await using server = await start(home.env, ["-c", config], words);
  assertEquals(
    (await curl(["--cacert", home.ca, `https://localhost:${port}/`])).text,
    PAGE,
    server.port.toString(),
  );
});

Deno.test({
  name: "after webserv trust Chromium shows a page of --https without a warning",
  ignore: certutil === undefined || !hasBrowser(),
  async fn() {
    await using home = await newHome();
    await using server = await start(home.env, ["--https", "-p", "0", home.site]);
    // Into a store of its own, and not the machine's.
    const entry = fromFileUrl(new URL("./trust_entry.ts", import.meta.url)), bin = join(home.home, "bin");
    await Deno.mkdir(bin);
    await Deno.symlink(certutil!, join(bin, "certutil"));
    await Deno.writeTextFile(join(bin, "chromium"), "", { mode: 0o755 });
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-prompt", entry],
      env: { ...home.env, TEST_ROOT: join(home.home, "root"), TEST_PATH: bin },
    }).output();
    assertEquals(code, 0);
    await using browser = await startBrowser([], { HOME: home.home });
    const { page, problems } = await browser.open();
    for (const host of ["localhost", "127.0.0.1", "a.localhost"]) {
      await page.goto(`https://${host}:${server.port}/`);
      assertEquals(await page.textContent("h1"), "hello", host);
      assertEquals(await page.evaluate("isSecureContext"), true);
    }
    assertEquals(problems, []);
    // The next start has nothing more to say of it.
    await using second = await start(home.env, ["--https", "-p", "0", home.site]);
    await curl(["--cacert", home.ca, `https://localhost:${second.port}/`]);
    assert(!(await second.until(/listening/)).includes("webserv trust"));
  },
});
