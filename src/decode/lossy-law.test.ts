import { describe, expect, test } from 'vitest';
import { contrastiveCombine } from '../combine/contrastive-combine.ts';
import { weightedCombine } from '../combine/weighted-combine.ts';
import { untruncated } from '../sample/sampling-parameters.ts';
import { tokenId } from '../tokens/token-id.ts';
import type { AcceptanceChoice } from '../verify/create-acceptance.ts';
import type { ScheduleKind } from './method-plan.ts';
import { analyticLaw, combinedAt, largestDifference, ownAt, type Team } from './testing/analytic-law.ts';
import { enumerateLaw } from './testing/enumerate-law.ts';
import { FakeModel } from './testing/fake-model.ts';
import { bothOf } from './testing/reference-case.ts';
import type { ReferenceCombine } from './testing/reference-distributions.ts';
import { referenceLaw } from './testing/reference-law.ts';

/** π = q·a + (1 − Σ q·a)·s, written from the definition: a is Pr[accept x], s what a rejected proposal is redrawn from. */
function committedLaw(choice: AcceptanceChoice, q: Float64Array, r: Float64Array): Float64Array {
  let accept: (token: number) => number;
  let redraw: Float64Array = r;
  if (choice.kind === 'lenient') {
    accept = (token) => (q[token] > 0 ? Math.min(1, (choice.leniency * r[token]) / q[token]) : 0);
    const left = r.map((probability, token) => Math.max(0, probability - q[token]));
    const mass = left.reduce((sum, weight) => sum + weight, 0);
    if (mass > 0) redraw = left.map((weight) => weight / mass);
  } else if (choice.kind === 'typical') {
    const entropy = -r.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);
    const least = Math.min(choice.epsilon, choice.delta * Math.exp(-entropy));
    accept = (token) => (r[token] > least ? 1 : 0);
  } else throw new Error(`${choice.kind} is not lossy`);
  const accepted = q.map((probability, token) => probability * accept(token));
  const rejected = 1 - accepted.reduce((sum, probability) => sum + probability, 0);
  return accepted.map((probability, token) => probability + rejected * redraw[token]);
}

const criteria: readonly AcceptanceChoice[] = [
  { kind: 'lenient', leniency: 1.5 },
  { kind: 'lenient', leniency: 3 },
  { kind: 'typical', epsilon: 0.3, delta: 0.4 },
];
const combines = [
  { name: 'weighted', combine: weightedCombine([0.3, 0.7]) },
  { name: 'contrastive', combine: contrastiveCombine(0.5, 0) },
];

describe.each(criteria)('%o', (acceptance) => {
  describe.each(combines)('$name', ({ combine }) => {
    test.each<ScheduleKind>(['alternate', 'naive', 'black-box'])(
      '%s: the first token follows r, the second the law of the criterion, below 1e-9',
      async (schedule) => {
        const models = [new FakeModel({ vocabSize: 3, seed: 1 }), new FakeModel({ vocabSize: 3, seed: 2 })];
        const prompt = [0, 1, 0];
        const team: Team = {
          models,
          combine,
          sampling: untruncated,
          memberSampling: models.map(() => untruncated),
          prompts: models.map(() => prompt.map(tokenId)),
        };
        const law = await enumerateLaw(
          {
            models,
            prompt,
            maxTokens: 100,
            method: {
              kind: 'collaborative',
              combine,
              schedule,
              acceptance,
              defaultProposer: 1,
              draftLengths: [1, 1],
            },
          },
          2,
        );
        const lossy = analyticLaw(
          (text) =>
            text.length === 0
              ? combinedAt(team, text)
              : committedLaw(acceptance, ownAt(team, 1, text), combinedAt(team, text)),
          2,
        );
        const worst = largestDifference(law, lossy);
        expect(
          worst.difference,
          `text ${worst.text}: ${worst.actual} instead of ${worst.expected}`,
        ).toBeLessThan(1e-9);
        // And it is not r: a criterion that never leaves it would make this test say nothing.
        expect(
          largestDifference(
            law,
            analyticLaw((text) => combinedAt(team, text), 2),
          ).difference,
        ).toBeGreaterThan(1e-3);
      },
    );
  });
});

/** γ vectors; a wrong q for the bonus shows first at token γ_d + 2. */
const teams: { name: string; combine: ReferenceCombine; draftLengths: readonly number[] }[] = [
  ...[
    [1, 1],
    [2, 1],
    [3, 2],
  ].flatMap((draftLengths) => [
    { name: 'weighted', combine: { kind: 'weighted', weights: [0.3, 0.7] } as const, draftLengths },
    { name: 'contrastive', combine: { kind: 'contrastive', mu: 0.5, alpha: 0 } as const, draftLengths },
  ]),
  ...[
    [1, 1, 1],
    [2, 1, 1],
    [3, 2, 1],
  ].map((draftLengths) => ({
    name: 'weighted',
    combine: { kind: 'weighted', weights: [0.2, 0.5, 0.3] } as const,
    draftLengths,
  })),
];

describe.each(criteria)('%o over several rounds', (acceptance) => {
  describe.each(teams)('$name, γ = $draftLengths', ({ combine, draftLengths }) => {
    test.each(['alternate', 'naive', 'black-box'] as const)(
      '%s: the first γ + 3 tokens follow the law of the criterion, below 1e-9',
      async (schedule) => {
        const { reference, decode } = bothOf({ combine, draftLengths, schedule, acceptance });
        const tokens = draftLengths[0] + 3;
        const lossy = referenceLaw(reference, tokens);
        const worst = largestDifference(await enumerateLaw(decode, tokens), lossy);
        expect(
          worst.difference,
          `text ${worst.text}: ${worst.actual} instead of ${worst.expected}`,
        ).toBeLessThan(1e-9);
        const lossless = referenceLaw({ ...reference, acceptance: { kind: 'exact' } }, tokens);
        expect(largestDifference(lossy, lossless).difference).toBeGreaterThan(1e-3);
      },
    );
  });
});
