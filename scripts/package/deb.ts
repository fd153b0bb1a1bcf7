/**
 * The Debian package: the executable with manual, completions, systemd unit and a configuration, put together in a
 * folder and packed by dpkg-deb. After Debian Policy 4.6.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import type { Run } from "./npm.ts";

/** What goes into the package. */
export interface DebParts {
  readonly version: string;
  /** Debian's, `amd64`. */
  readonly architecture: string;
  /** Paths of the executable and of the manual. */
  readonly executable: string;
  readonly manual: string;
  /** Texts of the completions, by shell. */
  readonly completions: Readonly<Record<"bash" | "zsh" | "fish", string>>;
  /** Folder packaging/debian. */
  readonly sources: string;
  readonly license: string;
  /** Of the last change, in seconds since the epoch: the same sources make the same package. */
  readonly epoch: number;
}

const MAINTAINER = "The webserv authors <webserv@webserv.example>";

/** The C library's oldest version that a program of this content runs with, `2.27`. */
export function oldestLibc(executable: Uint8Array): string {
  // The names of versions lie in the string table of its symbols, each ended by a zero byte.
  const text = new TextDecoder("latin1").decode(executable);
  const minors = [...text.matchAll(/\0GLIBC_2\.(\d+)(?:\.\d+)?(?=\0)/g)].map(([, minor]) => Number(minor));
  if (minors.length === 0) throw new Error("the executable is of no program for the GNU C library");
  return `2.${Math.max(...minors)}`;
}

/** The file `control`. `size` in bytes, of all files. */
export function control(
  fields: { version: string; architecture: string; libc: string; size: number },
): string {
  return `Package: webserv
Version: ${debianVersion(fields.version)}
Architecture: ${fields.architecture}
Maintainer: ${MAINTAINER}
Installed-Size: ${Math.ceil(fields.size / 1024)}
Depends: libc6 (>= ${fields.libc}), libgcc-s1 (>= 3.3)
Suggests: php-cgi, python3, libnss3-tools
Section: httpd
Priority: optional
Homepage: https://webserv.example/
Description: web server for a developer's machine
 One executable that stores and delivers web pages, images and video, and runs
 CGI and FastCGI programs. It has directory listings, uploads, WebDAV, local
 HTTPS, proxying, live reload and an inspector of requests, and is configured
 by options or by one file in the words of nginx.
 .
 The service that comes with it is not started at installation: see
 /etc/webserv/webserv.yaml.
`;
}

/** A version as Debian compares them: `1.0.0~rc.1` comes before 1.0.0, while what follows a hyphen would come after it. */
export function debianVersion(version: string): string {
  return version.replace("-", "~");
}

/** The file `changelog.gz` before it is packed. */
export function changelog(version: string, epoch: number): string {
  // As in `date -R`, which is what Debian asks for.
  const date = new Date(epoch * 1000).toUTCString().replace("GMT", "+0000");
  return `webserv (${debianVersion(version)}) unstable; urgency=medium

  * Release ${version}. What is new stands in the project's CHANGELOG.md.

 -- ${MAINTAINER}  ${date}
`;
}

/** The file `copyright`, in Debian's format 1.0. */
export function copyright(license: string): string {
  const [, year = "", holder = ""] = /Copyright \(c\) (\S+) (.+)/.exec(license) ?? [];
  if (year === "") throw new Error("LICENSE does not tell whose the copyright is");
  const indented = license.trim().split("\n").slice(1).map((line) => line === "" ? " ." : ` ${line}`);
  // What comes before the permission are title and copyright, which have fields of their own.
  const from = indented.findIndex((line) => line.startsWith(" Permission"));
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: webserv
Source: https://webserv.example/
Comment: The executable holds the runtime Deno (MIT) with V8 (BSD-3-clause), and the packages of npm that
 deno.lock names, under their own licenses.

Files: *
Copyright: ${year} ${holder}
License: Expat

License: Expat
${indented.slice(from).join("\n")}
`;
}

/** Scripts of the package, which dpkg runs. */
const SCRIPTS = ["postinst", "prerm", "postrm"] as const;

/** Writes the tree and packs it into a file. `work` is a folder that is there, and empty. */
export async function packDeb(parts: DebParts, work: string, out: string, run: Run): Promise<void> {
  const tree = new Tree(join(work, "tree"));
  const { sources, version, epoch, completions } = parts;
  await tree.copy(parts.executable, "usr/bin/webserv", 0o755);
  await tree.copy(parts.manual, "usr/share/man/man1/webserv.1");
  await tree.text(changelog(version, epoch), "usr/share/doc/webserv/changelog");
  for (const path of ["usr/share/man/man1/webserv.1", "usr/share/doc/webserv/changelog"]) {
    // Without name and time, so that it is the same each time.
    await run("gzip", ["-9n", path], tree.path);
  }
  await tree.text(copyright(parts.license), "usr/share/doc/webserv/copyright");
  await tree.text(completions.bash, "usr/share/bash-completion/completions/webserv");
  await tree.text(completions.zsh, "usr/share/zsh/vendor-completions/_webserv");
  await tree.text(completions.fish, "usr/share/fish/vendor_completions.d/webserv.fish");
  await tree.copy(join(sources, "webserv.service"), "usr/lib/systemd/system/webserv.service");
  await tree.copy(join(sources, "webserv.yaml"), "etc/webserv/webserv.yaml");
  await tree.copy(join(sources, "index.html"), "usr/share/webserv/www/index.html");
  await tree.copy(join(sources, "lintian-overrides"), "usr/share/lintian/overrides/webserv");
  const sums = await run("sh", ["-c", "find usr -type f | LC_ALL=C sort | xargs md5sum"], tree.path);
  const size = tree.size;
  await tree.text(`${sums}\n`, "DEBIAN/md5sums");
  await tree.text("/etc/webserv/webserv.yaml\n", "DEBIAN/conffiles");
  const libc = oldestLibc(await Deno.readFile(parts.executable));
  await tree.text(control({ version, architecture: parts.architecture, libc, size }), "DEBIAN/control");
  for (const name of SCRIPTS) await tree.copy(join(sources, name), `DEBIAN/${name}`, 0o755);
  await run("env", [
    `SOURCE_DATE_EPOCH=${epoch}`,
    "dpkg-deb",
    "--root-owner-group",
    "-Zxz",
    "--build",
    tree.path,
    out,
  ], work);
}

/** A folder that files are put into, with the modes that they are to have. */
class Tree {
  /** Of the files so far, in bytes; folders and links count nothing. */
  size = 0;

  constructor(readonly path: string) {}

  async copy(from: string, to: string, mode = 0o644): Promise<void> {
    await this.#put(await Deno.readFile(from), to, mode);
  }

  async text(text: string, to: string): Promise<void> {
    await this.#put(new TextEncoder().encode(text), to, 0o644);
  }

  async #put(bytes: Uint8Array, to: string, mode: number): Promise<void> {
    const path = join(this.path, to);
    await this.#folder(dirname(to));
    await Deno.writeFile(path, bytes);
    await Deno.chmod(path, mode);
    this.size += bytes.length;
  }

  /** Whatever the umask is. */
  async #folder(path: string): Promise<void> {
    let whole = this.path;
    await Deno.mkdir(whole, { recursive: true });
    await Deno.chmod(whole, 0o755);
    for (const name of path.split("/")) {
      whole = join(whole, name);
      await Deno.mkdir(whole, { recursive: true });
      await Deno.chmod(whole, 0o755);
    }
  }
}
