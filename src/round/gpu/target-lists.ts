import { tokenId } from '../../tokens/token-id.ts';
import type { ProposalFate, TargetList } from '../round-sampler.ts';
import { type CommandStream, narrow, wide } from './command-stream.ts';
import type { List } from './plan-section.ts';
import { none } from './sampler-layout.ts';

/** Bytes that the lists of one verdict are staged in. */
export function listsBytes(positions: number, listed: number): number {
  return positions * listed * 2 * Uint32Array.BYTES_PER_ELEMENT;
}

/**
 * Records the lists of the likeliest tokens of some laws, and their copies behind the record in the staging buffer: for
 * each law `listed` ids, then `listed` probabilities. Found tile by tile, then merged: what was drawn ahead waits for
 * one read-back as it does without.
 * @param lawSlots [positions] of weights
 * @param listed tokens of each list, 1 .. min(20, vocabSize)
 * @param stagedAt byte of the first list
 * @param takeSlot hands out a slot; the caller frees it
 */
export function recordLists(
  stream: CommandStream,
  lawSlots: readonly number[],
  listed: number,
  stagedAt: number,
  takeSlot: () => number,
): void {
  const { memory } = stream;
  const { vocabSize } = memory;
  // Both parts of a list find room in one row, but for the smallest of vocabularies.
  const lists = lawSlots.map((lawSlot): List => {
    const idsAt = takeSlot() * vocabSize;
    const probabilitiesAt = 2 * listed <= vocabSize ? idsAt + listed : takeSlot() * vocabSize;
    return { lawSlot, idsAt, probabilitiesAt };
  });
  stream.run({ position: 0, textIndex: 0, lists, listLength: listed }, [
    wide('topOfTile', lists.length),
    narrow('mergeTops', lists.length),
  ]);
  const bytes = listed * Uint32Array.BYTES_PER_ELEMENT;
  for (const [index, { idsAt, probabilitiesAt }] of lists.entries()) {
    const to = stagedAt + 2 * index * bytes;
    stream.copy(memory.rows, idsAt * Uint32Array.BYTES_PER_ELEMENT, memory.staging, to, bytes);
    stream.copy(
      memory.rows,
      probabilitiesAt * Uint32Array.BYTES_PER_ELEMENT,
      memory.staging,
      to + bytes,
      bytes,
    );
  }
}

/**
 * Reads what `recordLists` staged.
 * @param fates of a verdict; the lists are those of its committed tokens
 * @param asked tokens of each list that were asked for, `listed` or fewer
 * @param isGreedy true where r of a fate is that of a one-hot: the committed token is the likeliest then
 */
export function readLists(
  bytes: ArrayBuffer,
  fates: readonly ProposalFate[],
  {
    listed,
    asked,
    isGreedy,
  }: { readonly listed: number; readonly asked: number; readonly isGreedy: boolean },
): readonly TargetList[] {
  const words = new Uint32Array(bytes);
  const floats = new Float32Array(bytes);
  const committed = fates.filter(({ fate }) => fate !== 'rejected' && fate !== 'discarded');
  return committed.map(({ r, tokenId: token }, position) => {
    const at = position * 2 * listed;
    const top: { tokenId: typeof token; probability: number }[] = [];
    for (let rank = 0; rank < Math.min(asked, listed) && words[at + rank] !== none; rank++) {
      top.push({ tokenId: tokenId(words[at + rank]), probability: floats[at + listed + rank] });
    }
    const probability = isGreedy ? floats[at + listed] : r;
    if (probability === null) {
      throw new Error(`Token ${token} was drawn from one member: r was never formed there`);
    }
    return { probability, top };
  });
}
