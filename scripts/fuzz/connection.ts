/**
 * The two sides of lib/http1's connection as a target: whatever the client sends and wherever it ends its side, each
 * move that its documentation allows the server is legal, in every order, and each request gets its one answer.
 *
 * @module
 */
import { encodeLatin1 } from "../../lib/bytes/latin1.ts";
import { HttpError } from "../../lib/http/errors.ts";
import { ServerConnection } from "../../lib/http1/connection.ts";
import { DEFAULT_LIMITS, readWireCases } from "../../tests/wire/cases.ts";
import { cutAtRandom } from "./pieces.ts";
import type { Random } from "./random.ts";
import type { FuzzTarget } from "./target.ts";

const WORDS = [
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
  "hello",
  "5\r\nhello\r\n",
  "0\r\n\r\n",
];

/** Moves that a server makes after one another in any order, as far as they are allowed. */
const MOVES = "feed feed feed next next next end continue respond finish cycle cycle give-up".split(" ");

/** Reads the wire cases, so it needs permission to read tests/wire. */
export function connectionTarget(): FuzzTarget {
  return {
    name: "connection",
    seeds: [...readWireCases().map(({ input }) => input), encodeLatin1(WORDS.join(""))],
    dictionary: WORDS.map(encodeLatin1),
    check,
  };
}

/** What the one who drives the connection knows of it. */
interface Server {
  readonly http: ServerConnection;
  /** Its answer: owed, begun, given; none where there is no request, or it broke a rule that was answered. */
  answer: "none" | "owed" | "begun" | "given";
  /** As it was asked before the answer began. */
  stays: boolean;
  isBroken: boolean;
  hasGivenUp: boolean;
  requests: number;
  answers: number;
}

function check(input: Uint8Array, random: Random): string {
  const pieces = cutAtRandom(input, random);
  const server: Server = {
    http: new ServerConnection(DEFAULT_LIMITS),
    answer: "none",
    stays: false,
    isBroken: false,
    hasGivenUp: false,
    requests: 0,
    answers: 0,
  };
  const endsEarly = random.oneIn(2);
  for (let count = 0; count < 2 * pieces.length + 40; count++) {
    const move = random.pick(MOVES);
    if (move === "end" && !endsEarly || move === "give-up" && !random.oneIn(20)) continue;
    if (make(move, server, pieces)) checkStates(server, move);
  }
  const { http, requests, answers } = server;
  if (requests - answers !== (server.answer === "owed" || server.answer === "begun" ? 1 : 0)) {
    throw new Error(`${requests} requests and ${answers} answers, the last one is ${server.answer}`);
  }
  return `${requests} ${http.clientState} ${server.answer} ${server.isBroken}`;
}

/** False where the move is not one that may be made now. */
function make(move: string, server: Server, pieces: Uint8Array[]): boolean {
  const { http } = server;
  switch (move) {
    case "feed": {
      const piece = pieces.shift();
      if (piece) http.receive(piece);
      return piece !== undefined;
    }
    case "end":
      http.endOfInput();
      // Nobody feeds what comes after the end.
      pieces.length = 0;
      return true;
    case "next":
      return next(server);
    case "continue":
      if (!http.awaitsContinue) return false;
      http.continueSent();
      return true;
    case "respond":
      if (server.hasGivenUp || server.answer !== "owed") return false;
      server.stays = http.mayStay;
      http.responseBegins();
      server.answer = "begun";
      return true;
    case "finish":
      if (server.hasGivenUp || server.answer !== "begun") return false;
      http.responseEnds();
      server.answer = "given";
      server.answers++;
      return true;
    case "cycle":
      // As a session does it: where the connection was to stay and nothing of the request is still to come.
      if (server.hasGivenUp || server.answer !== "given" || !server.stays || !http.isRequestWhole) {
        return false;
      }
      http.startNextCycle();
      server.answer = "none";
      return true;
    default:
      http.giveUp();
      server.hasGivenUp = true;
      return true;
  }
}

function next(server: Server): boolean {
  const { http } = server;
  try {
    const event = http.next();
    if (server.isBroken && event.type !== "closed") throw new Error(`"${event.type}" after a broken rule`);
    if (event.type !== "request") return true;
    if (server.answer !== "none") throw new Error(`A request came while the answer was ${server.answer}`);
    if (server.hasGivenUp) throw new Error("A request came after all was given up");
    server.requests++;
    server.answer = "owed";
    return true;
  } catch (error) {
    if (!(error instanceof HttpError) || server.isBroken) throw error;
    server.isBroken = true;
    return true;
  }
}

function checkStates({ http, answer, isBroken, hasGivenUp }: Server, move: string): void {
  if (isBroken && http.clientState !== "closed") throw new Error(`A broken client is ${http.clientState}`);
  if (hasGivenUp && http.clientState !== "closed") {
    throw new Error(`After "${move}" a client that was given up is ${http.clientState}`);
  }
  if (http.mayStay && http.clientState === "closed") throw new Error("A closed connection may stay");
  if (answer === "begun" && http.awaitsContinue) throw new Error("100 Continue may come after the answer");
}
