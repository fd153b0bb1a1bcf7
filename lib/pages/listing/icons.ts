/**
 * Which icon a row of a listing has: a letter, of which the style sheet makes a picture, so that ten thousand rows carry
 * nothing else.
 *
 * @module
 */
import type { FolderEntry } from "../../http/origin.ts";

/** Folder, image, video, audio, text, archive, program, other. */
export type Icon = "d" | "i" | "v" | "a" | "t" | "z" | "p" | "o";

const ICON_OF_EXTENSION: ReadonlyMap<string, Icon> = new Map(
  ([
    ["i", "apng avif bmp gif heic ico jpeg jpg jxl png svg tif tiff webp"],
    ["v", "avi m4v mkv mov mp4 mpeg mpg ogv webm"],
    ["a", "aac aif flac m4a mid mp3 oga ogg opus wav"],
    [
      "t",
      "c conf cpp css csv go h htm html ini java js json log md mjs php pl py rb rs rst sh sql tex toml ts tsv " +
      "tsx txt vtt xml yaml yml",
    ],
    ["z", "7z br bz2 deb gz iso jar rar rpm tar tgz xz zip zst"],
  ] as const).flatMap(([icon, extensions]) =>
    extensions.split(" ").map((extension) => [extension, icon] as const)
  ),
);

/** Strokes in a square of 24, which the style sheet colours by masking; `u` leads to the parent folder. */
export const ICON_PATHS: Readonly<Record<Icon | "u", string>> = {
  d: "M3 6v13h18V8h-9l-2-3H3z",
  i: "M4 4h16v16H4zM4 17l5-5 4 4 3-3 4 4M15 8.5h.01",
  v: "M3 5h18v14H3zM10 9v6l5-3z",
  a: "M9 18V5l11-2v13M9 18a3 3 0 1 1-3-3 3 3 0 0 1 3 3zM20 16a3 3 0 1 1-3-3 3 3 0 0 1 3 3z",
  t: "M6 3h8l5 5v13H6zM14 3v5h5M9 13h7M9 17h5",
  z: "M4 8h16v12H4zM3 4h18v4H3zM10 12h4",
  p: "M3 5h18v14H3zM7 9l3 3-3 3M12 15h5",
  o: "M6 3h8l5 5v13H6zM14 3v5h5",
  u: "M9 5L4 10l5 5M4 10h11a5 5 0 0 1 0 10h-3",
};

/** A rule by which what matches a selector has an icon. */
export function iconStyle(selector: string, path: string): string {
  return `${selector}::before{--i:url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' ` +
    `fill='none' stroke='%23000' stroke-width='1.7' stroke-linejoin='round' stroke-linecap='round'%3E` +
    `%3Cpath d='${path}'/%3E%3C/svg%3E")}`;
}

/** By kind and by the extension of its name. */
export function iconOf(entry: Pick<FolderEntry, "name" | "kind"> & { readonly isProgram?: true }): Icon {
  if (entry.kind === "directory") return "d";
  if (entry.isProgram) return "p";
  const dot = entry.name.lastIndexOf(".");
  return dot < 0 ? "o" : ICON_OF_EXTENSION.get(entry.name.slice(dot + 1).toLowerCase()) ?? "o";
}
