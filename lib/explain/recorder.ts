/**
 * Takes down how a request goes through the site.
 *
 * @module
 */
import type { LocationConfig, ServerConfig } from "../config/types.ts";
import type { AnsweredBy, Trace } from "../site/trace.ts";

/** Why something was decided. @property key the file's word of what has decided it */
export interface Reason {
  readonly text: string;
  readonly key: string | undefined;
}

/** A path in its location. */
export interface Hop {
  readonly config: LocationConfig;
  readonly path: string;
  /** It is the page of an error. */
  readonly isErrorPage: boolean;
  /** What was decided there, in order. */
  readonly reasons: Reason[];
}

/** All decisions about one request. */
export class Recorder implements Trace {
  serverConfig: ServerConfig | undefined;
  readonly hops: Hop[] = [];
  by: AnsweredBy = { kind: "server" };
  /** The first of several other servers is asked first, as a rule. */
  readonly upstreams: string[] = [];
  #isErrorPage = false;

  server(config: ServerConfig): void {
    this.serverConfig = config;
  }

  location(config: LocationConfig, path: string): void {
    this.hops.push({ config, path, isErrorPage: this.#isErrorPage, reasons: [] });
  }

  answeredBy(who: AnsweredBy): void {
    this.by = who;
    if (who.kind === "proxy") this.upstreams.push(who.upstream);
  }

  programSaid(): void {}

  because(text: string, key?: string): void {
    this.hops.at(-1)?.reasons.push({ text, key });
    if (key === "error_page") this.#isErrorPage = true;
  }

  /** Where the answer gets its fields: the last hop that is no error's page. */
  get last(): Hop | undefined {
    return this.hops.findLast(({ isErrorPage }) => !isErrorPage);
  }
}
