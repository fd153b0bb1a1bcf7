/**
 * A request of a small file that is taken down: what each one costs where somebody wants to see them.
 *
 * @module
 */
import { counterMemory, Counters } from "../../lib/inspector/counters.ts";
import { idMemory } from "../../lib/inspector/ids.ts";
import { RecordedAnswers, Recorder } from "../../lib/inspector/recorder.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import type { Request, Response } from "../../lib/http/message.ts";
import { clock } from "../../lib/runtime/clock.ts";
import { compare } from "../support.ts";

const END = { hostname: "127.0.0.1", port: 8080 };
const BODY = new Uint8Array(1024);
const FIELDS = FieldBlock.of(["Content-Type", "text/html"], ["ETag", '"1-400-x"'], [
  "Cache-Control",
  "no-cache",
]);
const RESPONSE: Response = { status: 200, fields: FIELDS, body: BODY };

/** Each request has fields of its own, as on the wire. */
function requestFor(started: number): Request & { readonly started: number } {
  return {
    method: "GET",
    target: "/1k.html",
    form: "origin",
    path: "/1k.html",
    query: undefined,
    host: "localhost",
    version: "HTTP/1.1",
    fields: new FieldBlock(["Host", "User-Agent", "Accept"], ["localhost:8080", "bench", "*/*"]),
    body: { length: 0, read: () => Promise.resolve(null) },
    remote: END,
    local: END,
    started,
    onGone: () => () => {},
  };
}

const recorder = new Recorder(idMemory(), clock);
const answers = new RecordedAnswers(recorder, undefined, new Counters(counterMemory()), new Map());
const watched = recorder.watch(() => RESPONSE);

function takeDown(): number {
  const request = requestFor(answers.start());
  const response = watched(request) as Response;
  answers.write({ remote: END, local: END }, request, { status: 200, bytes: BODY.length }, response);
  return response.status;
}

compare("A request", {
  "that is taken down": [takeDown, 200],
  "that is not": [() => requestFor(0) && RESPONSE.status, 200],
});
