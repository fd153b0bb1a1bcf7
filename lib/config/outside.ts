/**
 * What the checks of a configuration ask of the machine that it is for, and where they report to.
 *
 * @module
 */
import type { System } from "../ports.ts";
import type { Report } from "./issues.ts";

/** What is at a path. `unknown`: we may not look. */
export type Seen = "file" | "folder" | "other" | "nothing" | "denied" | "unknown";

/** What is known of a certificate and its key, or which of the two is of no use, and why, as the end of a sentence about it. */
export type CertificateLook =
  | { readonly of: "certificate" | "key"; readonly problem: string }
  | {
    /** Of its subjectAltName: names, and IP addresses in their normal form. */
    readonly names: readonly string[];
    /** Milliseconds since the epoch. */
    readonly notBefore: number;
    readonly notAfter: number;
    readonly now: number;
  };

/** The names in a file of users, or why that is of no use, as the end of a sentence about it. */
export type UsersLook = { readonly names: ReadonlySet<string> } | { readonly problem: string };

/** What is known of the places that a file names. */
export interface PlacesOutside {
  /** By default Linux. */
  readonly os?: System;
  /** A path with every link resolved, so far as there is anything. */
  readonly realPath: (path: string) => string;
  /** The file that a name on the search path stands for; undefined if there is none. */
  readonly findProgram: (name: string) => string | undefined;
  readonly look: (path: string) => Seen;
  /** Whether this user may write to something that is there. */
  readonly mayWrite: (path: string) => boolean;
  /** Why a program cannot be started, as the end of a sentence that begins with its name; undefined if it can. */
  readonly missing?: (program: string) => string | undefined;
  /** Two PEM files; undefined: nothing is known of them. */
  readonly certificate?: (certificate: string, key: string) => CertificateLook | undefined;
  /** A file of users; undefined: nothing is known of it. */
  readonly users?: (file: string) => UsersLook | undefined;
  /** This machine's name; undefined: it is not known. */
  readonly machineName?: string | undefined;
  /** The address that a host name stands for; undefined: it cannot be told. */
  readonly addressOf?: (name: string) => string | undefined;
  /** The configuration file was named, and did not just lie there. */
  readonly isNamed: boolean;
}

/** Where issues go: what is certainly wrong, and what may be wanted. */
export interface Reports {
  readonly issue: Report;
  readonly warning: Report;
}
