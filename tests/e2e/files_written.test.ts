/**
 * Files that are written while they are asked for, as fast as another thread can: every answer is one state of the file,
 * of one length, or no whole answer.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { test } from "../support/protocols.ts";
import { toText, WireClient } from "../support/wire.ts";
import { get, sharedServer } from "./wire_support.ts";

const server = await sharedServer({
  config: "access_log: off\nservers: [{ listen: LISTEN, root: . }]\n",
  files: { "sub/x": "" },
});

/** For each kind, in milliseconds. */
const TIME = Number(Deno.env.get("WRITING_MS") ?? 150);

const SMALL = 10_000, LARGE = 400_000;

/** Writes in a thread of its own until the shared word is set. A whole file is one letter, again and again. */
const WRITER = `self.onmessage = ({ data: { path, how, size, word } }) => {
  const contents = ["a", "b"].map((letter, i) => new TextEncoder().encode(letter.repeat(size + 1000 * i)));
  for (const i of [0, 1]) Deno.writeFileSync(path + ".source" + i, contents[i]);
  Deno.writeFileSync(path, contents[0]);
  const file = Deno.openSync(path, { write: true, append: how === "append" });
  self.postMessage("ready");
  for (let i = 0; Atomics.load(word, 0) === 0; i++) {
    const content = contents[i % 2];
    if (how === "append") file.writeSync(content.subarray(0, 10));
    else if (how === "copy") Deno.copyFileSync(path + ".source" + i % 2, path);
    else if (how === "rewrite") Deno.writeFileSync(path, content);
    else if (how === "overwrite") { file.seekSync(0, 0); file.writeSync(content); file.truncateSync(content.length); }
    else { Deno.writeFileSync(path + ".new", content); Deno.renameSync(path + ".new", path); }
  }
  file.close();
  self.postMessage("done");
}`;

/** Asks again and again while a file is written; gives how often each outcome came. */
async function outcomesWhile(
  how: string,
  size: number,
  name: string,
  fields: string,
): Promise<Map<string, number>> {
  const word = new Int32Array(new SharedArrayBuffer(4)), outcomes = new Map<string, number>();
  const writer = new Worker(`data:text/javascript,${encodeURIComponent(WRITER)}`, { type: "module" });
  const heard = () => new Promise((resolve) => writer.onmessage = resolve);
  let client = await WireClient.connect(server.port);
  try {
    const ready = heard();
    writer.postMessage({ path: `${server.folder}/${name}`, how, size, word });
    await ready;
    for (const end = performance.now() + TIME; performance.now() < end;) {
      let outcome: string;
      try {
        await client.send(get(`/${name}`, fields));
        const response = await client.response();
        // A body that is not as long as it was announced is no answer to the client of the test either.
        const isOne = how === "rename" && response !== undefined && response.status < 300;
        outcome = response === undefined ? "cut" : String(response.status);
        if (isOne) assert(/^(a*|b*)$/.test(toText(response.body)), "two states of the file in one answer");
      } catch (error) {
        if (!(error instanceof Error) || !/half|body|reset|closed|pipe/i.test(error.message)) throw error;
        outcome = "cut";
      }
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (outcome === "cut") {
        client[Symbol.dispose]();
        client = await WireClient.connect(server.port);
      }
    }
  } finally {
    const done = heard();
    Atomics.store(word, 0, 1);
    await done;
    writer.terminate();
    client[Symbol.dispose]();
  }
  return outcomes;
}

/** What may come besides a whole answer: an empty file has no range, and what was announced may not be there any more. */
const CASES: readonly (readonly [how: string, size: number, also: readonly string[]])[] = [
  ["append", SMALL, []],
  ["append", LARGE, []],
  ["rename", SMALL, []],
  ["rename", LARGE, []],
  ["overwrite", SMALL, []],
  ["rewrite", SMALL, ["416"]],
  ["copy", SMALL, ["416"]],
  ["rewrite", LARGE, ["416", "cut"]],
  ["copy", LARGE, ["416", "cut"]],
];

for (const [how, size, also] of CASES) {
  for (
    const [what, status, fields] of [["all", "200", ""], ["a part", "206", "Range: bytes=0-99\r\n"]] as const
  ) {
    test(`a file of ${size} bytes under ${how} is sent in one state (${what})`, async () => {
      for (const name of [`${how}-${size}`, `sub/${how}-${size}`]) {
        const outcomes = await outcomesWhile(how, size, name, fields);
        if (Deno.env.has("WRITING_MS")) console.log(name, what, [...outcomes]);
        const unfit = [...outcomes.keys()].filter((outcome) => outcome !== status && !also.includes(outcome));
        assertEquals(unfit, [], `${name}: ${[...outcomes]}`);
        assert(outcomes.size > 0, name);
      }
    });
  }
}
