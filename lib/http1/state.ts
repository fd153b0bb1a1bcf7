/**
 * Who may do what next on a server's connection: the legal transitions of both sides in one table, after h11's
 * state machines (RFC 9112 sections 6 and 9). stateDiagram() draws the picture in ARCHITECTURE.md from it.
 *
 * @module
 */

/**
 * The client: waits, sends a body, has sent all of its request, speaks something else, or will send nothing that is read.
 */
export type ClientState = "idle" | "send body" | "done" | "switched" | "closed";

/**
 * The server: waits for a request, owes a response, sends its content, has sent it all, speaks something else, or will
 * send nothing more.
 */
export type ServerState = "idle" | "send response" | "send body" | "done" | "switched" | "closed";

/** Of each state what it becomes by what is done. */
export type Transitions<State extends string> = Readonly<Record<State, Readonly<Record<string, State>>>>;

export const CLIENT: Transitions<ClientState> = {
  "idle": { "request": "send body", "end of input": "closed", "peer error": "closed", "give up": "closed" },
  "send body": {
    "end of message": "done",
    "end of input": "closed",
    "peer error": "closed",
    "give up": "closed",
  },
  "done": { "next cycle": "idle", "switch protocols": "switched", "give up": "closed" },
  "switched": { "give up": "closed" },
  "closed": {},
};

export const SERVER: Transitions<ServerState> = {
  "idle": { "request": "send response", "peer error": "send response", "give up": "closed" },
  "send response": { "respond": "send body", "switch protocols": "switched", "give up": "closed" },
  "send body": { "end of response": "done", "give up": "closed" },
  "done": { "next cycle": "idle", "give up": "closed" },
  "switched": { "give up": "closed" },
  "closed": {},
};

/**
 * The state after an action.
 *
 * @throws {Error} if the action is not legal in this state: a bug of ours
 */
export function transition<State extends string>(
  table: Transitions<State>,
  state: State,
  action: string,
): State {
  const next = table[state][action];
  if (next === undefined) throw new Error(`"${action}" is not legal in state "${state}"`);
  return next;
}

/**
 * Tables as a Mermaid state diagram.
 *
 * @param sides by their names; the server's connection by default
 */
export function stateDiagram(
  sides: Readonly<Record<string, Transitions<string>>> = { client: CLIENT, server: SERVER },
): string {
  const side = (name: string, table: Transitions<string>): string[] => [
    `  state "${name}" as ${name} {`,
    ...Object.entries(table).flatMap(([from, actions]) =>
      Object.entries(actions).map(([action, to]) => `    ${id(name, from)} --> ${id(name, to)}: ${action}`)
    ),
    ...Object.keys(table).map((state) => `    ${id(name, state)}: ${state}`),
    "  }",
  ];
  const id = (name: string, state: string) => `${name}_${state.replaceAll(" ", "_")}`;
  const drawn = Object.entries(sides).flatMap(([name, table]) => side(name, table));
  return ["stateDiagram-v2", ...drawn].join("\n") + "\n";
}
