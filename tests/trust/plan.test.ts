import { assertEquals } from "@std/assert";
import { bundleOf, planRemoval, planTrust, type SystemFacts } from "../../lib/trust/plan.ts";
import {
  type AuthorityCertificate,
  commandOf,
  fileNameOf,
  nicknameOf,
  type Step,
} from "../../lib/trust/steps.ts";

const CURRENT: AuthorityCertificate = {
  name: "webserv local authority (ann@laptop)",
  path: "/home/ann/.local/share/webserv/ca.crt",
  fingerprint: "0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5",
  sha1: "AA11",
};
const EARLIER: AuthorityCertificate = {
  ...CURRENT,
  path: "/home/ann/.local/share/webserv/ca-ff.crt",
  fingerprint: "FF:EE:DD:CC:BB:AA:99:88:77",
  sha1: "BB22",
};
const FILE = "webserv-0a1b2c3d4e5f6071.crt", NICK = `'${CURRENT.name} 0a1b2c3d4e5f6071'`;
const OLD_FILE = "webserv-ffeeddccbbaa9988.crt", OLD_NICK = `'${CURRENT.name} ffeeddccbbaa9988'`;

/** A system with some folders and programs. */
function facts(
  there: { paths?: string; programs?: string; writable?: boolean } & Partial<SystemFacts>,
): SystemFacts {
  const { paths = "", programs = "", writable = true, ...changes } = there;
  const list = paths.split(" "), names = programs.split(" ");
  return {
    os: "linux",
    home: "/home/ann",
    root: "",
    isRoot: false,
    find: (name) => names.includes(name) ? `/usr/sbin/${name}` : undefined,
    exists: (path) => list.includes(path),
    mayWrite: () => writable,
    nssStores: [],
    ...changes,
  };
}

/** Steps as lines: what is done, or why not and what is to be typed. */
function linesOf(steps: readonly Step[]): string[] {
  return steps.flatMap(({ kind, where, actions, obstacle, byHand = [] }) => [
    `${kind}: ${where}${obstacle === undefined ? "" : `: ${obstacle}`}`,
    ...(obstacle === undefined ? actions.map(commandOf) : byHand.map((line) => `by hand: ${line}`)),
  ]);
}

const DEBIAN = "/usr/local/share/ca-certificates", FEDORA = "/etc/pki/ca-trust/source/anchors";
const ARCH = "/etc/ca-certificates/trust-source/anchors", SUSE = "/usr/share/pki/trust/anchors";
const install = (folder: string) => `install -m 644 ${CURRENT.path} ${folder}/${FILE}`;

Deno.test("the system's store of each kind of Linux gets the certificate, and is told", () => {
  const table: [what: string, there: SystemFacts, lines: string[]][] = [
    ["Debian, Alpine", facts({ paths: DEBIAN, programs: "update-ca-certificates" }), [
      `system: ${DEBIAN}`,
      install(DEBIAN),
      "/usr/sbin/update-ca-certificates",
    ]],
    ["Fedora", facts({ paths: FEDORA, programs: "update-ca-trust trust" }), [
      `system: ${FEDORA}`,
      install(FEDORA),
      "/usr/sbin/update-ca-trust extract",
    ]],
    ["Arch", facts({ paths: ARCH, programs: "trust" }), [
      `system: ${ARCH}`,
      install(ARCH),
      "/usr/sbin/trust extract-compat",
    ]],
    ["openSUSE", facts({ paths: SUSE, programs: "update-ca-certificates" }), [
      `system: ${SUSE}`,
      install(SUSE),
      "/usr/sbin/update-ca-certificates",
    ]],
    ["several: the first one", facts({ paths: `${DEBIAN} ${FEDORA}`, programs: "update-ca-trust" }), [
      `system: ${FEDORA}`,
      install(FEDORA),
      "/usr/sbin/update-ca-trust extract",
    ]],
    ["no right", facts({ paths: DEBIAN, programs: "update-ca-certificates", writable: false }), [
      `system: ${DEBIAN}: this takes the rights of an administrator`,
      `by hand: sudo ${install(DEBIAN)}`,
      "by hand: sudo /usr/sbin/update-ca-certificates",
    ]],
    ["no program", facts({ paths: DEBIAN }), [
      `system: ${DEBIAN}: update-ca-certificates is missing: install the package ca-certificates`,
      `by hand: sudo ${install(DEBIAN)}`,
      "by hand: sudo update-ca-certificates",
    ]],
    ["another kind of system", facts({}), [
      "system: no store that is known: this system keeps its authorities in a way of its own",
      `by hand: # add ${CURRENT.path} to them`,
    ]],
  ];
  for (const [what, there, lines] of table) {
    assertEquals(linesOf(planTrust({ current: CURRENT, earlier: [] }, there)), lines, what);
  }
});

Deno.test("what is taken back is what is there, of this authority and of those before it", () => {
  const both = `${DEBIAN} ${DEBIAN}/${FILE} ${DEBIAN}/${OLD_FILE}`;
  const table: [what: string, there: SystemFacts, lines: string[]][] = [
    ["both", facts({ paths: both, programs: "update-ca-certificates" }), [
      `system: ${DEBIAN}`,
      `rm ${DEBIAN}/${OLD_FILE}`,
      `rm ${DEBIAN}/${FILE}`,
      "/usr/sbin/update-ca-certificates",
    ]],
    ["nothing", facts({ paths: DEBIAN, programs: "update-ca-certificates", writable: false }), [
      `system: ${DEBIAN}`,
    ]],
    [
      "no right",
      facts({ paths: `${DEBIAN} ${DEBIAN}/${FILE}`, programs: "update-ca-certificates", writable: false }),
      [
        `system: ${DEBIAN}: this takes the rights of an administrator`,
        `by hand: sudo rm ${DEBIAN}/${FILE}`,
        "by hand: sudo /usr/sbin/update-ca-certificates",
      ],
    ],
  ];
  for (const [what, there, lines] of table) {
    assertEquals(linesOf(planRemoval({ current: CURRENT, earlier: [EARLIER] }, there)), lines, what);
  }
  const renewed = facts({ paths: both, programs: "update-ca-certificates" });
  assertEquals(linesOf(planTrust({ current: CURRENT, earlier: [EARLIER] }, renewed)), [
    `system: ${DEBIAN}`,
    `rm ${DEBIAN}/${OLD_FILE}`,
    install(DEBIAN),
    "/usr/sbin/update-ca-certificates",
  ]);
});

const CHROMIUM = { kind: "Chromium", folder: "/home/ann/.pki/nssdb", exists: true };
const FIREFOX = { kind: "Firefox", folder: "/home/ann/.mozilla/firefox/x y", exists: true };

Deno.test("each store of a browser gets the certificate for web servers alone", () => {
  const certutil = "/usr/sbin/certutil";
  const added = (store: string) => `${certutil} -A -d ${store} -t C,, -n ${NICK} -i ${CURRENT.path}`;
  const [chromium, firefox] = [`sql:${CHROMIUM.folder}`, `'sql:${FIREFOX.folder}'`];
  const table: [what: string, there: Partial<SystemFacts> & { programs?: string }, lines: string[]][] = [
    ["both", { programs: "certutil", nssStores: [CHROMIUM, FIREFOX] }, [
      `Chromium: ${CHROMIUM.folder}`,
      `${certutil} -D -d ${chromium} -n ${OLD_NICK}`,
      added(chromium),
      `Firefox: ${FIREFOX.folder}`,
      `${certutil} -D -d ${firefox} -n ${OLD_NICK}`,
      added(firefox),
    ]],
    ["one that is to be made", { programs: "certutil", nssStores: [{ ...CHROMIUM, exists: false }] }, [
      `Chromium: ${CHROMIUM.folder}`,
      `mkdir -p ${CHROMIUM.folder}`,
      `${certutil} -N -d ${chromium} --empty-password`,
      added(chromium),
    ]],
    ["Debian without certutil", { programs: "apt-get", nssStores: [CHROMIUM] }, [
      `Chromium: ${CHROMIUM.folder}: certutil is missing`,
      "by hand: sudo apt-get install libnss3-tools",
      "by hand: webserv trust",
    ]],
    ["Fedora without certutil", { programs: "dnf", nssStores: [CHROMIUM] }, [
      `Chromium: ${CHROMIUM.folder}: certutil is missing`,
      "by hand: sudo dnf install nss-tools",
      "by hand: webserv trust",
    ]],
    ["another system without certutil", { nssStores: [CHROMIUM] }, [
      `Chromium: ${CHROMIUM.folder}: certutil is missing: it is one of the tools of NSS`,
    ]],
    ["macOS with certutil", { os: "darwin", programs: "certutil", nssStores: [FIREFOX] }, [
      `Firefox: ${FIREFOX.folder}`,
      `${certutil} -D -d ${firefox} -n ${OLD_NICK}`,
      added(firefox),
    ]],
    [
      "macOS without certutil: Firefox looks where the system does",
      { os: "darwin", nssStores: [FIREFOX] },
      [],
    ],
    ["Windows", { os: "windows", programs: "certutil", nssStores: [FIREFOX] }, []],
  ];
  for (const [what, there, lines] of table) {
    const [, ...steps] = planTrust({ current: CURRENT, earlier: [EARLIER] }, facts(there));
    assertEquals(linesOf(steps), lines, what);
  }
});

Deno.test("what browsers have is taken back by its name, and no store is made for that", () => {
  const there = facts({ programs: "certutil", nssStores: [{ ...CHROMIUM, exists: false }, FIREFOX] });
  const [, ...steps] = planRemoval({ current: CURRENT, earlier: [EARLIER] }, there);
  assertEquals(linesOf(steps), [
    `Firefox: ${FIREFOX.folder}`,
    `/usr/sbin/certutil -D -d 'sql:${FIREFOX.folder}' -n ${OLD_NICK}`,
    `/usr/sbin/certutil -D -d 'sql:${FIREFOX.folder}' -n ${NICK}`,
  ]);
});

Deno.test("macOS and Windows are told by their own programs", () => {
  const mac = facts({ os: "darwin", home: "/Users/ann" }), windows = facts({ os: "windows" });
  const keychain = "/Users/ann/Library/Keychains/login.keychain-db",
    system = "/Library/Keychains/System.keychain";
  const table: [what: string, steps: Step[], lines: string[]][] = [
    ["macOS", planTrust({ current: CURRENT, earlier: [] }, mac), [
      `system: ${keychain}`,
      `security add-trusted-cert -r trustRoot -k ${keychain} ${CURRENT.path}`,
    ]],
    ["macOS as root", planTrust({ current: CURRENT, earlier: [] }, { ...mac, isRoot: true }), [
      `system: ${system}`,
      `security add-trusted-cert -d -r trustRoot -k ${system} ${CURRENT.path}`,
    ]],
    ["macOS, taken back", planRemoval({ current: CURRENT, earlier: [] }, mac), [
      `system: ${keychain}`,
      `security remove-trusted-cert ${CURRENT.path}`,
      `security delete-certificate -Z AA11 ${keychain}`,
    ]],
    ["Windows", planTrust({ current: CURRENT, earlier: [] }, windows), [
      "system: the certificates of this user (Root)",
      `certutil -addstore -user Root ${CURRENT.path}`,
    ]],
    ["Windows, taken back", planRemoval({ current: CURRENT, earlier: [EARLIER] }, windows), [
      "system: the certificates of this user (Root)",
      "certutil -delstore -user Root BB22",
      "certutil -delstore -user Root AA11",
    ]],
  ];
  for (const [what, steps, lines] of table) assertEquals(linesOf(steps), lines, what);
});

Deno.test("the system's whole list is named where there is one", () => {
  assertEquals(
    bundleOf(facts({ paths: `${DEBIAN} /etc/ssl/certs/ca-certificates.crt` })),
    "/etc/ssl/certs/ca-certificates.crt",
  );
  assertEquals(bundleOf(facts({ paths: DEBIAN })), undefined);
  assertEquals(bundleOf(facts({ os: "darwin" })), undefined);
});

Deno.test("names of files and certificates differ by the fingerprint, and are quoted where a shell needs it", () => {
  assertEquals([fileNameOf(CURRENT.fingerprint), nicknameOf(CURRENT)], [
    FILE,
    `${CURRENT.name} 0a1b2c3d4e5f6071`,
  ]);
  assertEquals(commandOf({ type: "folder", path: "/home/it's" }), `mkdir -p '/home/it'\\''s'`);
  assertEquals(commandOf({ type: "folder", path: "C:\\a" }), `mkdir -p 'C:\\a'`);
});
