/**
 * Who may do what next on a connection that we have made ourselves: the legal transitions of our request and of its answer
 * (RFC 9112 sections 6 and 9). The picture in ARCHITECTURE.md is made from them.
 *
 * @module
 */
import type { Transitions } from "./state.ts";

/** Our request: none, its content goes out, all of it has been given. */
export type RequestState = "idle" | "send body" | "done";

/** The answer: none is due, its head is, its content is, it is whole; another protocol is spoken; nothing more is read. */
export type AnswerState = "idle" | "head" | "body" | "done" | "switched" | "broken";

export const REQUEST: Transitions<RequestState> = {
  "idle": { "request": "send body" },
  "send body": { "end of request": "done" },
  "done": { "next cycle": "idle" },
};

export const ANSWER: Transitions<AnswerState> = {
  "idle": { "request": "head", "fault": "broken" },
  "head": { "response": "body", "switch": "switched", "fault": "broken" },
  "body": { "end of message": "done", "fault": "broken" },
  "done": { "next cycle": "idle", "fault": "broken" },
  "switched": {},
  "broken": {},
};
