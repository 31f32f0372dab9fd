import { expect, test } from 'vitest';
import type { ModelEstimate, StoredModel } from '../../engine/engine-api.ts';
import { EngineError } from '../../errors/engine-error.ts';
import { splitDtype } from '../../models/files/dtype.ts';
import { type DownloadSource, modelDownload } from './model-download.ts';

const sizes: Readonly<Record<string, number | null>> = {
  'o/small': 2e6,
  'o/large': 3e6,
  'o/unsized': null,
  'story-base': 5e6,
};
const unknown = new EngineError('model-load', 'there is no repository o/none', {
  details: { repo: 'o/none' },
});
const offline = new EngineError('download', 'no answer');

/** An engine that takes q4 where no other weights are named. */
function engine({
  stored = [],
  usual = 'q4',
  fails = null,
}: {
  readonly stored?: readonly StoredModel[] | Error;
  readonly usual?: 'q4' | 'q4f16';
  readonly fails?: Error | null;
} = {}): DownloadSource {
  return {
    storedModels: async () => {
      if (stored instanceof Error) throw stored;
      return { models: stored, bytes: 0, usedBytes: null, quotaBytes: null, persisted: false };
    },
    estimate: async (model) => {
      const id = String(model);
      const { name, dtype } = splitDtype(id);
      if (fails) throw fails;
      if (!(name in sizes)) throw unknown;
      const memory = { backend: 'wasm', weightBytes: 1, totalBytes: 1, availableBytes: null, fits: true };
      return {
        ...{ id, title: name, dtype: dtype ?? usual, downloadBytes: sizes[name], memory },
      } as unknown as ModelEstimate;
    },
  };
}

const kept = (id: string, complete = true): StoredModel => ({
  ...{ id, complete, bytes: 1, weights: ['onnx/model_q4.onnx'] },
});

test.each<
  readonly [
    models: readonly string[],
    sources: readonly DownloadSource[],
    bytes: number | null,
    words: RegExp,
  ]
>([
  [['o/small'], [engine()], 2e6, /^o\/small \(q4\): a download of 2\.0 MB; /],
  [['o/small', 'o/large:q4'], [engine()], 5e6, /o\/small .*o\/large/],
  [['o/small', 'o/large'], [engine({ stored: [kept('o/large')] })], 2e6, /./],
  [['o/large'], [engine({ stored: [kept('o/large', false)] })], 3e6, /./],
  [['o/large:q8'], [engine({ stored: [kept('o/large')] })], 3e6, /./],
  [['o/large'], [engine({ stored: offline })], 3e6, /./],
  // Comes with the page.
  [['story-base'], [engine()], 0, /./],
  [['o/small', 'o/unsized'], [engine()], null, /size unknown/],
  // Two backends, each with its own weights.
  [['o/small'], [engine(), engine({ usual: 'q4f16' })], 4e6, /q4\).*q4f16\)/],
  [['o/small'], [engine(), engine()], 2e6, /./],
  [['o/small'], [engine(), engine({ fails: unknown })], 2e6, /./],
  [['o/small'], [engine(), engine({ fails: offline })], 2e6, /./],
  [['o/small'], [engine({ fails: offline })], null, /^no answer$/],
  [['o/small'], [], null, /^The engine is not running\.$/],
])('%j download, case %#', async (models, sources, bytes, words) => {
  const download = await modelDownload(models, sources);
  expect(download.bytes).toBe(bytes);
  expect(download.words).toMatch(words);
});

test('a model that no engine can use is refused', async () => {
  await expect(modelDownload(['o/small', 'o/none'], [engine()])).rejects.toBe(unknown);
  await expect(modelDownload(['o/none'], [engine({ fails: offline }), engine()])).rejects.toBe(unknown);
  const missing = new EngineError('download', './mine/config.json answered 404', {
    details: { status: 404 },
  });
  await expect(modelDownload(['./mine/'], [engine({ fails: missing })])).rejects.toBe(missing);
});
