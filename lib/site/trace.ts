/**
 * How a request is answered, for whoever wants to know: the inspector, and `webserv explain`.
 *
 * @module
 */
import type { LocationConfig, ServerConfig } from "../config/types.ts";

/** Who makes an answer. Paths are those of files, absolute. */
export type AnsweredBy =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "listing"; readonly path: string }
  /** A CGI program: the words that it is started with, the script among them. */
  | { readonly kind: "program"; readonly path: string; readonly command: readonly string[] }
  /** `server`: as the configuration has it, an address or a command. */
  | { readonly kind: "fastcgi"; readonly path: string | undefined; readonly server: string }
  /** `upstream`: the URL of the server that was asked, or would be. */
  | { readonly kind: "proxy"; readonly upstream: string }
  | { readonly kind: "return" }
  | { readonly kind: "store"; readonly path: string }
  /** What lies in a bucket: `path` is `s3://BUCKET/KEY`. A listing or a store there is told as such, with such a path. */
  | { readonly kind: "object"; readonly path: string }
  /** This server itself: an error without a page of the site, OPTIONS, what lies below `/.webserv/`. */
  | { readonly kind: "server" };

/**
 * Takes down what is decided about one request. Whoever decides calls `exchange.trace?.…`: where nobody wants to know
 * there is none, and nothing is made for it.
 */
export interface Trace {
  /** The server that the request's host has led to. */
  server(config: ServerConfig): void;
  /** The exchange is in a location: the first one, or that of an internal redirect to the path. */
  location(config: LocationConfig, path: string): void;
  /**
   * Who answers, as far as is known; the last one counts. Of what nobody says anything, this server itself answers. A
   * program that has failed is still the one that was to answer, unless error_page names another.
   */
  answeredBy(who: AnsweredBy): void;
  /** A line of what a program has said on its standard error. */
  programSaid(line: string): void;
  /**
   * Why something was decided, in words for people; nothing is called for it on the common path without need.
   *
   * @param key the file's word of the key that has decided, as in `Lines.keys`
   */
  because?(text: string, key?: string): void;
}
