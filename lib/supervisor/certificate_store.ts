/**
 * The certificates of what is being served, in the main thread: read from files, or signed by the local authority, and
 * renewed while they are served.
 *
 * @module
 */
import type { Config, ServerConfig } from "../config/types.ts";
import { Allowance } from "../http/allowance.ts";
import { type Endpoint, isLoopback } from "../http/endpoint.ts";
import { isAddress } from "../http/host.ts";
import { addressesForPhones, isDomainName, isWithin, LOCAL_NETWORKS } from "../http/local_names.ts";
import { KeyPairError, readKeyPair } from "../runtime/certificate_files.ts";
import type { PublicAuthority } from "../site/authority_pages.ts";
import {
  CertificateError,
  type CertificateText,
  hasLocalCertificate,
  isMadeOnDemand,
  type LocalCertificates,
  type OpenLocalCertificates,
  speaksTls,
  type WorkerCertificate,
  type WorkerCertificates,
} from "./certificates.ts";

/** How often it is looked whether something is to be renewed, in milliseconds. */
const LOOK = 60 * 60 * 1000;

/** What is left of a certificate's time when it is renewed. */
const LAST_PART = 1 / 3;

/** Names for which a certificate is kept, those that were asked for last. */
const MOST_NAMES = 1000;

/** Certificates that clients may have made at once, and in each second: a name costs them nothing. */
const MAKING = { burst: 100, rate: 10 };

/** Every local certificate is for these, whatever the server is called. */
const ALWAYS = ["localhost", "127.0.0.1", "::1"];

export { CertificateError };

/** What the store works with. */
export interface CertificateSource {
  /** Undefined where there is no authority. */
  readonly openAuthority: OpenLocalCertificates | undefined;
  /** The path with every link resolved, or the path itself where nothing is. */
  readonly realPath: (path: string) => string;
  /** IP addresses by which others reach this machine; undefined where we may not look. */
  readonly ownAddresses: () => readonly string[] | undefined;
  /** This machine's name; without it, or where it is not known, it is in no certificate. */
  readonly machineName?: () => string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Who is told of renewed certificates. */
export interface CertificateEvents {
  /** Those of the servers. */
  renewed(certificates: WorkerCertificates): void;
  /** One that was made on demand. */
  renewedNamed(name: string, certificate: WorkerCertificate): void;
  failed(error: unknown): void;
}

/** A certificate of the authority, and when it was made. */
interface Made extends CertificateText {
  readonly names: readonly string[];
  readonly since: number;
}

/** Owns the timer for renewals: stop() ends it. */
export class CertificateStore {
  readonly #source: CertificateSource;
  readonly #events: CertificateEvents;
  #config: Config | undefined;
  #authority: Promise<LocalCertificates> | undefined;
  /** For servers, by the names that they are for. */
  #made: ReadonlyMap<string, Made> = new Map();
  /** On demand, by name, the one that was asked for last at the end. */
  readonly #named = new Map<string, Promise<Made>>();
  readonly #allowance: Allowance;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(source: CertificateSource, events: CertificateEvents) {
    this.#source = source;
    this.#events = events;
    this.#allowance = new Allowance(MAKING, source.now());
    this.#timer = setInterval(() => void this.renew(), LOOK);
    Deno.unrefTimer(this.#timer);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** What workers need to serve a configuration. Files are read anew. @throws {Error} with a message for people */
  async load(config: Config): Promise<WorkerCertificates> {
    const made = new Map<string, Made>();
    const servers: (WorkerCertificate | undefined)[] = [];
    for (const server of config.servers) servers.push(await this.#certificateOf(server, made));
    // Those that are served still count, if this configuration comes to nothing.
    this.#made = new Map([...this.#made, ...made]);
    return { servers, withheld: this.#withheld(config), authority: await this.#publicAuthority(config) };
  }

  /** What workers show of it. */
  async #publicAuthority({ servers }: Config): Promise<PublicAuthority | undefined> {
    if (!servers.some(hasLocalCertificate)) return undefined;
    const { caPem: pem } = await this.#openAuthority();
    const { describe } = await import("../authority/authority.ts");
    const description = describe(pem);
    if (description === undefined) return undefined;
    const open = servers.filter(hasLocalCertificate).flatMap(({ listen }) => listen).find(isAll);
    return {
      ...description,
      pem,
      addresses: open ? addressesForPhones(this.#localAddresses(), open.hostname) : [],
    };
  }

  /** How others in the network may call this machine (RFC 6762). */
  #multicastNames(): string[] {
    const label = this.#source.machineName?.()?.toLowerCase().split(".")[0];
    return label !== undefined && isDomainName(label) && label !== "localhost" ? [`${label}.local`] : [];
  }

  /** Addresses of this machine that an authority may sign for. */
  #localAddresses(): string[] {
    const own = this.#source.ownAddresses() ?? [];
    return own.filter((address) => isWithin(address, [], LOCAL_NETWORKS));
  }

  /** This configuration is being served: what only others need is forgotten. */
  keep(config: Config): void {
    this.#config = config;
    const used = new Set(
      config.servers.filter(hasLocalCertificate).map((server) => this.#namesOf(server).join(" ")),
    );
    this.#made = new Map([...this.#made].filter(([key]) => used.has(key)));
  }

  /** The certificate for one name; undefined where none is made for it. Never rejects. */
  async wanted(name: string): Promise<WorkerCertificate | undefined> {
    if (this.#config === undefined || !isMadeOnDemand(this.#config, name)) return undefined;
    const known = this.#named.get(name);
    if (known === undefined && !this.#allowance.take(1, this.#source.now())) return undefined;
    const made = known ?? this.#sign([name]);
    this.#keep(name, made);
    try {
      return await made;
    } catch (error) {
      if (this.#named.get(name) === made) this.#named.delete(name);
      if (known === undefined) this.#events.failed(error);
      return undefined;
    }
  }

  /** Makes new ones for those whose time is nearly over. Never rejects. */
  async renew(): Promise<void> {
    try {
      if (this.#config !== undefined && [...this.#made.values()].some((made) => this.#isOld(made))) {
        this.#events.renewed(await this.load(this.#config));
      }
      for (const [name, made] of this.#named) {
        if (!this.#isOld(await made)) continue;
        const renewed = await this.#sign([name]);
        if (this.#named.has(name)) this.#named.set(name, Promise.resolve(renewed));
        this.#events.renewedNamed(name, renewed);
      }
    } catch (error) {
      this.#events.failed(error);
    }
  }

  #isOld({ since, notAfter }: Made): boolean {
    return this.#source.now() > notAfter - (notAfter - since) * LAST_PART;
  }

  async #certificateOf(
    server: ServerConfig,
    made: Map<string, Made>,
  ): Promise<WorkerCertificate | undefined> {
    if (!speaksTls(server)) return undefined;
    const { sslCertificate, sslCertificateKey } = server;
    if (sslCertificate !== undefined) return readFiles(sslCertificate, sslCertificateKey!);
    const names = this.#namesOf(server), key = names.join(" ");
    const known = made.get(key) ?? this.#made.get(key);
    const certificate = known === undefined || this.#isOld(known) ? await this.#sign(names) : known;
    made.set(key, certificate);
    return certificate;
  }

  /** What is below a wildcard gets a certificate of its own, name by name. */
  #namesOf({ serverName, listen }: ServerConfig): string[] {
    const named = serverName.filter((name) => !name.startsWith("*."))
      .map((name) => name.replace(/^\[(.*)\]$/, "$1"));
    const secure = listen.filter(({ tls }) => tls);
    const own = secure.some(isAll) ? [...this.#multicastNames(), ...this.#localAddresses()] : [];
    const reached = secure.filter((endpoint) =>
      isAddress(endpoint.hostname) && !isAll(endpoint) && !isLoopback(endpoint)
    ).map(({ hostname }) => hostname);
    return [...new Set([...named, ...ALWAYS, ...reached, ...own])];
  }

  async #sign(names: readonly string[]): Promise<Made> {
    const since = this.#source.now();
    const text = await (await this.#openAuthority()).forNames(names);
    return { ...text, names, since };
  }

  /** It is tried again where it could not be opened. */
  #openAuthority(): Promise<LocalCertificates> {
    const { openAuthority } = this.#source;
    if (openAuthority === undefined) {
      throw new CertificateError("a server with ssl needs an ssl_certificate and its ssl_certificate_key");
    }
    const opened = this.#authority ??= openAuthority();
    opened.catch(() => this.#authority = undefined);
    return opened;
  }

  #keep(name: string, made: Promise<Made>): void {
    this.#named.delete(name);
    this.#named.set(name, made);
    if (this.#named.size <= MOST_NAMES) return;
    const [oldest] = this.#named.keys();
    this.#named.delete(oldest!);
  }

  #withheld(config: Config): string[] {
    const keys = config.servers.flatMap(({ sslCertificateKey }) => sslCertificateKey ?? []);
    return [...new Set(keys.flatMap((path) => [path, this.#source.realPath(path)]))];
  }
}

function isAll({ hostname }: Pick<Endpoint, "hostname">): boolean {
  return hostname === "0.0.0.0" || hostname === "::";
}

/** @throws {CertificateError} */
function readFiles(certificate: string, key: string): WorkerCertificate {
  try {
    return readKeyPair(certificate, key);
  } catch (error) {
    if (!(error instanceof KeyPairError)) throw error;
    throw new CertificateError(`the ${error.of} ${error.of === "key" ? key : certificate} ${error.problem}`);
  }
}
