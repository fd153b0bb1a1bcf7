import { assert, assertEquals } from "@std/assert";
import type { MainThread } from "../../../lib/ports.ts";
import { Claim, UploadClaims } from "../../../lib/store/resumable/claims.ts";

/** A main thread that answers what it is told to, and takes down what it was asked. */
class FakeMain implements MainThread {
  readonly asked: Record<string, unknown>[] = [];
  answers: (string | undefined)[] = [];
  heard: (text: string) => void = () => {};

  ask(_: string, text: string): Promise<string | undefined> {
    this.asked.push(JSON.parse(text));
    return Promise.resolve(this.answers.shift());
  }

  listen(_: string, heard: (text: string) => void): () => void {
    this.heard = heard;
    return () => this.heard = () => {};
  }
}

Deno.test("what a newer request wants is told to the one that has it, once it is had", async () => {
  const main = new FakeMain(), claims = new UploadClaims(main);
  main.answers = ['{"claim":7}', "{}"];
  const claim = await claims.claim("a");
  assert(claim instanceof Claim);
  let ended = 0;
  claim.onEnded = () => ended++;
  main.heard('{"end":8}');
  assertEquals([ended, claim.isEnded], [0, false]);
  main.heard('{"end":7}');
  assertEquals([ended, claim.isEnded], [1, true]);
  claim.release("kept");
  main.heard('{"end":7}');
  assertEquals(ended, 1);
  assertEquals(main.asked.at(-1), { type: "release", claim: 7, outcome: "kept" });
});

Deno.test("what cannot be given back is given back with the next question", async () => {
  const main = new FakeMain(), claims = new UploadClaims(main);
  main.answers = ['{"claim":1}', undefined, '{"claim":2}', "{}"];
  const claim = await claims.claim("a") as Claim;
  claim.release({ path: "/x", user: undefined, length: 3 });
  await Promise.resolve();
  await claims.claim("b");
  await Promise.resolve();
  const releases = main.asked.filter(({ type }) => type === "release");
  assertEquals(releases.length, 2);
  assertEquals(releases[0], {
    type: "release",
    claim: 1,
    outcome: "finished",
    finished: { path: "/x", length: 3 },
  });
  assertEquals(releases[1], releases[0]);
});

Deno.test("whatever the answer is, a claim is one of its outcomes", async () => {
  const main = new FakeMain(), claims = new UploadClaims(main);
  const finished = { path: "/x", user: "anna", length: 3 };
  for (
    const [answer, expected] of [
      [undefined, "busy"],
      ['{"state":"superseded"}', "superseded"],
      ['{"state":"full"}', "full"],
      ["{}", "busy"],
      [JSON.stringify({ finished }), finished],
    ] as const
  ) {
    main.answers = [answer];
    assertEquals(await claims.claim("a"), expected);
  }
});
