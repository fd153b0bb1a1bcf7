import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { wantStorage } from "../../scripts/run_tests/storage.ts";
import { whatIsMissing } from "../../scripts/s3/programs.ts";
import { encode, sign } from "../../scripts/s3/signature.ts";
import { startStorage } from "../../scripts/s3/storage.ts";
import { makeCertificate } from "../support/certificates.ts";
import { temporaryFolder } from "../support/launch.ts";
import { isThere, processesOf } from "../support/processes.ts";
import { needsStorage, testBucket } from "../support/storage.ts";
import { waitUntil } from "../support/wait.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

Deno.test("a request is signed as in Amazon's example", () => {
  const request = {
    method: "GET",
    path: "/test.txt",
    query: {},
    fields: { host: "examplebucket.s3.amazonaws.com", range: "bytes=0-9" },
    body: new Uint8Array(),
  };
  const keys = {
    accessKey: "AKIAIOSFODNN7EXAMPLE",
    secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    region: "us-east-1",
  };
  const { authorization } = sign(request, keys, new Date("2013-05-24T00:00:00Z"));
  assertStringIncludes(authorization!, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  assertEquals(encode("a b!'()*~ü"), "a%20b%21%27%28%29%2A~%C3%BC");
});

Deno.test("what is missing is named with the packages that have it", () => {
  const words = whatIsMissing("/nowhere")!;
  for (const name of ["ceph-mon", "radosgw", "apt-get install"]) assertStringIncludes(words, name);
});

Deno.test("a storage is started for files that use one, and for folders with such a file", () => {
  const cases: [path: string, wanted: boolean][] = [
    ["tests/scripts/s3.test.ts", true],
    ["tests/scripts/", true],
    ["tests/wire/", false],
    ["tests/scripts/bench_proc.test.ts", false],
    ["--filter", false],
    ["word", false],
  ];
  for (const [path, wanted] of cases) assertEquals(wantStorage(`${ROOT}${path}`), wanted, path);
});

Deno.test({
  ...needsStorage("what the client of the tests stores is there, by any key"),
  async fn() {
    const { client, name } = await testBucket();
    const keys = ["a", "a b/ü+&<x>'\"(1)*~.txt", "a/../b", "a//b", ".hidden", "back\\slash", "%41"];
    for (const key of keys) await client.put(name, key, key, { "content-type": "text/plain" });
    assertEquals((await client.list(name)).map(({ key }) => key).sort(), [...keys].sort());
    for (const key of keys) assertEquals(new TextDecoder().decode(await client.get(name, key)), key);
    assertEquals((await client.head(name, "a"))?.get("content-type"), "text/plain");
    await client.remove(name, "a");
    assertEquals(await client.get(name, "a"), undefined);
    await client.tell("POST", name, { key: "up", query: { uploads: "" } });
    assertEquals(await client.uploads(name), ["up"]);
  },
});

Deno.test({
  ...needsStorage("only a public bucket is read without keys"),
  async fn() {
    for (const [isPublic, status] of [[true, 200], [false, 403]] as const) {
      const { client, name, endpoint } = await testBucket({ isPublic });
      await client.put(name, "a", "x");
      const answer = await fetch(`${endpoint}/${name}/a`);
      await answer.body?.cancel();
      assertEquals(answer.status, status);
    }
  },
});

Deno.test({
  ...needsStorage(
    "a storage's radosgw is killed and comes again with all that it had, and nothing is left in the end",
  ),
  async fn() {
    let conf: string;
    {
      await using storage = await startStorage({ buckets: ["media"] });
      const { client, port } = storage;
      await client.put("media", "a", "kept");
      await storage.kill();
      await assertRejects(() => client.get("media", "a"), Deno.errors.ConnectionRefused);
      await storage.restart();
      assertEquals(new TextDecoder().decode(await client.get("media", "a")), "kept");
      storage.pause();
      const waiting = client.get("media", "a");
      storage.resume();
      assertEquals(new TextDecoder().decode(await waiting), "kept");
      await assertRejects(() => startStorage({ port }), Error, `port ${port} is taken`);
      conf = confOf(port);
      assertEquals(processesOf(conf).length, 3);
    }
    assertEquals(processesOf(conf), []);
    await assertRejects(() => Deno.stat(conf), Deno.errors.NotFound);
  },
});

Deno.test({
  ...needsStorage("a storage with a certificate speaks TLS as well"),
  async fn() {
    await using folder = await temporaryFolder();
    const { certificateFile, keyFile, certificate } = await makeCertificate(folder.path, "storage");
    const tls = { certificate: certificateFile, key: keyFile };
    await using storage = await startStorage({ buckets: ["media"], isPublic: true, tls });
    await storage.client.put("media", "a", "secret");
    using client = Deno.createHttpClient({ caCerts: [certificate] });
    const url = `${storage.tlsEndpoint!.replace("127.0.0.1", "localhost")}/media/a`;
    assertEquals(await (await fetch(url, { client })).text(), "secret");
  },
});

Deno.test({
  ...needsStorage("whoever started a storage is killed, and nothing of the storage is left"),
  async fn() {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--no-lock", `${ROOT}scripts/s3.ts`, "--bucket", "films"],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    let said = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      if ((said += text).includes("upload_store")) break;
    }
    const conf = confOf(/S3_ENDPOINT=http:\/\/127\.0\.0\.1:(\d+)/.exec(said)![1]!), pids = processesOf(conf);
    assertEquals(pids.length, 3);
    child.kill("SIGKILL");
    await child.status;
    await waitUntil(() => processesOf(conf).length === 0, "the storage ended");
    await waitUntil(() => !exists(conf), "its folder was removed");
    assert(!isThere(child.pid));
  },
});

/** The ceph.conf of the running storage at a port. */
function confOf(port: number | string): string {
  const temporary = Deno.env.get("TMPDIR") ?? "/tmp";
  const folders = [...Deno.readDirSync(temporary)].filter(({ name }) => name.startsWith("webserv-s3-"));
  const conf = folders.map(({ name }) => `${temporary}/${name}/ceph.conf`).find((path) =>
    exists(path) && Deno.readTextFileSync(path).includes(`endpoint=127.0.0.1:${port} `)
  );
  assert(conf !== undefined);
  return conf;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
