import { weightedCombine } from '../../combine/weighted-combine.ts';
import type { RandomSource } from '../../random/random-source.ts';
import type { Round } from '../../round/round.ts';
import type { ScheduleKind } from '../method-plan.ts';
import { runFakeDecode } from './fake-decode.ts';
import { FakeModel } from './fake-model.ts';

/** A collaborative decode whose verdicts are known beforehand. */
export interface Script {
  readonly schedule: ScheduleKind;
  /** γ_i [members] */
  readonly draftLengths: readonly number[];
  /** Numbers of the verdicts that reject; 1 = the first of the decode. */
  readonly rejected?: readonly number[];
  /** Rounds behind the prefill that are asked for. */
  readonly rounds: number;
  readonly weights?: readonly number[];
}

/** Accepts every proposal but those whose verdict has a number in `rejected` (1 = the first verdict of the decode). */
function scriptedVerdicts(rejected: readonly number[]): RandomSource {
  let verdicts = 0;
  return {
    categorical: (weights) => weights.indexOf(Math.max(...weights)),
    bernoulli: () => {
      verdicts++;
      return { happened: !rejected.includes(verdicts), u: 0.5 };
    },
  };
}

/** The prefill's round and `rounds` more, of the real loop. */
export async function scriptedRounds(script: Script): Promise<readonly Round[]> {
  const models = script.draftLengths.map((_, member) => new FakeModel({ vocabSize: 4, seed: member + 1 }));
  const weights = script.weights ?? models.map(() => 1);
  const { rounds } = await runFakeDecode({
    models,
    method: {
      kind: 'collaborative',
      combine: weightedCombine(weights),
      schedule: script.schedule,
      acceptance: { kind: 'exact' },
      defaultProposer: 0,
      draftLengths: script.draftLengths,
    },
    random: scriptedVerdicts(script.rejected ?? []),
    maxTokens: 100,
  });
  return rounds.slice(0, 1 + script.rounds);
}
