/**
 * Locks hold for every way of writing: what is written to a store of which some location is mounted by WebDAV goes through
 * here, whatever location it comes in by. A write asks for its lease when all of its content is there, so that no lock
 * waits for a slow client; and is refused before, where a lock forbids it already.
 *
 * @module
 */
import type { ShownLock } from "../dav/lock_questions.ts";
import type { Write } from "../dav/lock_table.ts";
import { sentTimeOf } from "../dav/dav_fields.ts";
import { PropertyFiles } from "../disk/property_files.ts";
import type { StoreFolder } from "../disk/store_folder.ts";
import { destinationOf } from "../http/destination.ts";
import { andThen } from "../http/maybe_promise.ts";
import { busy, HttpError } from "../http/errors.ts";
import type { Outcome, Request, RequestBody, Response } from "../http/message.ts";
import { requestWith } from "../http/message.ts";
import type { Destination, StoreTarget } from "../store/target.ts";
import { prefers } from "../http/accept.ts";
import { type Conditions, conditionsOf } from "./dav_conditions.ts";
import { askLocks, locked, lockedParts, lockPath } from "./dav_locks.ts";
import type { Exchange } from "./exchange.ts";

/** A request that writes, and what writes. */
export interface GuardedWrite {
  readonly request: Request;
  readonly target: StoreTarget;
  run(request: Request, target: StoreTarget): Promise<Outcome>;
}

/** How often the end of a write is told, and how long after each other, in milliseconds. */
const ATTEMPTS = 5, PAUSE = 500;

/** What clients leave lies beside the files, wherever they are written from. */
const COMPANIONS = new PropertyFiles();

/** Thrown where a lock forbids what has come so far. */
class Held {
  constructor(readonly locks: readonly ShownLock[]) {}
}

/** Lets a request write if no lock of somebody else forbids it, and no condition of its own. @throws {HttpError | FileError} */
export async function answerGuarded(exchange: Exchange, write: GuardedWrite): Promise<Outcome> {
  const conditions = conditionsOf(exchange);
  if (conditions instanceof HttpError) return conditions;
  const guard = new WriteGuard(exchange, conditions);
  try {
    return hasContent(write.request) ? await guard.runAtEnd(write) : await guard.run(write);
  } catch (error) {
    if (error instanceof Held) return guard.refused(error.locks);
    throw error;
  } finally {
    await guard.end();
  }
}

/** Its content is stored, so that it writes only when all of it has come. */
function hasContent({ method }: Request): boolean {
  return method === "PUT" || method === "POST" || method === "PATCH";
}

/**
 * PERF: of little content nobody is spared the sending, so one question does. An upload that goes on later leaves something
 * behind before its content has come.
 */
function isSoonThere({ method, body: { length }, fields }: Request): boolean {
  return method !== "PATCH" && length !== undefined && length <= LITTLE && !fields.has("upload-complete");
}

/** Bytes. */
const LITTLE = 64 * 1024;

/** Owns the lease of one request. */
class WriteGuard {
  readonly #path: string | undefined;
  readonly #named: string[] = [];
  #lease: number | undefined;
  /** What is not there any more when the request has been answered well. */
  #gone: readonly { path: string; itself: boolean }[] = [];

  constructor(readonly exchange: Exchange, readonly conditions: Conditions) {
    const { location, path } = exchange;
    this.#path = lockPath(location.trees!, location.storePath(path));
  }

  /** @throws {Held | HttpError} */
  async runAtEnd({ request, target, run }: GuardedWrite): Promise<Outcome> {
    if (!isSoonThere(request)) {
      const refused = await this.conditions.check();
      if (refused !== undefined) return refused;
      await this.#ask(this.#writes(), false);
    }
    const body = withEnd(request.body, async () => {
      // It may have come long after the first look.
      const refused = await this.conditions.check();
      if (refused !== undefined) throw refused;
      await this.#ask(this.#writes(), true);
    });
    const modified = request.method === "PUT" ? sentTimeOf(request.fields) : undefined;
    const outcome = await run(requestWith(request, { body }), {
      ...target,
      modified,
      naming: (name) => void this.#named.push(name),
    });
    if (!isDone(outcome)) return outcome;
    // What has been left beside an earlier file of the name, which somebody removed by another way, is not its.
    if (outcome.status === 201 && request.method === "PUT") await this.#forgetProperties();
    return modified === undefined ? outcome : withTimeTaken(outcome);
  }

  /** @throws {Held | HttpError} */
  async run({ request, target, run }: GuardedWrite): Promise<Outcome> {
    await this.#ask(this.#writes(), true);
    const refused = await this.conditions.check();
    if (refused !== undefined) return refused;
    const { destination } = target;
    const outcome = await run(request, {
      ...target,
      companions: COMPANIONS,
      destination: destination && ((path) => andThen(destination(path), withCompanions)),
    });
    if (isDone(outcome)) this.#forget(request);
    return outcome;
  }

  /** Whatever comes of that, the answer is what has come of the write. */
  async end(): Promise<void> {
    const { services } = this.exchange, { clock } = services.files;
    for (let attempt = 0; this.#lease !== undefined && attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await new Promise<void>((resolve) => clock.after(PAUSE, resolve));
      try {
        await askLocks(services, { do: "end", lease: this.#lease, gone: this.#gone });
        this.#lease = undefined;
      } catch (error) {
        // The main thread has too much to do: it forgets the lease by itself in the end.
        if (!(error instanceof HttpError)) throw error;
      }
    }
  }

  /** What is in the way: the locks of the place itself, or of what is in it. */
  refused(held: readonly ShownLock[]): Outcome {
    const { request } = this.exchange, inside = held.filter(({ path }) => path.startsWith(`${this.#path}/`));
    if (
      request.method === "POST" &&
      prefers(request.fields.joined("accept"), ["application/xml", "text/html"]) === "text/html"
    ) {
      return LOCKED;
    }
    return inside.length === held.length && request.method !== "POST"
      ? lockedParts(this.exchange, held)
      : locked(this.exchange, held, "lock-token-submitted");
  }

  /** @throws {Held | HttpError} */
  async #ask(writes: readonly Write[], begins: boolean): Promise<void> {
    if (writes.length === 0 || this.#lease !== undefined) return;
    const { services, user } = this.exchange, { tokens } = this.conditions;
    const answer = await askLocks(services, { do: "write", writes, begins, tokens, user });
    if ("held" in answer) throw new Held(answer.held);
    if ("lease" in answer) this.#lease = answer.lease;
    else if ("is" in answer && answer.is === "busy") throw busy("Too many are writing at once");
  }

  /** What the request changes. A place that is nowhere is refused by whoever writes. */
  #writes(): Write[] {
    const path = this.#path, { method } = this.exchange.request;
    if (path === undefined) return [];
    switch (method) {
      case "POST":
        // A name of its own stands for one that is not known yet.
        return (this.#named.length === 0 ? [""] : this.#named).map((name) => ({
          path: `${path}/${name.toLowerCase()}`,
          kind: "member",
        }));
      case "COPY":
        return this.#destination("tree");
      case "MOVE":
        return [{ path, kind: "tree" }, ...this.#destination("tree")];
      case "DELETE":
        return [{ path, kind: "tree" }];
      case "PROPPATCH":
        return [{ path, kind: "content" }];
      case "PUT":
      case "PATCH":
        return [{ path, kind: this.#isThere() ? "content" : "member" }];
      default:
        return [{ path, kind: "member" }];
    }
  }

  #isThere(): boolean {
    const named = this.#place();
    return named !== undefined && named.folder.occupant(named.name).kind !== "nothing";
  }

  async #forgetProperties(): Promise<void> {
    const named = this.#place();
    if (named !== undefined) await COMPANIONS.removed(named);
  }

  #place(): { readonly folder: StoreFolder; readonly name: string } | undefined {
    const { location, path } = this.exchange, place = location.storePath(path);
    const slash = place.lastIndexOf("/"), folder = location.trees!.folder(place.slice(0, Math.max(slash, 0)));
    return typeof folder === "string" ? undefined : { folder, name: place.slice(slash + 1) };
  }

  #destination(kind: Write["kind"]): Write[] {
    const path = destinationOf(this.exchange.request);
    if (path instanceof HttpError) return [];
    const { location } = this.exchange.server.locations.find(path);
    const key = location.trees && lockPath(location.trees, location.storePath(path));
    return key === undefined ? [] : [{ path: key, kind }];
  }

  #forget({ method }: Request): void {
    if (this.#path === undefined || (method !== "DELETE" && method !== "MOVE" && method !== "COPY")) return;
    const source = method === "COPY" ? [] : [{ path: this.#path, itself: true }];
    // What has been replaced had others in it; a lock on the place itself holds on.
    this.#gone = [...source, ...this.#destinationGone(method)];
  }

  #destinationGone(method: string): { path: string; itself: boolean }[] {
    if (method === "DELETE") return [];
    return this.#destination("tree").map(({ path }) => ({ path, itself: false }));
  }
}

const LOCKED = new HttpError(423, undefined, {
  advice: "Somebody is working on this just now, and has locked it: try again later.",
});

/** A body that does something before it tells that it is over. */
function withEnd(body: RequestBody, act: () => Promise<void>): RequestBody {
  let isOver = false;
  return {
    length: body.length,
    async read(most) {
      const piece = await body.read(most);
      if (piece !== null || isOver) return piece;
      isOver = true;
      await act();
      return null;
    },
  };
}

function isDone(outcome: Outcome): outcome is Response {
  return "status" in outcome && !(outcome instanceof HttpError) && outcome.status < 207;
}

function withCompanions(target: Destination | HttpError): Destination | HttpError {
  return target instanceof HttpError ? target : { ...target, companions: COMPANIONS };
}

/** An answer that says what has become of a time that the sender gave. */
function withTimeTaken(response: Response): Response {
  return { ...response, fields: response.fields.append("X-OC-MTime", "accepted") };
}
