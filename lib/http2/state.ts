/**
 * The life of a stream, and what each frame that is received means in each part of it (RFC 9113 section 5.1), in two
 * tables. streamDiagram() draws the picture in ARCHITECTURE.md from the first one.
 *
 * A server that pushes nothing has no reserved streams. What the RFC calls closed is told apart by how it came, since
 * frames that were under way mean something else after each.
 *
 * @module
 */

/** `closed`: both sides have ended. `forgotten`: over, or never used though a later one was. */
export type StreamState =
  | "idle"
  | "open"
  | "half-closed (remote)"
  | "half-closed (local)"
  | "closed"
  | "reset received"
  | "reset sent"
  | "forgotten";

/** What changes a stream's state. */
export type StreamAction =
  | "request"
  | "end of request"
  | "end of response"
  | "RST_STREAM received"
  | "RST_STREAM sent";

const RESETS = { "RST_STREAM received": "reset received", "RST_STREAM sent": "reset sent" } as const;

export const STREAM: Readonly<Record<StreamState, Readonly<Partial<Record<StreamAction, StreamState>>>>> = {
  "idle": { "request": "open" },
  "open": {
    "end of request": "half-closed (remote)",
    "end of response": "half-closed (local)",
    ...RESETS,
  },
  "half-closed (remote)": { "end of response": "closed", ...RESETS },
  "half-closed (local)": { "end of request": "closed", ...RESETS },
  "closed": {},
  "reset received": {},
  "reset sent": {},
  "forgotten": {},
};

/** Frames that name a stream and are not always taken. */
export type StreamFrame = "HEADERS" | "DATA" | "RST_STREAM" | "WINDOW_UPDATE";

/** What a received frame is; an error without "connection" in it is the stream's alone. */
export type Verdict =
  | "taken"
  | "ignored"
  | "STREAM_CLOSED"
  | "connection STREAM_CLOSED"
  | "connection PROTOCOL_ERROR";

const ALL_TAKEN = { HEADERS: "taken", DATA: "taken", RST_STREAM: "taken", WINDOW_UPDATE: "taken" } as const;
/** Sent before the peer could know that the stream is over. */
const LATE = { RST_STREAM: "ignored", WINDOW_UPDATE: "ignored" } as const;
const NOT_YET = "connection PROTOCOL_ERROR";

export const RECEIVED: Readonly<Record<StreamState, Readonly<Record<StreamFrame, Verdict>>>> = {
  "idle": { HEADERS: "taken", DATA: NOT_YET, RST_STREAM: NOT_YET, WINDOW_UPDATE: NOT_YET },
  "open": ALL_TAKEN,
  "half-closed (remote)": { ...ALL_TAKEN, HEADERS: "STREAM_CLOSED", DATA: "STREAM_CLOSED" },
  "half-closed (local)": ALL_TAKEN,
  "closed": { HEADERS: "connection STREAM_CLOSED", DATA: "connection STREAM_CLOSED", ...LATE },
  "reset received": { HEADERS: "STREAM_CLOSED", DATA: "STREAM_CLOSED", ...LATE },
  // Whatever was under way when we ended it.
  "reset sent": { HEADERS: "ignored", DATA: "ignored", ...LATE },
  // Section 5.1.1: a new stream has a greater number than all before it.
  "forgotten": { HEADERS: NOT_YET, DATA: "STREAM_CLOSED", ...LATE },
};

/**
 * The state after an action.
 *
 * @throws {Error} if the action is not legal in this state: a bug of ours
 */
export function transition(state: StreamState, action: StreamAction): StreamState {
  const next = STREAM[state][action];
  if (next === undefined) throw new Error(`"${action}" is not legal in state "${state}"`);
  return next;
}

/** The first table as a Mermaid state diagram. */
export function streamDiagram(): string {
  const id = (state: string) => state.replaceAll(/[ -]/g, "_").replaceAll(/[()]/g, "");
  const drawn = Object.entries(STREAM).filter(([state]) => state !== "forgotten");
  return [
    "stateDiagram-v2",
    ...drawn.flatMap(([from, actions]) =>
      Object.entries(actions).map(([action, to]) => `  ${id(from)} --> ${id(to)}: ${action}`)
    ),
    ...drawn.map(([state]) => `  ${id(state)}: ${state}`),
  ].join("\n") + "\n";
}
