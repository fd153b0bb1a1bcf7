/**
 * The Debian package in a root of Debian's minimal packages and systemd, which is made once for all steps. WEBSERV_ROOT
 * names an archive of one that is there already.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ask } from "../support/ask.ts";
import { temporaryFolder } from "../support/launch.ts";
import { end, Output } from "../support/server.ts";
import { debFile, HERE, isInstalled, type Outcome, outcome, whyNot } from "./packages.ts";

const PROGRAMS = ["mmdebstrap", "dpkg-deb", "unshare", "chroot"];

const reason = whyNot() ?? whyNoRoot();

function whyNoRoot(): string | undefined {
  if (HERE?.debian === undefined) return "no Debian package for this system";
  const missing = PROGRAMS.filter((program) => !isInstalled(program));
  if (missing.length > 0) return `no ${missing.join(", ")}`;
  if (Deno.uid() !== 0) return "not root";
  const mounts = new Deno.Command("unshare", {
    args: ["--mount", "sh", "-c", "mount -t tmpfs none /mnt && chroot / true"],
    stdout: "null",
    stderr: "null",
  });
  return mounts.outputSync().success ? undefined : "nothing may be mounted";
}

/** The host's suite of Debian. */
async function suite(): Promise<string> {
  return /^VERSION_CODENAME=(\w+)$/m.exec(await Deno.readTextFile("/etc/os-release"))?.[1] ?? "bookworm";
}

/** Unpacks, or makes, the root. */
async function makeRoot(root: string): Promise<void> {
  const archive = Deno.env.get("WEBSERV_ROOT");
  const { code, stderr } = archive === undefined
    ? await outcome("mmdebstrap", [
      "--mode=root",
      "--variant=minbase",
      "--include=systemd",
      await suite(),
      root,
      "http://deb.debian.org/debian",
    ], { deadline: 400_000 })
    : await outcome("tar", ["-xf", archive, "-C", root]);
  assertEquals(code, 0, stderr);
}

/** Words that run a text of the shell over the root, with mounts that end with it; by `exec` all is one process. */
function inRoot(root: string, text: string): string[] {
  const mounts = `set -e
mount --bind "$0" "$0"; mount -t proc proc "$0/proc"; mount --rbind /dev "$0/dev"; mount -t tmpfs tmpfs "$0/run"
`;
  return ["--mount", "sh", "-c", `${mounts}${text}`, root];
}

function chrooted(root: string, command: string): Promise<Outcome> {
  return outcome("unshare", inRoot(root, `exec chroot "$0" sh -c '${command}'`));
}

/** All names in the root, but for logs and what dpkg and apt remember. */
async function namesIn(root: string): Promise<string[]> {
  const { stdout } = await outcome("find", [root, "-xdev", "-printf", "%P %y %m %U:%G\n"]);
  return stdout.split("\n").filter((line) =>
    !/^(var\/(log|lib\/dpkg|cache)|tmp|run|proc|dev|sys)\b/.test(line)
  )
    .sort();
}

/** What every part of the package is, which Debian's policy asks for. */
const PARTS = [
  "etc/webserv/webserv.yaml f 644",
  "usr/bin/webserv f 755",
  "usr/share/bash-completion/completions/webserv f 644",
  "usr/share/doc/webserv/changelog.gz f 644",
  "usr/share/doc/webserv/copyright f 644",
  "usr/share/fish/vendor_completions.d/webserv.fish f 644",
  "usr/share/man/man1/webserv.1.gz f 644",
  "usr/share/webserv/www/index.html f 644",
  "usr/share/zsh/vendor-completions/_webserv f 644",
];

/** A program, to see that its interpreter and its process group work there. */
const PROGRAM = "echo Content-Type: text/plain\necho\nid -u\n";

Deno.test({
  name: `deb: in a minimal root${reason === undefined ? "" : ` (ignored: ${reason})`}`,
  ignore: reason !== undefined,
  fn: async (test) => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, "root");
    await Deno.mkdir(root);
    // Whoever asks there is another user.
    await Deno.chmod(folder.path, 0o755);
    await Deno.chmod(root, 0o755);
    await makeRoot(root);
    await Deno.copyFile(debFile(), join(root, "tmp/webserv.deb"));
    const before = await namesIn(root);

    await test.step("it installs, everything in its place, root's, and neither enabled nor started", async () => {
      const { code, stderr, stdout } = await chrooted(root, "dpkg -i /tmp/webserv.deb");
      assertEquals(code, 0, stdout + stderr);
      assert(!stdout.includes("Created symlink"), stdout);
      const added = (await namesIn(root)).filter((line) => !before.includes(line));
      for (const part of PARTS) assert(added.includes(`${part} 0:0`), `${part} in ${added.join("\n")}`);
      assert(added.some((line) => /lib\/systemd\/system\/webserv\.service f 644 0:0$/.test(line)));
      assert(!added.some((line) => line.includes(".wants/")), "it is not enabled");
      assertEquals((await chrooted(root, "dpkg --verify webserv && dpkg --audit")).stdout, "");
    });

    await test.step("systemd takes the unit", async () => {
      const { code, stdout, stderr } = await chrooted(
        root,
        "systemd-analyze verify --man=no --recursive-errors=no webserv.service",
      );
      assertEquals([code, stdout, stderr], [0, "", ""]);
    });

    await test.step("the configuration is right", async () => {
      const { code, stdout, stderr } = await chrooted(root, "webserv check -c /etc/webserv/webserv.yaml");
      assertEquals([code, stderr], [0, ""]);
      assertStringIncludes(stdout, "http://127.0.0.1:8080/");
    });

    await test.step("nobody serves it on a read-only file system, without HOME, and runs programs", async () => {
      // The packaged configuration on a free port, and one program.
      const config = (await Deno.readTextFile(join(root, "etc/webserv/webserv.yaml")))
        .replace("127.0.0.1:8080", "127.0.0.1:0") +
        "    locations: { /cgi-bin/: { alias: /opt/cgi-bin, cgi: { .sh: sh } } }\n";
      await Deno.writeTextFile(join(root, "tmp/packaged.yaml"), config);
      await Deno.mkdir(join(root, "opt/cgi-bin"));
      await Deno.writeTextFile(join(root, "opt/cgi-bin/who.sh"), PROGRAM);
      await using _programs = {
        [Symbol.asyncDispose]: () => Deno.remove(join(root, "opt/cgi-bin"), { recursive: true }),
      };
      const child = new Deno.Command("unshare", {
        args: inRoot(
          root,
          `mount -o remount,ro,bind "$0" "$0"
if touch "$0/written" 2> /dev/null; then echo "not read-only"; exit 1; fi
exec chroot "$0" setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs \\
  env -i PATH=/usr/bin:/bin webserv serve -c /tmp/packaged.yaml`,
        ),
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const said = new Output(child);
      try {
        await said.waitFor(/listening on .*\n/);
        const port = Number(/:(\d+)\/\n/.exec(said.stderr)![1]);
        const page = await ask(port, "/", { host: `127.0.0.1:${port}` });
        assertEquals(page.status, 200);
        assertStringIncludes(page.text, "webserv works");
        const program = await ask(port, "/cgi-bin/who.sh", { host: `127.0.0.1:${port}` });
        assertEquals([program.status, program.text], [200, "65534\n"], said.stderr);
        // What cannot be had where nothing can be written is said, and nothing else.
        const others = said.stderr.replace(/^.* warning: \/tmp cannot be written, .*\n/m, "");
        assert(others !== said.stderr && !/error|warning/i.test(others), said.stderr);
      } finally {
        await end(child);
        await said.status;
      }
    });

    await test.step("what was enabled is so again after an upgrade", async () => {
      const { code, stdout, stderr } = await chrooted(
        root,
        "systemctl enable webserv 2>&1 && dpkg -i /tmp/webserv.deb && systemctl is-enabled webserv && systemctl disable webserv 2>&1",
      );
      assertEquals(code, 0, stdout + stderr);
      assertMatch(stdout, /^enabled$/m);
    });

    await test.step("removal keeps the configuration, purge leaves nothing", async () => {
      const removed = await chrooted(root, "dpkg -r webserv");
      assertEquals(removed.code, 0, removed.stderr);
      assert((await namesIn(root)).includes("etc/webserv/webserv.yaml f 644 0:0"));
      // As systemd makes them for a dynamic user.
      await Deno.mkdir(join(root, "var/lib/private/webserv"), { recursive: true });
      await Deno.symlink("private/webserv", join(root, "var/lib/webserv"));
      const purged = await chrooted(root, "dpkg -P webserv");
      assertEquals(purged.code, 0, purged.stderr);
      const left = (await namesIn(root)).filter((line) =>
        !before.includes(line) && !/lib\/private d/.test(line)
      );
      assertEquals(left, []);
    });
  },
});
