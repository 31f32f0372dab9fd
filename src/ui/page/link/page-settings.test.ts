import type { ReactiveControllerHost } from 'lit';
import { describe, expect, test } from 'vitest';
import { applyPreset, presets } from '../../form/presets.ts';
import type { RequestForm } from '../../form/request-form.ts';
import { addMember, changeMember, removeMember } from '../../form/team-form.ts';
import { applyTeam } from '../catalogue/apply-team.ts';
import type { Team } from '../catalogue/team-catalogue.ts';
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

const preset =
  (title: string) =>
  (form: RequestForm): RequestForm =>
    applyPreset(form, presets.find((each) => each.title === title)!);

const family = { models: [] };
const named = { id: 'x', title: 'x', note: 'x' };
const drafted: Team = {
  ...named,
  method: 'draft-model',
  members: [
    { model: 'story-base', role: 'verifier' },
    { model: 'story-draft', role: 'draft' },
  ],
  draftLength: 6,
};
const mixed: Team = {
  ...named,
  method: 'collaborative',
  members: [
    { model: 'story-base', role: 'verifier' },
    { model: 'story-draft', role: 'amateur' },
  ],
  combine: { kind: 'weighted', weights: [0.5, 0.5] },
};

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
      preset('Quote the prompt'),
      { method: 'ngram', draftLength: 'adaptive', target: 'story-base', draft: 'owner/small' },
      ['story-base', large],
    ],
    [
      'two models, by a preset',
      preset('Draft speeds up Base'),
      { target: 'story-base', draft: 'story-draft', hubUrl: 'https://hub.example/' },
      ['story-base', large],
    ],
    [
      'a team, by a preset',
      preset('Contrast away the amateur'),
      { team: { combination: 'contrastive' }, target: large },
      ['story-base', 'story-draft'],
    ],
    [
      'a team whose combination is the one that stands in, by a preset',
      preset('Two voices, one model'),
      { team: { combination: 'weighted', moduleUrl: '' } },
      ['story-base', 'story-base'],
    ],
    [
      'a team of the catalogue',
      (form) => applyTeam(form, drafted, family),
      { target: 'story-base', draft: 'story-draft' },
      ['story-base', large],
    ],
    [
      'a team of the catalogue that writes together',
      (form) => applyTeam(form, mixed, family),
      { team: { combination: 'weighted' }, target: large },
      ['story-base', 'story-draft'],
    ],
    [
      'what was set by hand after a preset',
      (form) => ({ ...preset('Draft speeds up Base')(form), draft: 'story-space' }),
      { target: 'story-base', draft: 'story-space' },
      ['story-base', large],
    ],
  ])('leaves what the reader has set since: %s', (_name, edit, kept, expectedModels) => {
    const settings = opened(link);
    settings.change(edit(settings.form));
    const form = settings.agree();
    expect(form).toMatchObject(kept);
    expect(models(form)).toEqual(expectedModels);
  });

  test.each<
    readonly [name: string, edits: readonly ((form: RequestForm) => RequestForm)[], models: string[]]
  >([
    [
      'another model, and the page’s own again',
      [
        (form) => ({ ...form, team: changeMember(form.team, 1, { model: 'story-space' }) }),
        (form) => ({ ...form, team: changeMember(form.team, 1, { model: 'story-draft' }) }),
      ],
      ['story-base', 'story-draft'],
    ],
    [
      'a new member in the place of one that was removed',
      [
        (form) => ({ ...form, team: addMember(form.team, 'story-space') }),
        (form) => ({ ...form, team: removeMember(form.team, 1) }),
        (form) => ({ ...form, team: removeMember(form.team, 2) }),
        (form) => ({ ...form, team: addMember(form.team, 'story-draft') }),
      ],
      ['story-base', 'story-draft'],
    ],
    [
      'a team by a preset, and one more member',
      [
        preset('Contrast away the amateur'),
        (form) => ({ ...form, team: addMember(form.team, 'story-draft') }),
      ],
      ['story-base', 'story-draft', 'story-draft'],
    ],
  ])('leaves what the reader has set step by step: %s', (_name, edits, expected) => {
    const settings = opened(link);
    for (const edit of edits) settings.change(edit(settings.form));
    expect(models(settings.agree())).toEqual(expected);
  });

  test.each(['Contrast away the amateur', 'Keep to what was told', 'Two voices, one model'])(
    'and names two members mixes neither into the team of %s, and asks for nothing any more',
    (title) => {
      const settings = opened('model1=owner/a&model2=owner/b');
      expect(settings.foreign).toEqual(['owner/a', 'owner/b']);
      settings.change(preset(title)(settings.form));
      const chosen = models(settings.form);
      expect(settings.foreign).toEqual([]);
      expect(models(settings.agree())).toEqual(chosen);
    },
  );

  test('asks only for what still has a place', () => {
    const settings = opened('target=owner/a&draft-model=owner/b');
    settings.change({ ...settings.form, target: 'story-fairy' });
    expect(settings.foreign).toEqual(['owner/b']);
    settings.dismiss();
    expect(settings.foreign).toEqual([]);
    expect(settings.agree()).toMatchObject({ target: 'story-fairy', draft: 'story-draft' });
  });

  test('does not put into a later link’s form what an earlier one wanted', () => {
    const earlier = opened('target=owner/a').form;
    const settings = opened('target=owner/b');
    settings.change(earlier);
    expect(settings.foreign).toEqual([]);
    expect(settings.agree().target).toBe('story-base');
  });
});
