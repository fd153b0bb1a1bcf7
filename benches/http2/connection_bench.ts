/**
 * HTTP/2 from received bytes to the bytes that are sent: requests, answers, content in both directions, and frames that
 * are no more than taken.
 *
 * @module
 */
import { Flag, FrameType } from "../../lib/http2/frames.ts";
import { block, indexed, literal } from "../../tests/support/hpack.ts";
import { compare } from "../support.ts";
import { exchanging, frame, headers, windowUpdate } from "./exchanging.ts";

const LEAST = block(...[2, 4, 7].map(indexed), literal(1, "a.test", "not indexed"));
const get = () => headers(LEAST);
const KIB = 1024;
const data = (length: number, flags = 0) => frame(FrameType.Data, flags, 1, new Uint8Array(length));
const large = block(LEAST, literal("cookie", "c".repeat(3000), "not indexed"));
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

compare("a request and its answer", {
  "GET, no content": exchanging([get()], {}),
  "GET, 1 KiB": exchanging([windowUpdate(KIB), get()], { content: KIB }),
  "GET, 1 KiB, a byte at a time": exchanging([windowUpdate(KIB), get()], { content: KIB, most: 1 }),
  "GET with a large cookie, 1 KiB": exchanging([windowUpdate(KIB), headers(large)], { content: KIB }),
  "100 GETs before the first answer is sent, 1 KiB": exchanging(
    [windowUpdate(100 * KIB), ...times(100, get)],
    {
      content: KIB,
      requests: 100,
    },
  ),
  "POST of 3 bytes": exchanging([headers(LEAST, Flag.EndHeaders), data(3, Flag.EndStream)], { received: 3 }),
});

compare("content that is sent", {
  "16 KiB": exchanging([windowUpdate(16 * KIB), get()], { content: 16 * KIB }),
  "256 KiB": exchanging([windowUpdate(256 * KIB), get()], { content: 256 * KIB }),
  "1 MiB": exchanging([windowUpdate(1024 * KIB), get()], { content: 1024 * KIB }),
  "16 streams of 64 KiB in turns": exchanging([windowUpdate(1024 * KIB), ...times(16, get)], {
    content: 64 * KIB,
    requests: 16,
  }),
});

compare("content that is received, 48 KiB", {
  "3 frames": exchanging(
    [headers(LEAST, Flag.EndHeaders), data(16 * KIB), data(16 * KIB), data(16 * KIB, Flag.EndStream)],
    { received: 48 * KIB },
  ),
  "480 frames": exchanging(
    [headers(LEAST, Flag.EndHeaders), ...times(480, () => data(102)), data(0, Flag.EndStream)],
    { received: 480 * 102 },
  ),
});

compare("frames, each with a request", {
  "PING": exchanging([frame(FrameType.Ping, 0, 0, new Uint8Array(8)), get()], {}),
  "SETTINGS": exchanging([frame(FrameType.Settings, 0, 0, new Uint8Array()), get()], {}),
  "WINDOW_UPDATE": exchanging([windowUpdate(1), get()], {}),
  "PRIORITY_UPDATE": exchanging([
    frame(
      FrameType.PriorityUpdate,
      0,
      0,
      new Uint8Array([0, 0, 0, 1, ...[..."u=1, i"].map((c) => c.charCodeAt(0))]),
    ),
    get(),
  ], {}),
});
