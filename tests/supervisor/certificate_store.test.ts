/**
 * The certificates of what is served: from files, and from an authority that notes for whom it signs.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { decodeConfig } from "../../lib/config/decode.ts";
import type { Config } from "../../lib/config/types.ts";
import { CertificateError, CertificateStore } from "../../lib/supervisor/certificate_store.ts";
import type { LocalCertificates, WorkerCertificates } from "../../lib/supervisor/certificates.ts";
import { makeCertificate, NO_TLS } from "../support/certificates.ts";
import { temporaryFolder } from "../support/launch.ts";

const DAY = 24 * 60 * 60 * 1000;

function configOf(servers: string): Config {
  const { config, issues } = decodeConfig(`servers: [${servers}]`, "/site/webserv.yaml");
  assert(config, JSON.stringify(issues));
  return config;
}

class FakeAuthority implements LocalCertificates {
  readonly caPem = "the authority";
  readonly signed: string[] = [];
  failure: Error | undefined;

  constructor(readonly now: () => number) {}

  forNames(names: readonly string[]) {
    if (this.failure) return Promise.reject(this.failure);
    const count = this.signed.push(names.join(" "));
    return Promise.resolve({
      certificate: `certificate ${count}`,
      key: `key ${count}`,
      notAfter: this.now() + 90 * DAY,
    });
  }
}

function start(options: { readonly opens?: boolean; readonly own?: readonly string[] } = {}) {
  let time = Date.UTC(2026, 0, 1);
  const now = () => time;
  const authority = new FakeAuthority(now);
  const renewed: WorkerCertificates[] = [], named: string[] = [], failures: unknown[] = [];
  let opened = 0;
  const store = new CertificateStore({
    openAuthority: options.opens === false ? undefined : () => {
      opened++;
      return Promise.resolve(authority);
    },
    realPath: (path) => `/real${path}`,
    ownAddresses: () => options.own,
    now,
  }, {
    renewed: (certificates) => renewed.push(certificates),
    renewedNamed: (name, { certificate }) => named.push(`${name}: ${certificate}`),
    failed: (error) => failures.push(error),
  });
  return {
    store,
    authority,
    renewed,
    named,
    failures,
    opened: () => opened,
    pass: (milliseconds: number) => time += milliseconds,
    [Symbol.dispose]: () => store.stop(),
  };
}

/** The names of a server, where it listens, and for whom its certificate is. */
const NAMES: readonly (readonly [server: string, names: string])[] = [
  ["listen: 8443 ssl", "localhost 127.0.0.1 ::1"],
  ["listen: 8443 ssl, server_name: a.test", "a.test localhost 127.0.0.1 ::1"],
  ["listen: 8443 ssl, server_name: [a.localhost, localhost]", "a.localhost localhost 127.0.0.1 ::1"],
  ['listen: 8443 ssl, server_name: ["*.a.test", "[::1]"]', "::1 localhost 127.0.0.1"],
  ['listen: "192.168.1.5:8443 ssl"', "localhost 127.0.0.1 ::1 192.168.1.5"],
  ['listen: "0.0.0.0:8443 ssl"', "localhost 127.0.0.1 ::1 192.168.1.20 fd00::5"],
  ['listen: ["0.0.0.0:8443 ssl", "10.0.0.1:8080"]', "localhost 127.0.0.1 ::1 192.168.1.20 fd00::5"],
];

for (const [server, names] of NAMES) {
  Deno.test(`the local certificate of { ${server} } is for ${names}`, async () => {
    using made = start({ own: ["192.168.1.20", "203.0.113.7", "fd00::5"] });
    const { servers } = await made.store.load(configOf(`{ ${server}, root: . }`));
    assertEquals(made.authority.signed, [names]);
    assertEquals(servers, [
      {
        certificate: "certificate 1",
        key: "key 1",
        notAfter: Date.UTC(2026, 3, 1),
        names: names.split(" "),
        since: Date.UTC(2026, 0, 1),
      },
    ] as unknown);
  });
}

Deno.test("servers without TLS, and those with the same names, need no further certificate", async () => {
  using made = start();
  const config = configOf(
    `{ listen: 8080, root: . }, { listen: 8443 ssl, server_name: a.test, root: . }, { listen: 9443 ssl, server_name: a.test, root: . }`,
  );
  const { servers } = await made.store.load(config);
  assertEquals(servers.map((server) => server?.certificate), [undefined, "certificate 1", "certificate 1"]);
  assertEquals(made.opened(), 1);
  made.store.keep(config);
  // A reload has no reason for new ones.
  await made.store.load(config);
  assertEquals(made.authority.signed.length, 1);
});

Deno.test("nobody asks the authority where no server needs it", async () => {
  using made = start();
  await made.store.load(configOf("{ listen: 8080, root: . }"));
  assertEquals(made.opened(), 0);
});

Deno.test("without an authority a server with ssl needs its files", async () => {
  using made = start({ opens: false });
  const error = await assertRejects(
    () => made.store.load(configOf("{ listen: 8443 ssl, root: . }")),
    CertificateError,
  );
  assertStringIncludes(error.message, "ssl_certificate");
});

/** Names that a client asks for, and whether one is made. */
const WANTED: readonly (readonly [name: string, isMade: boolean])[] = [
  ["x.localhost", true],
  ["a.b.localhost", true],
  ["x.wild.test", true],
  ["a.x.wild.test", true],
  ["wild.test", false],
  ["localhost", false],
  ["example.com", false],
  ["x.plain.test", false],
  ["x.owned.test", false],
  ["*.localhost", false],
  [".localhost", false],
  [`${"a".repeat(64)}.localhost`, false],
];

for (const [name, isMade] of WANTED) {
  Deno.test(`a certificate ${isMade ? "is" : "is not"} made on demand for ${name}`, async () => {
    using made = start();
    const config = configOf(
      `{ listen: 8443 ssl, server_name: ["*.wild.test"], root: . }, { listen: 8080, server_name: "*.plain.test", root: . }, ` +
        `{ listen: 8443 ssl, server_name: "*.owned.test", root: ., ssl_certificate: a, ssl_certificate_key: b }`,
    );
    made.store.keep(config);
    const certificate = await made.store.wanted(name);
    assertEquals(certificate?.certificate, isMade ? "certificate 1" : undefined);
    assertEquals(made.authority.signed, isMade ? [name] : []);
  });
}

Deno.test("a certificate on demand is made once, also for those who ask at the same time", async () => {
  using made = start();
  made.store.keep(configOf("{ listen: 8443 ssl, root: . }"));
  const all = await Promise.all([made.store.wanted("x.localhost"), made.store.wanted("x.localhost")]);
  await made.store.wanted("x.localhost");
  assertEquals(all.map((one) => one?.certificate), ["certificate 1", "certificate 1"]);
  assertEquals(made.authority.signed, ["x.localhost"]);
});

Deno.test("who asks for names without end gets some of them", async () => {
  using made = start();
  made.store.keep(configOf("{ listen: 8443 ssl, root: . }"));
  for (let i = 0; i < 5000; i++) await made.store.wanted(`n${i}.localhost`);
  assert(made.authority.signed.length <= 100, String(made.authority.signed.length));
  made.pass(1000);
  assert(await made.store.wanted("later.localhost"));
});

Deno.test("what fails is told, and tried again", async () => {
  using made = start();
  made.store.keep(configOf("{ listen: 8443 ssl, root: . }"));
  made.authority.failure = new Error("no");
  assertEquals(await made.store.wanted("x.localhost"), undefined);
  assertEquals(made.failures.length, 1);
  made.authority.failure = undefined;
  assert(await made.store.wanted("x.localhost"));
});

Deno.test("certificates are renewed when a third of their time is left, and not before", async () => {
  using made = start();
  const config = configOf("{ listen: 8443 ssl, server_name: a.test, root: . }, { listen: 8080, root: . }");
  await made.store.load(config);
  made.store.keep(config);
  await made.store.wanted("x.localhost");
  made.pass(59 * DAY);
  await made.store.renew();
  assertEquals([made.renewed.length, made.named], [0, []]);
  made.pass(2 * DAY);
  await made.store.renew();
  assertEquals(made.renewed.map(({ servers }) => servers.map((server) => server?.certificate)), [
    ["certificate 3", undefined],
  ]);
  assertEquals(made.named, ["x.localhost: certificate 4"]);
  await made.store.renew();
  assertEquals(made.authority.signed.length, 4);
  assertEquals((await made.store.wanted("x.localhost"))?.certificate, "certificate 4");
});

Deno.test({
  name: "certificates in files are read anew at each load, and their keys are withheld from everybody",
  ignore: NO_TLS,
  async fn() {
    await using folder = await temporaryFolder();
    using made = start();
    const first = await makeCertificate(folder.path, "a", {
      names: ["a.test", "*.b.test", "127.0.0.1", "::1"],
    });
    const config = configOf(
      `{ listen: 8443 ssl, root: ., ssl_certificate: ${first.certificateFile}, ssl_certificate_key: ${first.keyFile} }`,
    );
    const { servers: [server], withheld } = await made.store.load(config);
    assertEquals(server?.names, ["a.test", "*.b.test", "127.0.0.1", "::1"]);
    assertEquals(server?.certificate, first.certificate);
    assertEquals(withheld, [first.keyFile, `/real${first.keyFile}`]);
    const second = await makeCertificate(folder.path, "a", { names: ["c.test"] });
    assertEquals((await made.store.load(config)).servers[0]?.certificate, second.certificate);
    await Deno.writeTextFile(first.keyFile, "nothing");
    const error = await assertRejects(() => made.store.load(config), CertificateError);
    assertStringIncludes(error.message, `the key ${first.keyFile} is not PEM`);
  },
});
