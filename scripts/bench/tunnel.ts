/**
 * The two ends of a tunnel, as one program in C that costs little: an upstream that switches protocols and then sends
 * without end, and a client that takes it, compares every byte, and counts.
 *
 * @module
 */
import { join } from "@std/path";
import { runPinned } from "./process.ts";
import type { LoadProgram } from "./types.ts";

/** Its file name. */
export const TUNNEL = "tunnel";

/** What counts as one request. */
export const GIGABYTE = 1_000_000_000;

/** Byte N of the tunnel is N modulo 251. */
export const TUNNEL_SOURCE = `#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PERIOD 251
#define LENGTH (PERIOD * 1024)
static char pattern[LENGTH + PERIOD];

static int fail(const char *what) { fprintf(stderr, "%s\\n", what); return 1; }

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

/* Reads up to the empty line, a byte at a time, so that nothing behind it is taken. */
static int head(int fd, char *text, size_t size) {
  size_t length = 0;
  while (length + 1 < size && read(fd, text + length, 1) == 1) {
    text[++length] = 0;
    if (length >= 4 && memcmp(text + length - 4, "\\r\\n\\r\\n", 4) == 0) return 1;
  }
  return 0;
}

static int serve(struct sockaddr_in *address) {
  int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  signal(SIGCHLD, SIG_IGN);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)address, sizeof *address) || listen(listener, 64)) return fail("no port");
  for (;;) {
    int fd = accept(listener, 0, 0);
    if (fd >= 0 && fork() == 0) {
      char text[8192];
      const char *answer = "HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: bench\\r\\n\\r\\n";
      if (!head(fd, text, sizeof text) || write(fd, answer, strlen(answer)) < 0) _exit(1);
      for (size_t sent = 0;;) {
        ssize_t count = write(fd, pattern + sent, LENGTH - sent);
        if (count <= 0) _exit(0);
        sent = (sent + count) % LENGTH;
      }
    }
    close(fd);
  }
}

static int load(struct sockaddr_in *address, const char *port, const char *path, double seconds) {
  static char buffer[256 * 1024];
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (struct sockaddr *)address, sizeof *address)) return fail("it does not listen");
  dprintf(fd, "GET %s HTTP/1.1\\r\\nHost: 127.0.0.1:%s\\r\\nConnection: Upgrade\\r\\nUpgrade: bench\\r\\n\\r\\n", path, port);
  if (!head(fd, buffer, sizeof buffer) || memcmp(buffer, "HTTP/1.1 101 ", 13)) return fail("it does not switch");
  double start = now();
  unsigned long long total = 0;
  while (now() - start < seconds) {
    ssize_t count = read(fd, buffer, LENGTH);
    if (count <= 0) return fail("the tunnel ended");
    if (memcmp(buffer, pattern + total % PERIOD, count)) return fail("the tunnel has other bytes");
    total += count;
  }
  printf("%llu %f\\n", total, now() - start);
  return 0;
}

int main(int count, char **words) {
  for (size_t i = 0; i < sizeof pattern; i++) pattern[i] = i % PERIOD;
  if (count < 3) return fail("serve PORT, or load PORT PATH SECONDS");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(words[2]))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (strcmp(words[1], "serve") == 0) return serve(&address);
  return count == 5 ? load(&address, words[2], words[3], atof(words[4])) : 1;
}
`;

/** Puts the client on a core. What it received counts as requests of a gigabyte. */
export function tunnelOn(core: number, programs: string, signal: AbortSignal): LoadProgram {
  return async ({ row, url, folder }, seconds) => {
    const args = ["load", new URL(url).port, row.path, String(seconds)];
    const program = join(programs, TUNNEL);
    return parseTunnel(await runPinned({ cores: String(core), program, args, cwd: folder, signal }));
  };
}

/** Takes apart what the client said: bytes and seconds. */
export function parseTunnel(output: string): Awaited<ReturnType<LoadProgram>> {
  const [bytes = NaN, seconds = NaN] = output.trim().split(" ").map(Number);
  if (!(bytes > 0 && seconds > 0)) {
    throw new Error(`the client of a tunnel did not say what it got: "${output}"`);
  }
  return { requests: bytes / GIGABYTE, seconds, bytes, p99: NaN, failures: 0, socketErrors: 0 };
}
