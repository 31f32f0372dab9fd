import { describe, expect, test } from 'vitest';
import { contrastiveCombine } from '../combine/contrastive-combine.ts';
import { geometricCombine } from '../combine/geometric-combine.ts';
import { weightedCombine } from '../combine/weighted-combine.ts';
import { PhiloxSource } from '../random/philox-source.ts';
import { CpuSampler } from '../round/cpu-sampler.ts';
import { adjustLogits, type LogitAdjustment } from '../sample/logit-adjustment.ts';
import { type SamplingParameters, untruncated } from '../sample/sampling-parameters.ts';
import { tokenId } from '../tokens/token-id.ts';
import type { MethodPlan, ScheduleKind } from './method-plan.ts';
import { analyticLaw, combinedAt, largestDifference, type Team } from './testing/analytic-law.ts';
import { enumerateLaw } from './testing/enumerate-law.ts';
import { type FakeDecodeOptions, runFakeDecode } from './testing/fake-decode.ts';
import { FakeModel } from './testing/fake-model.ts';
import { bothOf, type ReferenceCase } from './testing/reference-case.ts';
import { referenceLaw } from './testing/reference-law.ts';

/*
 * Bias and penalties make a row depend on the text before it, what is pending included. The fakes' tables remember three
 * tokens; with a penalty a row depends on all of them, so a row that was adjusted for another text shows in the law.
 */

const adjusted = (
  bias: readonly (readonly [number, number])[],
  frequencyPenalty: number,
  presencePenalty: number,
): LogitAdjustment => ({
  bias: new Map(bias.map(([token, amount]) => [tokenId(token), amount])),
  frequencyPenalty,
  presencePenalty,
});

const prompt = [0, 1, 0].map(tokenId);
/** The first member's and the second's; the third has none. */
const adjustments = [adjusted([[1, -0.8]], 0.9, 0.4), adjusted([[0, 1.1]], -0.5, 1.2), null];

interface Setup {
  readonly method: MethodPlan;
  readonly members: number;
  readonly vocabSize: number;
  readonly tokens: number;
  readonly sampling?: Partial<SamplingParameters>;
}

/** Whose rows form r, as the analytic law has them: the target of a speculative decode is its first member. */
async function expectExact({ method, members, vocabSize, tokens, sampling = {} }: Setup): Promise<void> {
  const models = Array.from(
    { length: members },
    (_, member) => new FakeModel({ vocabSize, seed: 1 + member }),
  );
  const isTeam = method.kind === 'collaborative';
  const targets = isTeam ? models : models.slice(0, 1);
  const full = { ...untruncated, ...sampling };
  const team: Team = {
    models: targets,
    combine: isTeam ? method.combine : weightedCombine([1]),
    sampling: full,
    memberSampling: targets.map(() => full),
    prompts: targets.map(() => prompt),
    adjustments,
  };
  const law = await enumerateLaw({ models, method, prompt, sampling, adjustments, maxTokens: 100 }, tokens);
  const worst = largestDifference(
    law,
    analyticLaw((text) => combinedAt(team, text), tokens),
  );
  expect(worst.difference, `text ${worst.text}`).toBeLessThan(1e-9);
}

const combines = {
  weighted: weightedCombine([0.3, 0.7]),
  contrastive: contrastiveCombine(0.4, 0.5),
  geometric: geometricCombine([1.5, -0.5]),
};
const samplings: { name: string; sampling: Partial<SamplingParameters> }[] = [
  { name: 'T = 1', sampling: {} },
  { name: 'T = .7, top-p .8', sampling: { temperature: 0.7, topP: 0.8 } },
  { name: 'T = 0', sampling: { temperature: 0 } },
];

const teamMethod = (
  combine: keyof typeof combines,
  schedule: ScheduleKind,
  draftLengths: readonly number[],
  defaultProposer = 0,
): MethodPlan => ({
  kind: 'collaborative',
  combine: combines[combine],
  schedule,
  acceptance: { kind: 'exact' },
  defaultProposer,
  draftLengths,
});

describe.each(samplings)(
  'with bias and penalties the joint law is the analytic one below 1e-9 at $name',
  ({ sampling }) => {
    test.each(['weighted', 'contrastive', 'geometric'] as const)('two members, %s', async (combine) => {
      for (const schedule of ['alternate', 'naive', 'black-box'] as const) {
        for (const [draftLengths, defaultProposer] of [
          [[1, 1], 0],
          [[3, 1], 0],
          [[2, 2], 1],
        ] as const) {
          const method = teamMethod(combine, schedule, draftLengths, defaultProposer);
          await expectExact({
            method,
            members: 2,
            vocabSize: 2,
            sampling,
            tokens: draftLengths[defaultProposer] + 3,
          });
        }
      }
      await expectExact({
        method: teamMethod(combine, 'alternate', [1, 1]),
        members: 2,
        vocabSize: 3,
        sampling,
        tokens: 4,
      });
    });

    test('three members, one of them unadjusted', async () => {
      const method: MethodPlan = {
        ...(teamMethod('weighted', 'alternate', [2, 1, 1]) as Extract<MethodPlan, { kind: 'collaborative' }>),
        combine: weightedCombine([0.2, 0.5, 0.3]),
      };
      await expectExact({ method, members: 3, vocabSize: 2, sampling, tokens: 5 });
    });

    test('one model: plain, a draft model with an adjustment of its own, look-up', async () => {
      const acceptance = { kind: 'exact' } as const;
      const drafted: MethodPlan = {
        kind: 'speculative',
        acceptance,
        drafter: { kind: 'model', draftLength: 2 },
      };
      const lookedUp: MethodPlan = {
        kind: 'speculative',
        acceptance,
        drafter: { kind: 'ngram', draftLength: 3, longestMatch: 3, shortestMatch: 1 },
      };
      await expectExact({ method: { kind: 'plain' }, members: 1, vocabSize: 3, sampling, tokens: 4 });
      await expectExact({ method: drafted, members: 2, vocabSize: 2, sampling, tokens: 5 });
      await expectExact({ method: lookedUp, members: 1, vocabSize: 2, sampling, tokens: 6 });
    });
  },
);

test('a mixture, whose members catch up with rows they skipped, and the sequential schedule', async () => {
  for (const schedule of ['mixture', 'sequential'] as const) {
    const method = teamMethod('weighted', schedule, [1, 1]);
    await expectExact({ method, members: 2, vocabSize: 3, tokens: 4 });
  }
});

describe('with bias and penalties, token for token what sequential writes', () => {
  test.each([
    { name: 'T = 0', sampling: { temperature: 0 }, acceptance: { kind: 'exact' } },
    { name: 'coupled, T = 1', sampling: {}, acceptance: { kind: 'coupled' } },
    { name: 'coupled, top-p .7', sampling: { topP: 0.7 }, acceptance: { kind: 'coupled' } },
  ] as const)('$name', async ({ sampling, acceptance }) => {
    const unpenalised: string[] = [];
    for (let seed = 1; seed <= 5; seed++) {
      const models = [0, 1].map((member) => new FakeModel({ vocabSize: 6, seed: 10 * seed + member }));
      for (const combine of ['weighted', 'contrastive', 'geometric'] as const) {
        const run = (
          schedule: ScheduleKind,
          draftLengths: readonly number[],
          own: FakeDecodeOptions['adjustments'],
        ) =>
          runFakeDecode({
            models,
            method: { ...teamMethod(combine, schedule, draftLengths), acceptance } as MethodPlan,
            random: new PhiloxSource(seed),
            sampling,
            maxTokens: 30,
            ...(own && { adjustments: own }),
          });
        const reference = await run('sequential', [1, 1], adjustments);
        unpenalised.push(
          (await run('sequential', [1, 1], undefined)).text === reference.text ? 'same' : 'other',
        );
        for (const schedule of ['alternate', 'naive', 'black-box'] as const) {
          for (const draftLengths of [
            [1, 1],
            [4, 1],
            [5, 3],
          ]) {
            const { text } = await run(schedule, draftLengths, adjustments);
            expect(text, `${combine}, ${schedule}, γ = ${draftLengths}`).toBe(reference.text);
          }
        }
      }
    }
    // What the adjustments do is no rounding error.
    expect(unpenalised.filter((text) => text === 'other').length).toBeGreaterThan(10);
  });
});

describe('a second reading of the rule', () => {
  const cases: (ReferenceCase & { name: string; tokens: number })[] = [
    {
      name: 'two members, weighted, top-k',
      combine: { kind: 'weighted', weights: [0.6, 0.4] },
      draftLengths: [2, 2],
      sampling: { topK: 2 },
      vocabSize: 3,
      tokens: 5,
    },
    {
      name: 'contrastive with its mask, naive',
      combine: { kind: 'contrastive', mu: 0.6, alpha: 0.3 },
      schedule: 'naive',
      draftLengths: [2, 1],
      vocabSize: 3,
      tokens: 5,
    },
    {
      name: 'geometric, lenient',
      combine: { kind: 'geometric', weights: [0.8, 0.5] },
      acceptance: { kind: 'lenient', leniency: 1.5 },
      draftLengths: [2, 1],
      tokens: 5,
    },
  ];
  const own = [
    { bias: [0.3, -1, 0.2], frequencyPenalty: 0.8, presencePenalty: 0 },
    { bias: [0, 0, 0.5], frequencyPenalty: 0.25, presencePenalty: -0.6 },
  ];
  test.each(cases)('gives the same law: $name', async ({ tokens, name: _, ...options }) => {
    const { reference, decode } = bothOf({ ...options, adjustments: own });
    const worst = largestDifference(await enumerateLaw(decode, tokens), referenceLaw(reference, tokens));
    expect(worst.difference, `text ${worst.text}`).toBeLessThan(1e-9);
    const without = largestDifference(
      await enumerateLaw(bothOf(options).decode, tokens),
      referenceLaw(reference, tokens),
    );
    expect(without.difference, 'the adjustment matters').toBeGreaterThan(0.01);
  });
});

describe('trap: penalties for the committed text alone', () => {
  /** Adjusts every row for what is committed when it is taken over, and leaves out what is pending before it. */
  const fault: NonNullable<FakeDecodeOptions['createSampler']> = (plan, ...parts) => {
    const members = plan.members.map((member) => ({ ...member, adjustment: null }));
    const sampler = new CpuSampler({ ...plan, members }, ...parts);
    const hold = sampler.hold.bind(sampler);
    sampler.hold = async (member, logits, count) => {
      const rows = (await logits.toHost()).slice();
      const { adjustment } = plan.members[member];
      for (let row = logits.rows - count; adjustment && row < logits.rows; row++) {
        adjustLogits(rows.subarray(row * logits.width), adjustment, sampler.committedTokenIds);
      }
      await hold(member, { ...logits, kind: 'host', data: rows, toHost: async () => rows }, count);
    };
    return sampler;
  };

  test.each(['alternate', 'naive', 'black-box'] as const)('are found under %s', async (schedule) => {
    const own = { bias: [0, 0], frequencyPenalty: 1, presencePenalty: 0.5 };
    const { reference, decode } = bothOf({
      combine: { kind: 'weighted', weights: [0.5, 0.5] },
      schedule,
      draftLengths: [2, 1],
      adjustments: [own, own],
    });
    const expected = referenceLaw(reference, 5);
    expect(largestDifference(await enumerateLaw(decode, 5), expected).difference).toBeLessThan(1e-9);
    const faulty = await enumerateLaw({ ...decode, createSampler: fault }, 5);
    expect(largestDifference(faulty, expected).difference).toBeGreaterThan(1e-3);
  });
});
