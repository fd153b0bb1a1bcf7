/**
 * Folders as one file: `?archive=zip` and `?archive=tar` of a folder that is listed.
 *
 * @module
 */
import type { ArchiveEntry } from "../archive/entry.ts";
import { ArchiveSource } from "../archive/source.ts";
import { tar } from "../archive/tar.ts";
import { zip } from "../archive/zip.ts";
import { attachmentDisposition } from "../http/content_disposition.ts";
import { busy, HttpError, refusal } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import type { Response } from "../http/message.ts";
import type { FolderEntry, HeldRepresentation } from "../http/origin.ts";
import type { DecodedPath } from "../http/path.ts";
import { FileError } from "../ports.ts";
import type { Exchange } from "./exchange.ts";
import { mayRead } from "./rights.ts";

/** Folders within folders, at most: what is deeper is a circle, or nothing that a program could unpack. */
const DEEPEST = 200;

const FORMATS = {
  zip: { type: "application/zip", make: zip },
  tar: { type: "application/x-tar", make: tar },
};

const UNKNOWN_FORMAT = new HttpError(400, "an archive of a form that is not made", {
  advice: "A folder can be had as ?archive=zip or ?archive=tar.",
});

/**
 * Answers with what is in the exchange's folder, or with those of its entries that the query names: nothing that GET would refuse, no
 * links, and no names that start with a dot.
 *
 * @returns 400 for another form, 404 if the folder has none of the names, 503 if too many are made at once
 * @throws {FileError} if the folder cannot be read
 */
export async function answerArchive(
  exchange: Exchange,
  asked: URLSearchParams,
): Promise<Response | HttpError> {
  const format = asked.get("archive");
  if (format !== "zip" && format !== "tar") return UNKNOWN_FORMAT;
  const { path, services: { listings: { archives } } } = exchange;
  const names = asked.getAll("name").map((name) => name.replace(/\/$/, ""));
  if (archives.isFull) {
    return busy("Too many archives are made at once", `${archives.most} archives are made`);
  }
  archives.enter();
  try {
    const first = await readable(exchange, path, names.length === 0 ? undefined : new Set(names));
    if (names.length === 0 || first.length > 0) {
      const { type, make } = FORMATS[format], pieces = make(entriesOf(exchange, path, "", first, 0));
      return {
        status: 200,
        fields: FieldBlock.of(
          ["Content-Type", type],
          ["Content-Disposition", attachmentDisposition(`${nameOf(exchange, names)}.${format}`)],
          ["Cache-Control", "no-cache"],
        ),
        body: new ArchiveSource(pieces, () => archives.leave()),
      };
    }
  } catch (error) {
    archives.leave();
    throw error;
  }
  archives.leave();
  return refusal(404);
}

/** What it is saved as: the one entry's name, the folder's, or the host's. */
function nameOf({ path, request }: Exchange, names: readonly string[]): string {
  if (names.length === 1) return names[0]!;
  return path.split("/").at(-2) || request.host || "files";
}

/**
 * What cannot be had any more, or may not be read, is left out, as GET would refuse it.
 *
 * PERF: a folder is looked into when its turn comes, so that no more than one folder on each level is held.
 *
 * @throws {FileError} of another problem
 */
async function* entriesOf(
  exchange: Exchange,
  path: DecodedPath,
  prefix: string,
  entries: readonly FolderEntry[],
  depth: number,
): AsyncGenerator<ArchiveEntry> {
  const turn = exchange.services.listings.turns.begin();
  for (const { name, kind, modified } of entries) {
    if (turn.isOver()) await turn.next();
    if (kind === "file") {
      yield* fileAt(exchange, `${path}${name}`, prefix + name);
      continue;
    }
    const below: DecodedPath = `${path}${name}/`;
    const inside = depth === DEEPEST ? [] : await unlessRefused(() => readable(exchange, below));
    if (inside === undefined) continue;
    // The forms want a time, and a bucket's folders have none.
    const time = modified ?? exchange.services.files.clock.now();
    yield { path: prefix + name, kind, size: 0, modified: time, open: () => NOTHING };
    yield* entriesOf(exchange, below, `${prefix}${name}/`, inside, depth + 1);
  }
}

/**
 * One file, which is open before anything is said of it: what is replaced or removed from then on is whole in the archive.
 *
 * PERF: nothing of it is kept, so that an archive does not drive out what others ask for.
 */
async function* fileAt(
  { location }: Exchange,
  path: DecodedPath,
  as: string,
): AsyncGenerator<ArchiveEntry> {
  const origin = location.origin!, at = location.originPath(path);
  const found = await unlessRefused(async () => await (origin.hold ? origin.hold(at) : origin.find(at)));
  if (found?.kind !== "file") return;
  const { size, modified } = found;
  try {
    yield { path: as, kind: "file", size, modified, open: () => found.open([{ start: 0, end: size }]) };
  } finally {
    if ("close" in found) (found as HeldRepresentation).close();
  }
}

/** What an act gives; undefined where what it looks at is gone, or may not be looked at. @throws {FileError} */
async function unlessRefused<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof FileError && (error.problem === "not found" || error.problem === "denied")) {
      return undefined;
    }
    throw error;
  }
}

const NOTHING = { length: 0, prompt: true, read: () => Promise.resolve(null), close: () => {} };

/** SECURITY: to programs on Windows a backslash parts folders, and such a name would lead out of the one that is unpacked to. */
const LEADS_AWAY = /^\.|(?:^|\\)\.\.?(?:\\|$)|^\\|^[a-z]:\\/i;

/** What GET would send or list of a folder, in the order of their names, which is the same everywhere. @throws {FileError} */
async function readable(
  exchange: Exchange,
  path: DecodedPath,
  names?: ReadonlySet<string>,
): Promise<FolderEntry[]> {
  const { location, services: { listings: { turns } } } = exchange;
  const all = await location.origin!.list(
    location.originPath(path),
    (name) => !LEADS_AWAY.test(name) && (names === undefined || names.has(name)),
  );
  const turn = turns.begin(), found: FolderEntry[] = [];
  for (const entry of all) {
    if (turn.isOver()) await turn.next();
    const { name, kind, isLink } = entry;
    if (!isLink && mayRead(exchange, `${path}${name}${kind === "directory" ? "/" : ""}`)) found.push(entry);
  }
  return found.sort((a, b) => a.name < b.name ? -1 : 1);
}
