/**
 * lib/server/http1 as a target: whatever client, handler and clock do in whatever order, each request that was handled
 * has its one answer in its turn, or the connection is closed for a reason; nothing is sent after that; and it ends
 * within its deadlines with all that it held given back.
 *
 * An input is a script, a byte for each thing that happens. What is sent and how it is answered comes by chance.
 *
 * @module
 */
import { encodeLatin1 } from "../../lib/bytes/latin1.ts";
import { GoneError, HttpError } from "../../lib/http/errors.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import type { Request, Response } from "../../lib/http/message.ts";
import { ServerContext } from "../../lib/server/context.ts";
import { Http1Session } from "../../lib/server/http1/session.ts";
import { cutAtRandom } from "./pieces.ts";
import type { Random } from "./random.ts";
import { type Answer, readAnswers } from "./session_answers.ts";
import type { FuzzTarget } from "./target.ts";
import { FaultLog, type Faults, ScriptedClock, ScriptedConnection, ScriptedSource, settle } from "./world.ts";

/** In milliseconds; what the server has of its own (lingering, half-closed clients) is up to two seconds. */
const TIMEOUTS = { header: 300, body: 400, send: 500, keepAlive: 600 };
const LIMITS = { requestLine: 100, headerFields: 300, headerCount: 10, connections: 10, http2Streams: 10 };

/** After the script, all of the deadlines one after another. */
const LAST = 20_000;

/** The low half of a byte; bit 7 has the next one happen at the same moment. */
const ACTIONS =
  "push push push push end reset answer answer piece piece finish break wait long-wait stall leave".split(
    " ",
  );

/** What a client may send; `%` is the number of the request. */
const REQUESTS = [
  "GET /% HTTP/1.1\r\nHost: x\r\n\r\n",
  "HEAD /% HTTP/1.1\r\nHost: x\r\n\r\n",
  "GET /% HTTP/1.0\r\n\r\n",
  "GET /% HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
  "GET /% HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  "POST /% HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
  "POST /% HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
  "POST /% HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
  "POST /% HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
  "POST /% HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
  "POST /% HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n1\r\nx\r\n0\r\nA: b\r\n\r\n",
  "POST /% HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz",
  "POST /% HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n80000000\r\nmore is to come",
  "POST /% HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nmore is to come",
  "nonsense\r\n\r\n",
] as const;

const READS = ["nothing", "nothing", "first", "all", "behind", "behind", "later"] as const;
const CONTENTS = [
  "none",
  "small",
  "small",
  "large",
  "source",
  "source",
  "announced",
  "short",
  "throw",
] as const;

/** How one request is answered. */
interface Plan {
  readonly reads: typeof READS[number];
  readonly content: typeof CONTENTS[number];
  /** The answer waits until the script gives it. */
  readonly held: boolean;
  /** Wants to know when the client leaves. */
  readonly watches: boolean;
  readonly prompt: boolean;
}

export function sessionTarget(): FuzzTarget {
  const script = (text: string) =>
    Uint8Array.from(
      text.split(" "),
      (name) => name.endsWith("+") ? ACTIONS.indexOf(name.slice(0, -1)) | 0x80 : ACTIONS.indexOf(name),
    );
  return {
    name: "session",
    seeds: [
      script("push push push push push push push push"),
      script("push+ push+ push+ push+ push push answer piece finish answer"),
      script("push push end answer piece finish answer finish"),
      script("push+ push end piece answer piece finish answer"),
      script("push stall push answer long-wait push piece finish"),
      script("push leave push answer push long-wait"),
      script("push piece reset answer piece finish"),
      script("push wait push wait push long-wait push"),
    ],
    dictionary: ACTIONS.map((name) => script(name)),
    check: (input, random) => new Trial(random).run(input),
  };
}

/** One connection's life. */
class Trial {
  readonly #faults: Faults = [];
  readonly #clock = new ScriptedClock();
  readonly #connection = new ScriptedConnection(this.#faults);
  readonly #session: Http1Session;
  readonly #pieces: Uint8Array[];
  readonly #plans: readonly Plan[];
  readonly #handled: Request[] = [];
  readonly #held: (() => void)[] = [];
  readonly #sources: ScriptedSource[] = [];
  readonly #leave: "drain" | "retire" | "abort";
  /** Why an answer may be missing. */
  readonly #excuses = new Set<string>();
  /** Which requests' handlers have given their answers, all of it. */
  readonly #given = new Set<number>();
  /** Where each request ends in what is sent. */
  readonly #ends: number[] = [];
  /**
   * The last request that must have an answer: the connection may end behind the first one whose body breaks its framing,
   * is too long to be dropped, or lets the server wait.
   */
  #last: number;
  #pushed = 0;
  /** The last thing that happened has had no consequences yet. */
  #isUnsettled = false;
  #hasEnded = false;
  #hasLeft = false;
  #isOver = false;

  constructor(random: Random) {
    const requests = Array.from(
      { length: 1 + random.below(4) },
      (_, n) => random.pick(REQUESTS).replace("%", String(n)),
    );
    const broken = requests.findIndex((text) => /zz$|80000000/.test(text));
    this.#last = broken < 0 ? Infinity : broken;
    let end = 0;
    for (const text of requests) this.#ends.push(end += text.length);
    const isCutByRequest = !random.oneIn(4);
    this.#pieces =
      (isCutByRequest ? requests.map((text) => cutOnce(text, random)).flat() : [requests.join("")])
        .flatMap((text) => isCutByRequest ? [encodeLatin1(text)] : cutAtRandom(encodeLatin1(text), random));
    this.#plans = requests.map(() => ({
      reads: random.pick(READS),
      content: random.pick(CONTENTS),
      held: random.oneIn(4),
      watches: random.oneIn(3),
      prompt: random.oneIn(2),
    }));
    this.#leave = random.pick(["drain", "retire", "abort"]);
    const settings = {
      timeouts: TIMEOUTS,
      limits: {
        ...LIMITS,
        bodyRate: random.oneIn(2) ? Infinity : 100,
        sendRate: random.oneIn(2) ? Infinity : 1000,
      },
      http2: true,
      accessLog: undefined,
      handlers: new Map(),
    };
    const context = new ServerContext(settings, this.#clock, new FaultLog(this.#faults));
    this.#session = new Http1Session(this.#connection, (request) => this.#answer(request), context);
  }

  async run(script: Uint8Array): Promise<string> {
    const running = this.#session.run().then(() => this.#isOver = true);
    for (const byte of script.subarray(0, 60)) {
      this.#act(ACTIONS[byte & 15]!);
      this.#isUnsettled = byte >= 0x80;
      if (!this.#isUnsettled) await settle();
    }
    await settle();
    this.#checkPrompt();
    await this.#finish();
    if (!this.#isOver) this.#faults.push(`the connection has not ended after ${LAST} ms`);
    else await running;
    const outcome = this.#check();
    if (this.#faults.length === 0) return outcome;
    throw new Error([
      ...this.#faults,
      `plans: ${JSON.stringify(this.#plans)}, leaves by ${this.#leave}`,
      `sent: ${JSON.stringify(this.#connection.output.slice(0, 3000))}`,
      `excuses: ${[...this.#excuses]}`,
    ].join("\n"));
  }

  #act(action: string): void {
    const connection = this.#connection;
    switch (action) {
      case "push":
        if (this.#hasEnded || connection.closed || this.#pieces.length === 0) return;
        this.#pushed += this.#pieces[0]!.length;
        return connection.push(this.#pieces.shift()!);
      case "end":
        if (!this.#hasEnded) connection.push(null);
        this.#hasEnded = true;
        return;
      case "reset":
        this.#excuses.add(action);
        return connection.reset();
      case "answer":
        return this.#held.shift()?.();
      case "piece":
        return this.#sources.at(-1)?.more(1);
      case "finish":
        return this.#sources.at(-1)?.more(10);
      case "break":
        if (this.#sources.length > 0) this.#excuses.add(action);
        return this.#sources.at(-1)?.break();
      case "wait":
        this.#noteWait();
        if (this.#isUnsettled) this.#excuses.add("late");
        return this.#clock.advance(200);
      case "long-wait":
        this.#noteWait();
        if (this.#isUnsettled) this.#excuses.add("late");
        if (this.#hasEnded && this.#plans.some(({ watches }) => watches)) this.#excuses.add("half-closed");
        return this.#clock.advance(1300);
      case "stall":
        if (connection.stalls) {
          connection.stalls = false;
          connection.takes = 7;
          connection.go();
        } else {
          this.#excuses.add(action);
          connection.stalls = true;
        }
        return;
      case "leave":
        this.#hasLeft = true;
        if (this.#leave === "abort") this.#excuses.add("abort");
        return this.#session[this.#leave]();
    }
  }

  /** Whatever was held back comes, and then nothing more but the end of all deadlines. */
  async #finish(): Promise<void> {
    this.#connection.stalls = false;
    this.#connection.takes = Infinity;
    this.#connection.go();
    for (let passed = 0; passed < LAST && !this.#isOver; passed += 200) {
      for (let more = true; more;) {
        await settle();
        more = this.#held.length > 0;
        this.#held.splice(0).forEach((give) => give());
        this.#sources.forEach((source) => source.more(10));
      }
      await settle();
      this.#clock.advance(200);
    }
    await settle();
  }

  /** The server may be waiting for the rest of a request. */
  #noteWait(): void {
    const index = this.#ends.findIndex((end) => end > this.#pushed);
    if (index >= 0 && this.#pushed > (this.#ends[index - 1] ?? 0)) this.#last = Math.min(this.#last, index);
  }

  #answer(request: Request): Response | Promise<Response> {
    const index = this.#handled.length, plan = this.#plans[index] ?? this.#plans[0]!;
    this.#handled.push(request);
    if (plan.watches) request.onGone(() => {});
    if (plan.reads === "behind") void readAll(request).catch(() => {});
    if (plan.reads === "later") queueMicrotask(() => void readAll(request).catch(() => {}));
    if (plan.reads === "nothing" || plan.reads === "behind" || plan.reads === "later") {
      return plan.held
        ? this.#hold().then(() => this.#response(request, plan, index))
        : this.#response(request, plan, index);
    }
    return this.#answerAfterBody(request, plan, index);
  }

  async #answerAfterBody(request: Request, plan: Plan, index: number): Promise<Response> {
    try {
      await (plan.reads === "first" ? request.body.read() : readAll(request));
    } catch (error) {
      if (error instanceof GoneError) this.#excuses.add("gone");
      throw error;
    }
    if (plan.held) await this.#hold();
    return this.#response(request, plan, index);
  }

  #hold(): Promise<void> {
    return new Promise((resolve) => this.#held.push(resolve));
  }

  #response({ target }: Request, { content, prompt }: Plan, index: number): Response {
    if (["none", "small", "large", "throw"].includes(content)) this.#given.add(index);
    if (content === "throw") throw target.endsWith("1") ? new HttpError(404) : new Error("scripted");
    return {
      status: content === "none" ? 204 : 200,
      fields: FieldBlock.of(["X-For", target]),
      body: this.#body(content, prompt),
    };
  }

  #body(content: Plan["content"], prompt: boolean): Response["body"] {
    switch (content) {
      case "none":
        return undefined;
      case "small":
        return encodeLatin1("small");
      case "large":
        return new Uint8Array(40_000).fill(0x6c);
      default: {
        const length = content === "source" ? undefined : content === "short" ? 100 : 15;
        const source = new ScriptedSource(this.#faults, 3, length, prompt);
        if (content === "short") this.#excuses.add("short");
        this.#sources.push(source);
        return source;
      }
    }
  }

  /** What handlers have given has been sent, without waiting for anybody else. */
  #checkPrompt(): void {
    if (this.#excuses.size > 0) return;
    let given = 0;
    while (this.#given.has(given)) given++;
    const answers = this.#answers([]);
    if (answers.filter(({ isWhole }) => isWhole).length < given) this.#faults.push("an answer is held back");
  }

  #answers(faults: Faults): Answer[] {
    const requests = this.#handled.map(({ method, fields }) => ({ method, expects: fields.has("expect") }));
    return readAnswers(this.#connection.output, requests, faults);
  }

  /** @returns the kind of outcome */
  #check(): string {
    const faults = this.#faults, handled = this.#handled;
    if (!this.#connection.closed) faults.push("the connection was not closed");
    if (this.#clock.running > 0) faults.push("a deadline is left behind");
    if (this.#sources.some(({ closes }) => closes === 0)) faults.push("a source was not closed");
    const answers = this.#answers(faults);
    answers.forEach(({ target, status, isWhole, closes, isContinued }, index) => {
      const isLast = index === answers.length - 1, request = handled[index];
      if (target === undefined ? status < 400 : target !== request?.target) {
        faults.push(`answer ${index} (${status}) is for ${target}, not for ${request?.target}`);
      }
      if (!isWhole && (!isLast || this.#excuses.size === 0)) faults.push(`answer ${index} was cut`);
      if (!closes && (status === 408 || status === 400)) {
        faults.push(`the connection may be used after ${status}`);
      }
      // Whether the body comes is the client's choice, and nobody can tell it from the next request.
      if (request?.fields.has("expect") && !isContinued && !closes && this.#ends[index]! > this.#pushed) {
        faults.push(
          `the connection may be used after answer ${index}, before which the client heard nothing`,
        );
      }
      if (closes && !isLast) {
        faults.push(`something was sent after answer ${index}, which was to be the last`);
      }
    });
    if (answers.length > handled.length + 1) faults.push("there are more answers than requests");
    if (answers.length < handled.length && this.#excuses.size === 0) faults.push("an answer is missing");
    const sent = this.#ends.filter((end, index) => end <= this.#pushed && index <= this.#last).length;
    if (!answers.at(-1)?.closes && !this.#hasLeft && answers.length < sent && this.#excuses.size === 0) {
      faults.push(`of ${sent} requests ${answers.length} were answered`);
    }
    const kinds = answers.map(({ status, isWhole, closes }) =>
      `${status}${isWhole ? "" : "-"}${closes ? "!" : ""}`
    );
    return `${kinds.join()} of ${handled.length} ${[...this.#excuses].sort().join()}`;
  }
}

async function readAll({ body }: Request): Promise<void> {
  while (await body.read() !== null);
}

/** In two, often behind the head. */
function cutOnce(text: string, random: Random): string[] {
  const at = !random.oneIn(4) ? text.indexOf("\r\n\r\n") + 4 : random.below(text.length);
  return [text.slice(0, at), text.slice(at)].filter((piece) => piece !== "");
}
