/**
 * New inputs from known ones.
 *
 * @module
 */
import { concat } from "./pieces.ts";
import type { Random } from "./random.ts";

/** What mutations may take from. */
export interface Material {
  readonly corpus: readonly Uint8Array[];
  readonly dictionary: readonly Uint8Array[];
  /** Beside those that know nothing of the input. */
  readonly mutations?: readonly Mutation[] | undefined;
}

export type Mutation = (input: Uint8Array, random: Random, material: Material) => Uint8Array;

/** Inputs are not made longer than this. */
const MAX_LENGTH = 16 * 1024;

const LF = 0x0a;

/** A changed copy of some input of the corpus. */
export function mutate(material: Material, random: Random): Uint8Array {
  let input = random.pick(material.corpus);
  for (let times = random.small(); times > 0; times--) {
    const mutations = material.mutations !== undefined && !random.oneIn(4) ? material.mutations : MUTATIONS;
    input = random.pick(mutations)(input, random, material);
  }
  return input.length > MAX_LENGTH ? input.subarray(0, MAX_LENGTH) : input;
}

const MUTATIONS: readonly Mutation[] = [
  function flipBit(input, random) {
    const copy = input.slice(), at = random.below(copy.length);
    if (copy.length > 0) copy[at]! ^= 1 << random.below(8);
    return copy;
  },
  function setByte(input, random) {
    const copy = input.slice();
    if (copy.length > 0) copy[random.below(copy.length)] = random.below(256);
    return copy;
  },
  function insertWord(input, random, { dictionary }) {
    return replaceRange(input, random.below(input.length + 1), 0, random.pick(dictionary));
  },
  function overwriteWithWord(input, random, { dictionary }) {
    const [start, length] = range(input, random);
    return replaceRange(input, start, length, random.pick(dictionary));
  },
  function removeRange(input, random) {
    const [start, length] = range(input, random);
    return replaceRange(input, start, length, EMPTY);
  },
  function repeatRange(input, random) {
    const [start, length] = range(input, random);
    const times = random.oneIn(8) ? 1 + random.below(200) : random.small();
    const part = input.subarray(start, start + Math.min(length, 200));
    return replaceRange(input, start, 0, concat(Array<Uint8Array>(times).fill(part)));
  },
  function moveRange(input, random) {
    const [start, length] = range(input, random);
    const part = input.subarray(start, start + length);
    const rest = replaceRange(input, start, length, EMPTY);
    return replaceRange(rest, random.below(rest.length + 1), 0, part);
  },
  function repeatLine(input, random) {
    const [start, length] = line(input, random);
    return replaceRange(input, start, 0, input.subarray(start, start + length));
  },
  function removeLine(input, random) {
    const [start, length] = line(input, random);
    return replaceRange(input, start, length, EMPTY);
  },
  function takeLineOfAnother(input, random, { corpus }) {
    const other = random.pick(corpus);
    const [from, length] = line(other, random);
    const [start] = line(input, random);
    return replaceRange(input, start, 0, other.subarray(from, from + length));
  },
  function splice(input, random, { corpus }) {
    const other = random.pick(corpus);
    const [end] = random.oneIn(2) ? line(input, random) : range(input, random);
    const [start] = random.oneIn(2) ? line(other, random) : range(other, random);
    return concat([input.subarray(0, end), other.subarray(start)]);
  },
  function append(input, random, { corpus }) {
    return concat([input, random.pick(corpus)]);
  },
  function changeNumber(input, random) {
    const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;
    const places = Array.from(input.keys()).filter((at) => isDigit(input[at]));
    if (places.length === 0) return input;
    const copy = input.slice();
    copy[random.pick(places)] = 0x30 + random.below(10);
    return copy;
  },
  function cut(input, random) {
    return input.subarray(0, random.below(input.length + 1));
  },
];

const EMPTY = new Uint8Array();

function replaceRange(input: Uint8Array, start: number, length: number, by: Uint8Array): Uint8Array {
  return concat([input.subarray(0, start), by, input.subarray(start + length)]);
}

/** Start and length of some part, most often a short one. */
function range(input: Uint8Array, random: Random): [number, number] {
  const start = random.below(input.length);
  const most = input.length - start;
  return [start, random.oneIn(4) ? random.below(most + 1) : Math.min(random.small(), most)];
}

/** Start and length of some line, with its end. */
function line(input: Uint8Array, random: Random): [number, number] {
  const within = random.below(input.length);
  const start = input.lastIndexOf(LF, within - 1) + 1;
  const end = input.indexOf(LF, within);
  return within === 0
    ? [0, end < 0 ? input.length : end + 1]
    : [start, (end < 0 ? input.length : end + 1) - start];
}
