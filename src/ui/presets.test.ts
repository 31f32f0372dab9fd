import { describe, expect, test } from 'vitest';
import { validateDecodeRequest } from '../engine/decode-request.ts';
import { newChat } from './chat-form.ts';
import { applyPreset, isApplied, presets, presetsFor } from './presets.ts';
import { initialForm, toRequest } from './request-form.ts';
import { teamOf } from './team-form.ts';

const form = { ...initialForm(7), prompt: 'My own words', temperature: 0.8 };
const named = (title: string) => presets.find((preset) => preset.title === title)!;

describe('a preset', () => {
  test.each<readonly [title: string, method: object]>([
    ['Fairy × Space', { kind: 'collaborative', combine: { kind: 'weighted', weights: [0.5, 0.5] } }],
    ['Draft speeds up Base', { kind: 'speculative', drafter: { kind: 'model', draftLength: 6 } }],
    ['Contrast away the amateur', { combine: { kind: 'contrastive', mu: 0.3, alpha: 0.1 } }],
    ['Quote the prompt', { kind: 'speculative', drafter: { kind: 'ngram', draftLength: 'adaptive' } }],
    ['Keep to what was told', { combine: { kind: 'geometric', weights: [1.5, -0.5] } }],
    ['More of a fairy tale', { members: [{ prompt: '<|fairy|>Once upon a time' }, { model: 'story-base' }] }],
    [
      'Two voices, one model',
      { members: [{ model: 'story-base' }, { prompt: '<|space|>Once upon a time' }] },
    ],
  ])('%s makes the request it names', (title, method) => {
    const applied = applyPreset(form, named(title));
    expect(validateDecodeRequest(toRequest(applied))).toMatchObject({ seed: 7, method });
    expect(isApplied(applied, named(title))).toBe(true);
    expect(presets.filter((preset) => isApplied(applied, preset))).toHaveLength(1);
  });

  test.each(['Keep to a document', 'Follow an instruction', 'Two personas at once'])(
    'in a chat, %s gives one model two system prompts',
    (title) => {
      const chat = { ...form, chat: newChat, team: teamOf(['qwen', 'qwen']) };
      const offered = presetsFor(chat);
      const preset = offered.find((each) => each.title === title)!;
      const applied = applyPreset(chat, preset);
      const { method } = validateDecodeRequest(toRequest(applied));
      const members = method.kind === 'collaborative' ? method.members : [];
      expect(members.map(({ model }) => model)).toEqual(['qwen', 'qwen']);
      expect(members[0].messages?.map(({ role }) => role)).toEqual(['system', 'user']);
      expect(members[0].messages?.[1].content).toBe(applied.prompt);
      expect(offered.filter((each) => isApplied(applied, each))).toEqual([preset]);
    },
  );

  test.each(['Draft speeds up Base', 'Quote the prompt'])('%s brings the models of the page', (title) => {
    const applied = applyPreset({ ...form, target: 'owner/large', draft: 'owner/small' }, named(title));
    expect(toRequest(applied).method).toMatchObject({ target: 'story-base' });
    expect(isApplied(applied, named(title))).toBe(true);
  });

  test('keeps the reader’s prompt and settings, but for those that are about their prompt', () => {
    const prompts = presets.map((preset) => applyPreset(form, preset).prompt);
    expect(prompts.slice(0, 3)).toEqual(['My own words', 'My own words', 'My own words']);
    expect(prompts[3]).toMatch(/warm woolen hat/);
    expect(applyPreset(form, presets[3]).temperature).toBe(0.8);
  });

  test('is no longer applied once something it set is changed', () => {
    const applied = applyPreset(form, named('Draft speeds up Base'));
    expect(isApplied({ ...applied, draftLength: 3 }, named('Draft speeds up Base'))).toBe(false);
    expect(isApplied({ ...applied, seed: 8 }, named('Draft speeds up Base'))).toBe(true);
  });
});
