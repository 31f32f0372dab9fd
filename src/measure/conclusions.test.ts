import { expect, test } from 'vitest';
import {
  boundOf,
  conclusionsOf,
  growthOf,
  isSteady,
  placeText,
  plainTokensPerSecond,
} from './conclusions.ts';
import type { Measurement } from './measurement.ts';
import { backendOf, measurementOf, methodOf, passesOf } from './testing/example-measurement.ts';

const flat = () => 5;
const linear = (tokens: number) => 5 * tokens;
const between = (tokens: number) => 4 + tokens;

test.each([
  ['flat', flat, 'memory'],
  ['1.15 times as long', (tokens: number) => 100 + 2 * (tokens - 1), 'memory'],
  ['linear', linear, 'arithmetic'],
  ['half of linear', (tokens: number) => 1 + tokens, 'arithmetic'],
  ['between', between, 'both'],
] as const)('t(k) that is %s', (_, msOf, bound) => {
  expect(boundOf({ passes: passesOf(msOf) })).toBe(bound);
});

test('a single width says nothing of a bound, and no width has no growth', () => {
  expect(boundOf({ passes: [{ tokens: 1, ms: [3] }] })).toBeNull();
  expect(growthOf({ passes: [] })).toEqual([]);
});

test('growth is that of the lower quartiles', () => {
  const passes = [
    { tokens: 1, ms: [30, 2, 2.5, 2.6, 9] },
    { tokens: 9, ms: [7.5, 40, 8, 9, 7] },
  ];
  expect(growthOf({ passes })).toEqual([
    { tokens: 1, ratio: 1 },
    { tokens: 9, ratio: 3 },
  ]);
});

test.each([
  ['alike', [5, 5.1, 5.2], true],
  ['disturbed now and then', [5, 5.1, 5.2, 5.1, 5.1, 50], true],
  ['scattered', [2.5, 143, 40, 16], false],
  ['few', [5, 5], false],
])('samples that are %s', (_, ms, steady) => {
  const measured = backendOf('wasm', flat, []);
  const passes = [1, 9].map((tokens) => ({ tokens, ms }));
  expect(isSteady({ passes })).toBe(steady);
  const models = [{ ...measured.models[0], passes }];
  const [bound] = conclusionsOf(measurementOf({ ...measured, models }));
  expect(bound).toMatch(
    steady ? /so it is bound by memory/ : /too few or scatter too much .* so measure again/,
  );
});

const clear = (ratio: number) => [0.9, 0.95, 1, 1.05, 1.1].map((noise) => ratio * noise);

test('a fast graphics card and a slow processor, in three sentences', () => {
  const measurement = measurementOf(
    backendOf('wasm', linear, [methodOf('speculative', ...clear(0.8)), methodOf('turns', 0.9, 1.2)]),
    backendOf('webgpu', flat, [methodOf('speculative', ...clear(2.5)), methodOf('turns', ...clear(1.5))]),
  );
  expect(conclusionsOf(measurement)).toEqual([
    'On WebAssembly (2 threads) each further token in a call costs 100 % of a call of its own (Story teller: 9 tokens take 9.0 times as long as one), so it is bound by arithmetic, and drafts must be good to pay; on WebGPU (apple metal-3) each further token in a call costs 0 % of a call of its own (Story teller: 9 tokens take 1.0 times as long as one), so it is bound by memory, and checking drafts is nearly free.',
    'On WebAssembly whether taking turns pays is open (1.05 times the speed of asking every model for every token) and speculative decoding does not pay (0.80 times the speed of plain decoding); on WebGPU speculative decoding pays (2.50 times the speed of plain decoding) and taking turns pays (1.50 times the speed of asking every model for every token).',
    'This is certain for speculative decoding on WebAssembly (5 pairs, 0.72 to 0.88), speculative decoding on WebGPU (5 pairs, 2.25 to 2.75) and taking turns on WebGPU (5 pairs, 1.35 to 1.65), where at least three quarters of the pairs agree; it is not certain for taking turns on WebAssembly (2 pairs, 0.90 to 1.20), so measure again while the device does nothing else.',
  ]);
});

const failed = { ...methodOf('turns'), failure: 'no time was left for it' };
const movedAway = backendOf('webgpu', flat, []);

test.each<{ what: string; backends: Measurement['backends']; sentences: readonly RegExp[] }>([
  {
    what: 'a backend that is not there is named with its reason',
    backends: [
      backendOf('wasm', between, [methodOf('speculative', ...clear(1.4))]),
      { outcome: 'unavailable', backend: 'webgpu', reason: 'no graphics adapter was found' },
    ],
    sentences: [
      /partly by memory and partly by arithmetic.*; WebGPU was not measured \(no graphics adapter was found\)\.$/,
      /^On WebAssembly speculative decoding pays \([^;]+\)\.$/,
      /^This is certain for speculative decoding on WebAssembly \(5 pairs, 1\.26 to 1\.54\), [^;]+\.$/,
    ],
  },
  {
    what: 'a method without pairs says why',
    backends: [backendOf('wasm', between, [methodOf('speculative', 1.2), failed])],
    sentences: [
      /./,
      /taking turns was not measured \(no time was left for it\)\.$/,
      /^It is not certain for speculative decoding on WebAssembly \(1 pair, 1\.20 to 1\.20\)/,
    ],
  },
  {
    what: 'models that failed their self-check on a backend say nothing of it',
    backends: [
      {
        ...movedAway,
        models: [{ ...movedAway.models[0], backend: 'wasm', notes: ['The self-check failed.'] }],
      },
    ],
    sentences: [
      /^WebGPU \(apple metal-3\) ran none of the models: The self-check failed\.$/,
      /no method was measured\.$/,
      /^Nothing is certain, because no method was measured\.$/,
    ],
  },
])('$what', ({ backends, sentences }) => {
  for (const [index, text] of conclusionsOf(measurementOf(...backends)).entries())
    expect(text).toMatch(sentences[index]);
});

test('a software adapter is named as such', () => {
  const measured = backendOf('webgpu', linear, []);
  const adapter = { ...measured.adapter!, vendor: 'google', architecture: 'swiftshader', isSoftware: true };
  expect(placeText({ ...measured, adapter })).toBe(
    'WebGPU (google swiftshader, a software adapter, which computes on the processor)',
  );
  expect(placeText({ ...measured, adapter }, 'in software')).toBe('WebGPU (google swiftshader, in software)');
});

test('plain decoding is the reference of the speculative pairs', () => {
  expect(plainTokensPerSecond(backendOf('wasm', flat, [methodOf('speculative', 2, 2.5, 3)]))).toBe(100);
  expect(plainTokensPerSecond(backendOf('wasm', flat, [methodOf('turns', 2)]))).toBeNull();
});
