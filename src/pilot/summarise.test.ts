import { describe, expect, test } from 'vitest';
import { measuredSpeedUp } from '../speed/speed-up.ts';
import type { FinishedRun, PilotRun } from './pilot.ts';
import { casesOf } from './plan.ts';
import { judgeRuns, summarisePilot } from './summarise.ts';
import { fakePlan, fakeRun, fivePrompts } from './testing/fake-pilot.ts';

const plan = fakePlan();
const cases = casesOf(plan);

/** Runs of all cases; `change` says by prompt and method how each differs from the usual one. */
function runsWith(
  change: (prompt: number, method: number) => Partial<FinishedRun>,
  of: typeof plan = plan,
): readonly PilotRun[] {
  return casesOf(of).map(({ number, prompt, method }) =>
    fakeRun({ case: number, ...change(prompt, method) }),
  );
}

const summarise = (of: typeof plan, runs: readonly PilotRun[]) => summarisePilot(of, judgeRuns(of, runs));

describe('speeds', () => {
  test('are compared on the same prompt, whatever the order of the runs', () => {
    // The second prompt is slow for all; the ratio of each method is the same on both.
    const runs = runsWith((prompt, method) => ({ msAfterFirst: [100, 50, 40][method] * (1 + 9 * prompt) }));
    const [reference, two, four] = summarise(plan, runs.toReversed());
    expect(reference.speedUp).toBeNull();
    expect(two.speedUp).toEqual({
      ...{ pairs: 2, lower: 2, median: 2, upper: 2, min: 2, max: 2 },
      outcome: 'open',
    });
    expect(four.speedUps).toEqual([
      { prompt: 0, repeat: 0, ratio: 2.5 },
      { prompt: 1, repeat: 0, ratio: 2.5 },
    ]);
    expect(two.tokensPerSecond).toMatchObject({ lower: 65, median: 110, upper: 155 });
  });

  test.each([
    ['faster', [50, 60, 70, 80, 110]],
    ['open', [50, 60, 110, 120, 130]],
    ['slower', [90, 130, 120, 110, 140]],
  ])('are %s where %j ms take the place of 100', (outcome, ms) => {
    const five = fakePlan({ prompts: fivePrompts });
    const runs = runsWith((prompt, method) => ({ msAfterFirst: method === 1 ? ms[prompt] : 100 }), five);
    const [, two] = summarise(five, runs);
    const ratios = ms.map((each) => ({ methodMs: each / 10, referenceMs: 10 }));
    expect(two.speedUp).toEqual(measuredSpeedUp(ratios));
    expect(two.speedUp?.outcome).toBe(outcome);
  });

  test('count by token, where texts are of different lengths', () => {
    const runs = runsWith((_, method) => (method === 1 ? { tokensAfterFirst: 20, msAfterFirst: 100 } : {}));
    const [, two] = summarise(plan, runs);
    expect(two.speedUp?.median).toBe(2);
    // Two texts of 20 tokens: the reference would have taken 20 forwards and 200 ms for each.
    expect(two.saved).toEqual({
      ...{ tokens: 40, forwards: 20, draftForwards: 0, referenceForwards: 40, ms: 200, referenceMs: 400 },
    });
  });

  test('of texts that are too short, that failed or that have no partner are left out and counted', () => {
    const runs = runsWith((prompt, method) =>
      method === 1 && prompt === 1 ? { tokensAfterFirst: 7 } : {},
    ).map(
      (run): PilotRun =>
        cases[run.case].method === 2 && cases[run.case].prompt === 1
          ? { case: run.case, session: run.session, failure: { code: 'context-full', message: 'too long' } }
          : run,
    );
    const [reference, two, four] = summarise(plan, runs);
    expect(two).toMatchObject({ finished: 2, failed: 0, tooShort: 1, speedUp: { pairs: 1 } });
    expect(four).toMatchObject({ finished: 1, failed: 1, tooShort: 0, speedUp: { pairs: 1 } });
    expect(reference).toMatchObject({ finished: 2, saved: null });
    const withoutReference = runs.filter((run) => cases[run.case].method > 0);
    expect(summarise(plan, withoutReference)[1]).toMatchObject({
      finished: 2,
      speedUp: null,
      saved: null,
    });
  });

  test('of nothing are null', () => {
    expect(summarise(plan, [])[1]).toMatchObject({
      ...{ finished: 0, tokensPerSecond: null, speedUp: null, acceptanceRate: null },
      ...{ forwardsPerToken: null, msPerToken: null, deviation: 0 },
    });
  });
});

test('acceptance is counted over all verdicts, and a draft model’s forwards apart from the target’s', () => {
  const runs = runsWith((prompt, method) =>
    method === 1
      ? {
          accepted: prompt === 0 ? 9 : 0,
          rejected: prompt === 0 ? 0 : 1,
          targetForwards: 4,
          draftForwards: 12,
        }
      : {},
  );
  expect(summarise(plan, runs)[1]).toMatchObject({
    ...{ acceptanceRate: 0.9, forwardsPerToken: 0.4, draftForwardsPerToken: 1.2 },
    saved: { forwards: 12, draftForwards: 24, referenceForwards: 20 },
  });
});

describe('agreement', () => {
  const at0 = fakePlan({ request: { seed: 1, maxTokens: 20, sampling: { temperature: 0 } } });
  const coupled = fakePlan({ acceptances: [{ kind: 'coupled' }] });
  const lenient = fakePlan({ acceptances: [{ kind: 'lenient', leniency: 2 }] });
  const otherText = { tokenIds: [1, 2, 3, 99, 5, 6, 7, 8, 9, 10, 11] };

  test.each([
    { name: 'at temperature 0', of: at0 },
    { name: 'under coupled', of: coupled },
  ])('$name is whether the texts are one, and where they part', ({ of }) => {
    const [, two, four] = summarise(
      of,
      runsWith((prompt, method) => (prompt === 1 && method === 2 ? otherText : {}), of),
    );
    expect(two).toMatchObject({
      lossless: true,
      deviation: 0,
      texts: { compared: 2, identical: 2, positions: 22 },
    });
    expect(four.texts).toEqual({
      ...{ compared: 2, identical: 1, positions: 15 },
      differences: [{ prompt: 1, repeat: 0, position: 3 }],
    });
    expect(four.deviation).toBeCloseTo(1 / 15);
  });

  test('of a text that ends earlier parts at its end', () => {
    const [, two] = summarise(
      at0,
      runsWith((_, method) => (method === 1 ? { tokenIds: [1, 2] } : {}), at0),
    );
    expect(two.texts).toMatchObject({ identical: 0, differences: [{ position: 2 }, { position: 2 }] });
  });

  test('of exact acceptance at a temperature is by construction: nothing is compared', () => {
    const [, two] = summarise(
      plan,
      runsWith((_, method) => (method === 1 ? otherText : {})),
    );
    expect(two).toMatchObject({ lossless: true, texts: null, measured: null, deviation: 0 });
  });

  test('of a lossy criterion is its measured deviation, by position', () => {
    const deviations = [
      { mean: 0.1, max: 0.3, positions: 30 },
      { mean: 0.4, max: 0.9, positions: 10 },
    ];
    const runs = runsWith(
      (prompt, method) => (method === 1 ? { deviation: deviations[prompt] } : {}),
      lenient,
    );
    const [, two] = summarise(lenient, runs);
    expect(two).toMatchObject({ lossless: false, texts: null, measured: { max: 0.9, positions: 40 } });
    expect(two.deviation).toBeCloseTo((3 + 4) / 40);
  });
});

describe('pass rates', () => {
  const prompts = ['Paris', undefined, { pattern: 'P' }, 'Rome'].map((expected, index) => ({
    ...{ text: String(index), id: null },
    ...(expected === undefined ? {} : { expected }),
  }));
  /** The reference passes the first and the third; γ = 2 the first alone, γ = 4 all. */
  const textOf = (prompt: number, method: number): string =>
    method === 2 && prompt === 3 ? ' Rome' : method === 1 && prompt === 2 ? ' London' : ' Paris';
  const of = (change: object) => {
    const own = fakePlan({ prompts, ...change });
    return summarise(
      own,
      runsWith((prompt, method) => ({ text: textOf(prompt, method) }), own),
    );
  };
  const at0 = { request: { seed: 1, maxTokens: 20, sampling: { temperature: 0 } } };

  test('are of the prompts with an expectation, and compared prompt by prompt', () => {
    const [reference, two, four] = of(at0);
    expect(reference).toMatchObject({ passRate: { passed: 2, judged: 3 }, passes: null, passRateLoss: null });
    expect(two).toMatchObject({
      passRate: { passed: 1, judged: 3 },
      passes: { compared: 3, onlyMethod: 0, onlyReference: 1 },
    });
    expect(two.passRateLoss).toBeCloseTo(1 / 3);
    expect(four.passes).toMatchObject({ onlyMethod: 1, onlyReference: 0 });
    expect(four.passRateLoss).toBeCloseTo(-1 / 3);
  });

  test('of a draw from the reference’s distribution lose nothing by construction', () => {
    const [, two] = of({});
    expect(two).toMatchObject({ passRateLoss: 0, passes: { onlyReference: 1 } });
    const [, lossy] = of({ acceptances: [{ kind: 'lenient', leniency: 2 }] });
    expect(lossy.passRateLoss).toBeCloseTo(1 / 3);
  });

  test('are none where nothing is expected', () => {
    expect(
      summarise(
        plan,
        runsWith(() => ({})),
      )[1],
    ).toMatchObject({
      ...{ passRate: null, passes: null, passRateLoss: null },
    });
  });
});

test('forwards are counted by model, the reference’s for as many tokens of the same texts', () => {
  const runs = runsWith((prompt, method) =>
    method === 0
      ? { forwardsByModel: [{ count: 10, ms: 100 }] }
      : {
          tokensAfterFirst: 20,
          forwardsByModel: [
            { count: 8, ms: 120 },
            { count: 24, ms: prompt === 0 ? 40 : 60 },
          ],
        },
  );
  const [reference, two] = summarise(plan, runs);
  expect(reference.forwards).toEqual({
    own: [{ model: 'base', perToken: 1, msPerToken: 10 }],
    reference: null,
  });
  expect(two.forwards).toEqual({
    own: [
      { model: 'base', perToken: 0.4, msPerToken: 6 },
      { model: 'draft', perToken: 1.2, msPerToken: 2.5 },
    ],
    reference: [{ model: 'base', perToken: 1, msPerToken: 10 }],
  });
  const older = runs.map((run) => (run.case === 0 ? fakeRun({ case: 0 }) : run));
  expect(summarise(plan, older).map(({ forwards }) => forwards)).toEqual([null, null, null]);
});
