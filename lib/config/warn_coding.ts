/**
 * What is said of compression and has no effect, or does no good.
 *
 * @module
 */
import { isAmong } from "../http/content_coding.ts";
import { isList } from "./decoder.ts";
import { quote, type Report } from "./issues.ts";
import type { LocationSection, ServerSection } from "./schema.ts";
import type { LocationConfig, ServerConfig } from "./types.ts";

/** Compressed by themselves, each standing for its kind. */
const COMPRESSED: readonly string[] = [
  ..."image/png image/jpeg image/gif image/webp image/avif video/mp4 video/webm audio/mpeg audio/ogg".split(
    " ",
  ),
  ..."font/woff font/woff2 application/zip application/gzip application/zstd application/x-xz".split(" "),
  ..."application/x-7z-compressed application/x-bzip2".split(" "),
];

/** Warns of what a server and its locations say of compression. @param server what was decoded from the section */
export function warnAboutCoding(server: ServerConfig, section: ServerSection, report: Report): void {
  checkCoding(section, [server.fallback, ...server.locations], report);
  for (const [index, [, own]] of (section.values.locations ?? []).entries()) {
    checkCoding(own, [server.locations[index]!], report);
  }
}

/** @param places that have what is written, unless they say otherwise */
function checkCoding(
  section: ServerSection | LocationSection,
  places: readonly LocationConfig[],
  report: Report,
): void {
  const types = section.at("compression_types"), on = section.at("compression");
  if (types !== undefined && places.every(({ coding }) => coding.compression.length === 0)) {
    report(types, "without effect: compression is off here");
  } else if (types !== undefined) {
    const nodes = isList(types.value) ? types.value : [types];
    for (const [index, type] of (section.values.compression_types ?? []).entries()) {
      const compressed = COMPRESSED.find((known) => isAmong(known, new Set([type])));
      if (compressed === undefined) continue;
      const named = compressed === type ? "" : ` (${compressed})`;
      report(nodes[index]!, `${quote(type)} is compressed by itself${named}: doing it twice only takes time`);
    }
  }
  const precompressed = section.at("precompressed");
  if (precompressed !== undefined && !places.some(hasFiles)) {
    report(precompressed, "without effect: no files are sent here");
  }
  if (on !== undefined && section.values.compression?.length !== 0 && places.every(forbidsTransforming)) {
    report(on, "without effect: Cache-Control: no-transform, which is sent here, forbids it");
  }
}

function hasFiles({ answer, files, programs, proxy, store }: LocationConfig): boolean {
  const isElsewhere = answer.return ?? programs.cgiScript ?? programs.fastcgiPass ?? proxy.proxyPass;
  return isElsewhere === undefined &&
    (files.alias ?? files.root ?? files.bucket ?? store.uploadStore) !== undefined;
}

/** All answers do. */
export function forbidsTransforming({ answer: { addHeader } }: LocationConfig): boolean {
  return addHeader.some(([name, value]) =>
    name.toLowerCase() === "cache-control" && /(?:^|[,\s])no-transform(?:[,\s]|$)/i.test(value)
  );
}
