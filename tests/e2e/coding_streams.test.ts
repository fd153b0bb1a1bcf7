/**
 * What comes piece by piece leaves piece by piece, in every coding: each event is with the client before the next one is
 * made, whoever makes it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { decoded, decodedStart } from "../support/coded.ts";
import { joined } from "../support/latin1.ts";
import { protocolOfTest, test } from "../support/protocols.ts";
import { waitUntil } from "../support/wait.ts";
import { CODINGS, type CodingServer, startCodingServer } from "./coding_support.ts";

/** What a source says before it breaks off; it has announced more. */
const BEGUN = "It begins well.\n";

/** Whether the other server was left by whoever asked for what has no end, each time. */
const left: boolean[] = [];

/** Lets each stream of the other server go on, by what its query names. */
const next = new Map<string, PromiseWithResolvers<void>>();

let shared: CodingServer | undefined;
Deno.test.afterAll(async () => await shared?.[Symbol.asyncDispose]());
const started = async () => (shared ??= await startCodingServer({
  "/proxied/endless": async (peer) => {
    await peer.say(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    await peer.say("9\r\ndata: 1\n\n\r\n");
    left.push(await peer.piece() === "");
  },
  "/proxied/broken": async (peer) => {
    await peer.say(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n${BEGUN}`);
    peer.connection.close();
  },
  "/proxied/events": async (peer, head) => {
    const name = /\?(\S+)/.exec(head)![1]!;
    await peer.say(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    for (const event of [1, 2, 3]) {
      const text = `data: ${event}\n\n`, goOn = Promise.withResolvers<void>();
      next.set(name, goOn);
      await peer.say(`${text.length.toString(16)}\r\n${text}\r\n`);
      await goOn.promise;
    }
    await peer.say("0\r\n\r\n");
  },
}));

/** Reads what curl gets, as it comes. */
class Stream {
  bytes: Uint8Array = new Uint8Array();
  /** curl's exit status. */
  readonly ended: Promise<number>;
  readonly child: Deno.ChildProcess;

  constructor(url: string, coding: string) {
    const protocol = protocolOfTest() === "HTTP/2" ? "--http2-prior-knowledge" : "--http1.1";
    const args = ["-sS", "-N", "--max-time", "20", protocol, "-H", `Accept-Encoding: ${coding}`, url];
    this.child = new Deno.Command("curl", { args, stdin: "null", stdout: "piped", stderr: "inherit" })
      .spawn();
    this.ended = this.#read();
  }

  async #read(): Promise<number> {
    for await (const piece of this.child.stdout) this.bytes = joined([this.bytes, piece]);
    return (await this.child.status).code;
  }
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

for (const coding of CODINGS) {
  test(`events arrive one by one as ${coding}, from programs and from other servers`, async () => {
    const { server, hasFastcgi } = await started();
    const places = ["/cgi/events.sh", "/proxied/events", ...hasFastcgi ? ["/fastcgi/events.sh"] : []];
    await Promise.all(places.map(async (place) => {
      const name = crypto.randomUUID(), stream = new Stream(`${server.url}${place}?${name}`, coding);
      let wanted = "";
      for (const event of [1, 2, 3]) {
        wanted += `data: ${event}\n\n`;
        const got = () => stream.bytes.length === 0 ? "" : text(decodedStart(stream.bytes, coding));
        await waitUntil(
          () => got() === wanted,
          () => `${place}: ${JSON.stringify(got())} is ${JSON.stringify(wanted)}`,
        );
        if (place.startsWith("/proxied/")) next.get(name)!.resolve();
        else await Deno.writeTextFile(`${server.folder}/cgi/${name}.${event}`, "");
      }
      assertEquals(await stream.ended, 0);
      assertEquals(text(decoded(stream.bytes, coding)), wanted);
    }));
  });
}

test("what its source breaks off is not whole for the client either", async () => {
  const { server } = await started();
  for (const coding of CODINGS) {
    for (const place of ["/proxied/broken", "/cgi/broken.sh"]) {
      const protocol = protocolOfTest() === "HTTP/2" ? "--http2-prior-knowledge" : "--http1.1";
      const args = [
        "-sS",
        "--max-time",
        "20",
        protocol,
        "-H",
        `Accept-Encoding: ${coding}`,
        server.url + place,
      ];
      const { code, stdout } = await new Deno.Command("curl", { args, stderr: "null" }).output();
      assert(code !== 0, `${place} as ${coding}: curl is told nothing`);
      // A stream of HTTP/2 that is reset may lose what is under way.
      assert(BEGUN.startsWith(stdout.length === 0 ? "" : text(decodedStart(stdout, coding))));
    }
  }
});

test("whoever leaves a stream ends what makes it", async () => {
  const { server } = await started();
  const pidFile = `${server.folder}/cgi/endless.pid`;
  const isAlive = (pid: string) => {
    try {
      return !/\) Z /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
    } catch {
      return false;
    }
  };
  for (const place of ["/cgi/endless.sh", "/proxied/endless"]) {
    const stream = new Stream(server.url + place, "br"), before = left.length;
    await waitUntil(() => stream.bytes.length > 0, `${place} begins`);
    stream.child.kill();
    await stream.ended;
    if (place.startsWith("/proxied/")) {
      await waitUntil(() => left.length > before, "the other server is left");
      assertEquals(left.at(-1), true);
    } else {
      const pid = (await Deno.readTextFile(pidFile)).trim();
      await waitUntil(() => !isAlive(pid), "the program has ended");
    }
  }
});
