import fc from 'fast-check';
import { expect, test } from 'vitest';
import { geometricCombine } from '../combine/geometric-combine.ts';
import { weightedCombine } from '../combine/weighted-combine.ts';
import { PhiloxSource } from '../random/philox-source.ts';
import type { AcceptanceChoice } from '../verify/create-acceptance.ts';
import type { MethodPlan, ScheduleKind } from './method-plan.ts';
import { startFakeDecode } from './testing/fake-decode.ts';
import { FakeModel } from './testing/fake-model.ts';

const draftLength = fc.integer({ min: 1, max: 16 });

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

/** Any way to decode together that is possible. */
const decodes = fc
  .record({
    team: teams,
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
    maxTokens: fc.integer({ min: 1, max: 40 }),
    contextLength: fc.integer({ min: 8, max: 60 }),
  })
  .map(({ team, schedule, acceptance, temperature, geometric, ...options }) => {
    const { weights } = team;
    const isMixture = schedule === 'mixture';
    return {
      ...options,
      ...team,
      schedule,
      acceptance: isMixture ? ({ kind: 'exact' } as const) : acceptance,
      temperature: isMixture ? 1 : temperature,
      combine: geometric && !isMixture ? geometricCombine(weights) : weightedCombine(weights),
    };
  });

type RandomDecode = typeof decodes extends fc.Arbitrary<infer Value> ? Value : never;

function start(options: RandomDecode) {
  const { combine, schedule, acceptance, defaultProposer, draftLengths } = options;
  const { seed, temperature, prompts, maxTokens, contextLength } = options;
  const method: MethodPlan = {
    kind: 'collaborative',
    ...{ combine, schedule, acceptance, defaultProposer, draftLengths },
  };
  return startFakeDecode({
    models: draftLengths.map((_, member) => new FakeModel({ vocabSize: 4, seed: seed + member })),
    method,
    random: new PhiloxSource(seed),
    sampling: { temperature },
    memberPrompts: prompts,
    maxTokens,
    contextLength,
  });
}

/** Tokens that may be written. */
const roomOf = ({ maxTokens, contextLength, prompts }: RandomDecode): number =>
  Math.min(maxTokens, ...prompts.map(({ length }) => contextLength - length));

test('in every schedule each cache holds a prefix of its prompt, the text and what is pending, and only rejections roll back', async () => {
  await fc.assert(
    fc.asyncProperty(decodes, async (options) => {
      const { schedule, prompts, defaultProposer, contextLength } = options;
      const { decode, rounds, sequences } = start(options);
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
      expect(written).toBe(roomOf(options));
      for (const [member, { fed, rollbacks }] of sequences.entries()) {
        for (const { at, ids } of fed) expect(at + ids.length).toBeLessThanOrEqual(contextLength);
        // The black box scores its draft again, so its proposer forgets it in every round.
        if (schedule === 'black-box' && member === defaultProposer) continue;
        expect(rollbacks, `rollbacks of member ${member}`).toBeLessThanOrEqual(rejections);
      }
    }),
    { numRuns: 400, seed: 11 },
  );
});

test('a member is never fed a token twice without a rollback in between', async () => {
  await fc.assert(
    fc.asyncProperty(decodes, async (options) => {
      const { schedule, prompts, defaultProposer } = options;
      const { rounds } = start(options);
      /** End of what each member has been fed, as the rounds tell it. */
      const fedTo = prompts.map(() => 0);
      let written = 0;
      for await (const { forwards, proposals, committed, kvLengths } of rounds) {
        written += committed.length;
        const isRejected = proposals.some(({ fate }) => fate === 'rejected');
        for (const [member, { length: promptLength }] of prompts.entries()) {
          const own = forwards.filter((forward) => forward.member === member);
          // The black box has its proposer forget its drafts and score them.
          const isForgetful = schedule === 'black-box' && member === defaultProposer;
          const kept = isForgetful ? own.filter(({ kind }) => kind !== 'draft') : own;
          fedTo[member] += kept.reduce((sum, { tokens }) => sum + tokens, 0);
          // Nobody has been fed the token that takes a rejected one's place.
          if (isRejected) fedTo[member] = Math.min(fedTo[member], promptLength + written - 1);
        }
        expect(kvLengths).toEqual(fedTo);
      }
    }),
    { numRuns: 200, seed: 12 },
  );
});

test('under alternate a draft is fed one token, and a score one more than are pending', async () => {
  await fc.assert(
    fc.asyncProperty(decodes, async (options) => {
      const { decode, rounds } = start({ ...options, schedule: 'alternate' });
      let pending = 0;
      let room = roomOf(options);
      for await (const { index, forwards, committed } of rounds) {
        for (const { kind, tokens } of index === 0 ? [] : forwards) {
          expect(kind).toMatch(/^(draft|score)$/);
          expect(tokens, `${kind} with ${pending} pending`).toBe(kind === 'draft' ? 1 : pending + 1);
          // A draft proposes a token, and so does a score by its bonus, where it can still be committed.
          if (pending < room) pending++;
        }
        room -= committed.length;
        pending = decode.sampler.pendingLength;
      }
    }),
    { numRuns: 200, seed: 13 },
  );
});
