import { describe, expect, test } from 'vitest';
import { validateDecodeRequest } from '../../engine/decode-request.ts';
import { newChat } from './chat-form.ts';
import { applyPreset, isApplied, presets, presetsFor } from './presets.ts';
import { initialForm, type RequestForm, toRequest } from './request-form.ts';
import { changeMember, teamOf } from './team-form.ts';

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

  const shown = { ...initialForm(7), prompt: 'Once upon a time' };

  test.each<readonly [before: string, chosen: readonly string[], prompt: string]>([
    ['Once upon a time', ['Keep to what was told', 'Fairy × Space'], 'Once upon a time'],
    [
      'Once upon a time',
      ['Keep to what was told', 'Quote the prompt', 'Draft speeds up Base'],
      'Once upon a time',
    ],
    ['My own words', ['Quote the prompt', 'Contrast away the amateur'], 'My own words'],
    ['My own words', ['Quote the prompt', 'Two voices, one model', 'Fairy × Space'], 'My own words'],
    ['', ['Keep to what was told', 'Fairy × Space'], ''],
  ])('gives the prompt %j back to what is chosen next: %j', (before, chosen, prompt) => {
    const form = chosen.reduce((last, title) => applyPreset(last, named(title)), {
      ...shown,
      prompt: before,
    });
    expect(form.prompt).toBe(prompt);
    expect(isApplied(form, named(chosen.at(-1)!))).toBe(true);
  });

  test('leaves what was typed over its prompt, and what a link had brings the page’s own back', () => {
    const told = applyPreset({ ...shown, prompt: 'My own words' }, named('Keep to what was told'));
    const typed = { ...told, prompt: 'Later the crow sang' };
    expect(applyPreset(typed, named('Fairy × Space')).prompt).toBe('Later the crow sang');
    // As a reload finds it: what stood there before is not in the address.
    const reloaded = { ...shown, prompt: told.prompt, team: told.team };
    expect(applyPreset(reloaded, named('Fairy × Space')).prompt).toBe('Once upon a time');
  });

  test('leaves no words of its own in a team that the next one does not set', () => {
    const own = changeMember(teamOf(['story-base', 'story-space']), 1, { prompt: 'Mine' });
    const words = (form: RequestForm) => form.team.members.map(({ prompt, system }) => prompt + system);
    for (const title of ['Keep to what was told', 'Two voices, one model']) {
      const next = applyPreset(applyPreset(shown, named(title)), named('Draft speeds up Base'));
      expect(words(next)).toEqual(['', '']);
    }
    const document = presetsFor({ ...shown, chat: newChat })[0];
    expect(words(applyPreset(applyPreset(shown, document), named('Quote the prompt')))).toEqual(['', '']);
    expect(words(applyPreset({ ...shown, team: own }, named('Draft speeds up Base')))).toEqual(['', 'Mine']);
  });

  test('is no longer applied once something it set is changed', () => {
    const applied = applyPreset(form, named('Draft speeds up Base'));
    expect(isApplied({ ...applied, draftLength: 3 }, named('Draft speeds up Base'))).toBe(false);
    expect(isApplied({ ...applied, seed: 8 }, named('Draft speeds up Base'))).toBe(true);
  });
});
