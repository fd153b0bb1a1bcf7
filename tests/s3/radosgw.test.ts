import { assert, assertEquals, assertRejects } from "@std/assert";
import { BodyError, GoneError, HttpError } from "../../lib/http/errors.ts";
import type { BodySource } from "../../lib/http/message.ts";
import { FileError } from "../../lib/ports.ts";
import { UpstreamClient } from "../../lib/proxy/client.ts";
import { Upstream } from "../../lib/proxy/upstream.ts";
import { clock } from "../../lib/runtime/clock.ts";
import { systemDialer } from "../../lib/runtime/dial.ts";
import { Bucket } from "../../lib/s3/bucket.ts";
import { SignedClient } from "../../lib/s3/signed_client.ts";
import type { BucketSettings } from "../../lib/s3/storage.ts";
import { Deadlines } from "../../lib/server/deadlines.ts";
import { whatIsMissing } from "../../scripts/s3/programs.ts";
import { startStorage } from "../../scripts/s3/storage.ts";
import { LIMITS } from "../proxy/support.ts";
import { FakeLog } from "../support/fakes.ts";

const TIMEOUTS = { connect: 5000, read: 20_000 };
const bytes = (text: string) => new TextEncoder().encode(text);

/** Names that are easily taken for others. */
const NAMES = [
  "a b",
  "a+b",
  "a%20b",
  "a%2Bb",
  "1+1=2&3",
  "-._~",
  "!'()*",
  "a?b#c:d;e@f$g,h",
  '"<>[]{}|\\^`',
  "ü/日本/😀.txt",
  "u\u0308",
  "n\u00a0b",
  "tab\tline\n",
  "x/+ +%2F",
  "...",
];

async function textOf(body: BodySource): Promise<string> {
  const buffer = new Uint8Array(65536);
  let text = "";
  try {
    for (let count = await body.read(buffer); count !== null; count = await body.read(buffer)) {
      text += new TextDecoder("latin1").decode(buffer.subarray(0, count));
    }
    return text;
  } finally {
    body.close();
  }
}

/** Content of a length that is known. @param error what it ends with before its end */
function streamOf(length: number, error?: Error) {
  const piece = new Uint8Array(65536).fill(97);
  let left = length;
  return {
    length,
    read: () => {
      if (error !== undefined && left < length / 2) return Promise.reject(error);
      const next = piece.subarray(0, left);
      left -= next.length;
      return Promise.resolve(next.length === 0 ? null : next);
    },
  };
}

async function problemOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, FileError)).problem;
}

async function reasonOf(promise: Promise<unknown>): Promise<string> {
  const { status, log } = await assertRejects(() => promise, HttpError);
  return `${status} ${log}`;
}

const MIB = 1024 * 1024;

Deno.test({
  name: "a bucket over a real storage",
  ignore: whatIsMissing() !== undefined,
  fn: async (t) => {
    await using storage = await startStorage({ buckets: ["films"] });
    const { region, accessKey, secretKey, port } = storage;
    const address = { hostname: "127.0.0.1", port };
    const upstream = new Upstream({ address, tls: false, hostname: address.hostname }, true, {
      dialer: systemDialer,
      clock,
      limits: () => LIMITS,
    });
    const client = new UpstreamClient(upstream, { clock, deadlines: new Deadlines(clock) });
    const errorLog = new FakeLog();
    const settings: BucketSettings = {
      name: "media",
      bucket: "films",
      region,
      accessKey,
      secretKey,
      pathStyle: true,
      authority: `127.0.0.1:${port}`,
      tls: false,
    };
    const bucketOf = (changes: Partial<BucketSettings>) =>
      new Bucket({ ...settings, ...changes }, { client, clock, errorLog });
    const bucket = bucketOf({});
    try {
      await t.step("what is stored is found, whole and in parts", async () => {
        const etag = await bucket.put("a.txt", bytes("hello world"), { contentType: "text/plain" }, TIMEOUTS);
        const head = await bucket.head("a.txt", TIMEOUTS);
        assertEquals([head?.etag, head?.size, head?.contentType], [etag, 11, "text/plain"]);
        assertEquals(await textOf(await bucket.get("a.txt", etag, undefined, TIMEOUTS)), "hello world");
        assertEquals(await textOf(await bucket.get("a.txt", etag, { start: 6, end: 11 }, TIMEOUTS)), "world");
        assertEquals(await problemOf(bucket.get("a.txt", '"other"', undefined, TIMEOUTS)), "changed");
        assertEquals(await problemOf(bucket.get("none", etag, undefined, TIMEOUTS)), "changed");
        assertEquals(await bucket.head("none", TIMEOUTS), undefined);
        await bucket.remove("none", TIMEOUTS);
        const empty = await bucket.put("empty", new Uint8Array(), {}, TIMEOUTS);
        assertEquals(await textOf(await bucket.get("empty", empty, undefined, TIMEOUTS)), "");
      });

      await t.step("names are right, whatever they have", async () => {
        for (const name of NAMES) {
          const key = `names/${name}`;
          const etag = await bucket.put(key, bytes(name), {}, TIMEOUTS);
          assertEquals((await bucket.head(key, TIMEOUTS))?.etag, etag, name);
        }
        const { objects, next } = await bucket.list(
          { prefix: "names/", delimited: false, most: 1000 },
          TIMEOUTS,
        );
        assertEquals([objects.map(({ key }) => key.slice(6)).sort(), next], [NAMES.toSorted(), undefined]);
        const folders = await bucket.list({ prefix: "names/", delimited: true, most: 1000 }, TIMEOUTS);
        assertEquals(folders.prefixes, ["names/x/", "names/ü/"]);
        for (const { key } of objects) await bucket.remove(key, TIMEOUTS);
        assertEquals(
          (await bucket.list({ prefix: "names/", delimited: true, most: 1 }, TIMEOUTS)).objects,
          [],
        );
      });

      await t.step("many keys come by pages, in order", async () => {
        const keys = Array.from({ length: 2500 }, (_, i) => `many/k ${String(i).padStart(4, "0")}`);
        const left = keys.toReversed();
        await Promise.all(Array.from({ length: 8 }, async () => {
          for (let key = left.pop(); key !== undefined; key = left.pop()) {
            await bucket.put(key, bytes("x"), {}, TIMEOUTS);
          }
        }));
        const found: string[] = [];
        let pages = 0, start: string | undefined;
        do {
          const page = await bucket.list({ prefix: "many/", delimited: true, most: 1000, start }, TIMEOUTS);
          found.push(...page.objects.map(({ key }) => key));
          start = page.next;
          pages++;
        } while (start !== undefined);
        assertEquals([found, pages], [keys, 3]);
      });

      await t.step("conditions hold, and of racing writers one wins", async () => {
        const etag = await bucket.put("b", bytes("1"), {}, TIMEOUTS);
        assertEquals(await problemOf(bucket.put("b", bytes("2"), { mustBeNew: true }, TIMEOUTS)), "exists");
        assertEquals(await problemOf(bucket.put("b", bytes("2"), { over: '"other"' }, TIMEOUTS)), "changed");
        const second = await bucket.put("b", bytes("2"), { over: etag }, TIMEOUTS);
        assertEquals(await problemOf(bucket.put("b", bytes("3"), { over: etag }, TIMEOUTS)), "changed");
        assertEquals((await bucket.head("b", TIMEOUTS))?.etag, second);
        const racing = await Promise.allSettled(
          [1, 2, 3, 4].map((i) => bucket.put("race", bytes(`${i}`), { mustBeNew: true }, TIMEOUTS)),
        );
        assertEquals(racing.filter(({ status }) => status === "fulfilled").length, 1);
      });

      await t.step("parts make a whole; who leaves, leaves nothing", async () => {
        const upload = await bucket.beginParts("big file", { contentType: "video/mp4" }, TIMEOUTS);
        const parts = [
          await bucket.putPart(upload, 1, streamOf(6 * MIB), TIMEOUTS),
          await bucket.putPart(upload, 2, new Uint8Array(5 * MIB).fill(98), TIMEOUTS),
          await bucket.putPart(upload, 3, bytes("end"), TIMEOUTS),
        ];
        const etag = await bucket.completeParts(upload, parts, {}, TIMEOUTS);
        const head = await bucket.head("big file", TIMEOUTS);
        assertEquals([head?.etag, head?.size, head?.contentType], [etag, 11 * MIB + 3, "video/mp4"]);
        const across = { start: 6 * MIB - 2, end: 6 * MIB + 2 };
        assertEquals(await textOf(await bucket.get("big file", etag, across, TIMEOUTS)), "aabb");

        const left = await bucket.beginParts("left", {}, TIMEOUTS), gone = new GoneError();
        const failed = bucket.putPart(left, 1, streamOf(8 * MIB, gone), TIMEOUTS);
        assertEquals(await failed.catch((error) => error), gone);
        await bucket.abortParts(left, TIMEOUTS);
        await bucket.abortParts(left, TIMEOUTS);
        assertEquals(
          await reasonOf(bucket.putPart(left, 1, streamOf(32 * MIB), TIMEOUTS)),
          '502 bucket "media": the storage answers 404: NoSuchUpload',
        );
        const { body } = await new SignedClient(settings, client, clock).ask(
          { method: "GET", parameters: { uploads: "" } },
          TIMEOUTS,
        );
        assert(!(await textOf(body)).includes("<Upload>"));
        assertEquals(errorLog.lines, []);
      });

      await t.step("refusals have their reason, also in the middle of an upload", async () => {
        const cases: readonly [Partial<BucketSettings>, string][] = [
          [{ secretKey: "wrong" }, "the storage refuses us: SignatureDoesNotMatch"],
          [{ accessKey: "NOBODY" }, "the storage refuses us: InvalidAccessKeyId"],
          [{ accessKey: undefined, secretKey: undefined }, "the storage refuses us: AccessDenied"],
          [{ bucket: "nowhere" }, 'the storage has no bucket "nowhere"'],
        ];
        for (const [changes, why] of cases) {
          const other = bucketOf(changes), reason = `502 bucket "media": ${why}`;
          assertEquals(await other.head("a.txt", TIMEOUTS), undefined);
          assertEquals(
            await reasonOf(other.list({ prefix: "", delimited: true, most: 1 }, TIMEOUTS)),
            reason,
          );
          assertEquals(await reasonOf(other.get("a.txt", '"x"', undefined, TIMEOUTS)), reason);
          assertEquals(await reasonOf(other.put("z", new Uint8Array(6 * MIB), {}, TIMEOUTS)), reason);
          const part = other.putPart({ key: "z", id: "x" }, 1, streamOf(32 * MIB), TIMEOUTS);
          assertEquals(await reasonOf(part), reason);
        }
      });

      await t.step("a bucket may stand before the host's name, and be open to everybody", async () => {
        const byHost = bucketOf({ pathStyle: false, authority: `localhost:${port}` });
        const etag = await byHost.put("ü +%/x", bytes("by host"), {}, TIMEOUTS);
        assertEquals(await textOf(await bucket.get("ü +%/x", etag, undefined, TIMEOUTS)), "by host");
        await storage.makeBucket("open", { isPublic: true });
        const unsigned = { bucket: "open", accessKey: undefined, secretKey: undefined };
        await bucketOf({ bucket: "open" }).put("a b", bytes("for all"), {}, TIMEOUTS);
        const page = await bucketOf(unsigned).list({ prefix: "", delimited: true, most: 10 }, TIMEOUTS);
        assertEquals(page.objects.map(({ key }) => key), ["a b"]);
        assertEquals((await bucketOf(unsigned).head("a b", TIMEOUTS))?.size, 7);
        assertEquals(
          await reasonOf(bucketOf(unsigned).put("c", bytes("x"), {}, TIMEOUTS)),
          '502 bucket "media": the storage refuses us: AccessDenied',
        );
      });

      await t.step("storage that is gone, or silent, is told, and asked again when it is back", async () => {
        const { etag } = (await bucket.head("big file", TIMEOUTS))!;
        const body = await bucket.get("big file", etag, undefined, TIMEOUTS);
        await storage.kill();
        await assertRejects(() => textOf(body), BodyError, 'bucket "media": http://127.0.0.1');
        assertEquals((await reasonOf(bucket.head("a.txt", TIMEOUTS))).slice(0, 19), '502 bucket "media":');
        await storage.restart();
        assertEquals((await bucket.head("big file", TIMEOUTS))?.etag, etag);
        storage.pause();
        const silent = await reasonOf(bucket.head("a.txt", { connect: 5000, read: 200 }));
        storage.resume();
        assertEquals(silent.slice(0, 19), '504 bucket "media":');
        assertEquals((await bucket.head("big file", TIMEOUTS))?.etag, etag);
      });
      assertEquals(upstream.busy, 0);
    } finally {
      upstream.stop();
    }
  },
});
