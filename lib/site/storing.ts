/**
 * Requests that write to a location's store.
 *
 * @module
 */
import { withPlainTags } from "../coding/tags.ts";
import { joinPath } from "../disk/place.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import { type Outcome, type Request, requestWith } from "../http/message.ts";
import { post } from "../store/post.ts";
import { put } from "../store/put.ts";
import type { StoreTarget, TreeTarget } from "../store/target.ts";
import type { Exchange } from "./exchange.ts";
import { fromElsewhere, isForeign } from "./foreign.ts";
import { liveReloadOf } from "./live_reload.ts";
import { isResumable } from "./resumable_requests.ts";
import type { Location } from "./location.ts";
import { storeTargetOf } from "./store_targets.ts";

type Writer = (request: Request, target: StoreTarget) => Promise<Outcome>;

/** PERF: what most stores are never asked for is loaded when it is. */
const WRITERS: ReadonlyMap<string, Writer> = new Map<string, Writer>([
  ["PUT", put],
  ["POST", post],
  ["DELETE", async (request, target) => (await import("../store/remove.ts")).remove(request, target)],
]);

type TreeWriter = (request: Request, target: TreeTarget) => Promise<Outcome>;

/** The same for what is only done on this machine's disk. */
const TREE_WRITERS: ReadonlyMap<string, TreeWriter> = new Map<string, TreeWriter>([
  ["MKCOL", async (request, target) => (await import("../store/mkcol.ts")).mkcol(request, target)],
  ["COPY", async (request, target) => (await import("../store/transfer.ts")).copy(request, target)],
  ["MOVE", async (request, target) => (await import("../store/transfer.ts")).move(request, target)],
]);

/** Answers what writes into the location's store, and asks about uploads; undefined for everything else. @throws {FileError} */
export function answerFromStore(exchange: Exchange): MaybePromise<Outcome> | undefined {
  const { location, path, trace } = exchange;
  // Who writes names the place: no index and no try_files chooses it.
  if (exchange.isChosen) return undefined;
  const { method } = exchange.request, resumes = isResumable(exchange);
  const write = resumes ? resumer(exchange) : writerOf(method, location);
  if (write === undefined) return undefined;
  const { config: { access } } = location;
  if (!access.cors && isForeign(exchange.request)) return fromElsewhere(exchange.request);
  const place = location.storePath(path), store = location.store!;
  trace?.answeredBy({ kind: "store", path: joinPath(store.root, place) });
  if (store.instead !== undefined) return store.instead;
  // Whoever has read a coding of the file has read the file, and so has who has read it with a script behind it.
  const fields = withPlainTags(exchange.request, undefined);
  const request = fields === exchange.request.fields
    ? exchange.request
    : requestWith(exchange.request, { fields });
  const plain = liveReloadOf(exchange)?.asPlain(request) ?? request, target = storeTargetOf(exchange);
  // What has come of an upload is nobody's but its creator's, whoever has locked what it will become.
  const isOfUpload = resumes && (method === "HEAD" || method === "DELETE");
  if (!exchange.server.hasLocks || isOfUpload || location.trees === undefined) return write(plain, target);
  return import("./dav_writes.ts").then(({ answerGuarded }) =>
    answerGuarded(exchange, { request: plain, target, run: write })
  );
}

function writerOf(method: string, { trees }: Location): Writer | undefined {
  const inTrees = trees && TREE_WRITERS.get(method);
  return inTrees ? (request, target) => inTrees(request, { ...target, store: trees }) : WRITERS.get(method);
}

/** PERF: what it takes is loaded with the first upload that wants it. */
function resumer(exchange: Exchange): Writer {
  return async (request, target) => {
    const { answerResumable } = await import("./resumable.ts");
    return await answerResumable(exchange, request, target);
  };
}
