import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../errors/engine-error.ts';
import { DEFAULT_HUB_URL, type HubModel, modelName, repositoryOf } from './hub-model.ts';

describe('the name of a repository', () => {
  test.each<[HubModel, string]>([
    [{ repo: 'a/b' }, 'a/b'],
    [{ repo: 'a/b', revision: 'main' }, 'a/b'],
    [{ repo: 'a/b', revision: 'v1.0', dtype: 'q4' }, 'a/b@v1.0:q4'],
    [{ repo: 'a/b', host: 'https://huggingface.co/' }, 'a/b'],
    [{ repo: 'a/b', host: 'http://127.0.0.1:8000/' }, 'hub+http://127.0.0.1:8000/a/b'],
    [{ repo: 'a/b', host: 'https://h/mirror', revision: 'refs/pr/1' }, 'hub+https://h/mirror/a/b@refs/pr/1'],
  ])('of %j is %s, and means it again', (model, name) => {
    expect(modelName(model, DEFAULT_HUB_URL)).toBe(name);
    expect(repositoryOf(name.replace(/:q4$/, ''), DEFAULT_HUB_URL)).toEqual({
      repo: model.repo,
      revision: model.revision ?? 'main',
      host: (model.host ?? DEFAULT_HUB_URL).replace(/\/$/, ''),
    });
  });

  test('on a mirror is the same as on the hub', () => {
    expect(repositoryOf('a/b', 'https://mirror.example/')).toMatchObject({ host: 'https://mirror.example' });
  });

  test.each([
    'a',
    'a/b/c',
    'a/..',
    '../b',
    'a/b@',
    'a/b@a/../c',
    'a b/c',
    'hub+ftp://h/a/b',
    'hub+https://h/a',
  ])('%j is none', (name) => expect(repositoryOf(name, DEFAULT_HUB_URL)).toBeNull());
});

test.each<[string, unknown]>([
  ['repo', { repo: 'a' }],
  ['revision', { repo: 'a/b', revision: '../x' }],
  ['dtype', { repo: 'a/b', dtype: 'q9' }],
  ['host', { repo: 'a/b', host: 'javascript:1' }],
  ['token', { repo: 'a/b', token: 'hf_x' }],
])('an object with a bad %s is refused by that name', (field, model) => {
  const naming = () => modelName(model as HubModel, DEFAULT_HUB_URL);
  expect(naming).toThrow(EngineError);
  expect(naming).toThrow(new RegExp(`^invalid ${field} of the repository`));
});
