import { PhiloxSource } from '../../random/philox-source.ts';
import type { RandomSource } from '../../random/random-source.ts';
import type { Round } from '../../round/round.ts';
import type { MethodPlan } from '../assemble-decode.ts';
import type { ForwardTally } from '../expected-forwards.ts';
import { runFakeDecode } from './fake-decode.ts';
import { FakeModel } from './fake-model.ts';

/** Always favours the token with its own number, so that a drawn token tells who proposed it. */
class SignatureModel extends FakeModel {
  readonly #member: number;

  constructor(member: number, vocabSize: number) {
    super({ vocabSize, seed: member });
    this.#member = member;
  }

  override logits(): Float32Array {
    return Float32Array.from({ length: this.width }, (_, token) => (token === this.#member ? 2 : 0));
  }
}

/**
 * Verdicts that are coins: a proposal of member i is accepted with probability α_i, whatever q and r say. Members are
 * drawn in proportion to their weights.
 */
function coinSource(acceptanceRates: readonly number[], seed: number): RandomSource {
  const philox = new PhiloxSource(seed);
  const proposerAt = new Map<number, number>();
  return {
    categorical(weights, key) {
      if (key.purpose === 'member') return philox.categorical(weights, key);
      const favourite = weights.indexOf(Math.max(...weights));
      if (key.purpose === 'proposal') proposerAt.set(key.position, favourite);
      return favourite;
    },
    bernoulli: (_, key) => philox.bernoulli(acceptanceRates[proposerAt.get(key.position) ?? -1], key),
  };
}

/**
 * The rounds behind the prefill of a real decode whose verdicts are coins, until that many tokens are committed.
 * @param acceptanceRates α_i [members]
 */
export async function coinRounds(
  method: MethodPlan,
  acceptanceRates: readonly number[],
  tokens: number,
  seed = 1,
): Promise<readonly Round[]> {
  const members = acceptanceRates.length;
  // Near its limit a decode proposes less; those rounds are cut off.
  const maxTokens = tokens + 100;
  const { rounds } = await runFakeDecode({
    models: acceptanceRates.map((_, member) => new SignatureModel(member, members + 1)),
    method,
    random: coinSource(acceptanceRates, seed),
    maxTokens,
    contextLength: maxTokens + 10,
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
