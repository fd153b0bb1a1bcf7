/**
 * The words that the parts of the benchmark share: rows, servers, and what was measured.
 *
 * @module
 */

/** What a row asks of a server. A server that does not have it is left out of the row. */
export type Feature =
  /** An answer of the right length, be it a file's or not. */
  | "answer"
  /** A file that does not fit into a buffer. */
  | "large"
  /** 404 for a file that is missing. */
  | "missing"
  /** 206 for a part. */
  | "range"
  /** 304 for what the client has already. */
  | "condition"
  /** `Connection: close` in the answer when it is in the request. */
  | "close"
  /** HTTP/1.1 over TLS, with the benchmark's certificate. */
  | "tls"
  /** HTTP/2 over TLS. */
  | "http2"
  /** CGI programs. */
  | "cgi"
  /** PUT stores a file. */
  | "put"
  /** Any number of servers on one address, told apart by their names. */
  | "names"
  /** Any number of locations. */
  | "locations"
  /** An access log in a file. */
  | "log"
  /** Scripts go to a FastCGI server. */
  | "fastcgi"
  /** All requests go to another server. */
  | "proxy"
  /** So do connections that switch protocols. */
  | "tunnel"
  /** All that is served lies in a bucket of an S3 storage. */
  | "bucket"
  /** Content in gzip, for clients that take it. */
  | "gzip"
  /** Content in brotli. */
  | "brotli"
  /** Requests are taken down and shown. */
  | "inspector"
  /** Several workers, and a log that names them. */
  | "workers"
  /** Thousands of connections that ask for nothing, kept for a minute. */
  | "idle";

/** The protocols that are spoken over TLS, by their names in ALPN (RFC 7301). */
export type Alpn = "http/1.1" | "h2";

/** What a row asks of a server's configuration, beyond a folder of files. */
export interface Setup {
  /** How many servers there are by name, {@link HOST} among them. */
  readonly names?: number;
  /** How many locations there are, that of {@link LOCATION} among them. */
  readonly locations?: number;
  readonly log?: "combined" | "json";
  /** Requests are taken down and shown. */
  readonly inspector?: true;
  /** Also the number of cores. */
  readonly workers?: number;
  /** Programs below /cgi-bin/. */
  readonly cgi?: true;
  /** PUT below /files/, into the folder `store` of the server's folder. */
  readonly store?: true;
  /** Serves over TLS, where the clients choose this protocol. */
  readonly tls?: Alpn;
  /** All requests, or those for scripts, go on to this one. */
  readonly backend?: BackendName;
  /** Texts are compressed. */
  readonly coding?: true;
  /** Starts as a user would start it, with what the runtime keeps between two starts. */
  readonly caches?: true;
  /** As many idle connections as the row has are kept, for a minute at the least. */
  readonly idle?: true;
}

/** What stands behind the servers of a row, all of them behind the same. */
export type BackendName = "php-fpm" | "upstream" | "tunnel" | "bucket";

/** A setup with a name for the table. */
export interface Variant {
  readonly title: string;
  readonly setup: Setup;
}

/** One kind of request: a row of the result. */
export interface Row {
  /** Its name on the command line. */
  readonly id: string;
  readonly title: string;
  readonly path: string;
  readonly needs: Feature;
  /** Clients at the same time. */
  readonly connections: number;
  /** Requests at the same time on each connection; one if it is not given. */
  readonly streams?: number;
  /** Request fields, `Name: value` each. */
  readonly fields?: readonly string[];
  /** Also sends the validators which the server gave, as a browser does that has the file. */
  readonly revalidates?: boolean;
  readonly expect: Expectation;
  /**
   * Answers are so long that the ones begun and not ended when the time is over count: the number of requests is the
   * number of bytes received through the length of one answer.
   */
  readonly countsBytes?: boolean;
  /** How much the length of the answers may differ from the checked one's; 2 % if it is not given. */
  readonly tolerance?: number;
  /** The load program, if it is not wrk. */
  readonly load?: LoadName;
  /** Sends this file of the site with PUT, under {@link PUT_NAMES} names that begin with the path. */
  readonly puts?: string;
  readonly setup?: Setup;
  /** What every server is compared with: itself, set up otherwise and measured in turn. */
  readonly against?: Variant;
  /** The server that the others are compared with, if it is not {@link REFERENCE}. */
  readonly reference?: string;
  /** Measured only when it is named. */
  readonly onDemand?: true;
}

/** What an answer must be, or the server is not measured. */
export interface Expectation {
  readonly status: number;
  /** The length of the content; any if it is not given. */
  readonly length?: number;
  /** The content is the file's, from this place on. */
  readonly offset?: number;
  /** The file of the site, if it is not that of the row's path. */
  readonly file?: string;
  /** The whole content. */
  readonly text?: string;
  /** The content coding; none if it is not given. */
  readonly coding?: "gzip" | "br";
}

/** The load programs. */
export type LoadName = "wrk" | "curl" | "first" | "h2load" | "s_time" | "tunnel";

/** Puts a load on a server for a number of seconds. */
export type LoadProgram = (target: Target, seconds: number) => Promise<Load>;

/** A running server and what to ask of it. */
export interface Target {
  readonly row: Row;
  readonly url: string;
  /** Request fields, with the validators learned. */
  readonly fields: readonly string[];
  /** The benchmark's temporary folder; the site is in it. */
  readonly folder: string;
  readonly site: string;
  /** Where the server keeps what is sent by PUT. */
  readonly store: string;
  readonly setup: Setup;
  readonly tls: TlsFiles;
}

/** What the load program saw. */
export interface Load {
  readonly requests: number;
  readonly seconds: number;
  /** Received, heads included, but for h2load. */
  readonly bytes: number;
  /** The 99th percentile of the latency, in milliseconds; NaN if the load program does not know it. */
  readonly p99: number;
  /** Answers with 400 and above. */
  readonly failures: number;
  readonly socketErrors: number;
}

/** Where a server is to run. */
export interface Place {
  /** Its own, for configuration and state. */
  readonly folder: string;
  /** The folder to be served. */
  readonly site: string;
  /** webserv's main.ts, as it was when the benchmark began. */
  readonly main: string;
  /** The folder with CGI programs. */
  readonly programs: string;
  readonly port: number;
  /** Where the back end listens, if the setup has one: `unix:PATH` or `HOST:PORT`. */
  readonly backend?: string | undefined;
  /** Of the storage, if that is the back end. */
  readonly keys?: StorageKeys | undefined;
  readonly connections: number;
  /** The length of the bare loop's answer. */
  readonly length: number;
  readonly setup: Setup;
  readonly tls: TlsFiles;
}

/** What requests to a storage are signed with; a server that cannot sign may read it all the same. */
export interface StorageKeys {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** Where the rows over TLS find what they need. */
export interface TlsFiles {
  /** PEM, for localhost and 127.0.0.1, signed by itself. */
  readonly certificate: string;
  readonly key: string;
  /** A configuration for the load programs, which all use OpenSSL. */
  readonly openssl: string;
}

/** A program that was found on this machine. */
export interface Program {
  readonly path: string;
  readonly version: string;
  /** What this installation lacks of the server's features, and why. */
  readonly lacks?: Lacks;
}

/** Features that are not there, with the reason. */
export type Lacks = Readonly<Partial<Record<Feature, string>>>;

/** How to start a server. */
export interface Launch {
  readonly args: readonly string[];
  /** Files to write first, by their name in the server's folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** One server to be measured: a column of the comparison. */
export interface Peer {
  /** Its name on the command line. */
  readonly id: string;
  readonly title: string;
  /** What has to be installed, for the message that it is not. */
  readonly wants: string;
  readonly features: readonly Feature[];
  /**
   * Rows with this feature have processes that the server does not wait for, so that the kernel forgets their CPU time:
   * all that the core did is counted instead.
   */
  readonly forgets?: Feature;
  /** Undefined if it is not installed. */
  find(): Promise<Program | undefined>;
  launch(place: Place): Launch;
}

/** One run of the load against one server. */
export interface Sample {
  /** Requests a second. */
  readonly rate: number;
  /** CPU time of the server's processes for one request, in microseconds. */
  readonly cpu: number;
  readonly p99: number;
  /** Resident memory of the server's processes under load, in MiB. */
  readonly memory: number;
  /** How much of its core the server used, and the load program of its own: 1 = all. */
  readonly serverBusy: number;
  readonly loadBusy: number;
  /** How much of the server's core others used, who have nothing to do with this. */
  readonly othersBusy: number;
  /** What went wrong; empty if all was well. */
  readonly errors: readonly string[];
}

/** All runs of one row against one server. */
export interface Result {
  readonly row: string;
  readonly server: string;
  readonly samples: readonly Sample[];
  /** The median of every number, and what errors there were. */
  readonly median: Sample;
  /** Half of what lies between the highest and the lowest CPU time, through the median. */
  readonly spread: number;
  /** The same server as {@link Row.against} says. */
  readonly base?: Result;
  /** What else was found. */
  readonly remark?: string;
}

/** A row or a server that was left out. */
export interface Omission {
  readonly row: string;
  /** Undefined: all. */
  readonly server?: string;
  readonly why: string;
}
