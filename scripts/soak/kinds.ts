/**
 * Every kind of client of a soak: those of a siege, and those that a siege has not, with how often each has its turn.
 *
 * @module
 */
import type { WireClient } from "../../tests/support/wire.ts";
import type { Round } from "../siege/client.ts";
import { KINDS as SIEGE } from "../siege/clients.ts";
import {
  archives,
  codedStreams,
  codings,
  large,
  logins,
  manyRanges,
  medium,
  pages,
  slow,
} from "./content.ts";
import { dropped, failures, gatewayLeavers, php, proxied } from "./gateways.ts";
import { liveReload } from "./live.ts";
import {
  badHandshakes,
  connectsHttp2,
  connectsTls,
  onNewConnection,
  overHttp2,
  streamLeavers,
  streams,
} from "./protocols.ts";
import type { SiteOptions } from "./site.ts";
import { brokenOff, dav, resumed } from "./stores.ts";
import { webSockets } from "./web_sockets.ts";

/** A kind of client. */
export interface Kind {
  readonly name: string;
  readonly round: Round;
  /** How many there are of it, which is how many rounds of it there are at the same time. */
  readonly clients: number;
  /** Its part of all rounds, to be divided by the sum of these. */
  readonly weight: number;
  /** Where it connects to, and how, if not by HTTP/1.1 over TCP. */
  readonly port: number;
  readonly connects?: (port: number) => Promise<WireClient>;
}

/** What there is on this machine. */
export interface KindOptions extends SiteOptions {
  /** Of the site. */
  readonly folder: string;
  /** PEM, of what the server shows. */
  readonly trusted: string | undefined;
}

/** Rounds that do not mind by which protocol they are asked. */
const ANYWHERE: readonly Round[] = [
  SIEGE.files.round,
  SIEGE.ranges.round,
  SIEGE.listings.round,
  SIEGE.programs.round,
  SIEGE.stores.round,
  SIEGE.forms.round,
  medium,
  manyRanges,
  archives,
  codings,
  pages,
  proxied,
  resumed,
  dav,
];

/** All of them. */
export function kindsFor(options: KindOptions): readonly Kind[] {
  const { port, tls, trusted, hasPhp } = options;
  const plain = (name: string, weight: number, clients: number, round: Round): Kind => ({
    name,
    weight,
    clients,
    round,
    port,
  });
  const siege = (name: keyof typeof SIEGE, weight: number) =>
    plain(name, weight, SIEGE[name].clients, SIEGE[name].round);
  return [
    siege("files", 10),
    siege("pipelines", 1),
    siege("ranges", 4),
    siege("listings", 1),
    siege("programs", 2),
    siege("stores", 3),
    siege("forms", 2),
    siege("leavers", 4),
    siege("bad requests", 3),
    siege("drips", 3),
    siege("idlers", 8),
    plain("100 KiB", 5, 3, medium),
    plain("4 MiB", 0.5, 2, large),
    plain("many ranges", 2, 2, manyRanges),
    plain("archives", 1, 2, archives),
    plain("codings", 2, 2, codings),
    plain("coded streams", 0.5, 2, codedStreams),
    plain("pages", 2, 2, pages),
    plain("logins", 2, 2, logins),
    plain("slow answers", 1, 2, slow),
    plain("failures", 1, 2, failures),
    ...hasPhp ? [plain("PHP", 2, 2, php)] : [],
    plain("proxied", 2, 3, proxied),
    plain("dropped", 1, 2, dropped),
    plain("WebSockets", 2, 3, webSockets),
    plain("live reload", 1, 2, liveReload(options.folder)),
    plain("resumed", 1, 2, resumed),
    plain("broken off", 1, 2, brokenOff),
    plain("WebDAV", 1, 2, dav),
    plain("more leavers", 3, 3, gatewayLeavers),
    { ...plain("HTTP/2", 4, 4, overHttp2(ANYWHERE)), connects: connectsHttp2 },
    { ...plain("h2 streams", 1, 2, streams), connects: connectsHttp2 },
    plain("h2 leavers", 1, 2, streamLeavers),
    ...tls === undefined || trusted === undefined ? [] : [
      { ...plain("TLS", 4, 4, onNewConnection(ANYWHERE)), port: tls.port, connects: connectsTls(trusted) },
      { ...plain("bad handshakes", 1, 2, badHandshakes), port: tls.port },
    ],
  ];
}
