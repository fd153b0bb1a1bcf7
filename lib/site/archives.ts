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
import { HttpError, refusal } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import type { Response } from "../http/message.ts";
import type { FolderEntry } from "../http/origin.ts";
import type { DecodedPath } from "../http/path.ts";
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
 * @returns 400 for another form, 404 if the folder has none of the names
 */
export async function answerArchive(
  exchange: Exchange,
  asked: URLSearchParams,
): Promise<Response | HttpError> {
  const format = asked.get("archive");
  if (format !== "zip" && format !== "tar") return UNKNOWN_FORMAT;
  const { path } = exchange, names = asked.getAll("name").map((name) => name.replace(/\/$/, ""));
  const first = await readable(exchange, path, names.length === 0 ? undefined : new Set(names));
  if (names.length > 0 && first.length === 0) return refusal(404);
  const { type, make } = FORMATS[format];
  return {
    status: 200,
    fields: FieldBlock.of(
      ["Content-Type", type],
      ["Content-Disposition", attachmentDisposition(`${nameOf(exchange, names)}.${format}`)],
      ["Cache-Control", "no-cache"],
    ),
    body: new ArchiveSource(make(entriesOf(exchange, path, "", first, 0))),
  };
}

/** What it is saved as: the one entry's name, the folder's, or the host's. */
function nameOf({ path, request }: Exchange, names: readonly string[]): string {
  if (names.length === 1) return names[0]!;
  return path.split("/").at(-2) || request.host || "files";
}

/** PERF: a folder is looked into when its turn comes, so that no more than one folder on each level is held. */
async function* entriesOf(
  exchange: Exchange,
  path: DecodedPath,
  prefix: string,
  entries: readonly FolderEntry[],
  depth: number,
): AsyncGenerator<ArchiveEntry> {
  for (const { name, kind, modified } of entries) {
    if (kind === "directory") {
      const below: DecodedPath = `${path}${name}/`;
      yield { path: prefix + name, kind, size: 0, modified, open: () => NOTHING };
      if (depth === DEEPEST) continue;
      yield* entriesOf(exchange, below, `${prefix}${name}/`, await readable(exchange, below), depth + 1);
    } else {
      const { location } = exchange,
        found = await location.origin!.find(location.originPath(`${path}${name}`));
      // It may be gone by now.
      if (found?.kind !== "file") continue;
      const { size } = found;
      yield {
        path: prefix + name,
        kind,
        size,
        modified: found.modified,
        open: () => found.open([{ start: 0, end: size }]),
      };
    }
  }
}

const NOTHING = { length: 0, prompt: true, read: () => Promise.resolve(null), close: () => {} };

/** What GET would send or list of a folder, in the order of their names, which is the same everywhere. @throws {FileError} */
async function readable(
  exchange: Exchange,
  path: DecodedPath,
  names?: ReadonlySet<string>,
): Promise<FolderEntry[]> {
  const { location } = exchange;
  const all = await location.origin!.list(
    location.originPath(path),
    (name) => !name.startsWith(".") && (names === undefined || names.has(name)),
  );
  return all
    .filter(({ name, kind, isLink }) =>
      !isLink && mayRead(exchange, `${path}${name}${kind === "directory" ? "/" : ""}`)
    )
    .sort((a, b) => a.name < b.name ? -1 : 1);
}
