/**
 * The ports that pages write (8080, 8443, 3000, ...) are others while they are run, so that pages can be run side by
 * side and beside whatever else the machine serves.
 *
 * @module
 */

/** Numbers that stand for a port wherever they are, since pages have no other use for them. */
const PORT = /(?<![\d.,])(?:3000|5173|7480|80[0-9]{2}|84[0-9]{2}|9000)(?![\d]|[.,]\d)/g;

/** Puts other ports into a page's texts: the same for the same, in all texts of the page. */
export class Ports {
  readonly #others = new Map<string, number>();
  readonly #free: () => number;

  /** @param free a port that nobody else is given */
  constructor(free: () => number) {
    this.#free = free;
  }

  /** The port that stands for one of a page. */
  of(port: string): number {
    const other = this.#others.get(port) ?? this.#free();
    this.#others.set(port, other);
    return other;
  }

  /** A text with the ports that are used. */
  in(text: string): string {
    return text.replace(PORT, (port) => String(this.of(port)));
  }
}

const given = new Set<number>();

/** A free port of 127.0.0.1 that was not given before. */
export function freePort(): number {
  for (;;) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    if (given.has(port)) continue;
    given.add(port);
    return port;
  }
}
