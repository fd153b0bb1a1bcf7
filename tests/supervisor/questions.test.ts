import { assertEquals } from "@std/assert";
import { LONGEST_QUESTION, MOST_QUESTIONS, QuestionDesk, Questions } from "../../lib/supervisor/questions.ts";
import { decodeMessage } from "../../lib/supervisor/worker_messages.ts";

/** Questions whose deadlines pass when they are told to. */
function askedBy() {
  const posted: { ask: number; text: string }[] = [], deadlines = new Set<() => void>();
  const questions = new Questions(
    (ask, topic, text) => posted.push({ ask, text: `${topic} ${text}` }),
    (_, callback) => {
      deadlines.add(callback);
      return () => deadlines.delete(callback);
    },
  );
  return { questions, posted, deadlines };
}

Deno.test("each question gets its own answer, in whatever order they come", async () => {
  const { questions, posted, deadlines } = askedBy();
  const first = questions.ask("login", "a"), second = questions.ask("locks", "b");
  assertEquals(posted.map(({ text }) => text), ["login a", "locks b"]);
  questions.receive(posted[1]!.ask, "B");
  questions.receive(posted[0]!.ask, "A");
  assertEquals([await first, await second], ["A", "B"]);
  assertEquals(deadlines.size, 0);
});

Deno.test("a question that has no answer in time has none, and what comes later is nobody's", async () => {
  const { questions, posted, deadlines } = askedBy();
  const answer = questions.ask("login", "a");
  for (const pass of deadlines) pass();
  assertEquals(await answer, undefined);
  questions.receive(posted[0]!.ask, "A");
});

Deno.test("what is too long, or too much at one time, is not asked", async () => {
  const { questions, posted } = askedBy();
  assertEquals(await questions.ask("login", "x".repeat(LONGEST_QUESTION + 1)), undefined);
  for (let i = 0; i < MOST_QUESTIONS; i++) void questions.ask("login", "x");
  assertEquals(await questions.ask("login", "x"), undefined);
  assertEquals(posted.length, MOST_QUESTIONS);
});

Deno.test("who listens to a topic hears of that one alone, until it listens no more", () => {
  const { questions } = askedBy(), heard: string[] = [];
  const stop = questions.listen("login", (text) => heard.push(text));
  questions.told("login", "1");
  questions.told("locks", "2");
  stop();
  questions.told("login", "3");
  assertEquals(heard, ["1"]);
});

Deno.test("a desk answers where somebody does, and a failure is no answer", async () => {
  const desk = new QuestionDesk(), gone: number[] = [];
  assertEquals(await desk.answer("login", "a", 1), undefined);
  desk.put("login", {
    answer: (text, worker) =>
      text === "bad" ? Promise.reject(new Error()) : Promise.resolve(`${text}${worker}`),
    gone: (worker) => gone.push(worker),
  });
  assertEquals(await desk.answer("login", "a", 1), "a1");
  assertEquals(await desk.answer("login", "bad", 1), undefined);
  desk.gone(7);
  assertEquals(gone, [7]);
});

Deno.test("a worker's question is taken by its shape", () => {
  const good = { type: "question", ask: 1, topic: "login", text: "x" };
  assertEquals(decodeMessage(good), good as ReturnType<typeof decodeMessage>);
  for (
    const bad of [{ ask: -1 }, { ask: 1.5 }, { topic: "toString" }, { topic: 1 }, { text: 1 }, {
      text: "x".repeat(LONGEST_QUESTION + 1),
    }]
  ) assertEquals(decodeMessage({ ...good, ...bad }), undefined);
});
