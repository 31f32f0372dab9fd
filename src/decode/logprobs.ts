import type { CommittedLogprob, TokenLogprob } from '../round/round.ts';
import type { TargetList } from '../round/round-sampler.ts';
import type { TokenId } from '../tokens/token-id.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';

/** Stands for the logarithm of 0, which JSON has no number for; OpenAI's API has the same. */
const minLogprob = -9999;

/**
 * What r had at committed tokens, as rounds tell it.
 * @param committed [tokens]
 * @param lists [tokens]
 */
export function logprobsOf(
  committed: readonly TokenId[],
  lists: readonly TargetList[],
  tokenizer: Tokenizer,
): readonly CommittedLogprob[] {
  const told = (tokenId: TokenId, probability: number): TokenLogprob => ({
    tokenId,
    text: tokenizer.decode([tokenId], { keepSpecial: true }),
    // f32 sums round: a certain token may have a little more than 1.
    logprob: Math.max(minLogprob, Math.min(0, Math.log(probability))),
  });
  return committed.map((tokenId, index) => {
    const { probability, top } = lists[index];
    return {
      ...told(tokenId, probability),
      top: top.map((entry) => told(entry.tokenId, entry.probability)),
    };
  });
}
