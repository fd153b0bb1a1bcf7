import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { findProgram } from "../../lib/runtime/find_program.ts";

const ENTRY = fromFileUrl(new URL("./trust_entry.ts", import.meta.url));
const MAIN = fromFileUrl(new URL("../../main.ts", import.meta.url));
const FOUND = (name: string) => findProgram(name, "/usr/bin:/usr/sbin:/bin:/sbin");
const certutil = FOUND("certutil"), update = FOUND("update-ca-certificates");

/** A system of Debian's kind in a folder, with a user who has used Firefox. */
async function newSystem() {
  const top = await Deno.makeTempDir({ prefix: "webserv-trust-" });
  const [home, root, bin] = ["home", "root", "bin"].map((name) => join(top, name)) as [
    string,
    string,
    string,
  ];
  const anchors = join(root, "usr/local/share/ca-certificates"), bundles = join(root, "etc/ssl/certs");
  const profile = join(home, ".mozilla/firefox/abc.default");
  for (const folder of [profile, anchors, bundles, bin]) await Deno.mkdir(folder, { recursive: true });
  const program = (name: string, text: string) =>
    Deno.writeTextFile(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  await program("chromium", "exit 1");
  if (certutil !== undefined) {
    await Deno.symlink(certutil, join(bin, "certutil"));
    await text([certutil, "-N", "--empty-password", "-d", `sql:${profile}`], {});
  }
  // Debian's own, over other folders.
  await program(
    "update-ca-certificates",
    `exec ${update} --localcertsdir '${anchors}' --etccertsdir '${bundles}' --hooksdir /nonexistent`,
  );
  const env = {
    HOME: home,
    XDG_DATA_HOME: "",
    WEBSERV_DATA: "",
    USER: "ann",
    TEST_ROOT: root,
    TEST_PATH: bin,
    DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
  };
  return {
    home,
    bin,
    anchors,
    bundle: join(bundles, "ca-certificates.crt"),
    chromium: join(home, ".pki/nssdb"),
    profile,
    data: join(home, ".local/share/webserv"),
    run: (args: readonly string[], more: Record<string, string> = {}) =>
      text([Deno.execPath(), "run", "-A", "--no-prompt", ENTRY, ...args], { ...env, ...more }),
    main: (args: readonly string[]) =>
      text([Deno.execPath(), "run", "-A", "--no-prompt", MAIN, ...args], env),
    [Symbol.asyncDispose]: () => Deno.remove(top, { recursive: true }),
  };
}

async function text([program, ...args]: readonly string[], env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command(program!, { args, env, stdin: "null" }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), error: decoder.decode(stderr) };
}

async function nicknames(store: string): Promise<string> {
  return (await text([certutil!, "-L", "-d", `sql:${store}`], {})).out;
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name);
const ignore = certutil === undefined || update === undefined || FOUND("openssl") === undefined;

Deno.test({
  name: "trust has the system, Chromium and Firefox believe the authority, and --remove takes all of it back",
  ignore,
  async fn() {
    await using system = await newSystem();
    const trusted = await system.run([]);
    assertEquals(trusted.code, 0, trusted.error);
    for (
      const place of [
        `system     ${system.anchors}`,
        `Chromium   ${system.chromium}`,
        `Firefox    ${system.profile}`,
      ]
    ) {
      assertStringIncludes(trusted.out, `${place}: trusted`);
    }
    const path = join(system.data, "ca.crt");
    assertStringIncludes(trusted.out, `export NODE_EXTRA_CA_CERTS=${path}\n`);
    assertStringIncludes(trusted.out, `export REQUESTS_CA_BUNDLE=${system.bundle}\n`);
    assertStringIncludes(trusted.out, `curl --cacert ${path} `);
    for (const store of [system.chromium, system.profile]) {
      assertMatch(await nicknames(store), /webserv local authority \(ann@.+\) [0-9a-f]{16} +C,,/);
    }
    const [file] = names(system.anchors);
    assertMatch(file!, /^webserv-[0-9a-f]{16}\.crt$/);
    const pem = await Deno.readTextFile(path);
    assertStringIncludes(await Deno.readTextFile(system.bundle), pem.trim());
    const again = await system.run([]);
    assertEquals([again.code, names(system.anchors).length], [0, 1]);
    const removed = await system.run(["--remove"]);
    assertEquals(removed.code, 0, removed.error);
    assertEquals(removed.out.match(/: taken back\n/g)?.length, 3, removed.out);
    assertEquals(names(system.anchors), []);
    assert(!(await Deno.readTextFile(system.bundle)).includes(pem.trim()));
    for (const store of [system.chromium, system.profile]) {
      assert(!(await nicknames(store)).includes("webserv"), store);
    }
    const nothing = await system.run(["--remove"]);
    assertEquals([nothing.code, nothing.out.match(/: nothing to take back\n/g)?.length], [0, 3], nothing.out);
  },
});

Deno.test({
  name: "trust --dry-run shows commands that do the same, and does nothing",
  ignore,
  async fn() {
    await using system = await newSystem();
    const before = await system.run(["--dry-run"]);
    assertEquals(before.code, 0, before.error);
    assertStringIncludes(before.out, "not made yet");
    assertEquals([names(system.home), names(system.anchors)], [[".mozilla"], []]);
    // With the authority, they can be typed as they stand.
    await system.run(["--print"]);
    const shown = await system.run(["--dry-run"]);
    assertEquals(names(system.anchors), []);
    const script = shown.out.slice(shown.out.indexOf("\n\n"));
    const typed = await text(["/bin/sh", "-ec", script], {});
    assertEquals(typed.code, 0, `${script}\n${typed.error}`);
    assertEquals(names(system.anchors).length, 1);
    for (const store of [system.chromium, system.profile]) {
      assertStringIncludes(await nicknames(store), "webserv local authority");
    }
  },
});

Deno.test({
  name: "trust --remove leaves what has our name but is another certificate",
  ignore,
  async fn() {
    await using system = await newSystem();
    await system.run([]);
    const file = join(system.anchors, names(system.anchors)[0]!);
    await Deno.writeTextFile(file, "something else");
    const removed = await system.run(["--remove"]);
    assertStringIncludes(removed.out, `not done: ${file} has another certificate, and is left as it is`);
    assertEquals(await Deno.readTextFile(file), "something else");
  },
});

Deno.test("trust without certutil and without rights says what to type, and fails if nothing can be done", async () => {
  await using system = await newSystem();
  for (const program of names(system.bin)) {
    if (program !== "chromium") await Deno.remove(join(system.bin, program));
  }
  await Deno.writeTextFile(join(system.bin, "apt-get"), "", { mode: 0o755 });
  const { code, out, error } = await system.run([]);
  assertEquals(code, 1);
  assertStringIncludes(out, `Chromium   ${system.chromium}: not done: certutil is missing`);
  assertStringIncludes(out, "sudo apt-get install libnss3-tools");
  assertMatch(
    out,
    /sudo install -m 644 \S+ca\.crt \S+\/webserv-[0-9a-f]{16}\.crt\n +sudo update-ca-certificates\n/,
  );
  assertStringIncludes(error, "nothing could be done");
});

Deno.test("trust tells that a program has failed, and goes on with the others", async () => {
  await using system = await newSystem();
  await Deno.writeTextFile(
    join(system.bin, "update-ca-certificates"),
    "#!/bin/sh\necho 'no room' >&2\nexit 3\n",
  );
  const { out } = await system.run([]);
  assertMatch(out, /system .*: not done: \S+update-ca-certificates ended with status 3: no room\n/);
  assertStringIncludes(out, "Chromium");
});

Deno.test("trust --print gives the certificate, and never the key", async () => {
  await using system = await newSystem();
  const [first, second] = [await system.main(["trust", "--print"]), await system.main(["trust", "--print"])];
  assertEquals([first.code, first.error], [0, ""]);
  assertMatch(first.out, /^-----BEGIN CERTIFICATE-----\n[\s\S]+\n-----END CERTIFICATE-----\n$/);
  assertEquals(first.out, second.out);
  assertEquals(await Deno.readTextFile(join(system.data, "ca.crt")), first.out);
});

Deno.test("trust refuses what goes with nothing, and to make an authority for root in a user's place", async () => {
  await using system = await newSystem();
  for (const args of [["--print", "--remove"], ["--print", "--dry-run"], ["folder"], ["--port", "1"]]) {
    assertEquals((await system.main(["trust", ...args])).code, 2, args.join(" "));
  }
  if (Deno.uid() === 0) {
    const { code, error } = await system.run([], { TEST_SUDOER: "ann" });
    assertEquals(code, 2);
    assertStringIncludes(error, "without sudo");
  }
  assertEquals(
    (await system.main(["trust", "--remove"])).out,
    "There is no local authority: nothing is to be taken back.\n",
  );
  assertEquals(names(system.home), [".mozilla"]);
});

Deno.test("trust says of a key that others can read what to do, and uses it for nothing", async () => {
  if (Deno.build.os === "windows") return;
  await using system = await newSystem();
  await system.run(["--print"]);
  await Deno.chmod(join(system.data, ".authority.pem"), 0o644);
  const { code, error } = await system.run([]);
  assertEquals(code, 1);
  assertStringIncludes(error, "chmod 600");
  assertEquals(names(system.anchors), []);
});
