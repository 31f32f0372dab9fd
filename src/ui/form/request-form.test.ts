import { describe, expect, test } from 'vitest';
import { validateDecodeRequest } from '../../engine/decode-request.ts';
import {
  initialForm,
  type MethodChoice,
  methods,
  neededModels,
  rollSeed,
  toRequest,
} from './request-form.ts';
import { teamOf } from './team-form.ts';

const form = initialForm(7);

describe('the form', () => {
  test.each(methods.map(({ kind }) => kind))('makes a valid request for the method %s', (method) => {
    const request = validateDecodeRequest(toRequest({ ...form, method }));
    expect(request).toMatchObject({ prompt: 'Once upon a time', maxTokens: 200, seed: 7, stop: [] });
    expect(request.sampling).toMatchObject({ temperature: 1, topK: 0, topP: 1, minP: 0 });
  });

  test.each<readonly [MethodChoice, object]>([
    ['plain', { kind: 'plain', model: 'story-base' }],
    [
      'draft-model',
      { drafter: { kind: 'model', model: 'story-draft', draftLength: 9 }, target: 'story-base' },
    ],
    ['ngram', { drafter: { kind: 'ngram', draftLength: 9 }, target: 'story-base' }],
    ['collaborative', { members: [{ model: 'story-fairy' }, { model: 'story-space' }] }],
  ])('names models and draft length for %s', (method, expected) => {
    expect(toRequest({ ...form, method, draftLength: 9 }).method).toMatchObject(expected);
  });

  test('names the models that the reader chose in place of the page’s own', () => {
    const chosen = { ...form, target: 'owner/large', draft: 'owner/small:q4' };
    expect(toRequest({ ...chosen, method: 'draft-model' }).method).toMatchObject({
      target: 'owner/large',
      drafter: { model: 'owner/small:q4' },
    });
    expect(toRequest({ ...chosen, method: 'ngram' }).method).toMatchObject({ target: 'owner/large' });
    expect(toRequest({ ...chosen, method: 'plain' }).method).toMatchObject({ model: 'owner/large' });
    expect(neededModels({ ...chosen, method: 'draft-model' })).toEqual(['owner/large', 'owner/small:q4']);
  });

  test.each([
    ['', []],
    ['\n\n', []],
    ['The end', ['The end']],
    ['The end\r\n knight ', ['The end', ' knight ']],
    ['\\n\\n', ['\n\n']],
  ])('reads the stop strings of %j as %j', (stopLines, expected) => {
    expect(toRequest({ ...form, stopLines }).stop).toEqual(expected);
  });

  test('leaves an empty number field to the engine, which names it', () => {
    expect(() => validateDecodeRequest(toRequest({ ...form, topP: Number.NaN }))).toThrow(/sampling\.topP/);
  });

  test.each<readonly [MethodChoice, readonly string[]]>([
    ['collaborative', ['story-fairy', 'story-space']],
    ['plain', ['story-base']],
    ['ngram', ['story-base']],
    ['draft-model', ['story-base', 'story-draft']],
  ])('needs the models of %s only', (method, expected) => {
    expect(neededModels({ ...form, method })).toEqual(expected);
  });

  test('needs a model once that two members name', () => {
    const team = teamOf(['story-base', 'story-draft', 'story-base']);
    expect(neededModels({ ...form, team })).toEqual(['story-base', 'story-draft']);
  });

  test.each(['draft-model', 'ngram', 'collaborative'] as const)(
    'passes the acceptance on to %s',
    (method) => {
      const acceptance = { ...form.acceptance, kind: 'lenient', leniency: 2 } as const;
      expect(toRequest({ ...form, method, acceptance }).method).toMatchObject({
        acceptance: { kind: 'lenient', leniency: 2 },
      });
    },
  );

  test('rolls seeds of at most four digits, never 0', () => {
    expect(rollSeed(() => 0)).toBe(1);
    expect(rollSeed(() => 0.999999)).toBe(9999);
  });
});
