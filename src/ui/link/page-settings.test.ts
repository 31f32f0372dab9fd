import type { ReactiveControllerHost } from 'lit';
import { describe, expect, test } from 'vitest';
import { applyPreset, presets } from '../presets.ts';
import type { RequestForm } from '../request-form.ts';
import { addMember, changeMember, removeMember } from '../team-form.ts';
import { PageSettings, type SettingsPlace } from './page-settings.ts';

const host: ReactiveControllerHost = {
  addController: () => {},
  removeController: () => {},
  requestUpdate: () => {},
  updateComplete: Promise.resolve(true),
};

function opened(hash: string): PageSettings {
  const place: SettingsPlace = {
    url: 'https://stories.example/antiphon/',
    readHash: () => hash,
    writeHash: () => {},
    readStored: () => null,
    store: () => {},
  };
  return new PageSettings(host, place, () => {});
}

const models = ({ team }: RequestForm): readonly string[] => team.members.map(({ model }) => model);

describe('a link that wants something from elsewhere', () => {
  const large = 'owner/large';
  const link =
    `seed=5&prompt=Long+ago&target=${large}&draft-model=owner/small&model1=story-base&model2=${large}` +
    '&hub=https://hub.example/&combine=custom&module=even.js';

  test('gets it when the reader agrees', () => {
    const settings = opened(link);
    const form = settings.agree();
    expect(form).toMatchObject({
      target: large,
      draft: 'owner/small',
      hubUrl: 'https://hub.example/',
      seed: 5,
    });
    expect(form.team).toMatchObject({ combination: 'custom', moduleUrl: 'even.js' });
    expect(models(form)).toEqual(['story-base', large]);
    expect(settings.foreign).toEqual([]);
  });

  test.each<
    readonly [name: string, edit: (form: RequestForm) => RequestForm, kept: object, models: string[]]
  >([
    [
      'prompt, seed and limits',
      (form) => ({ ...form, prompt: 'A shy robot', seed: 9, maxTokens: 12, topK: 3 }),
      { prompt: 'A shy robot', seed: 9, maxTokens: 12, topK: 3, target: large },
      ['story-base', large],
    ],
    [
      'a model chosen in the place of the link’s',
      (form) => ({ ...form, target: 'story-fairy' }),
      { target: 'story-fairy', draft: 'owner/small' },
      ['story-base', large],
    ],
    [
      'what was set of a member, and one more',
      (form) => ({ ...form, team: addMember(changeMember(form.team, 1, { prompt: 'Mine' }), 'story-space') }),
      { team: { members: [{}, { prompt: 'Mine' }, {}] } },
      ['story-base', large, 'story-space'],
    ],
    [
      'that a member was removed',
      (form) => ({ ...form, team: removeMember(addMember(form.team, 'story-space'), 1) }),
      { target: large },
      ['story-base', 'story-space'],
    ],
    [
      'another combination',
      (form) => ({ ...form, team: { ...form.team, combination: 'contrastive', mu: 0.4 } }),
      { team: { combination: 'contrastive', mu: 0.4 } },
      ['story-base', large],
    ],
    [
      'another method, by a preset',
      (form) => applyPreset(form, presets.find(({ title }) => title === 'Quote the prompt')!),
      { method: 'ngram', draftLength: 'adaptive', target: large },
      ['story-base', large],
    ],
  ])('leaves what the reader has set since: %s', (_name, edit, kept, expectedModels) => {
    const settings = opened(link);
    settings.change(edit(settings.form));
    const form = settings.agree();
    expect(form).toMatchObject(kept);
    expect(models(form)).toEqual(expectedModels);
  });
});
