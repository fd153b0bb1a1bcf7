/**
 * The keys of a server that no location has, but for `locations`. Its other keys are those that its locations inherit: see
 * location_keys.ts.
 *
 * @module
 */
import { oneOrMany, parsed } from "./decoder.ts";
import { optional, withDefault } from "./key.ts";
import { path } from "./key_decoders.ts";
import { parseAllowedHost, parseHsts, parseServerName } from "./names.ts";
import { ADDRESS, parseAddress } from "./values.ts";

/** The key allowed_hosts, at the top of the file and in a server. */
export const ALLOWED_HOSTS = withDefault({
  decoder: () => oneOrMany(parsed("a host name", parseAllowedHost)),
  default: { text: "none", value: () => [], example: "[box.test]" },
  meaning: 'other names that a loopback address is asked by; `"*"` is any',
});

/** The keys that only a server has. */
export const SERVER_KEYS = {
  listen: withDefault({
    decoder: () => oneOrMany(parsed(ADDRESS, parseAddress)),
    default: "8080",
    meaning: 'addresses; port 0 is any free one; `"8443 ssl"` speaks TLS there',
  }),
  serverName: withDefault({
    decoder: () => oneOrMany(parsed("a server name", parseServerName)),
    default: { text: "none", value: () => [], example: '[localhost, "*.example.test"]' },
    meaning: "names; `*.x` is any number of labels before `.x`",
  }),
  /** PEM, the certificate of the server first. The main thread alone reads it, and its key. */
  sslCertificate: optional({
    decoder: (folder) => path("a PEM file", folder),
    example: "certs/site.pem",
    meaning: "PEM file with the certificate for TLS, and those that lead to its authority behind it",
  }),
  sslCertificateKey: optional({
    decoder: (folder) => path("a PEM file", folder),
    example: "certs/site.key",
    meaning: "PEM file with the key of that certificate; it is never sent, wherever it lies",
  }),
  /** The value of Strict-Transport-Security. */
  hsts: optional({
    decoder: () => parsed("a value of Strict-Transport-Security", parseHsts),
    example: '"max-age=31536000"',
    meaning: "Strict-Transport-Security, sent over TLS only",
  }),
  /** Names that are answered on the server's addresses besides the server names. */
  allowedHosts: ALLOWED_HOSTS,
};
