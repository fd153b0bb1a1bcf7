/**
 * One request and its answer as the inspector has them, between threads and as it shows them. Times are milliseconds.
 *
 * @module
 */

/** A field line, its name as it was sent. */
export interface RecordedField {
  readonly name: string;
  readonly value: string;
}

/** A message without its start line. */
export interface RecordedMessage {
  readonly headers: readonly RecordedField[];
  /** The first bytes of the content, without its content coding: as text where it is UTF-8, else in base64. */
  readonly body: string;
  readonly encoding?: "base64";
  /** There was more than `body` has, or it is not kept any more. */
  readonly truncated: boolean;
  /** Bytes of the content, as far as it went, as they were sent. */
  readonly size: number;
}

/** Who made the answer, as a program reads it. */
export interface RecordedAnswerer {
  readonly kind: "file" | "listing" | "program" | "fastcgi" | "proxy" | "return" | "store" | "server";
  /** A file, a program's script, a folder: an absolute path. */
  readonly path?: string;
  /** The words that a program was started with. */
  readonly command?: readonly string[];
  /** A FastCGI server, or the URL of another server. */
  readonly upstream?: string;
}

/** How long each phase took; what did not happen is not there. */
export interface RecordedPhases {
  /** From the end of the request's head to the beginning of the answer: all that was done for it, the request's body included. */
  readonly wait: number;
  /** From there to the last byte that was handed to the system. */
  readonly send: number;
}

/** What a list of requests has of each: `GET /requests`. */
export interface RequestSummary {
  /** Counted over all workers; later requests have larger ones. */
  readonly id: number;
  /** When its head had been read, as in ISO 8601. */
  readonly time: string;
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  /** 0 where the client left before there was an answer. */
  readonly status: number;
  readonly duration_ms: number;
  readonly remote: string;
  /** The first name of the server, or its address; empty where the request came to none. */
  readonly server: string;
  /** The location as it is written, e.g. `= /x` or `/api/`; empty where no location was asked. */
  readonly location: string;
  /** Where the location (or its server) stands in webserv.yaml. */
  readonly line: number | null;
}

/** All that is known of one: `GET /requests/ID`. */
export interface RequestRecord extends RequestSummary {
  readonly protocol: "HTTP/1.0" | "HTTP/1.1" | "HTTP/2.0";
  readonly worker: number;
  /** Who has logged in; null: nobody. */
  readonly user: string | null;
  readonly phases: RecordedPhases;
  readonly answered_by: RecordedAnswerer | null;
  /** Paths that it was sent on to within the server. */
  readonly redirects: readonly string[];
  /** What a program said on its standard error, the last lines. */
  readonly stderr: readonly string[];
  /** Why it is an error; what was slow or broken on purpose. */
  readonly why: string | null;
  readonly weather: readonly string[];
  readonly request: RecordedMessage;
  readonly response: RecordedMessage & { readonly reason: string };
}
