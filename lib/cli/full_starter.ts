/**
 * The webserv.yaml of `webserv init --full`: the starter's, with every other key as a comment that is valid without its #.
 *
 * @module
 */
import { KEY_SECTIONS, type KeyEntry, type KeySection, plainMeaning } from "../config/key_list.ts";

/** Columns of a comment. */
const WIDTH = 100;

const HEAD =
  `# Every key of webserv.yaml. A line with a # and no space behind it is a key that is not set: what stands
# there is what holds without it, or an example where the comment says so. Take the # away to set it (for
# one in timeouts or limits also the # of that line). Check the file with: webserv check
`;

/** Keys of the server that the starter sets. */
const SET: ReadonlySet<string> = new Set(["listen", "root"]);

/** Beside other locations a server has none: it would answer everything. */
const ONLY_IN_LOCATIONS: ReadonlySet<string> = new Set(["return"]);

/** The file, whole. */
export function fullStarter(): string {
  const top = keysOf("top"), shared = keysOf("shared");
  const inServer = [...keysOf("server"), ...shared.filter(({ word }) => !ONLY_IN_LOCATIONS.has(word))];
  const inLocation = [...keysOf("location"), ...shared.filter(({ word }) => ONLY_IN_LOCATIONS.has(word))];
  const programs = [keyOf("alias", "cgi-bin"), keyOf("cgi")];
  return [
    HEAD,
    ...top.flatMap((key) => lines(key, "", false)),
    ...(["timeouts", "limits"] as const).flatMap((section) => [
      `#${section}:`,
      ...keysOf(section).flatMap((key) => lines(key, "  ", false)),
    ]),
    "",
    "servers:",
    "  -",
    ...inServer.flatMap((key) => lines(key, "    ", SET.has(key.word))),
    "    locations:",
    "      # Programs. What a server may say a location may say too, for what lies below it.",
    "      /cgi-bin/:",
    ...programs.flatMap((key) => lines(key, "        ", true)),
    "      # What only a location may say.",
    "      /example/:",
    ...inLocation.flatMap((key) => lines(key, "        ", false)),
    "",
  ].join("\n");
}

function keysOf(section: KeySection): readonly KeyEntry[] {
  return KEY_SECTIONS.find((known) => known.section === section)!.keys;
}

/** A key of locations, with another example. */
function keyOf(word: string, example?: string): KeyEntry {
  const key = [...keysOf("shared"), ...keysOf("location")].find((known) => known.word === word)!;
  return example === undefined ? key : { ...key, example };
}

function lines(
  { word, meaning, defaultText, example }: KeyEntry,
  indent: string,
  isSet: boolean,
): string[] {
  const isExample = !isSet && example !== defaultText;
  const without = defaultText === "" ? "" : `; without it: ${defaultText}`;
  const words = `${plainMeaning(meaning)}${isExample ? ` (an example${without})` : ""}`;
  const comment = words.match(new RegExp(`.{1,${WIDTH - indent.length}}(?= |$)|\\S+`, "g")) ?? [];
  return [
    ...comment.map((line) => `${indent}# ${line.trim()}`),
    `${indent}${isSet ? "" : "#"}${word}: ${example}`,
  ];
}
