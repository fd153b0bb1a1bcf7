/**
 * Datagrams to local sockets by the C library itself. The runtime's own need a name that can be written to, and cannot
 * reach abstract names (unix(7)). Linux with the GNU C library on 64 bits; it takes the permission to call it.
 *
 * @module
 */

/** From the headers of Linux. */
const AF_UNIX = 1, SOCK_DGRAM = 2, SOCK_CLOEXEC = 0o2000000, MSG_DONTWAIT = 0x40, MSG_NOSIGNAL = 0x4000;
const CLOCK_MONOTONIC = 1;

const LIBRARY = "libc.so.6";

const FUNCTIONS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  sendto: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const;

/** What the library can do for us. */
export interface SystemDatagrams {
  /**
   * Sends one without waiting.
   *
   * @param address a sockaddr_un
   * @returns 0, or the system's number of the error
   */
  send(message: Uint8Array<ArrayBuffer>, address: Uint8Array<ArrayBuffer>): number;
  /** CLOCK_MONOTONIC in microseconds. */
  now(): bigint;
}

/** Undefined where they cannot be had, or we may not. */
export function systemDatagrams(): SystemDatagrams | undefined {
  const { state } = Deno.permissions.querySync({ name: "ffi", path: LIBRARY });
  if (Deno.build.os !== "linux" || state !== "granted") return undefined;
  let library: Deno.DynamicLibrary<typeof FUNCTIONS>;
  try {
    library = Deno.dlopen(LIBRARY, FUNCTIONS);
  } catch {
    // Another C library: there is another way, and who takes it says where that fails.
    return undefined;
  }
  const { symbols } = library;
  const errorNumber = () => {
    const place = symbols.__errno_location();
    return place === null ? 0 : new Deno.UnsafePointerView(place).getInt32();
  };
  return {
    send(message, address) {
      const socket = symbols.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      if (socket < 0) return errorNumber();
      const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
      const sent = symbols.sendto(socket, message, BigInt(message.length), flags, address, address.length);
      const error = Number(sent) < 0 ? errorNumber() : 0;
      symbols.close(socket);
      return error;
    },
    now() {
      const time = new BigInt64Array(2);
      symbols.clock_gettime(CLOCK_MONOTONIC, new Uint8Array(time.buffer));
      return time[0]! * 1_000_000n + time[1]! / 1000n;
    },
  };
}
