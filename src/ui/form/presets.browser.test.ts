import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Engine } from '../../engine/engine.ts';
import type { DecodeRequest } from '../../engine/request-types.ts';
import { bundledModels } from '../../engine/testing/bundled-models.ts';
import { applyPreset, presets } from './presets.ts';
import { initialForm, toRequest } from './request-form.ts';

/*
 * What the presets of the bundled models claim, measured on these models: each changes the distribution, or the number
 * of model calls, in the direction that its title says.
 */
const engine = new Engine(bundledModels('wasm'));
beforeAll(async () => {
  for (const id of ['story-base', 'story-fairy', 'story-space', 'story-draft']) await engine.load(id);
});
afterAll(() => engine.close());

const storyStart = 'Once upon a time';

/** The preset's request, with `more` of the story behind its prompt and those of its members. */
function requestOf(title: string, { more = '', prompt = storyStart } = {}): DecodeRequest {
  const preset = presets.find((each) => each.title === title)!;
  const request = toRequest(applyPreset({ ...initialForm(7), prompt, temperature: 1 }, preset));
  const { method } = request;
  if (method.kind !== 'collaborative') return { ...request, prompt: request.prompt + more };
  const members = method.members.map((member) =>
    member.prompt === undefined ? member : { ...member, prompt: member.prompt + more },
  );
  return { ...request, prompt: request.prompt + more, method: { ...method, members } };
}

type Probabilities = ReadonlyMap<string, number>;

/** Distributions of the next token: of each member, and of their combination. */
async function nextToken(request: DecodeRequest) {
  const { members, combined } = await engine.candidates({ request, tokenIds: [], position: 0, k: 100 });
  const byText = (one: (typeof members)[number]): Probabilities =>
    new Map(one!.top.map(({ text, probability }) => [text, probability]));
  return { members: members.map(byText), r: byText(combined) };
}

/** Mass on the words that the fairy-tale specialist finds likelier than the space specialist does. */
async function fairyTaleShare(of: Probabilities, more: string): Promise<number> {
  const { members } = await nextToken(requestOf('Fairy × Space', { more }));
  const [fairy, space] = members as [Probabilities, Probabilities];
  let share = 0;
  for (const [text, probability] of of) {
    if ((fairy.get(text) ?? 0) > (space.get(text) ?? 0)) share += probability;
  }
  return share;
}

/** How likely the tokens in `support` are to `judge` when they are drawn as in `of`: mean log probability, in nats. */
function likelihood(judge: Probabilities, of: Probabilities, support: Probabilities): number {
  let [mass, sum] = [0, 0];
  for (const text of support.keys()) {
    const weight = of.get(text) ?? 0;
    mass += weight;
    sum += weight * Math.log(judge.get(text) ?? Number.MIN_VALUE);
  }
  return sum / mass;
}

/** Who the hero is, and where they live: choices that the two styles make differently. */
const openChoices = [', there was a curious', ', there was a curious owl named Mia. She lived in a'];

describe.each(openChoices)('behind "…%s"', (more) => {
  const sharesOf = async (title: string) => {
    const { members, r } = await nextToken(requestOf(title, { more }));
    const [first, second] = await Promise.all(members.map((one) => fairyTaleShare(one, more)));
    return { first: first!, second: second!, r: await fairyTaleShare(r, more) };
  };

  test.each(['Fairy × Space', 'Two voices, one model'])('"%s" gives both styles room', async (title) => {
    const { first, second, r } = await sharesOf(title);
    expect(first).toBeGreaterThan(0.7);
    expect(second).toBeLessThan(0.3);
    expect(r).toBeCloseTo((first + second) / 2, 2);
  });

  test('"More of a fairy tale" is more of one than the tag makes, and the tag makes it more of one', async () => {
    const { first: tagged, second: untagged, r } = await sharesOf('More of a fairy tale');
    expect(tagged).toBeGreaterThan(untagged + 0.05);
    expect(r).toBeGreaterThan(tagged + 0.02);
  });

  test('"Contrast away the amateur" takes, of what the expert finds plausible, what the amateur would not', async () => {
    const { members, r } = await nextToken(requestOf('Contrast away the amateur', { more }));
    const [expert, amateur] = members as [Probabilities, Probabilities];
    expect(likelihood(amateur, r, r)).toBeLessThan(likelihood(amateur, expert, r) - 0.02);
  });
});

test('"Keep to what was told" names who is told of, which without the telling is a guess', async () => {
  const { members, r } = await nextToken(requestOf('Keep to what was told'));
  const [told, untold, kept] = [...members, r].map((one) => one.get(' Pip') ?? 0);
  expect(untold).toBeLessThan(0.2);
  expect(told).toBeGreaterThan(0.95);
  expect(kept).toBeGreaterThan(told!);
});

test.each([
  ['Draft speeds up Base', 3],
  ['Quote the prompt', 1],
])('"%s" writes the story of the base model with fewer of its calls', async (title, minTokensPerCall) => {
  const greedy = { ...requestOf(title), sampling: { temperature: 0 } };
  const alone = await engine.decode({ ...greedy, method: { kind: 'plain', model: 'story-base' } }).result;
  const { method } = greedy;
  if (method.kind !== 'speculative') throw new Error(`${title} drafts nothing`);
  // Adaptive lengths follow the machine's load.
  const fixed = { ...method, drafter: { ...method.drafter, draftLength: 6 } };
  const { tokenIds, stats } = await engine.decode({ ...greedy, method: fixed }).result;
  expect(tokenIds).toEqual(alone.tokenIds);
  expect(stats.tokens / stats.members[0]!.forwards).toBeGreaterThan(minTokensPerCall);
});
