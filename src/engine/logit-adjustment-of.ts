import { isPenalising, type LogitAdjustment } from '../sample/logit-adjustment.ts';
import { type TokenId, tokenId } from '../tokens/token-id.ts';
import { refuse, type ValidSampling } from './decode-request.ts';

/**
 * What the sampling parameters of a member do to its logits; null where they leave them alone, so that nothing is spent
 * on it.
 * @param field what messages call the parameters
 * @throws EngineError `invalid-request` for a biased token that the vocabulary does not have
 */
export function logitAdjustmentOf(
  { logitBias, frequencyPenalty, presencePenalty }: ValidSampling,
  vocabSize: number,
  field: string,
): LogitAdjustment | null {
  const bias = new Map<TokenId, number>();
  for (const [id, amount] of Object.entries(logitBias)) {
    const token = Number(id);
    if (token >= vocabSize) {
      refuse(`${field}.logitBias.${id}`, `${id} is none of the vocabulary's ${vocabSize} tokens`);
    }
    if (amount !== 0) bias.set(tokenId(token), amount);
  }
  const adjustment = { bias, frequencyPenalty, presencePenalty };
  return bias.size > 0 || isPenalising(adjustment) ? adjustment : null;
}
