/**
 * HTTPS with certificates from files: who gets which one, requests that are misdirected, and certificates that are
 * renewed while they are served.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { makeCertificate, NO_TLS, openssl, type TestCertificate } from "../support/certificates.ts";
import { temporaryFolder } from "../support/launch.ts";
import { runProgram } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { curl, type HttpsServer, httpsServer } from "./https_support.ts";

const ignore = NO_TLS;

/** Three servers on one address, and a second one without TLS. */
async function startHosts(): Promise<HttpsServer> {
  return await httpsServer((folder) => {
    const server = (name: string, names: string, certificate: string) => `
  - listen: "127.0.0.1:0 ssl"
    server_name: ${names}
    ssl_certificate: ${folder}/${certificate}.pem
    ssl_certificate_key: ${folder}/${certificate}.key
    return: 200 ${name}`;
    return `
servers:${server("first", "first.test", "first")}${server("second", "second.test", "second")}${
      server("wild", '"*.wild.test"', "wild")
    }${server("both", "both.test", "both")}`;
  }, {
    first: ["first.test", "localhost", "127.0.0.1"],
    second: ["second.test"],
    wild: ["*.wild.test"],
    both: ["both.test", "second.test", "deep.wild.test"],
  });
}

Deno.test({
  name: "each name gets its certificate, and others the first server's",
  ignore,
  async fn() {
    await using server = await startHosts();
    const subjects: Record<string, string> = {
      "first.test": "first",
      "second.test": "second",
      "SECOND.test": "second",
      "a.wild.test": "wild",
      "a.b.wild.test": "wild",
      "both.test": "both",
      "unknown.test": "first",
    };
    for (const [name, subject] of Object.entries(subjects)) {
      const said = await openssl(["s_client", "-connect", `127.0.0.1:${server.port}`, "-servername", name]);
      assertStringIncludes(said, `subject=CN = ${subject}`, name);
    }
    const said = await openssl(["s_client", "-connect", `127.0.0.1:${server.port}`, "-noservername"]);
    assertStringIncludes(said, "subject=CN = first");
  },
});

/** The name of the handshake, the host of the request, and the answer. */
const HOSTS: readonly (readonly [name: string, host: string, answer: string])[] = [
  ["first.test", "first.test", "200 first"],
  ["second.test", "second.test", "200 second"],
  ["a.wild.test", "a.wild.test", "200 wild"],
  ["a.wild.test", "b.wild.test", "200 wild"],
  ["both.test", "second.test", "200 second"],
  ["both.test", "deep.wild.test", "200 wild"],
  ["first.test", "second.test", "421"],
  ["second.test", "first.test", "421"],
  ["second.test", "a.wild.test", "421"],
  // Without a name in the handshake the first one answers; curl sends none for an address.
  ["127.0.0.1", "127.0.0.1", "200 first"],
  ["127.0.0.1", "second.test", "200 second"],
];

for (const protocol of ["--http1.1", "--http2"]) {
  Deno.test({
    name: `requests for another host than the connection's are misdirected: curl ${protocol}`,
    ignore,
    async fn() {
      await using server = await startHosts();
      for (const [name, host, answer] of HOSTS) {
        const { status, text } = await curl(server, name, "/", [protocol, "-H", `Host: ${host}`]);
        const got = answer.startsWith("200") ? `${status} ${text}` : `${status}`;
        assertEquals(got, answer, `${name} asks for ${host}`);
      }
    },
  });
}

Deno.test({
  name: "a renewed certificate is taken up by SIGHUP, and no connection notices",
  ignore,
  async fn() {
    await using server = await startHosts();
    const kept = await connect(server, server.certificates.first!);
    assertMatch(await exchange(kept, "first.test"), / 200 .*first$/s);
    const serial = async () =>
      /serial=(\w+)/.exec(await openssl(["x509", "-noout", "-serial"], await served(server)))?.[1];
    const before = await serial();
    server.certificates.first = await makeCertificate(server.certificateFolder, "first", {
      names: ["first.test", "localhost", "127.0.0.1"],
    });
    server.kill("SIGHUP");
    await server.waitFor("is loaded again");
    assert(await serial() !== before);
    assertMatch(await exchange(kept, "first.test"), / 200 .*first$/s);
    kept.close();
    // The connection that has just been made needs the new one.
    const fresh = await connect(server, server.certificates.first);
    assertMatch(await exchange(fresh, "first.test"), / 200 .*first$/s);
    fresh.close();

    // What cannot be used changes nothing.
    const now = await serial();
    await Deno.writeTextFile(server.certificates.first.keyFile, server.certificates.second!.key);
    server.kill("SIGHUP");
    await server.waitFor(/first\.key" does not belong to the certificate/);
    await server.waitFor("the old one stays");
    assertEquals(await serial(), now);
  },
});

Deno.test({
  name: "with --watch-config a changed certificate is taken up by itself",
  ignore,
  async fn() {
    await using server = await httpsServer(oneServer, { one: ["localhost", "127.0.0.1"] }, [
      "--watch-config",
    ]);
    server.certificates.one = await makeCertificate(server.certificateFolder, "one", {
      names: ["localhost", "127.0.0.1"],
    });
    await server.waitFor("is loaded again");
    assertStringIncludes(await served(server), server.certificates.one.certificate.trim());
  },
});

Deno.test({
  name: "sessions are taken up again, TLS 1.1 is refused, and a chain is sent whole",
  ignore,
  async fn() {
    await using folder = await temporaryFolder();
    const authority = await makeCertificate(folder.path, "authority", { names: [], isAuthority: true });
    const leaf = await makeCertificate(folder.path, "leaf", { names: ["localhost"], authority });
    await using server = await httpsServer(
      () => `
servers:
  - listen: "127.0.0.1:0 ssl"
    ssl_certificate: ${folder.path}/chain.pem
    ssl_certificate_key: ${leaf.keyFile}
    return: 200 fine
`,
      {},
      [],
      () => Deno.writeTextFile(`${folder.path}/chain.pem`, leaf.certificate + authority.certificate),
    );
    const address = ["-connect", `127.0.0.1:${server.port}`, "-servername", "localhost"];
    const said = await openssl([
      "s_client",
      ...address,
      "-showcerts",
      "-CAfile",
      authority.certificateFile,
      "-verify_return_error",
    ]);
    assertEquals(said.split("BEGIN CERTIFICATE").length - 1, 2);
    assertStringIncludes(said, "Verify return code: 0 (ok)");
    for (const version of ["-tls1_2", "-tls1_3"]) {
      const session = `${folder.path}/session${version}`;
      const request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      const first = await openssl(
        ["s_client", ...address, version, "-ign_eof", "-sess_out", session],
        request,
      );
      assertStringIncludes(first, "New, TLSv1");
      const second = await openssl(
        ["s_client", ...address, version, "-ign_eof", "-sess_in", session],
        request,
      );
      assertStringIncludes(second, "Reused, TLSv1", version);
    }
    for (const version of ["-tls1", "-tls1_1"]) {
      const said = await openssl(["s_client", ...address, version, "-cipher", "ALL:@SECLEVEL=0"]);
      assertStringIncludes(said, "no peer certificate available", version);
    }
  },
});

Deno.test({
  name: "check says what is wrong with certificates, and what is odd about them",
  ignore,
  async fn() {
    await using folder = await temporaryFolder();
    const good = await makeCertificate(folder.path, "good", { names: ["a.test"] });
    const other = await makeCertificate(folder.path, "other");
    const old = await makeCertificate(folder.path, "old", {
      names: ["a.test"],
      dates: ["20200101000000Z", "20210101000000Z"],
    });
    await Deno.mkdir(`${folder.path}/www`);
    await Deno.copyFile(good.keyFile, `${folder.path}/www/good.key`);
    await Deno.writeTextFile(`${folder.path}/text.pem`, "no certificate");
    /** Certificate and key, the exit status, and what is said. */
    const cases: readonly (readonly [certificate: string, key: string, code: number, said: RegExp])[] = [
      [
        "good.pem",
        "good.key",
        0,
        /https:\/\/127\.0\.0\.1:8443\/ \(a\.test\)\n {2}certificate: .*good\.pem for a\.test, (29|30) days left\n/,
      ],
      [
        "none.pem",
        "good.key",
        2,
        /webserv\.yaml:5: .*ssl_certificate: the certificate .*none\.pem" does not exist/,
      ],
      [
        "good.pem",
        "none.key",
        2,
        /webserv\.yaml:6: .*ssl_certificate_key: the key .*none\.key" does not exist/,
      ],
      ["text.pem", "good.key", 2, /text\.pem" is not PEM/],
      ["good.pem", "good.pem", 2, /good\.pem" is not PEM: there is no line "-----BEGIN PRIVATE KEY-----"/],
      ["good.pem", "other.key", 2, /other\.key" does not belong to the certificate/],
      ["old.pem", "old.key", 0, /warning: .*the certificate ended on 2021-01-01: clients refuse it/],
      [
        "other.pem",
        "other.key",
        0,
        /warning: .*the certificate is not for a\.test.*it is for localhost, 127\.0\.0\.1, ::1/,
      ],
      ["good.pem", "www/good.key", 0, /warning: .*the key lies in .*www", which is served/],
    ];
    assert(old && other);
    for (const [certificate, key, code, expected] of cases) {
      await Deno.writeTextFile(
        `${folder.path}/webserv.yaml`,
        `servers:
  - listen: "8443 ssl"
    root: www
    server_name: a.test
    ssl_certificate: ${certificate}
    ssl_certificate_key: ${key}
`,
      );
      const result = await runProgram(["check", "-c", `${folder.path}/webserv.yaml`], { cwd: folder.path });
      assertMatch(result.stdout + result.stderr, expected);
      assertEquals(result.code, code, `${certificate} ${key}: ${result.stdout}${result.stderr}`);
    }
  },
});

Deno.test({
  name: "a key in the root is 404 by every name",
  ignore,
  async fn() {
    await using server = await httpsServer(
      (folder) => `
servers:
  - listen: "127.0.0.1:0 ssl"
    root: ${folder}/www
    ssl_certificate: ${folder}/www/one.pem
    ssl_certificate_key: ${folder}/www/one.key
`,
      {},
      [],
      async (folder) => {
        await Deno.mkdir(`${folder}/www`);
        await makeCertificate(`${folder}/www`, "one");
        await Deno.symlink("one.key", `${folder}/www/link.key`);
        await Deno.writeTextFile(`${folder}/www/a.txt`, "text");
      },
    );
    const status = async (path: string) => (await curl(server, "localhost", path, ["-k"])).status;
    assertEquals(
      [
        await status("/one.key"),
        await status("/link.key"),
        await status("/one%2ekey"),
        await status("/a.txt"),
        await status("/one.pem"),
      ],
      [404, 404, 404, 200, 200],
    );
  },
});

Deno.test({
  name: "where the runtime cannot serve TLS, that is said in one line",
  ignore: !NO_TLS,
  async fn() {
    await using folder = await temporaryFolder();
    await Deno.writeTextFile(`${folder.path}/webserv.yaml`, `servers: [{ listen: "0 ssl", return: 204 }]`);
    for (const args of [["--https", folder.path], ["-c", `${folder.path}/webserv.yaml`]]) {
      const { code, stderr } = await runProgram(args, { cwd: folder.path });
      assertEquals(code, 1);
      assertMatch(stderr, /^webserv: .*2\.9.*\n$/);
    }
  },
});

function oneServer(folder: string): string {
  return `
servers:
  - listen: "127.0.0.1:0 ssl"
    ssl_certificate: ${folder}/one.pem
    ssl_certificate_key: ${folder}/one.key
    return: 200 one
`;
}

/** The certificate that a client gets that names localhost, PEM. */
async function served(server: HttpsServer): Promise<string> {
  const said = await openssl([
    "s_client",
    "-connect",
    `127.0.0.1:${server.port}`,
    "-servername",
    "localhost",
  ]);
  return /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/.exec(said)![0];
}

async function connect(server: HttpsServer, { certificate }: TestCertificate): Promise<Deno.TlsConn> {
  const plain = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  return await Deno.startTls(plain, { hostname: "first.test", caCerts: [certificate] });
}

async function exchange(connection: Deno.Conn, host: string): Promise<string> {
  await connection.write(new TextEncoder().encode(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
  const buffer = new Uint8Array(4096);
  let text = "";
  await waitUntil(async () => {
    const count = await connection.read(buffer);
    text += new TextDecoder().decode(buffer.subarray(0, count ?? 0));
    return count === null || /\r\n\r\n\w+$/.test(text);
  }, () => "an answer");
  return text;
}
