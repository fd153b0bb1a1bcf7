/**
 * All keys of webserv.yaml as they are told to people: docs/reference.md, the manual and `webserv help config` are made from
 * this list, and so is the file of `webserv init --full`.
 *
 * @module
 */
import type { Key } from "./key.ts";
import { LOCATION_KEYS } from "./location_keys.ts";
import { SERVER_KEYS } from "./server_keys.ts";
import { type Table, wordOf } from "./table.ts";
import { LIMIT_KEYS, TIMEOUT_KEYS, TOP_KEYS } from "./top_keys.ts";

/** Where a key stands. `shared` is a server, or one of its locations, which inherits it. */
export type KeySection = "top" | "timeouts" | "limits" | "server" | "shared" | "location";

/** One key. */
export interface KeyEntry {
  readonly section: KeySection;
  /** As it is written. */
  readonly word: string;
  /** With the mapping that it stands in: `timeouts.header`. */
  readonly name: string;
  /** In Markdown. */
  readonly meaning: string;
  /** Empty if it has none. */
  readonly defaultText: string;
  /** What may be written, as YAML on one line. */
  readonly example: string;
}

/** Every key once, in the reference's order. */
export function keyEntries(): KeyEntry[] {
  return [
    ...entriesOf(TOP_KEYS, () => "top"),
    ...entriesOf(TIMEOUT_KEYS, () => "timeouts", "timeouts."),
    ...entriesOf(LIMIT_KEYS, () => "limits", "limits."),
    ...entriesOf(SERVER_KEYS, () => "server"),
    ...entriesOf(LOCATION_KEYS, (key) => key.locationOnly ? "location" : "shared"),
  ];
}

const TITLES: readonly (readonly [KeySection, title: string])[] = [
  ["top", "At the top of the file"],
  ["timeouts", "In timeouts"],
  ["limits", "In limits"],
  ["server", "In a server, one of the list servers"],
  ["shared", "In a server, or in one of its locations, which inherits it"],
  ["location", "In a location only"],
];

/** The keys by where they stand. */
export const KEY_SECTIONS: readonly {
  readonly section: KeySection;
  readonly title: string;
  readonly keys: readonly KeyEntry[];
}[] = TITLES.map(([section, title]) => {
  return { section, title, keys: keyEntries().filter((key) => key.section === section) };
});

/** A meaning without its Markdown. */
export function plainMeaning(meaning: string): string {
  return meaning.replaceAll("`", "");
}

function entriesOf(
  table: Table,
  sectionOf: (key: Key<unknown, unknown>) => KeySection,
  prefix = "",
): KeyEntry[] {
  return Object.entries(table).map(([property, key]) => ({
    section: sectionOf(key),
    word: wordOf(property),
    name: prefix + wordOf(property),
    meaning: key.meaning,
    defaultText: key.defaultText,
    example: key.example,
  }));
}
