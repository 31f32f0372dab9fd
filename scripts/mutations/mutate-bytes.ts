import type { Dice } from './dice.ts';

/** What was done to a file, in words for whoever looks into a failure, and the result. */
export interface Mutant {
  readonly what: string;
  readonly bytes: Uint8Array;
}

type ByteMutator = (bytes: Uint8Array, dice: Dice) => Mutant;

/** Faults of disks, networks and servers: they know nothing of the file's format. */
const byteMutators: readonly ByteMutator[] = [flipBits, truncate, insert, cutOut, overwrite, repeatPart];

export function mutateBytes(bytes: Uint8Array, dice: Dice): Mutant {
  return dice.pick(byteMutators)(bytes, dice);
}

export function flipBits(bytes: Uint8Array, dice: Dice): Mutant {
  const count = 1 + dice.below(8);
  const altered = new Uint8Array(bytes);
  for (let flip = 0; flip < count; flip++) altered[dice.below(bytes.length)] ^= 1 << dice.below(8);
  return { what: `flips ${count} bits`, bytes: altered };
}

function truncate(bytes: Uint8Array, dice: Dice): Mutant {
  const length = dice.below(bytes.length);
  return { what: `ends after ${length} bytes`, bytes: bytes.subarray(0, length) };
}

function insert(bytes: Uint8Array, dice: Dice): Mutant {
  const at = dice.below(bytes.length + 1);
  const inserted = dice.bytes(1 + dice.below(64));
  return {
    what: `inserts ${inserted.length} bytes at ${at}`,
    bytes: joined([bytes.subarray(0, at), inserted, bytes.subarray(at)]),
  };
}

function cutOut(bytes: Uint8Array, dice: Dice): Mutant {
  const at = dice.below(bytes.length);
  const length = Math.min(1 + dice.below(64), bytes.length - at);
  return {
    what: `cuts ${length} bytes out at ${at}`,
    bytes: joined([bytes.subarray(0, at), bytes.subarray(at + length)]),
  };
}

function overwrite(bytes: Uint8Array, dice: Dice): Mutant {
  const at = dice.below(bytes.length);
  const altered = new Uint8Array(bytes);
  const length = Math.min(1 + dice.below(256), bytes.length - at);
  altered.fill(dice.pick([0, 0xff, dice.below(256)]), at, at + length);
  return { what: `overwrites ${length} bytes at ${at}`, bytes: altered };
}

function repeatPart(bytes: Uint8Array, dice: Dice): Mutant {
  const at = dice.below(bytes.length);
  const part = bytes.subarray(at, at + 1 + dice.below(bytes.length - at));
  return {
    what: `repeats ${part.length} bytes from ${at}`,
    bytes: joined([bytes.subarray(0, at), part, bytes.subarray(at)]),
  };
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
