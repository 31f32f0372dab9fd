import { afterEach, expect, test } from 'vitest';
import type { ModelEstimate, StoredModels } from '../../engine/engine-api.ts';
import { EngineError } from '../../errors/engine-error.ts';
import { FitCheck } from './fit-check.ts';
import type { DownloadSource } from './model-download.ts';

const estimateOf = (id: string): ModelEstimate =>
  ({
    ...{ id, title: id, dtype: 'q4', downloadBytes: 2e8, contextLength: 512 },
    memory: { backend: 'wasm', weightBytes: 2e8, totalBytes: 3e8, availableBytes: 4e9, fits: true },
  }) as ModelEstimate;

/** An engine that answers when the test says so. */
class AskedEngine implements DownloadSource {
  readonly asked: string[] = [];
  readonly #answers: ((error: EngineError | null) => void)[] = [];
  readonly stored: StoredModels['models'];

  constructor(stored: StoredModels['models'] = []) {
    this.stored = stored;
  }

  storedModels = async (): Promise<StoredModels> => ({
    ...{ models: this.stored, bytes: 0, usedBytes: null, quotaBytes: null, persisted: false },
  });

  estimate = (model: unknown): Promise<ModelEstimate> => {
    this.asked.push(String(model));
    return new Promise((resolve, reject) => {
      this.#answers.push((error) => (error ? reject(error) : resolve(estimateOf(String(model)))));
    });
  };

  async answer(error: EngineError | null = null): Promise<void> {
    await expect.poll(() => this.#answers.length).toBeGreaterThan(0);
    this.#answers.shift()!(error);
  }
}

async function open(storage: DownloadSource | null) {
  const check = new FitCheck();
  const used: string[] = [];
  Object.assign(check, { storage, useTitle: 'Use' });
  check.addEventListener('use', (event) => used.push((event as CustomEvent<string>).detail));
  document.body.append(check);
  await check.updateComplete;
  const root = check.shadowRoot!;
  const buttons = () => [...root.querySelectorAll('button')].map((one) => one.textContent!.trim());
  return {
    ...{ check, used, buttons },
    answer: () => root.querySelector('.answer')!.textContent!,
    focused: () => root.activeElement?.textContent?.trim(),
    press: (name: string) => root.querySelectorAll('button')[buttons().indexOf(name)].click(),
    type(text: string) {
      const input = root.querySelector('input')!;
      input.value = text;
      input.dispatchEvent(new InputEvent('input'));
    },
  };
}

afterEach(() => document.body.replaceChildren());

test('a model is used after its size was told and agreed to, whatever way its name was copied', async () => {
  const engine = new AskedEngine();
  const { used, buttons, answer, focused, press, type } = await open(engine);
  type('https://huggingface.co/owner/name');
  press('Use');
  await engine.answer();
  await expect.poll(buttons).toEqual(['Does it fit?', 'Download 200 MB', 'Cancel']);
  expect(engine.asked).toEqual(['owner/name']);
  expect(answer()).toContain('it fits');
  expect(focused()).toBe('Download 200 MB');
  expect(used).toEqual([]);
  press('Cancel');
  await expect.poll(buttons).toEqual(['Does it fit?', 'Use']);
  expect(focused()).toBe('Use');
  press('Use');
  await engine.answer();
  await expect.poll(buttons).toContain('Download 200 MB');
  press('Download 200 MB');
  expect(used).toEqual(['owner/name']);
  press('Does it fit?');
  await engine.answer();
  await expect.poll(answer).toContain('a download of 200 MB');
  expect(used).toHaveLength(1);
});

test('nothing is asked where the model is stored', async () => {
  const engine = new AskedEngine([
    { id: 'owner/name', bytes: 2e8, weights: ['onnx/model_q4.onnx'], complete: true },
  ]);
  const { used, press, type } = await open(engine);
  type('owner/name');
  press('Use');
  await engine.answer();
  await expect.poll(() => used).toEqual(['owner/name']);
});

test('what is not there is told and not used; without an answer the size is unknown; an engine is waited for', async () => {
  const engine = new AskedEngine();
  const { check, used, buttons, answer, press, type } = await open(engine);
  type('two words');
  press('Use');
  await expect.poll(answer).toContain('“two words” is neither');
  type('owner/nothing');
  press('Use');
  const details = { repo: 'owner/nothing' };
  await engine.answer(new EngineError('model-load', 'there is no repository owner/nothing', { details }));
  await expect.poll(answer).toBe('there is no repository owner/nothing');
  expect(buttons()).toContain('Use');
  press('Use');
  await engine.answer(new EngineError('download', 'no answer'));
  await expect.poll(buttons).toContain('Download, size unknown');
  expect(answer()).toBe('no answer');
  check.storage = null;
  await expect.poll(buttons).toContain('Use');
  press('Use');
  await expect.poll(answer).toBe('Waiting for the engine …');
  const next = new AskedEngine();
  check.storage = next;
  await next.answer(new EngineError('download', 'no answer'));
  await expect.poll(buttons).toContain('Download, size unknown');
  expect(used).toEqual([]);
  press('Download, size unknown');
  expect(used).toEqual(['owner/nothing']);
});

test('a newer question, another name or the end of the page drops an answer that is still to come', async () => {
  const engine = new AskedEngine([
    { id: 'owner/name', bytes: 2e8, weights: ['onnx/model_q4.onnx'], complete: true },
  ]);
  const { check, used, buttons, answer, press, type } = await open(engine);
  type('owner/name');
  press('Use');
  press('Does it fit?');
  await engine.answer();
  await engine.answer();
  await expect.poll(answer).toContain('it fits');
  press('Use');
  type('owner/other');
  await engine.answer();
  press('Use');
  await engine.answer();
  await expect.poll(buttons).toContain('Download 200 MB');
  type('owner/name');
  await expect.poll(buttons).toContain('Use');
  press('Use');
  check.remove();
  await engine.answer();
  await new Promise(requestAnimationFrame);
  expect(used).toEqual([]);
});
