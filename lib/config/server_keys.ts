/**
 * The keys of a server that no location has, but for `locations`. Its other keys are those that its locations inherit: see
 * location_keys.ts.
 *
 * @module
 */
import { oneOrMany, parsed } from "./decoder.ts";
import { withDefault } from "./key.ts";
import { parseServerName } from "./names.ts";
import { ADDRESS, parseAddress } from "./values.ts";

/** The keys that only a server has. */
export const SERVER_KEYS = {
  listen: withDefault({
    decoder: () => oneOrMany(parsed(ADDRESS, parseAddress)),
    default: "8080",
    meaning: "addresses; port 0 is any free one",
  }),
  serverName: withDefault({
    decoder: () => oneOrMany(parsed("a server name", parseServerName)),
    default: { text: "none", value: () => [] },
    meaning: "names; `*.x` is any number of labels before `.x`",
  }),
};
