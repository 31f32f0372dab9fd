import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { automaticDtype, type Device, deviceFit, deviceFitText, downloadBytes } from './device-fit.ts';
import { readTeamCatalogue } from './team-catalogue.ts';

const { families } = readTeamCatalogue(
  JSON.parse(readFileSync(new URL('../../../../public/teams.json', import.meta.url), 'utf8')),
  'teams.json',
);
const models = families.flatMap((family) => family.models);
const named = (end: string) => models.find(({ model }) => model.endsWith(end))!;

const wasm: Device = { backend: 'wasm', hasShaderF16: false, deviceMemory: 8 };
const phone: Device = { ...wasm, deviceMemory: 0.5 };
const card: Device = { backend: 'webgpu', hasShaderF16: true, deviceMemory: null };
const smallCard: Device = { ...card, deviceMemory: 2 };

test.each([
  ['story-draft', wasm, 'fits this device: about 3.8 MB of 4.29 GB'],
  ['SmolLM2-135M-Instruct', wasm, 'fits this device: about 1.19 GB of 4.29 GB'],
  ['SmolLM2-135M-Instruct', phone, 'does not fit this device: about 1.19 GB of 537 MB'],
  ['Llama-3.2-3B-Instruct-ONNX', wasm, 'does not fit this device: about 4.33 GB of 4.29 GB'],
  ['Llama-3.2-3B-Instruct-ONNX', card, 'takes about 2.63 GB; the available memory is unknown'],
  ['Llama-3.2-3B-Instruct-ONNX', smallCard, 'does not fit this device: about 2.63 GB of 2.15 GB'],
])('%s alone, case %#', (end, device, text) => {
  const model = named(end);
  expect(deviceFitText(deviceFit([{ model, dtype: automaticDtype(model, device) }], device))).toBe(text);
});

test('members of a team share what there is', () => {
  const member = { model: named('Qwen3-1.7B-ONNX'), dtype: 'q4' } as const;
  const alone = deviceFit([member], wasm);
  const together = deviceFit([member, member], wasm);
  expect(alone.fits).toBe(true);
  expect(together).toMatchObject({ fits: false, availableBytes: alone.availableBytes });
  expect(together.totalBytes).toBe(2 * alone.totalBytes);
  expect(together.downloadBytes).toBe(2 * 2_125_463_552);
});

test.each([
  ['what comes with the page', ['story-base', 'story-draft'], [], 0],
  ['a model of a hub', ['SmolLM2-360M-Instruct'], [], 1],
  ['one that is in the team twice', ['SmolLM2-360M-Instruct', 'SmolLM2-360M-Instruct'], [], 1],
  ['one that is stored', ['SmolLM2-360M-Instruct'], [{ complete: true, weights: ['onnx/model_q4.onnx'] }], 0],
  [
    'one that is stored in part',
    ['SmolLM2-360M-Instruct'],
    [{ complete: false, weights: ['onnx/model_q4.onnx'] }],
    1,
  ],
  [
    'one whose other weights are stored',
    ['SmolLM2-360M-Instruct'],
    [{ complete: true, weights: ['onnx/model_q4f16.onnx'] }],
    1,
  ],
] as const)('%s is fetched so many times', (_, ends, stored, times) => {
  const choices = ends.map((end) => ({ model: named(end), dtype: 'q4' }) as const);
  const { bytes } = choices[0].model.weights.find(({ dtype }) => dtype === 'q4')!;
  const kept = stored.map((one) => ({ ...one, id: choices[0].model.model }));
  expect(downloadBytes(choices, kept)).toBe(times * bytes);
});

test('without a dtype the weights are those that the engine would take', () => {
  const model = named('SmolLM2-360M-Instruct');
  expect(
    [wasm, card, { ...card, hasShaderF16: false }].map((device) => automaticDtype(model, device)),
  ).toEqual(['q4', 'q4f16', 'q4']);
});
