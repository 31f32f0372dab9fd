import { describe, expect, test } from 'vitest';
import { PhiloxSource } from '../random/philox-source.ts';
import { argmax, distributionOf } from '../sample/distribution.ts';
import { type SamplingParameters, untruncated } from '../sample/sampling-parameters.ts';
import { tokenId } from '../tokens/token-id.ts';
import type { MethodPlan } from './method-plan.ts';
import { enumerateLaw } from './testing/enumerate-law.ts';
import { finishFakeDecode, prepareFakeDecode, runFakeDecode } from './testing/fake-decode.ts';
import { FakeModel } from './testing/fake-model.ts';

const prompt = [0, 1, 0].map(tokenId);

/** P(text) of the first `tokens` tokens when every token follows the target's own distribution. */
function analyticLaw(target: FakeModel, sampling: SamplingParameters, tokens: number): Map<string, number> {
  const law = new Map<string, number>();
  const walk = (context: readonly ReturnType<typeof tokenId>[], text: string, probability: number) => {
    if (text.length === tokens) {
      law.set(text, probability);
      return;
    }
    const logits = target.logits(context).subarray(0, target.vocabSize);
    const r = new Float64Array(target.vocabSize);
    if (sampling.temperature === 0) r[argmax(logits)] = 1;
    else distributionOf(logits, sampling, r);
    for (const [token, p] of r.entries()) {
      if (p > 0) walk([...context, tokenId(token)], text + String.fromCharCode(97 + token), probability * p);
    }
  };
  walk(prompt, '', 1);
  return law;
}

function largestDifference(actual: Map<string, number>, expected: Map<string, number>): number {
  let largest = 0;
  for (const text of new Set([...actual.keys(), ...expected.keys()])) {
    largest = Math.max(largest, Math.abs((actual.get(text) ?? 0) - (expected.get(text) ?? 0)));
  }
  return largest;
}

const samplings: { name: string; sampling: Partial<SamplingParameters> }[] = [
  { name: 'T = 1', sampling: {} },
  { name: 'T = 0.6', sampling: { temperature: 0.6 } },
  { name: 'T = 1.7, top-k 2', sampling: { temperature: 1.7, topK: 2 } },
  { name: 'top-p 0.7', sampling: { topP: 0.7 } },
  { name: 'min-p 0.4', sampling: { minP: 0.4 } },
  { name: 'top-k 2, top-p 0.8, min-p 0.2', sampling: { topK: 2, topP: 0.8, minP: 0.2 } },
  { name: 'T = 0', sampling: { temperature: 0 } },
];

const modelDraft = (draftLength: number): MethodPlan => ({
  kind: 'speculative',
  acceptance: { kind: 'exact' },
  drafter: { kind: 'model', draftLength },
});
const ngramDraft = (draftLength: number): MethodPlan => ({
  kind: 'speculative',
  acceptance: { kind: 'exact' },
  drafter: { kind: 'ngram', draftLength, longestMatch: 3, shortestMatch: 1 },
});

describe.each(samplings)('the joint law of the first tokens at $name', ({ sampling }) => {
  const full = { ...untruncated, ...sampling };
  test.each([
    { name: 'plain', method: { kind: 'plain' } as MethodPlan, vocabSize: 3, tokens: 4 },
    { name: 'draft model, γ = 0', method: modelDraft(0), vocabSize: 3, tokens: 4 },
    { name: 'draft model, γ = 1', method: modelDraft(1), vocabSize: 3, tokens: 4 },
    { name: 'draft model, γ = 2', method: modelDraft(2), vocabSize: 3, tokens: 5 },
    { name: 'draft model, γ = 4', method: modelDraft(4), vocabSize: 2, tokens: 7 },
    { name: 'n-gram, γ = 1', method: ngramDraft(1), vocabSize: 3, tokens: 4 },
    { name: 'n-gram, γ = 3', method: ngramDraft(3), vocabSize: 2, tokens: 6 },
    { name: 'n-gram, γ = 16', method: ngramDraft(16), vocabSize: 2, tokens: 6 },
  ])('equals the analytic one below 1e-9: $name', async ({ method, vocabSize, tokens }) => {
    const target = new FakeModel({ vocabSize, seed: 1 });
    const draft = new FakeModel({ vocabSize, seed: 2 });
    const models =
      method.kind === 'speculative' && method.drafter.kind === 'model' ? [target, draft] : [target];
    const law = await enumerateLaw({ models, method, prompt, sampling, maxTokens: 100 }, tokens);
    expect(largestDifference(law, analyticLaw(target, full, tokens))).toBeLessThan(1e-9);
  });
});

describe('an adaptive draft length', () => {
  const costs = [[{ tokens: 1, ms: 10 }], [{ tokens: 1, ms: 2 }]];
  const method: MethodPlan = {
    kind: 'speculative',
    acceptance: { kind: 'exact' },
    drafter: { kind: 'model', draftLength: 'adaptive' },
  };
  const models = [new FakeModel({ vocabSize: 2, seed: 1 }), new FakeModel({ vocabSize: 2, seed: 2 })];

  test('leaves the joint law as it is', async () => {
    const law = await enumerateLaw({ models, method, prompt, costs, maxTokens: 100 }, 6);
    expect(largestDifference(law, analyticLaw(models[0], untruncated, 6))).toBeLessThan(1e-9);
  });

  test('writes what plain writes at T = 0, and does change', async () => {
    const common = { random: new PhiloxSource(1), sampling: { temperature: 0 }, maxTokens: 200, prompt };
    const plain = await runFakeDecode({ ...common, models: [models[0]], method: { kind: 'plain' } });
    const adapted = await runFakeDecode({ ...common, models, method, costs });
    expect(adapted.tokenIds).toEqual(plain.tokenIds);
    expect(new Set(adapted.rounds.map(({ draftLengths }) => draftLengths[1])).size).toBeGreaterThan(1);
  });
});

describe('traps', () => {
  const vocabSize = 3;
  const target = new FakeModel({ vocabSize, seed: 3 });

  test('a draft model that never agrees with the target still leaves the law unchanged', async () => {
    const opposite = new FakeModel({ vocabSize, seed: 4, spread: 12 });
    const law = await enumerateLaw(
      { models: [target, opposite], method: modelDraft(2), prompt, maxTokens: 100 },
      5,
    );
    expect(largestDifference(law, analyticLaw(target, untruncated, 5))).toBeLessThan(1e-9);
  });

  test('q is the truncated distribution the draft was drawn from: with it every draft of an equal model is accepted', async () => {
    const sampling = { topK: 2, temperature: 1.3 };
    const { rounds } = await runFakeDecode({
      models: [target, target],
      method: modelDraft(3),
      random: new PhiloxSource(5),
      sampling,
      maxTokens: 40,
    });
    const fates = rounds.flatMap(({ proposals }) => proposals.map(({ fate }) => fate));
    expect(fates).toContain('accepted');
    expect(fates).not.toContain('rejected');
  });

  test('a peaked law of four tokens is met by the real generator: 20,000 draws, chi-square below 16.3', async () => {
    const peaked = new FakeModel({ vocabSize: 4, seed: 8, spread: 3 });
    const draft = new FakeModel({ vocabSize: 4, seed: 9, spread: 3 });
    const expected = analyticLaw(peaked, untruncated, 2);
    // The second token is the first to pass a verdict; it is conditioned on the most frequent first token.
    const first = [...'abcd'].sort((a, b) => firstMass(expected, b) - firstMass(expected, a))[0];
    const counts = new Map<string, number>();
    let draws = 0;
    const start = prepareFakeDecode({
      models: [peaked, draft],
      method: modelDraft(1),
      prompt,
      maxTokens: 3,
    });
    for (let seed = 0; draws < 20_000; seed++) {
      const { text } = await finishFakeDecode(start(new PhiloxSource(seed)));
      if (text[0] !== first) continue;
      counts.set(text[1], (counts.get(text[1]) ?? 0) + 1);
      draws++;
    }
    const statistic = [...'abcd'].reduce((sum, letter) => {
      const mean = (draws * (expected.get(first + letter) ?? 0)) / firstMass(expected, first);
      return sum + ((counts.get(letter) ?? 0) - mean) ** 2 / mean;
    }, 0);
    expect(statistic).toBeLessThan(16.3);
  });
});

const firstMass = (law: Map<string, number>, first: string): number =>
  [...law].reduce((sum, [text, p]) => (text[0] === first ? sum + p : sum), 0);
