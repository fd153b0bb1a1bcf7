/**
 * The inspector being served: its listener, its connections, and how they come to an end.
 *
 * @module
 */
import { DEFAULTS } from "../config/defaults.ts";
import { type Endpoint, endpointKey } from "../http/endpoint.ts";
import { Admin, type AdminServices } from "../inspector/admin.ts";
import type { Clock, ErrorLog } from "../ports.ts";
import { listen } from "../runtime/net.ts";
import { Acceptor } from "../server/acceptor.ts";
import { ServerContext } from "../server/context.ts";
import { Http1Session } from "../server/http1/session.ts";

/** Connections at one time: pages of one person, and programs of the same machine. */
const CONNECTIONS = 256;

/** What is being answered has so long at the end, in milliseconds. */
const PATIENCE = 500;

/** Owns listener and connections; stop() gives them back. */
export class AdminServer {
  readonly #admin: Admin;
  readonly #acceptor: Acceptor;
  readonly #clock: Clock;

  private constructor(admin: Admin, acceptor: Acceptor, clock: Clock) {
    this.#admin = admin;
    this.#acceptor = acceptor;
    this.#clock = clock;
  }

  /**
   * Accepts connections from now on.
   *
   * @param endpoint a loopback address; port 0 is any free one
   * @throws {ListenError}
   */
  static start(endpoint: Endpoint, services: Omit<AdminServices, "port">): AdminServer {
    const listener = listen(endpoint, false);
    const { clock } = services, errorLog = withoutToken(services.errorLog, services.token);
    const admin = new Admin({ ...services, errorLog, port: listener.address.port });
    const { timeouts, limits } = DEFAULTS, key = endpointKey(endpoint);
    const context = new ServerContext(
      {
        timeouts,
        limits: { ...limits, connections: CONNECTIONS },
        http2: false,
        accessLog: undefined,
        handlers: new Map([[key, admin.handler]]),
      },
      clock,
      errorLog,
    );
    const handler = context.handlerFor(key);
    const acceptor = new Acceptor(
      listener,
      (connection) => new Http1Session(connection, handler, context),
      context,
      { open: 0, turnedAway: 0 },
    );
    void acceptor.run();
    return new AdminServer(admin, acceptor, clock);
  }

  /** Where it listens. */
  get port(): number {
    return this.#acceptor.listener.address.port;
  }

  /** Ends streams and connections. */
  async stop(): Promise<void> {
    this.#admin.close();
    const drained = this.#acceptor.drain();
    const cancel = this.#clock.after(PATIENCE, () => this.#acceptor.abort());
    await drained;
    cancel();
  }
}

/** SECURITY: a line may name a request by its target, which has the token in it when the page is opened. */
function withoutToken(log: ErrorLog, token: string): ErrorLog {
  const masked = (text: string) => text.replaceAll(token, "***");
  return {
    error: (text, reference) => log.error(masked(text), reference),
    warning: (text) => log.warning(masked(text)),
    notice: (text) => log.notice(masked(text)),
    program: (name, text) => log.program(name, masked(text)),
  };
}
