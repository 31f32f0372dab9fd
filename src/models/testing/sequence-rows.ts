import type { TokenId } from '../../tokens/token-id.ts';
import { tokenId } from '../../tokens/token-id.ts';
import type { Sequence } from '../causal-model.ts';

/** Logits of one pass [ids.length, width], on the host. */
export async function rowsOfPass(sequence: Sequence, ids: readonly TokenId[]): Promise<Float32Array> {
  const logits = await sequence.forward({ kind: 'host', length: ids.length, ids }, 'all');
  try {
    return await logits.toHost();
  } finally {
    logits.dispose();
  }
}

/** The `count` tokens that follow `prompt` when the likeliest is taken each time. */
export async function greedyTokens(
  sequence: Sequence,
  prompt: readonly TokenId[],
  count: number,
): Promise<TokenId[]> {
  const drawn: TokenId[] = [];
  let fed = prompt;
  while (drawn.length < count) {
    const logits = await sequence.forward({ kind: 'host', length: fed.length, ids: fed }, 'last');
    const row = await logits.toHost();
    logits.dispose();
    const next = tokenId(row.indexOf(row.reduce((most, value) => Math.max(most, value), -Infinity)));
    drawn.push(next);
    fed = [next];
  }
  return drawn;
}

export function largestDifference(one: Float32Array, other: Float32Array): number {
  if (one.length !== other.length) throw new Error(`${one.length} values against ${other.length}`);
  return one.reduce((most, value, index) => Math.max(most, Math.abs(value - other[index]!)), 0);
}
