/**
 * Ports that nobody listens on.
 *
 * @module
 */

/** One of an address. Somebody else may take it before whoever it is for, which the system makes unlikely. */
export function freePort(hostname = "127.0.0.1"): number {
  using listener = Deno.listen({ hostname, port: 0 });
  return listener.addr.port;
}
