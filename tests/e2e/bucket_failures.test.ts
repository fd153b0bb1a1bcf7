/**
 * Storage that is not there, refuses us, stands still or dies, and what nobody may ever see: its secret.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { startStorage, type Storage } from "../../scripts/s3/storage.ts";
import { ask } from "../support/ask.ts";
import { makeCertificate } from "../support/certificates.ts";
import { temporaryFolder } from "../support/launch.ts";
import { test } from "../support/protocols.ts";
import { runProgram, startServer, type TestServer } from "../support/server.ts";
import { bucketSettings, needsStorage, testBucket } from "../support/storage.ts";
import { inTime, waitUntil } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";
import { head } from "./store_support.ts";

const MIB = 1024 ** 2;

const logOf = ({ folder }: TestServer) => Deno.readTextFile(`${folder}/errors.log`).catch(() => "");

/** How a storage that cannot be had is answered, and what the error log says of it. */
const BROKEN: readonly (readonly [what: string, change: (settings: string) => string, log: RegExp])[] = [
  [
    "nobody listens there",
    (settings) => settings.replace(/127\.0\.0\.1:\d+/, "127.0.0.1:1"),
    /bucket "data": .*refused/,
  ],
  [
    "a secret is wrong",
    (settings) => settings.replace(/secret_key: "[^"]*"/, 'secret_key: "WRONGSECRET"'),
    /bucket "data": .*SignatureDoesNotMatch/,
  ],
  [
    "a key is wrong",
    (settings) => settings.replace(/access_key: "[^"]*"/, "access_key: NOBODY"),
    /bucket "data": .*InvalidAccessKeyId/,
  ],
  ["no such bucket", (settings) => settings.replace(/bucket: \S+,/, "bucket: nobody-has-this,"), /no bucket/],
];

test({
  ...needsStorage("storage that cannot be had is 502, with the reason in the log alone"),
  async fn(context) {
    const bucket = await testBucket();
    await bucket.client.put(bucket.name, "a.txt", new TextEncoder().encode("a"));
    for (const [what, change, log] of BROKEN) {
      await context.step(what, async () => {
        await using server = await startServer({
          config: `error_log: errors.log
access_log: access.log
buckets: { data: ${change(bucket.settings)} }
servers:
  - listen: LISTEN
    root: www
    error_page: { 502: /b/502.html }
    locations:
      /b/: { bucket: data, upload_store: bucket, autoindex: on, try_files: [$uri, $uri/, =404] }
`,
          files: { "www/here.txt": "here" },
        });
        for (const [method, target] of [["GET", "/b/a.txt"], ["HEAD", "/b/a.txt"], ["GET", "/b/"]] as const) {
          const answer = await ask(server.port, target, { method, fields: { Accept: "text/html" } });
          assertEquals([method, target, answer.status], [method, target, 502]);
          assert(!/WRONGSECRET|NOBODY|SignatureDoes/.test(answer.text), answer.text);
        }
        const stored = await ask(server.port, "/b/x.txt", { method: "PUT", body: "x" });
        assertEquals(stored.status, 502);
        assertEquals((await ask(server.port, "/here.txt")).text, "here");
        await waitUntil(async () => log.test(await logOf(server)), `the log says ${log}`);
        const { stdout, stderr } = server.output(), logged = await logOf(server);
        const tried = await runProgram(["check", "-c", `${server.folder}/webserv.yaml`, "--connect"]);
        assertEquals(tried.code, 1);
        assertMatch(tried.stdout, new RegExp(log.source.replace('"data": ', "data at http://.*: ")));
        assert(!logged.includes("WRONGSECRET") && !(stdout + stderr).includes("WRONGSECRET"), logged);
      });
    }
  },
});

async function ownStorage(): Promise<Storage & { settings: string }> {
  const storage = await startStorage({ buckets: ["own"] });
  return Object.assign(storage, { settings: bucketSettings("own", storage) });
}

const config = (settings: string) =>
  `error_log: errors.log
access_log: off
timeouts: { shutdown: 1s }
bucket_cache: 0s
buckets: { data: ${settings} }
servers:
  - listen: LISTEN
    root: www
    proxy_timeouts: { connect: 1s, read: 1s }
    locations:
      /b/: { bucket: data, upload_store: bucket, client_max_body_size: 100M }
`;

test({
  ...needsStorage("storage that stands still is 504 and holds up nobody else; what was begun is over"),
  async fn() {
    await using storage = await ownStorage();
    await storage.client.put("own", "a.txt", new TextEncoder().encode("a"));
    await using server = await startServer({
      config: config(storage.settings),
      files: { "www/here.txt": "here" },
    });
    assertEquals((await ask(server.port, "/b/a.txt")).text, "a");
    storage.pause();
    try {
      let isOver = false;
      const stalled = ask(server.port, "/b/a.txt").finally(() => isOver = true);
      assertEquals((await ask(server.port, "/here.txt")).text, "here");
      assertEquals(isOver, false);
      assertEquals((await stalled).status, 504);
      assertEquals((await ask(server.port, "/b/x.txt", { method: "PUT", body: "x" })).status, 504);
    } finally {
      storage.resume();
    }
    await waitUntil(async () => /proxy_timeouts/.test(await logOf(server)), "the log says why");
    assertEquals((await ask(server.port, "/b/a.txt")).text, "a");
  },
});

test({
  ...needsStorage(
    "storage that dies in the middle cuts an answer, fails an upload, and is used again when it is back",
  ),
  async fn() {
    await using storage = await ownStorage();
    await storage.client.put("own", "large.bin", new Uint8Array(30 * MIB));
    await using server = await startServer({
      config: config(storage.settings),
      files: { "www/here.txt": "here" },
    });
    using reader = await WireClient.connect(server.port);
    await reader.send(head("GET", "/b/large.bin"));
    using writer = await WireClient.connect(server.port);
    await writer.send(head("PUT", "/b/up.bin", { "Content-Length": String(30 * MIB) }));
    for (let sent = 0; sent < 12; sent++) await writer.send(new Uint8Array(MIB));
    await waitUntil(async () => (await storage.client.uploads("own")).length === 1, "the upload has begun");
    await storage.kill();
    const cut = await inTime(reader.response().catch(() => undefined), "the answer is cut");
    assert(cut === undefined || cut.body.length < 30 * MIB, "all of it came");
    // It shows when the client goes on.
    for (let sent = 0; sent < 4; sent++) await writer.send(new Uint8Array(MIB)).catch(() => {});
    const failed = await inTime(writer.response("PUT"), "the upload is answered");
    assertEquals(failed?.status, 502);
    assertEquals((await ask(server.port, "/b/large.bin")).status, 502);
    await storage.restart();
    const again = await ask(server.port, "/b/large.bin");
    assertEquals([again.status, again.body.length], [200, 30 * MIB]);
    assertEquals((await ask(server.port, "/b/new.txt", { method: "PUT", body: "x" })).status, 201);
  },
});

test({
  ...needsStorage(
    "storage is asked over TLS; a certificate that nobody believes is taken only where it is said so",
  ),
  async fn() {
    await using folder = await temporaryFolder();
    const { certificateFile: certificate, keyFile: key } = await makeCertificate(folder.path, "storage");
    await using storage = await startStorage({ buckets: ["own"], tls: { certificate, key } });
    await storage.client.put("own", "a.txt", new TextEncoder().encode("over TLS"));
    const settings = bucketSettings("own", {
      ...storage,
      endpoint: storage.tlsEndpoint!.replace("127.0.0.1", "localhost"),
    });
    await using server = await startServer({
      config: `error_log: errors.log
access_log: off
buckets: { data: ${settings} }
servers:
  - listen: LISTEN
    locations:
      /off/: { bucket: data, proxy_ssl_verify: off, upload_store: bucket }
      /on/: { bucket: data }
`,
    });
    assertEquals((await ask(server.port, "/off/a.txt")).text, "over TLS");
    assertEquals((await ask(server.port, "/off/b.txt", { method: "PUT", body: "b" })).status, 201);
    assertEquals((await ask(server.port, "/on/a.txt")).status, 502);
    await waitUntil(
      async () => /certificate|believed|untrusted/i.test(await logOf(server)),
      "the log says why",
    );
  },
});

test({
  ...needsStorage("the secret is in no log, page, program's environment, list of permissions or explanation"),
  async fn() {
    const bucket = await testBucket();
    const [, access] = /access_key: "([^"]*)"/.exec(bucket.settings)!;
    const [, secret] = /secret_key: "([^"]*)"/.exec(bucket.settings)!;
    const settings = bucket.settings.replace(access!, "${S3_KEY}").replace(secret!, "${S3_SECRET}");
    const env = { S3_KEY: access!, S3_SECRET: secret! };
    await using server = await startServer({
      config: `error_log: errors.log
access_log: access.log
log_format: json
admin: 0
buckets:
  data: ${settings}
  gone: ${settings.replace(/bucket: \S+,/, "bucket: nobody-has-this,")}
servers:
  - listen: LISTEN
    locations:
      /b/: { bucket: data, upload_store: bucket, autoindex: on }
      /gone/: { bucket: gone, autoindex: on }
      /cgi/: { alias: cgi, cgi: { .sh: sh }, cgi_debug: on }
`,
      files: {
        "cgi/env.sh": `printf 'Content-Type: text/plain\\n\\n'; env; tr '\\0' '\\n' < /proc/$$/environ\n`,
        "cgi/fail.sh": "exit 3\n",
      },
      env,
    });
    const seen: string[] = [];
    const page = async (target: string, accept: string, method = "GET") => {
      const answer = await ask(server.port, target, {
        method,
        fields: { Accept: accept },
        ...method === "PUT" && { body: "x" },
      });
      seen.push(`${target} ${answer.fields.map(([, value]) => value).join("\n")} ${answer.text}`);
      return answer.status;
    };
    for (const accept of ["text/html", "application/json", "text/plain"]) {
      assertEquals(await page("/b/", accept), 200);
      assertEquals(await page("/gone/x.txt", accept), 502);
      await page("/cgi/fail.sh", accept);
    }
    assertEquals(await page("/b/x.txt", "*/*", "PUT"), 201);
    const program = await ask(server.port, "/cgi/env.sh");
    assertEquals(program.status, 200);
    assertMatch(program.text, /^PATH=/m);
    assert(!/^S3_/m.test(program.text), program.text);
    seen.push(program.text);
    const file = `${server.folder}/webserv.yaml`;
    for (
      const args of [["check", "-c", file], ["check", "-c", file, "--connect"], ["permissions", "-c", file]]
    ) {
      const { stdout, stderr } = await runProgram(args, { env });
      seen.push(`${args} ${stdout}${stderr}`);
      if (args.includes("--connect")) assertMatch(stdout, /bucket data at .*can be listed/);
    }
    const explained = await runProgram(["explain", "-c", file, "/b/x.txt"], { env });
    assertMatch(explained.stdout, /would ask for the object s3:/);
    const wrong = await runProgram(["check", "-c", file], { env: { ...env, S3_KEY: "two words" } });
    assertEquals(wrong.code, 2);
    const { stdout, stderr } = server.output();
    seen.push(explained.stdout + explained.stderr, wrong.stdout + wrong.stderr, stdout, stderr);
    seen.push(await logOf(server), await Deno.readTextFile(`${server.folder}/access.log`));
    seen.push(await Deno.readTextFile(`/proc/${server.pid}/cmdline`));
    for (const text of seen) assert(!text.includes(secret!), text.slice(0, 2000));
  },
});
