import { isPenalising, type LogitAdjustment } from '../sample/logit-adjustment.ts';
import { type TokenId, tokenId } from '../tokens/token-id.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { refuse } from './decode-request.ts';
import type { ValidSampling } from './request-types.ts';
import { unknownToken } from './unknown-token.ts';

/**
 * What the sampling parameters of a member do to its logits; null where they leave them alone, so that nothing is spent
 * on it.
 * @param vocabSize ids that every member scores
 * @param field what messages call the parameters
 * @throws EngineError `invalid-request` for a biased token that is none of them
 */
export function logitAdjustmentOf(
  { logitBias, frequencyPenalty, presencePenalty }: ValidSampling,
  tokenizer: Tokenizer,
  vocabSize: number,
  field: string,
): LogitAdjustment | null {
  const bias = new Map<TokenId, number>();
  for (const [id, amount] of Object.entries(logitBias)) {
    const token = Number(id);
    if (token >= vocabSize) {
      refuse(`${field}.logitBias.${id}`, unknownToken(token, tokenizer, vocabSize, 'every member'));
    }
    if (amount !== 0) bias.set(tokenId(token), amount);
  }
  const adjustment = { bias, frequencyPenalty, presencePenalty };
  return bias.size > 0 || isPenalising(adjustment) ? adjustment : null;
}
