import fc from 'fast-check';
import { expect, test } from 'vitest';
import { geometricCombine } from '../combine/geometric-combine.ts';
import { weightedCombine } from '../combine/weighted-combine.ts';
import { PhiloxSource } from '../random/philox-source.ts';
import type { AcceptanceChoice } from '../verify/create-acceptance.ts';
import type { MethodPlan, ScheduleKind } from './assemble-decode.ts';
import { startFakeDecode } from './testing/fake-decode.ts';
import { FakeModel } from './testing/fake-model.ts';

const draftLength = fc.integer({ min: 1, max: 6 });

const teams = fc.integer({ min: 2, max: 4 }).chain((members) =>
  fc.record({
    draftLengths: fc.array(draftLength, { minLength: members, maxLength: members }),
    defaultProposer: fc.nat(members - 1),
    weights: fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), {
      minLength: members,
      maxLength: members,
    }),
    prompts: fc.array(fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }), {
      minLength: members,
      maxLength: members,
    }),
  }),
);

test('in every schedule each cache holds a prefix of its prompt, the text and what is pending, and only rejections roll back', async () => {
  await fc.assert(
    fc.asyncProperty(
      teams,
      fc.record({
        seed: fc.nat(100_000),
        schedule: fc.constantFrom<ScheduleKind>('alternate', 'naive', 'black-box', 'sequential', 'mixture'),
        acceptance: fc.constantFrom<AcceptanceChoice>(
          { kind: 'exact' },
          { kind: 'coupled' },
          { kind: 'lenient', leniency: 2 },
          { kind: 'typical', epsilon: 0.3, delta: 0.09 },
        ),
        temperature: fc.constantFrom(0, 0.8, 1.5),
        geometric: fc.boolean(),
        maxTokens: fc.integer({ min: 1, max: 30 }),
        contextLength: fc.integer({ min: 8, max: 60 }),
      }),
      async ({ draftLengths, defaultProposer, weights, prompts }, options) => {
        const { seed, schedule, acceptance, temperature, maxTokens, contextLength } = options;
        const weighted = !options.geometric || schedule === 'mixture';
        const method: MethodPlan = {
          kind: 'collaborative',
          combine: weighted ? weightedCombine(weights) : geometricCombine(weights),
          schedule,
          acceptance: schedule === 'mixture' ? { kind: 'exact' } : acceptance,
          defaultProposer,
          draftLengths,
        };
        const { decode, rounds, sequences } = startFakeDecode({
          models: draftLengths.map((_, member) => new FakeModel({ vocabSize: 4, seed: seed + member })),
          method,
          random: new PhiloxSource(seed),
          sampling: { temperature: schedule === 'mixture' ? 1 : temperature },
          memberPrompts: prompts,
          maxTokens,
          contextLength,
        });
        let rejections = 0;
        let written = 0;
        for await (const round of rounds) {
          if (round.proposals.some(({ fate }) => fate === 'rejected')) rejections++;
          written += round.committed.length;
          const run = decode.sampler.textFrom(0);
          const text = run.kind === 'host' ? run.ids : [];
          for (const [member, sequence] of sequences.entries()) {
            const whole = [...prompts[member], ...text];
            expect(sequence.cachedTokenIds, `cache of member ${member}`).toEqual(
              whole.slice(0, sequence.kvLength),
            );
            // Mixture catches up lazily; elsewhere nobody lags by more than the token nobody has been fed yet.
            if (schedule !== 'mixture') {
              expect(sequence.kvLength - prompts[member].length).toBeGreaterThanOrEqual(written - 1);
            }
          }
        }
        const room = Math.min(maxTokens, ...prompts.map(({ length }) => contextLength - length));
        expect(written).toBe(room);
        for (const [member, { fed, rollbacks }] of sequences.entries()) {
          for (const { at, ids } of fed) expect(at + ids.length).toBeLessThanOrEqual(contextLength);
          // The black box scores its draft again, so its proposer forgets it in every round.
          if (schedule === 'black-box' && member === defaultProposer) continue;
          expect(rollbacks, `rollbacks of member ${member}`).toBeLessThanOrEqual(rejections);
        }
      },
    ),
    { numRuns: 400, seed: 11 },
  );
});
