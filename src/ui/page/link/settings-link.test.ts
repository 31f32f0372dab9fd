import { describe, expect, test } from 'vitest';
import { applyPreset, presets } from '../../form/presets.ts';
import { initialForm, type RequestForm, toRequest } from '../../form/request-form.ts';
import { wantedIn } from '../../form/stand-ins.ts';
import { addMember, changeMember, removeMember } from '../../form/team-form.ts';
import { linkOf, readLink } from './settings-link.ts';

const base = initialForm(7);
const page = 'https://stories.example/antiphon/';
function read(hash: string, over = base) {
  const settings = readLink(hash, over, page);
  return { ...settings, foreign: wantedIn(settings.form) };
}

describe('a link', () => {
  const odd: RequestForm = {
    ...base,
    prompt: 'Once, “Mia” & the 50 % = #1\nfox',
    chat: { system: 'Be brief & kind.', turns: [] },
    seed: 4242,
    stopLines: 'The end\\n\n.',
    acceptance: { kind: 'lenient', leniency: 2.5, epsilon: 0.2, delta: 0.1 },
    topK: 3,
    target: './own/model/',
    draft: 'story-space:q4',
    draftLength: 'adaptive',
    hubUrl: 'https://stories.example/hub',
    team: {
      ...changeMember(removeMember(addMember(base.team, 'story-base'), 0), 2, {
        prompt: 'Her own & only',
        system: 'A cat.',
        temperature: 0.7,
        exponent: -0.5,
        draftLength: 'adaptive',
      }),
      combination: 'geometric',
      schedule: 'naive',
      starter: 2,
    },
  };

  test.each([
    ...presets.map((preset) => [preset.title, applyPreset(base, preset)] as const),
    ['everything', odd],
  ] as const)('says all that %s asks for', (_title, form) => {
    const { form: again, problems, foreign } = read(linkOf(form), initialForm(99));
    expect(toRequest(again)).toEqual(toRequest(form));
    expect([problems, foreign]).toEqual([[], []]);
  });

  test('that says little leaves the rest as it was', () => {
    expect(read('seed=12&prompt=Long+ago').form).toEqual({ ...base, seed: 12, prompt: 'Long ago' });
    expect(read('').form).toEqual(base);
  });
});

describe('of a bad link', () => {
  test.each([
    ['seed=abc&prompt=Hi', 'Invalid seed “abc”: expected a number'],
    ['seed=-3&prompt=Hi', 'Invalid seed “-3”: expected a number from 0 to'],
    ['temperature=&prompt=Hi', 'Invalid temperature “”: expected a number'],
    ['temperature=Infinity&prompt=Hi', 'Invalid temperature “Infinity”'],
    ['draft=automatic&prompt=Hi', 'Invalid draft “automatic”: expected a number'],
    ['max=0&prompt=Hi', 'Invalid max “0”: expected a number from 1 to 131072'],
    ['max=99999999&prompt=Hi', 'Invalid max “99999999”: expected a number from 1 to 131072'],
    ['temperature=9&prompt=Hi', 'Invalid temperature “9”: expected a number from 0 to 2'],
    ['top-p=1.5&prompt=Hi', 'Invalid top-p “1.5”: expected a number from 0 to 1'],
    ['draft=40&prompt=Hi', 'Invalid draft “40”: expected a number from 0 to 16'],
    ['mu=1e9&prompt=Hi', 'Invalid mu “1e9”: expected a number from 0 to 1000000'],
    ['leniency=0&prompt=Hi', 'Invalid leniency “0”: expected a number of at least 1'],
    ['method=magic&prompt=Hi', 'Invalid method “magic”: expected one of collaborative'],
    ['schedule=toString&prompt=Hi', 'Invalid schedule “toString”: expected one of'],
    ['model1=story-base&share1=1&prompt=Hi', 'It has one member; a team has 2 to 4'],
    ['hub=ftp://x&prompt=Hi', 'Invalid hub “ftp://x”: not a web address'],
    ['colour=red&prompt=Hi', 'Unknown settings: “colour”'],
  ])('%s the rest is taken, and the fault is told', (hash, problem) => {
    const { form, problems } = read(hash);
    expect(form).toEqual({ ...base, prompt: 'Hi' });
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });
});

describe('nothing is loaded from elsewhere unasked', () => {
  test.each([
    ['https://evil.example/model/'],
    ['//evil.example/model/'],
    ['data:text/plain,x'],
    ['http://stories.example/model/'],
  ])('no model from %s', (model) => {
    const { form, foreign, whole } = read(`model1=story-fairy&model2=${encodeURIComponent(model)}`);
    expect(form.team.members.map((member) => member.model)).toEqual(['story-fairy', 'story-draft']);
    expect(foreign).toEqual([model]);
    expect(whole.team.members[1].model).toBe(model);
  });

  test('no target, no draft model and no repository, of another hub neither', () => {
    const hub = 'https://hub.example/';
    const { form, foreign, whole } = read(
      `target=owner/large:q4&draft-model=owner/small&model1=story-base&model2=owner/small&hub=${hub}`,
    );
    expect(form).toMatchObject({ target: base.target, draft: base.draft, hubUrl: '' });
    expect(form.team.members[1].model).toBe('story-draft');
    expect(foreign).toEqual([hub, 'owner/small', 'owner/large:q4']);
    expect(whole).toMatchObject({ target: 'owner/large:q4', draft: 'owner/small', hubUrl: hub });
  });

  test('a model of this site needs no question', () => {
    expect(read('model1=story-base:q8&model2=./own/model/&target=/models/x/&hub=mirror').foreign).toEqual([]);
  });

  test('no module of a combination, of this site neither', () => {
    const { form, foreign, whole } = read('combine=custom&module=even.js');
    expect(form.team).toMatchObject({ combination: 'weighted', moduleUrl: '' });
    expect(foreign).toEqual(['even.js']);
    expect(whole.team).toMatchObject({ combination: 'custom', moduleUrl: 'even.js' });
  });

  test('no module that waits for its combination to be chosen', () => {
    expect(read('combine=geometric&module=even.js').form.team).toMatchObject({
      combination: 'geometric',
      moduleUrl: '',
    });
  });
});
