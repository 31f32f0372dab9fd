import type { CommittedLogprob, TokenLogprob } from '../round/round.ts';
import type { TargetList } from '../round/round-sampler.ts';
import type { Detokeniser } from '../tokens/detokeniser.ts';
import type { TokenId } from '../tokens/token-id.ts';

/** Stands for the logarithm of 0, which JSON has no number for; OpenAI's API has the same. */
const minLogprob = -9999;

/**
 * What r had at a committed token, as rounds tell it.
 * @param before the text that the token continues
 */
export function logprobOf(
  committed: TokenId,
  { probability, top }: TargetList,
  before: Pick<Detokeniser, 'preview' | 'name'>,
): CommittedLogprob {
  const told = (tokenId: TokenId, probability: number): TokenLogprob => {
    const { text, bytes } = before.preview(tokenId);
    return {
      tokenId,
      text: bytes === null ? before.name(tokenId) : text,
      bytes,
      // f32 sums round: a certain token may have a little more than 1.
      logprob: Math.max(minLogprob, Math.min(0, Math.log(probability))),
    };
  };
  return {
    ...told(committed, probability),
    top: top.map((entry) => told(entry.tokenId, entry.probability)),
  };
}
