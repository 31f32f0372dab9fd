import { describe, expect, test } from 'vitest';
import { costAt, type ForwardCosts } from '../models/forward-costs.ts';
import type { Round } from '../round/round.ts';
import { AdaptiveDraftLengths } from './adaptive-draft-lengths.ts';
import { predictSpeculativeSpeedUp } from './predict-speed-up.ts';

const linear = (first: number, perToken: number): ForwardCosts =>
  [1, 2, 4, 8, 17].map((tokens) => ({ tokens, ms: first + perToken * (tokens - 1) }));

/** A round of a speculative decode in which `proposed` tokens were judged and the first `accepted` kept. */
function roundOf(proposed: number, accepted: number, costs: readonly ForwardCosts[], slowDown = 1): Round {
  const rejected = accepted < proposed ? 1 : 0;
  const proposals = Array.from({ length: accepted + rejected }, (_, index) => ({
    proposer: 1,
    fate: index < accepted ? 'accepted' : 'rejected',
  }));
  const t = (member: number, tokens: number) => costAt(costs[member], tokens) * slowDown;
  const forward = (member: number, kind: string, tokens: number) => ({
    member,
    kind,
    tokens,
    ms: t(member, tokens),
    estimated: false,
  });
  return {
    proposals,
    committed: Array.from({ length: accepted + 1 }, () => 0),
    forwards: [
      ...Array.from({ length: proposed }, () => forward(1, 'draft', 1)),
      forward(0, 'score', proposed + 1),
    ],
  } as unknown as Round;
}

function controllerFor(costs: readonly ForwardCosts[]) {
  return new AdaptiveDraftLengths({
    draftLengths: [0, 'adaptive'],
    candidates: Array.from({ length: 17 }, (_, length) => length),
    costs,
    speedUp: ([, draftLength], [, acceptanceRate], [targetCosts, draftCosts]) =>
      predictSpeculativeSpeedUp({ draftLength, acceptanceRate, draftCosts, targetCosts }),
  });
}

/** Runs rounds in which each proposal is accepted as `isAccepted` says; gives the draft lengths asked for. */
function run(
  controller: AdaptiveDraftLengths,
  costs: readonly ForwardCosts[],
  rounds: number,
  isAccepted: (index: number) => boolean,
  slowDown = 1,
): number[] {
  let index = 0;
  return Array.from({ length: rounds }, () => {
    const proposed = controller.draftLengths[1];
    let accepted = 0;
    while (accepted < proposed && isAccepted(index++)) accepted++;
    controller.observe(roundOf(proposed, accepted, costs, slowDown));
    return proposed;
  });
}

const cheapDraft = [linear(10, 0.5), linear(0.5, 0.1)];
const dearDraft = [linear(10, 9), linear(9, 1)];

describe('a draft model', () => {
  test('that is cheap and always right is asked for long drafts', () => {
    const lengths = run(controllerFor(cheapDraft), cheapDraft, 40, () => true);
    expect(lengths.at(-1)).toBeGreaterThanOrEqual(12);
  });

  test('that is right two times of three is asked for what the formula says, within 2 %', () => {
    const lengths = run(controllerFor(cheapDraft), cheapDraft, 60, (index) => index % 3 !== 2);
    const promise = (draftLength: number) =>
      predictSpeculativeSpeedUp({
        draftLength,
        acceptanceRate: 2 / 3,
        draftCosts: cheapDraft[1],
        targetCosts: cheapDraft[0],
      });
    const best = Math.max(...Array.from({ length: 17 }, (_, draftLength) => promise(draftLength)));
    expect(promise(lengths.at(-1) ?? 0)).toBeGreaterThan(0.98 * best);
  });

  test('that never is right is stopped, and probed ever more rarely', () => {
    const lengths = run(controllerFor(dearDraft), dearDraft, 1200, () => false);
    expect(lengths[30]).toBe(0);
    const proposing = (from: number, to: number) =>
      lengths.slice(from, to).filter((length) => length > 0).length;
    expect(proposing(20, 300)).toBeGreaterThan(0);
    expect(proposing(600, 1200)).toBeLessThanOrEqual(6);
    expect(proposing(600, 1200)).toBeGreaterThan(0);
  });

  test('that becomes right after a while is found out by a probe', () => {
    const controller = controllerFor(cheapDraft);
    run(controller, cheapDraft, 120, () => false);
    const lengths = run(controller, cheapDraft, 400, () => true);
    expect(lengths.at(-1)).toBeGreaterThanOrEqual(8);
  });

  test('that costs as much as the target is not asked, whatever it knows, where wide passes cost in proportion', () => {
    const lengths = run(controllerFor(dearDraft), dearDraft, 40, () => true);
    expect(lengths.at(-1)).toBe(0);
  });
});

test('a slower machine alone changes nothing: only ratios count', () => {
  const [calm, busy] = [controllerFor(cheapDraft), controllerFor(cheapDraft)];
  const isAccepted = (index: number) => index % 5 !== 4;
  expect(run(busy, cheapDraft, 60, isAccepted, 3)).toEqual(run(calm, cheapDraft, 60, isAccepted));
});

test('fixed draft lengths stay as they are', () => {
  const controller = new AdaptiveDraftLengths({
    draftLengths: [3, 'adaptive'],
    candidates: [1, 2, 4],
    costs: cheapDraft,
    speedUp: ([, second]) => second,
  });
  expect(controller.draftLengths).toEqual([3, 4]);
});
