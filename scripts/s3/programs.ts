/**
 * The programs of Ceph that make a storage: which are needed, and which are not there.
 *
 * @module
 */

/** Each with Debian's package of it; `radosgw-admin` is in that of radosgw, the others in ceph-common. */
const PACKAGES: Readonly<Record<string, string>> = {
  "monmaptool": "ceph-common",
  "ceph": "ceph-common",
  "ceph-mon": "ceph-mon",
  "ceph-osd": "ceph-osd",
  "radosgw": "radosgw",
  "radosgw-admin": "radosgw",
  "setsid": "util-linux",
};

/** What is missing and how to get it, in one sentence; undefined where all is there. */
export function whatIsMissing(path = Deno.env.get("PATH") ?? ""): string | undefined {
  const missing = Object.keys(PACKAGES).filter((name) => !isInstalled(name, path));
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map((name) => PACKAGES[name]))].join(" ");
  return `${
    missing.join(", ")
  } not found in PATH; on Debian: apt-get install --no-install-recommends ${packages}`;
}

function isInstalled(name: string, path: string): boolean {
  return path.split(":").filter((folder) => folder !== "").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${name}`).isFile;
    } catch {
      return false;
    }
  });
}
