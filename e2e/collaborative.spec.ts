import { expect, type Page } from '@playwright/test';
import { storyPrompts } from '../scripts/story-prompts.ts';
import type { DecodeResult } from '../src/engine/engine-api.ts';
import type { DecodeRequest, CollaborativeMethod as Team } from '../src/engine/request-types.ts';
import type { Outcome } from '../src/ui/page/terminal-harness.ts';
import { chiSquare } from './chi-square.ts';
import { decodeAll as decodeAllOn, openEngine } from './harness.ts';
import { isLong, openReturning, test } from './site.ts';

/*
 * Collaborative decoding on the bundled models. On tables of logits src/decode proves all of it by enumeration; what
 * differs here is the runtime, whose passes must not depend on their width. `npm run test:long` has more draft lengths,
 * more prompts, more seeds, more tokens.
 */
test.setTimeout(isLong ? 3_600_000 : 120_000);

type Schedule = NonNullable<Team['schedule']>;
/** γ: of the default proposer alone, or of each member. */
type DraftLengths = { readonly draftLength: number } | { readonly vector: readonly number[] };

const weighted: Team = team(['story-fairy', 'story-space'], { kind: 'weighted', weights: [0.5, 0.5] });
const contrastive: Team = team(['story-base', 'story-draft'], { kind: 'contrastive', mu: 0.3, alpha: 0.1 });
const geometric: Team = team(['story-fairy', 'story-space'], { kind: 'geometric', weights: [0.5, 0.5] });
const combinations = { weighted, contrastive, geometric };

/** Schedules that must agree with `sequential` token for token; mixture never asks for the combination's argmax. */
const schedules: readonly Schedule[] = ['alternate', 'naive', 'black-box'];

const draftLengths: readonly DraftLengths[] = isLong
  ? [
      ...[1, 2, 3, 4, 5, 6].map((draftLength) => ({ draftLength })),
      ...[
        [1, 3],
        [2, 2],
        [3, 6],
        [6, 6],
      ].map((vector) => ({ vector })),
    ]
  : [{ draftLength: 3 }];

function team(members: readonly string[], combine: Team['combine'], rest: Partial<Team> = {}): Team {
  return { kind: 'collaborative', members: members.map((model) => ({ model })), combine, ...rest };
}

function withDrafts(method: Team, lengths: DraftLengths): Team {
  if ('draftLength' in lengths) return { ...method, ...lengths };
  const members = method.members.map((member, index) => ({ ...member, draftLength: lengths.vector[index] }));
  return { ...method, members };
}

/** Each way to decode but `sequential`, named. */
function ways(method: Team): { readonly name: string; readonly method: Team }[] {
  return schedules.flatMap((schedule) =>
    draftLengths
      // Only the default proposer drafts in the others: a vector says nothing new there.
      .filter((lengths) => schedule === 'alternate' || 'draftLength' in lengths)
      .map((lengths) => ({
        name: `${schedule}, γ ${'draftLength' in lengths ? lengths.draftLength : lengths.vector}`,
        method: withDrafts({ ...method, schedule }, lengths),
      })),
  );
}

let page: Page;

/** One engine for all tests: they need the same models, and loading takes longer than most of them. */
test.beforeAll(async ({ visited }) => {
  page = await openReturning(visited);
  await page.route('**/combination/*.js', async (route) => {
    const body = customModules[new URL(route.request().url()).pathname.replace('/combination/', '')];
    await (body === undefined
      ? route.fulfill({ status: 404 })
      : route.fulfill({ body, contentType: 'text/javascript' }));
  });
  await openEngine(page, { backend: 'wasm' }, ['story-base', 'story-fairy', 'story-space', 'story-draft']);
});

test.afterAll(() => page.close());

const decodeAll = (requests: readonly DecodeRequest[]) => decodeAllOn(page, requests);

/**
 * Decodes `request` with `sequential` and in every way, and tells each difference: where it begins, and whether the
 * two repeat themselves. If both do, they differ by how logits of passes of different widths are rounded.
 */
async function differencesOf(request: Omit<DecodeRequest, 'method'>, method: Team): Promise<string[]> {
  const all = ways(method);
  const sequential = { ...request, method: { ...method, schedule: 'sequential' as const } };
  const [expected, ...results] = await decodeAll([
    sequential,
    ...all.map((way) => ({ ...request, method: way.method })),
  ]);
  const differences: string[] = [];
  for (const [index, result] of results.entries()) {
    if (String(result.tokenIds) === String(expected.tokenIds)) continue;
    const at = result.tokenIds.findIndex((token, position) => token !== expected.tokenIds[position]);
    const [again, resultAgain] = await decodeAll([sequential, { ...request, method: all[index].method }]);
    differences.push(
      `${all[index].name}, "${request.prompt}", seed ${request.seed}: token ${at} is ${result.tokenIds[at]}, ` +
        `sequential writes ${expected.tokenIds[at]} ("${result.text}" / "${expected.text}"); repeated: ` +
        `${String(resultAgain.tokenIds) === String(result.tokenIds)}, ${String(again.tokenIds) === String(expected.tokenIds)}`,
    );
  }
  return differences;
}

for (const [name, method] of Object.entries(combinations)) {
  test(`at temperature 0 every schedule writes what sequential writes: ${name}`, async () => {
    const differences: string[] = [];
    for (const prompt of isLong ? storyPrompts : storyPrompts.slice(0, 4)) {
      const request = { prompt, seed: 1, maxTokens: isLong ? 60 : 24, sampling: { temperature: 0 } };
      differences.push(...(await differencesOf(request, method)));
    }
    expect(differences).toEqual([]);
  });

  test(`coupled, every schedule writes the text of its seed: ${name}`, async () => {
    const differences: string[] = [];
    const coupled: Team = { ...method, acceptance: { kind: 'coupled' } };
    for (let seed = 1; seed <= (isLong ? 40 : 2); seed++) {
      const request = { prompt: storyPrompts[seed % storyPrompts.length], seed, maxTokens: isLong ? 60 : 24 };
      differences.push(...(await differencesOf(request, coupled)));
    }
    expect(differences).toEqual([]);
  });
}

test('three members write together what they write in turn', async () => {
  const three = team(['story-base', 'story-fairy', 'story-space'], { kind: 'weighted', weights: [1, 2, 2] });
  const request = { prompt: 'Long ago', seed: 3, maxTokens: 16 };
  expect(await differencesOf({ ...request, sampling: { temperature: 0 } }, three)).toEqual([]);
  expect(await differencesOf(request, { ...three, acceptance: { kind: 'coupled' } })).toEqual([]);

  const [result] = await decodeAll([{ ...request, method: three }]);
  expect(new Set(result.stats.members.filter(({ proposals }) => proposals > 0)).size).toBe(3);
});

type Law = ReadonlyMap<number, number>;

/** What a model's probabilities behind a prompt and a text are, at temperature 1. */
interface Row {
  /** The 100 likeliest tokens. */
  readonly listed: Law;
  of(token: number): Promise<number>;
}

async function rowOf(model: string, prompt: string, before: readonly number[]): Promise<Row> {
  const ask = async (tokenIds: readonly number[]) => {
    const outcome = await page.evaluate((query) => window.antiphon.candidates(query), {
      request: { prompt, method: { kind: 'plain' as const, model } },
      tokenIds,
      position: before.length,
      k: 100,
    });
    if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`);
    return outcome.value.combined;
  };
  const { top } = await ask(before);
  const listed = new Map(top.map(({ tokenId, probability }) => [tokenId as number, probability]));
  return {
    listed,
    of: async (token) => listed.get(token) ?? (await ask([...before, token])).token?.probability ?? 0,
  };
}

const lawSampling = { temperature: 1.2, topK: 4 };

/** Temperature and top-k of weights that are proportional to probabilities at temperature 1. */
function sampled(weights: Law): Law {
  const kept = [...weights]
    .sort(([, left], [, right]) => right - left)
    .slice(0, lawSampling.topK)
    .map(([token, weight]) => [token, weight ** (1 / lawSampling.temperature)] as const);
  const mass = kept.reduce((sum, [, weight]) => sum + weight, 0);
  return new Map(kept.map(([token, weight]) => [token, weight / mass]));
}

/** Of two members alike; each is written once more, from what each member alone would write. */
const laws: Readonly<Record<'weighted' | 'geometric', (rows: readonly [Row, Row]) => Promise<Law>>> = {
  async weighted(rows) {
    const [first, second] = rows.map(({ listed }) => sampled(listed));
    const tokens = new Set([...first.keys(), ...second.keys()]);
    const mean = (token: number) => ((first.get(token) ?? 0) + (second.get(token) ?? 0)) / 2;
    return new Map([...tokens].map((token) => [token, mean(token)]));
  },
  async geometric([first, second]) {
    const weights = new Map<number, number>();
    for (const token of new Set([...first.listed.keys(), ...second.listed.keys()])) {
      weights.set(token, Math.sqrt((await first.of(token)) * (await second.of(token))));
    }
    // What neither lists is too unlikely to be kept.
    const beyond = Math.sqrt(
      [first, second].reduce((product, { listed }) => product * Math.min(...listed.values()), 1),
    );
    const kept = [...weights.values()].sort((left, right) => right - left).slice(0, lawSampling.topK);
    expect(Math.min(...kept)).toBeGreaterThan(beyond);
    return sampled(weights);
  },
};

function countsBehind(before: readonly number[], results: readonly DecodeResult[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { tokenIds } of results) {
    if (String(tokenIds.slice(0, before.length)) !== String(before)) continue;
    const next = tokenIds[before.length];
    if (next !== undefined) counts.set(next, (counts.get(next) ?? 0) + 1);
  }
  return counts;
}

function mostFrequent(counts: ReadonlyMap<number, number>): number {
  return [...counts].reduce((max, entry) => (entry[1] > max[1] ? entry : max))[0];
}

const lawVectors = isLong
  ? [
      [1, 1],
      [2, 1],
      [1, 2],
      [3, 2],
      [6, 1],
    ]
  : [[1, 1]];
const lawCases = lawVectors.flatMap((vector) => [
  { name: 'weighted' as const, method: weighted, vector, seedCount: isLong ? 2000 : 200 },
  ...(isLong ? [{ name: 'geometric' as const, method: geometric, vector, seedCount: 2000 }] : []),
]);
for (const { name, method, vector, seedCount } of lawCases) {
  test(`with γ = ${vector} ${seedCount} texts follow the combined distribution: ${name}`, async () => {
    // Behind this prompt the specialists agree on " a" and on no noun; the truncation differs between them.
    const prompt = 'One night he saw';
    const length = Math.max(3, isLong ? vector[0] + 3 : 3);
    const results = await decodeAll(
      Array.from({ length: seedCount }, (_, index) => ({
        prompt,
        sampling: lawSampling,
        maxTokens: length,
        seed: 1 + index,
        method: withDrafts(method, { vector }),
      })),
    );
    const before: number[] = [];
    let isTelling = false;
    for (let position = 0; position < 3; position++) {
      const counts = countsBehind(before, results);
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      const rows = [
        await rowOf('story-fairy', prompt, before),
        await rowOf('story-space', prompt, before),
      ] as const;
      const law = await laws[name](rows);
      const where = `token ${position + 1} behind [${before}], ${total} texts`;
      for (const token of counts.keys())
        expect(law.get(token), `${where}: token ${token}`).toBeGreaterThan(0);
      const fit = chiSquare(counts, law);
      const seen = `${where}: chi-square ${fit.statistic.toFixed(2)}, ${fit.degreesOfFreedom} degrees of freedom, bound ${fit.bound.toFixed(2)}`;
      test.info().annotations.push({ type: 'fit', description: seen });
      expect(fit.statistic, seen).toBeLessThanOrEqual(fit.bound);
      // The same texts do not pass for those of one specialist: the test can tell.
      const wrong = chiSquare(counts, sampled(rows[0].listed));
      if (position > 0) isTelling ||= wrong.statistic > wrong.bound;
      before.push(mostFrequent(counts));
    }
    expect(isTelling).toBe(true);
  });
}

/** Beside the site. */
const customModules: Readonly<Record<string, string>> = {
  'mean.js': 'export const probabilities = ([a, b]) => a.map((p, token) => (p + b[token]) / 2);',
  'throwing.js': 'export function logits() { throw new Error("no more words"); }',
  'nothing.js': 'export const weight = 1;',
};

test('a custom combination of the same site is what it computes', async () => {
  const custom = team(['story-fairy', 'story-space'], { kind: 'custom', url: './combination/mean.js' });
  const request = { prompt: 'Long ago', maxTokens: 16, seed: 5 };
  const [own, weightedOne] = await decodeAll([
    { ...request, method: custom },
    { ...request, method: weighted },
  ]);
  expect(own.tokenIds).toEqual(weightedOne.tokenIds);
  expect(await differencesOf({ ...request, sampling: { temperature: 0 } }, custom)).toEqual([]);
});

test('a custom combination that fails ends the request and not the engine', async () => {
  for (const [file, message] of [
    ['throwing.js', 'no more words'],
    ['nothing.js', 'exports none of'],
    ['missing.js', 'could not be loaded'],
  ]) {
    const method = team(['story-fairy', 'story-space'], { kind: 'custom', url: `./combination/${file}` });
    const failed = await page.evaluate<Outcome<DecodeResult>, DecodeRequest>(
      (request) => window.antiphon.runDecode(request),
      { prompt: 'Long ago', maxTokens: 8, method },
    );
    const [next] = await decodeAll([{ prompt: 'Long ago', maxTokens: 3, method: weighted }]);
    expect(failed, file).toMatchObject({
      ok: false,
      code: 'invalid-request',
      message: expect.stringContaining(message),
    });
    expect(next.tokenIds, file).toHaveLength(3);
  }
});

test('two members may be one model with prompts of their own', async () => {
  const guided: Team = {
    ...team([], { kind: 'geometric', weights: [1.5, -0.5] }),
    members: [{ model: 'story-base' }, { model: 'story-base', prompt: 'Once upon a time, a princess' }],
  };
  const request = { prompt: 'Far out in space, a shy robot', seed: 2, maxTokens: 16 };
  expect(await differencesOf({ ...request, sampling: { temperature: 0 } }, guided)).toEqual([]);
  const [together, alone] = await decodeAll([
    { ...request, sampling: { temperature: 0 }, method: guided },
    { ...request, sampling: { temperature: 0 }, method: { kind: 'plain', model: 'story-base' } },
  ]);
  expect(together.tokenIds).not.toEqual(alone.tokenIds);
});

test('a mixture asks one member for each token', async () => {
  const [result] = await decodeAll([
    { prompt: 'Long ago', seed: 2, maxTokens: 40, method: { ...weighted, schedule: 'mixture' } },
  ]);
  expect(result).toMatchObject({ lossy: false, tokenIds: { length: 40 } });
  const forwards = result.rounds.slice(1).flatMap((round) => round.forwards);
  expect(forwards).toHaveLength(39);
  expect(new Set(forwards.map(({ member }) => member)).size).toBe(2);
});

test('a lossy criterion says so, with how far it is off', async () => {
  const acceptances: readonly NonNullable<Team['acceptance']>[] = [
    { kind: 'lenient', leniency: 2 },
    { kind: 'typical' },
    { kind: 'exact' },
  ];
  const requests = acceptances.map((acceptance) => ({
    prompt: 'One day',
    seed: 4,
    maxTokens: 40,
    method: { ...weighted, acceptance },
  }));
  const [lenient, typical, exact] = await decodeAll(requests);

  for (const { lossy, stats } of [lenient, typical]) {
    expect(lossy).toBe(true);
    expect(stats.deviation?.mean).toBeGreaterThan(0);
    expect(stats.deviation?.max).toBeLessThanOrEqual(1);
  }
  expect(exact).toMatchObject({ lossy: false, stats: { deviation: null } });
});

test('every verdict is in the numbers, by member and by pair', async () => {
  const [{ stats, rounds }] = await decodeAll([
    { prompt: 'One day', seed: 4, maxTokens: 40, method: weighted },
  ]);
  const verdicts = rounds
    .flatMap(({ proposals }) => proposals)
    .filter(({ fate }) => fate === 'accepted' || fate === 'rejected');
  const counted = (parts: readonly { accepted: number; rejected: number }[]): number =>
    parts.reduce((sum, { accepted, rejected }) => sum + accepted + rejected, 0);
  expect(counted(stats.members)).toBe(verdicts.length);
  expect(counted(stats.pairs)).toBe(verdicts.length);
  expect(stats.pairs.map(({ proposer, verifier }) => [proposer, verifier])).toEqual([
    [{ kind: 'member', index: 0 }, 1],
    [{ kind: 'member', index: 1 }, 0],
  ]);
});
