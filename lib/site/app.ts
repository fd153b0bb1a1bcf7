/**
 * An app that this server has started behind itself: what is answered while it does not listen. Browsers that open a page
 * see one that waits, everybody else waits for some time, and all see what became of it once it has ended.
 *
 * @module
 */
import { GoneError, HttpError } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { isLocalClient } from "../http/local_client.ts";
import type { Request, Response } from "../http/message.ts";
import { endedPage, waitingPage } from "../pages/app_page.ts";
import { type ErrorType, errorTypeFor } from "../pages/error_type.ts";
import { NOT_FRAMED } from "../pages/framing.ts";
import type { AppState, AppView, Clock, ErrorLog } from "../ports.ts";
import type { WhileUnreachable } from "../proxy/route.ts";

/** How long a request waits for the app, in milliseconds, where nobody looks at a page meanwhile. */
const PATIENCE = 10_000;

/** How often it is tried whether the app listens, in milliseconds. */
const PAUSE = 100;

const TYPES: Readonly<Record<ErrorType, string>> = {
  "text/plain": "text/plain; charset=utf-8",
  "text/html": "text/html; charset=utf-8",
  "application/json": "application/json",
};

const NOT_LISTENING = new HttpError(503, undefined, {
  fields: FieldBlock.of(["Retry-After", 1]),
  log: `the app has not listened for ${PATIENCE / 1000} s at the port that it was told (PORT)`,
  hint: "The app does not listen at the port that it was told: PORT in its environment, {PORT} in its words.",
});

const encoder = new TextEncoder();

/**
 * What is done where the app cannot be connected to.
 *
 * @param app the app as this thread knows it
 */
export function whileAppIsAway(app: AppView, clock: Clock, errorLog: ErrorLog): WhileUnreachable {
  /** When requests that wait give up, on the monotonic clock. */
  const ends = new WeakMap<Request, number>();
  return async (request, { problem }) => {
    // All else will not be over in a moment.
    if (problem !== "refused") return undefined;
    const { state } = app;
    if (!state.runs) {
      errorLog.error(`the app is not running: it ${state.end}`);
      return ended(request, state);
    }
    if (asksForPage(request)) return waiting();
    const now = clock.monotonic(), end = ends.get(request) ?? now + PATIENCE;
    if (now >= end) throw NOT_LISTENING;
    ends.set(request, end);
    await pause(clock, request);
    return "try again";
  };
}

/** @throws {GoneError} if the client leaves meanwhile */
async function pause(clock: Clock, request: Request): Promise<void> {
  let isGone = false;
  const forget = request.onGone(() => isGone = true);
  await new Promise<void>((resolve) => clock.after(PAUSE, resolve));
  forget();
  if (isGone) throw new GoneError();
}

function isReading({ method }: Request): boolean {
  return method === "GET" || method === "HEAD";
}

/** Somebody looks at it, and to load it again does no harm. */
function asksForPage(request: Request): boolean {
  return isReading(request) && errorTypeFor(request.fields.joined("accept")) === "text/html";
}

function waiting(): Response {
  return response("text/html", waitingPage(), true, "the app does not listen yet");
}

function ended(request: Request, state: AppState & { readonly runs: false }): Response {
  const type = errorTypeFor(request.fields.joined("accept"));
  // What it has written may be anything, and is for those alone who could see its terminal as well.
  const shown = isLocalClient(request) ? state : undefined;
  return response(type, endedPage(shown, type), state.restarts, "the app has ended");
}

function response(type: ErrorType, text: string, retries: boolean, why: string): Response {
  const fields = FieldBlock.of(
    ["Content-Type", TYPES[type]],
    ["Cache-Control", "no-store"],
    ["Vary", "Accept"],
    NOT_FRAMED,
  );
  return {
    status: 503,
    fields: retries ? fields.append("Retry-After", 1) : fields,
    body: encoder.encode(text),
    why,
  };
}
