/**
 * Changes to a client's bytes that leave whole frames: one is left out, repeated, moved, or another in one of its parts.
 *
 * @module
 */
import { FRAME_HEAD, PREFACE, readUint32, writeFrameHead } from "../../lib/http2/frames.ts";
import type { Mutation } from "./mutate.ts";
import { concat } from "./pieces.ts";
import type { Random } from "./random.ts";

/** Preface and frames; what is no whole frame is the last part. */
export function splitFrames(input: Uint8Array): Uint8Array[] {
  const parts = [input.subarray(0, PREFACE.length)];
  for (let at = PREFACE.length; at < input.length;) {
    const length = at + FRAME_HEAD <= input.length ? readUint32(input, at) >>> 8 : 0;
    const end = Math.min(at + FRAME_HEAD + length, input.length);
    parts.push(input.subarray(at, end));
    at = end;
  }
  return parts;
}

/** Changes the frames behind the preface. */
function onFrames(change: (frames: Uint8Array[], random: Random, at: number) => void): Mutation {
  return (input, random) => {
    const parts = splitFrames(input);
    // The first SETTINGS mostly stay, or nothing behind them matters.
    const first = parts.length > 2 && !random.oneIn(20) ? 2 : 1;
    if (parts.length > first) change(parts, random, first + random.below(parts.length - first));
    return concat(parts);
  };
}

/** Changes one frame; its length is what its payload is. */
function onFrame(
  change: (payload: Uint8Array, head: FrameHead, random: Random) => Uint8Array | void,
): Mutation {
  return onFrames((frames, random, at) => {
    const frame = frames[at]!;
    if (frame.length < FRAME_HEAD) return;
    const head = { type: frame[3]!, flags: frame[4]!, stream: readUint32(frame, 5) };
    const old = frame.slice(FRAME_HEAD), payload = change(old, head, random) ?? old;
    const changed = new Uint8Array(FRAME_HEAD + payload.length);
    changed.set(payload, writeFrameHead(changed, 0, payload.length, head.type, head.flags, head.stream));
    frames[at] = changed;
  });
}

interface FrameHead {
  type: number;
  flags: number;
  stream: number;
}

const TYPES = [0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x10, 0xbb];
const FLAGS = [0x1, 0x4, 0x8, 0x20];
const NUMBERS = [0, 1, 2, 3, 100, 65_535, 0x7fff_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

export const FRAME_MUTATIONS: readonly Mutation[] = [
  onFrames((frames, _, at) => void frames.splice(at, 1)),
  onFrames((frames, random, at) => {
    const times = random.oneIn(20) ? 300 : random.small();
    frames.splice(at, 0, ...Array.from({ length: times }, () => frames[at]!));
  }),
  onFrames((frames, random, at) => {
    const [frame] = frames.splice(at, 1);
    frames.splice(1 + random.below(frames.length), 0, frame!);
  }),
  onFrame((_, head, random) => void (head.type = random.pick(TYPES))),
  onFrame((_, head, random) => void (head.flags ^= random.pick(FLAGS))),
  onFrame((_, head, random) =>
    void (head.stream = random.oneIn(8) ? random.pick(NUMBERS) : random.below(12))
  ),
  onFrame((payload, _, random) => payload.subarray(0, random.below(payload.length + 1))),
  onFrame((payload, _, random) => concat([payload, new Uint8Array(random.oneIn(8) ? 300 : random.small())])),
  onFrame((payload, _, random) => {
    if (payload.length > 0) payload[random.below(payload.length)] = random.below(256);
  }),
  onFrame((payload, _, random) => {
    if (payload.length < 4) return;
    new DataView(payload.buffer).setUint32(random.below(payload.length - 3), random.pick(NUMBERS));
  }),
  function takeFramesOfAnother(input, random, { corpus }) {
    const parts = splitFrames(input), others = splitFrames(random.pick(corpus)).slice(1);
    const from = random.below(others.length);
    parts.splice(1 + random.below(parts.length), 0, ...others.slice(from, from + random.small()));
    return concat(parts);
  },
  function countStreamsOn(input, random) {
    // Requests of another case's end have numbers that were used: the next ones are given.
    const add = 2 * random.below(8), parts = splitFrames(input);
    const from = 1 + random.below(parts.length);
    return concat(parts.map((part, at) => {
      if (at < from || part.length < FRAME_HEAD || readUint32(part, 5) === 0) return part;
      const copy = part.slice();
      new DataView(copy.buffer).setUint32(5, readUint32(copy, 5) + add);
      return copy;
    }));
  },
];
