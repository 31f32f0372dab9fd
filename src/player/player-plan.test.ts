import { describe, expect, test } from 'vitest';
import { EngineError } from '../errors/engine-error.ts';
import type { PlayerSettings } from './player-api.ts';
import { planOf } from './player-plan.ts';
import { refusedAttribute } from './refused-attribute.ts';
import { attributeName, initialSettings, settingNames } from './settings.ts';

const base = 'https://example.org/blog/post.html';
const plan = (settings: Partial<PlayerSettings>) => planOf({ ...initialSettings(), ...settings }, base);
const methodOf = (settings: Partial<PlayerSettings>) => plan(settings).request.method;

test('an element without attributes lets the two bundled story models write together', () => {
  expect(plan({}).request).toEqual({
    prompt: '',
    sampling: {},
    method: {
      kind: 'collaborative',
      combine: { kind: 'weighted', weights: [0.5, 0.5] },
      members: [{ model: 'story-fairy' }, { model: 'story-space' }],
    },
  });
  expect(plan({}).models).toEqual(['story-fairy', 'story-space']);
  expect([...plan({}).views]).toEqual(['story', 'numbers']);
});

describe('settings become the request', () => {
  test.each<readonly [string, Partial<PlayerSettings>, object]>([
    [
      'numbers where the request has them',
      { prompt: 'Long ago', seed: 7, maxTokens: 20, temperature: 0, topK: 5, topP: 0.9, minP: 0.1 },
      {
        prompt: 'Long ago',
        seed: 7,
        maxTokens: 20,
        sampling: { temperature: 0, topK: 5, topP: 0.9, minP: 0.1 },
      },
    ],
    ['one stop string as it is', { stopStrings: 'The end, my friend' }, { stop: ['The end, my friend'] }],
    ['a list of stop strings', { stopStrings: '["a", "b\\n"]' }, { stop: ['a', 'b\n'] }],
    ['stop strings given as a list', { stopStrings: ['x'] }, { stop: ['x'] }],
  ])('%s', (_title, settings, expected) => {
    expect(plan(settings).request).toMatchObject(expected);
  });

  test.each<readonly [string, Partial<PlayerSettings>, object]>([
    [
      'members apart by blanks or commas, weights too',
      { members: 'a, b c', weights: '1 2,3' },
      { members: [{ model: 'a' }, { model: 'b' }, { model: 'c' }], combine: { weights: [1, 2, 3] } },
    ],
    [
      'members in JSON with what they have of their own',
      { members: '["a", { "model": "b", "prompt": "Now" }]' },
      { members: [{ model: 'a' }, { model: 'b', prompt: 'Now' }] },
    ],
    [
      'one draft length for whoever starts',
      { draftLength: '3' },
      { draftLength: 3, members: [{ model: 'story-fairy' }, { model: 'story-space' }] },
    ],
    [
      'a draft length for each member',
      { draftLength: '3 adaptive' },
      { members: [{ draftLength: 3 }, { draftLength: 'adaptive' }] },
    ],
    [
      'contrastive with its numbers',
      { combine: 'contrastive', mu: 0.3, alpha: 0.1 },
      { combine: { mu: 0.3 } },
    ],
    ['geometric with equal weights', { combine: 'geometric' }, { combine: { weights: [0.5, 0.5] } }],
    ['a custom module', { combine: 'custom', combineUrl: 'mix.js' }, { combine: { url: 'mix.js' } }],
    [
      'an acceptance with its number',
      { acceptance: 'lenient', leniency: 2 },
      { acceptance: { leniency: 2 } },
    ],
    [
      'schedule and starter',
      { schedule: 'naive', defaultProposer: 1 },
      { schedule: 'naive', defaultProposer: 1 },
    ],
    [
      'target and draft model',
      { method: 'speculative', draftLength: 'adaptive' },
      {
        target: 'story-base',
        drafter: { kind: 'model', model: 'story-draft', draftLength: 'adaptive' },
      },
    ],
    [
      'a target alone looks its drafts up',
      { method: 'speculative', members: 'a' },
      { target: 'a', drafter: { kind: 'ngram' } },
    ],
    ['one model alone', { method: 'plain', members: 'a' }, { kind: 'plain', model: 'a' }],
  ])('%s', (_title, settings, expected) => {
    expect(methodOf(settings)).toMatchObject(expected);
  });
});

describe('a refusal names the attribute and what it holds', () => {
  const texts: Readonly<Record<string, string>> = { temperature: 'hot', mu: '0.3' };
  test.each<readonly [string, Partial<PlayerSettings>, RegExp]>([
    [
      'a number that is none',
      { temperature: Number.NaN },
      /^temperature="hot": must be a number of at least 0$/,
    ],
    ['a number out of range', { maxTokens: 0 }, /^max-tokens: must be an integer of at least 1; it is 0\.$/],
    ['an unknown method', { method: 'parallel' as 'plain' }, /^method: .*collaborative/],
    ['an unknown combination', { combine: 'mixed' as 'weighted' }, /^combine: .*weighted/],
    ['an unknown schedule', { schedule: 'fast' as 'naive' }, /^schedule: .*alternate/],
    ['an unknown acceptance', { acceptance: 'all' as 'exact' }, /^acceptance: .*coupled/],
    [
      'what does not go with the combination',
      { mu: 0.3 },
      /^mu="0.3": cannot be combined with the other attributes$/,
    ],
    [
      'what does not go with the method',
      { method: 'plain', members: 'a', schedule: 'naive' },
      /^schedule: cannot be combined/,
    ],
    ['weights that do not fit the members', { weights: '1 2 3' }, /^weights: 3 weights for 2 members/],
    ['draft lengths that do not', { draftLength: '1 2 3' }, /^draft-length: 3 for 2 members/],
    ['a draft length that is none', { draftLength: 'long' }, /^draft-length: /],
    [
      'several draft lengths of one drafter',
      { method: 'speculative', draftLength: '1 2' },
      /^draft-length: expected one number, got 2/,
    ],
    ['members that are no JSON', { members: '[story' }, /^members: expected a JSON list/],
    [
      'a member with unknown fields',
      { members: [{ modle: 'a' } as never, 'b'] },
      /^members: members\.0\.model is missing/,
    ],
    ['too many members', { method: 'plain', members: 'a b' }, /^members: plain takes one model, not 2/],
    ['too few members', { members: 'a' }, /^members: /],
    ['a starter that does not exist', { defaultProposer: 2 }, /^default-proposer: member 2 of 2/],
    ['an empty stop string', { stopStrings: '' }, /^stop-strings: /],
    ['an unknown backend', { backend: 'gpu' as 'wasm' }, /^backend: .*one of auto, wasm, webgpu/],
    ['an address that is none', { modelsUrl: 'https://' }, /^models-url: /],
    ['an unknown view', { views: 'story plot' }, /^views: "plot" is not one of story, rhythm, numbers$/],
  ])('%s', (_title, settings, message) => {
    let refusal: unknown;
    try {
      plan(settings);
    } catch (error) {
      refusal = refusedAttribute(error, (attribute) => texts[attribute] ?? null);
    }
    expect(refusal).toBeInstanceOf(EngineError);
    expect(refusal).toMatchObject({ code: 'invalid-request', message: expect.stringMatching(message) });
    expect(settingNames.map(attributeName)).toContain((refusal as EngineError).details.attribute);
  });
});

test('the catalogue lies in the folder of the models unless told otherwise', () => {
  expect(plan({}).options).toEqual({});
  expect(plan({ modelsUrl: '/m' }).options).toEqual({ modelsUrl: '/m', catalogueUrl: '/m/catalogue.json' });
  expect(plan({ modelsUrl: '/m/', catalogueUrl: '/c.json' }).options.catalogueUrl).toBe('/c.json');
});
