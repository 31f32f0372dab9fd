import { describe, expect, test } from 'vitest';
import type { Combine, MemberRow } from '../combine/combine.ts';
import { weightedCombine } from '../combine/weighted-combine.ts';
import type { WantedRows } from '../models/causal-model.ts';
import { PhiloxSource } from '../random/philox-source.ts';
import type { RandomSource } from '../random/random-source.ts';
import { CpuSampler } from '../round/cpu-sampler.ts';
import type { SamplingPlan } from '../round/round-sampler.ts';
import type { Acceptance } from '../verify/acceptance.ts';
import type { MethodPlan } from './method-plan.ts';
import { largestDifference } from './testing/analytic-law.ts';
import { enumerateLaw } from './testing/enumerate-law.ts';
import { type FakeDecodeOptions, runFakeDecode } from './testing/fake-decode.ts';
import { FakeModel, type FakeSequence } from './testing/fake-model.ts';
import { bothOf, type ReferenceCase } from './testing/reference-case.ts';
import { referenceLaw } from './testing/reference-law.ts';

/*
 * Faults that other implementations had. Each is built into a sampler here, and the enumeration that finds the engine
 * exact must find the fault: a test that could not tell them apart would say nothing.
 */

type Fault = NonNullable<FakeDecodeOptions['createSampler']>;

/**
 * How far a fault moves the joint law of the first tokens. Without it the law is the reference's below 1e-9.
 */
async function shiftOf(
  fault: Fault,
  { tokens, ...options }: ReferenceCase & { tokens: number },
): Promise<number> {
  const { reference, decode } = bothOf(options);
  const expected = referenceLaw(reference, tokens);
  const sound = largestDifference(await enumerateLaw(decode, tokens), expected);
  expect(sound.difference, `without the fault, text ${sound.text}`).toBeLessThan(1e-9);
  const faulty = await enumerateLaw({ ...decode, createSampler: fault }, tokens);
  return largestDifference(faulty, expected).difference;
}

/** Far more than rounding, and far less than any of the faults. */
const noticeable = 1e-3;

/** What a fault may know of the proposals. */
interface Seen {
  /** By position. */
  readonly proposerAt: Map<number, number>;
  /** Positions of proposals that stood behind others when they were drawn: bonuses, where nobody drafts further. */
  readonly bonuses: Set<number>;
  /** Position of the first proposal that is being judged. */
  head: number;
}

interface Parts {
  readonly plan: SamplingPlan;
  readonly random: RandomSource;
}

/** The oracle made of other parts. */
function withFault(change: (parts: Parts, seen: Seen) => Partial<Parts>): Fault {
  return (plan, random, recorder) => {
    const seen: Seen = { proposerAt: new Map(), bonuses: new Set(), head: -1 };
    const parts = { plan, random, ...change({ plan, random }, seen) };
    const sampler = new CpuSampler(parts.plan, parts.random, recorder);
    const [propose, verify] = [sampler.propose.bind(sampler), sampler.verify.bind(sampler)];
    const position = (offset: number) => plan.firstPosition + sampler.committedTokenIds.length + offset;
    sampler.propose = async (member) => {
      const at = position(sampler.pendingLength);
      seen.proposerAt.set(at, member);
      if (sampler.pendingLength > 0) seen.bonuses.add(at);
      else seen.bonuses.delete(at);
      await propose(member);
    };
    sampler.verify = (heads, extra) => {
      seen.head = position(0);
      return verify(heads, extra);
    };
    return sampler;
  };
}

const withDecision = (plan: SamplingPlan, decide: Acceptance['decide']): SamplingPlan => ({
  ...plan,
  acceptance: { ...plan.acceptance, decide },
});

const withDistribution = (plan: SamplingPlan, distribution: Combine['distribution']): SamplingPlan => ({
  ...plan,
  combine: { ...plan.combine, distribution },
});

/** Draws some proposals from the two likeliest tokens, while q, which is kept, tells of all. */
function drawingTruncated(random: RandomSource, isMeant: (position: number) => boolean): RandomSource {
  return {
    bernoulli: (probability, key) => random.bernoulli(probability, key),
    categorical(weights, key) {
      if (key.purpose !== 'proposal' || !isMeant(key.position)) return random.categorical(weights, key);
      const least = weights.indexOf(Math.min(...weights));
      return random.categorical(weights.with(least, 0), key);
    },
  };
}

const turns: ReferenceCase & { tokens: number } = {
  combine: { kind: 'geometric', weights: [0.7, 0.5] },
  draftLengths: [1, 1],
  vocabSize: 3,
  // A wrong q for the bonus shows first at token γ_d + 2.
  tokens: 4,
};

describe('trap: a q that the proposal was not drawn from', () => {
  const fault = withFault(({ random }) => ({ random: drawingTruncated(random, () => true) }));
  test.each(['alternate', 'naive', 'black-box'] as const)('under %s', async (schedule) => {
    expect(await shiftOf(fault, { ...turns, schedule })).toBeGreaterThan(noticeable);
  });
});

describe('trap: a bonus under alternate', () => {
  test('that is judged with r as its q', async () => {
    const fault = withFault(({ plan }, { bonuses }) => ({
      plan: withDecision(plan, (proposed, q, r, position, ...rest) =>
        plan.acceptance.decide(proposed, bonuses.has(position) ? r.slice() : q, r, position, ...rest),
      ),
    }));
    expect(await shiftOf(fault, turns)).toBeGreaterThan(noticeable);
    // In fewer tokens no bonus has been judged yet.
    expect(await shiftOf(fault, { ...turns, tokens: 2 })).toBeLessThan(1e-9);
  });

  test('that is judged with the q of its raw logits, and was drawn from the truncated ones', async () => {
    const fault = withFault(({ random }, { bonuses }) => ({
      random: drawingTruncated(random, (position) => bonuses.has(position)),
    }));
    expect(await shiftOf(fault, turns)).toBeGreaterThan(noticeable);
  });

  test('that is committed without a verdict', async () => {
    const fault = withFault(({ plan }, { bonuses }) => ({
      plan: withDecision(plan, (proposed, q, r, position, ...rest) =>
        bonuses.has(position)
          ? { accepted: true, u: null, committed: proposed }
          : plan.acceptance.decide(proposed, q, r, position, ...rest),
      ),
    }));
    expect(await shiftOf(fault, turns)).toBeGreaterThan(noticeable);
  });

  test('waits for its verdict: a round commits what was judged, never the bonus behind it', async () => {
    const { decode } = bothOf(turns);
    // Two members that agree in all: every proposal is accepted.
    const model = new FakeModel({ vocabSize: 3, seed: 1 });
    const { rounds, tokenIds } = await runFakeDecode({
      ...decode,
      models: [model, model],
      method: { ...decode.method, combine: weightedCombine([1, 1]) } as MethodPlan,
      random: new PhiloxSource(1),
      maxTokens: 20,
    });
    expect(rounds.map(({ committed }) => committed.length)).toEqual(tokenIds.map(() => 1));
    for (const { proposals } of rounds.slice(1)) {
      expect(proposals.map(({ fate }) => fate)).toEqual(['accepted']);
    }
  });
});

describe('trap: a verdict that looks at what is drafted behind its proposal', () => {
  /** Accepts whatever stands before a draft whose last token is 0. */
  const fault = withFault(({ plan, random }) => {
    let last = 0;
    return {
      random: {
        bernoulli: (probability, key) => random.bernoulli(probability, key),
        categorical(weights, key) {
          const drawn = random.categorical(weights, key);
          if (key.purpose === 'proposal') last = drawn;
          return drawn;
        },
      },
      plan: withDecision(plan, (proposed, ...rest) =>
        last === 0
          ? { accepted: true, u: null, committed: proposed }
          : plan.acceptance.decide(proposed, ...rest),
      ),
    };
  });
  // The first verdict is on the second token: of four that are drafted two stand behind the law's three.
  test.each(['alternate', 'naive', 'black-box'] as const)(
    'under %s, though those tokens are none of the law',
    async (schedule) => {
      const drafted = { ...turns, schedule, draftLengths: [4, 1], vocabSize: 2, tokens: 3 };
      expect(await shiftOf(fault, drafted)).toBeGreaterThan(noticeable);
    },
  );
});

describe('trap: expert and amateur', () => {
  test('that swap when the amateur proposes', async () => {
    const fault = withFault(({ plan }, seen) => ({
      plan: withDistribution(plan, (rows, sampling, out) => {
        const isAmateurs = seen.proposerAt.get(seen.head) === 1;
        plan.combine.distribution(isAmateurs ? rows.toReversed() : rows, sampling, out);
      }),
    }));
    const combine = { kind: 'contrastive', mu: 0.4, alpha: 0 } as const;
    for (const defaultProposer of [0, 1]) {
      expect(await shiftOf(fault, { ...turns, combine, defaultProposer })).toBeGreaterThan(noticeable);
    }
  });
});

describe('trap: temperature', () => {
  test('of a member applied to its logits before they are combined', async () => {
    const fault = withFault(({ plan }) => ({
      plan: withDistribution(plan, (rows, sampling, out) => {
        const cooled = rows.map((row) => ({
          ...row,
          logits: row.logits.map((logit) => logit / row.sampling.temperature),
        }));
        plan.combine.distribution(cooled, sampling, out);
      }),
    }));
    const memberSampling = [{ temperature: 0.5 }];
    expect(await shiftOf(fault, { ...turns, memberSampling })).toBeGreaterThan(noticeable);
  });

  test('0 of a weighted ensemble as a mixture of argmaxes: it would repeat the heaviest member', async () => {
    const oneHot = ({ logits, sampling }: MemberRow): MemberRow => {
      const largest = logits.indexOf(Math.max(...logits));
      return { sampling, logits: logits.map((_, token) => (token === largest ? 0 : -Infinity)) };
    };
    const fault = withFault(({ plan }) => ({
      plan: withDistribution(plan, (rows, sampling, out) =>
        plan.combine.distribution(rows.map(oneHot), sampling, out),
      ),
    }));
    const combine = { kind: 'weighted', weights: [0.4, 0.3, 0.3] } as const;
    const greedy = {
      combine,
      draftLengths: [2, 1, 1],
      sampling: { temperature: 0 },
      vocabSize: 3,
      tokens: 12,
    };
    // At temperature 0 there is one text, so another one differs by all of its probability.
    expect(await shiftOf(fault, greedy)).toBe(1);
  });
});

describe('trap: logits of the last token alone', () => {
  class LastTokenModel extends FakeModel {
    override openSequence(): FakeSequence {
      const sequence = super.openSequence();
      const forward = sequence.forward.bind(sequence) as (run: unknown, wanted: WantedRows) => Promise<never>;
      sequence.forward = ((run: unknown, wanted: WantedRows) =>
        forward(run, wanted === 'all' ? 'last' : wanted)) as typeof sequence.forward;
      return sequence;
    }
  }

  test('are refused where more positions are scored', async () => {
    const { decode } = bothOf(turns);
    const models = [1, 2].map((seed) => new LastTokenModel({ vocabSize: 3, seed }));
    await expect(runFakeDecode({ ...decode, models, random: new PhiloxSource(1) })).rejects.toThrow(
      'a pass over 2 tokens answered with 1 rows of logits, 2 are needed',
    );
  });

  test('in place of every position change the law', async () => {
    const fault: Fault = (...parts) => {
      const sampler = new CpuSampler(...parts);
      const hold = sampler.hold.bind(sampler);
      sampler.hold = async (member, logits, count) => {
        const { rows, width } = logits;
        const data = await logits.toHost();
        const last = data.slice((rows - 1) * width);
        const repeated = Float32Array.from({ length: data.length }, (_, index) => last[index % width]!);
        const toHost = async () => repeated;
        await hold(member, { kind: 'host', rows, width, data: repeated, toHost, dispose: () => {} }, count);
      };
      return sampler;
    };
    expect(await shiftOf(fault, turns)).toBeGreaterThan(noticeable);
  });
});
