import { costAt, type ForwardCosts } from '../../models/forward-costs.ts';
import { PhiloxSource } from '../../random/philox-source.ts';
import type { RandomSource } from '../../random/random-source.ts';
import type { Round } from '../../round/round.ts';
import type { ForwardTally } from '../expected-forwards.ts';
import type { MethodPlan } from '../method-plan.ts';
import { runFakeDecode } from './fake-decode.ts';
import { FakeModel } from './fake-model.ts';

/** Always favours the token with its own number, so that a drawn token tells who proposed it. */
class SignatureModel extends FakeModel {
  readonly #row: Float32Array;

  constructor(member: number, vocabSize: number, onForward?: (tokens: number) => void) {
    super({ vocabSize, seed: member, ...(onForward && { onForward }) });
    this.#row = Float32Array.from({ length: this.width }, (_, token) => (token === member ? 2 : 0));
  }

  override rowBehind(): Float32Array {
    return this.#row;
  }
}

/** α of a proposer, the same throughout or by the position of the proposal. */
export type CoinRate = number | ((position: number) => number);

/**
 * Verdicts that are coins: a proposal of member i is accepted with probability α_i, whatever q and r say. Members are
 * drawn in proportion to their weights. What no member drew was looked up: the last α is the look-up's.
 */
function coinSource(acceptanceRates: readonly CoinRate[], seed: number): RandomSource {
  const philox = new PhiloxSource(seed);
  const proposerAt = new Map<number, number>();
  return {
    categorical(weights, key) {
      if (key.purpose === 'member') return philox.categorical(weights, key);
      const favourite = weights.indexOf(Math.max(...weights));
      if (key.purpose === 'proposal') proposerAt.set(key.position, favourite);
      return favourite;
    },
    bernoulli(_, key) {
      const rate = acceptanceRates[proposerAt.get(key.position) ?? acceptanceRates.length - 1];
      return philox.bernoulli(typeof rate === 'number' ? rate : rate(key.position), key);
    },
  };
}

export interface CoinOptions {
  readonly seed?: number;
  /** t_i(k) [members]: what the loop is told, and what forwards take on its clock; without them no time passes. */
  readonly costs?: readonly ForwardCosts[];
  /** Factor on the time of each forward, from its number; default 1. */
  readonly hiccup?: (forward: number) => number;
}

/**
 * The rounds behind the prefill of a real decode whose verdicts are coins, until that many tokens are committed.
 * @param acceptanceRates α_i of the members, and behind them of a look-up where the method has one
 */
export async function coinRounds(
  method: MethodPlan,
  acceptanceRates: readonly CoinRate[],
  tokens: number,
  { seed = 1, costs, hiccup = () => 1 }: CoinOptions = {},
): Promise<readonly Round[]> {
  const isLookUp = method.kind === 'speculative' && method.drafter.kind === 'ngram';
  const members = acceptanceRates.length - (isLookUp ? 1 : 0);
  // Near its limit a decode proposes less; those rounds are cut off.
  const maxTokens = tokens + 100;
  let nowMs = 0;
  let forwards = 0;
  const { rounds } = await runFakeDecode({
    models: Array.from(
      { length: members },
      (_, member) =>
        new SignatureModel(member, acceptanceRates.length + 1, (width) => {
          if (costs) nowMs += costAt(costs[member], width) * hiccup(forwards++);
        }),
    ),
    method,
    random: coinSource(acceptanceRates, seed),
    maxTokens,
    contextLength: maxTokens + 10,
    ...(costs && { costs, now: () => nowMs }),
  });
  let committed = 0;
  return rounds.slice(1).filter((round) => {
    const isWanted = committed < tokens;
    committed += round.committed.length;
    return isWanted;
  });
}

/** Counts forwards and tokens of rounds, each with its weight. */
export function tallyOf(rounds: readonly Round[], members: number, weightOf = (_: Round) => 1): ForwardTally {
  const counts = Array.from({ length: members }, (): number[] => []);
  let tokens = 0;
  for (const round of rounds) {
    const weight = weightOf(round);
    tokens += weight * round.committed.length;
    for (const { member, tokens: width } of round.forwards) {
      while (counts[member].length <= width) counts[member].push(0);
      counts[member][width] += weight;
    }
  }
  return { tokens, counts };
}
