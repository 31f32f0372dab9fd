import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readCatalogue } from '../../../models/files/catalogue.ts';
import { onnxPath } from '../../../models/files/dtype.ts';
import { linearWeights } from '../../../models/files/memory-estimate.ts';
import { readModelConfig } from '../../../models/files/model-config.ts';
import { estimateWeightBytes } from '../../../models/files/weight-bytes.ts';
import { type FamilyModel, readTeamCatalogue } from './team-catalogue.ts';

const publicFolder = new URL('../../../../public/', import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, publicFolder), 'utf8'));
const teamsJson = read('teams.json');
const { families } = readTeamCatalogue(teamsJson, 'teams.json');
const models = families.flatMap((family) => family.models.map((model) => ({ ...model, family })));
const bySource = (source: FamilyModel['source']) => models.filter((model) => model.source === source);

describe('the committed catalogue of teams', () => {
  test('lists every bundled model as the models’ own catalogue does', () => {
    const catalogue = readCatalogue(read('models/catalogue.json'), 'catalogue.json');
    const listed = bySource('bundled').map(({ model, title, parameters, family, weights }) => ({
      ...{ id: model, title, parameters, licence: family.licence, vocabulary: family.vocabulary },
      bytes: weights[0].bytes,
    }));
    const bundled = catalogue.models.map(({ id, title, parameters, licence, vocabulary, dtype, files }) => ({
      ...{ id, title, parameters, licence, vocabulary: vocabulary.size },
      bytes: files.find(({ path }) => path === onnxPath(dtype))?.bytes,
    }));
    expect(listed.sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
      bundled.sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
  });

  test.each(bySource('bundled').map(({ model, shape }) => [model, shape] as const))(
    'tells the shape of %s as its config.json does',
    (model, shape) => {
      const { config } = readModelConfig(read(`models/${model}/config.json`), null, model);
      expect(config).toEqual({ ...shape, modelType: 'llama' });
    },
  );

  test.each(models.map(({ model, shape, parameters }) => [model, shape, parameters] as const))(
    'has a shape of as many weights as %s has parameters',
    (_, shape, parameters) => {
      // What is no product, norms above all, is less than two thousandths.
      expect(linearWeights(shape) / parameters).toBeGreaterThan(0.998);
      expect(linearWeights(shape) / parameters).toBeLessThanOrEqual(1);
    },
  );

  test('says of sizes that were not measured what their shape comes to', () => {
    const computed = models.flatMap(({ model, shape, weights }) =>
      weights
        .filter(({ basis }) => basis === 'shape')
        .map(({ dtype, bytes }) => ({ model, dtype, bytes, expected: estimateWeightBytes(shape, dtype) })),
    );
    expect(computed.length).toBeGreaterThan(0);
    expect(computed.filter(({ bytes, expected }) => bytes !== expected)).toEqual([]);
  });

  test('names hub models as repositories, and says of most that they were not run here', () => {
    for (const { model } of bySource('hub')) expect(model).toMatch(/^[\w-]+\/[\w.-]+$/);
    expect(bySource('hub').filter(({ ran }) => ran !== null)).toHaveLength(1);
    expect(bySource('bundled').filter(({ ran }) => ran === null)).toEqual([]);
  });

  test('has a team in every family', () => {
    expect(families.filter(({ teams }) => teams.length === 0)).toEqual([]);
  });
});

const [family] = teamsJson.families;
const withTeam = (change: object) => ({
  version: 1,
  families: [{ ...family, teams: [{ ...family.teams[0], ...change }] }],
});
const [first, second] = family.teams[0].members;

test.each([
  ['an empty object', {}],
  ['a version of the future', { ...teamsJson, version: 2 }],
  ['a family twice', { version: 1, families: [family, family] }],
  ['a team with a stranger', withTeam({ members: [first, { ...second, model: 'owner/name' }] })],
  ['a member in a role that is not its own', withTeam({ members: [first, { ...second, role: 'amateur' }] })],
  ['a team of one', withTeam({ members: [first] })],
  ['a weight too many', withTeam({ combine: { kind: 'weighted', weights: [0.5, 0.3, 0.2] } })],
  ['a method that is none', withTeam({ method: 'magic' })],
])('%s is refused as a catalogue of teams', (_, json) => {
  expect(() => readTeamCatalogue(json, 'x/teams.json')).toThrow(
    expect.objectContaining({ code: 'integrity', message: expect.stringContaining('x/teams.json') }),
  );
});
