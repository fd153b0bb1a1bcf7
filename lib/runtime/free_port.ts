/**
 * Ports that nobody listens on.
 *
 * @module
 */

/** One of 127.0.0.1. Somebody else may take it before whoever it is for, which the system makes unlikely. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
