import { afterEach, expect, test } from 'vitest';
import type { EngineApi, ModelEstimate } from '../../engine/engine-api.ts';
import { EngineError } from '../../errors/engine-error.ts';
import { MeasureApp } from './measure-app.ts';

afterEach(() => document.body.replaceChildren());

/** A page whose engines know the sizes of models and load none. */
async function open() {
  const loaded: string[] = [];
  let engines = 0;
  const app = new MeasureApp();
  app.provider = {
    connect: async (backend) => {
      engines++;
      return {
        storedModels: async () => ({ models: [] }),
        estimate: async (id: string) => {
          if (id === 'owner/none') {
            throw new EngineError('model-load', 'there is no repository owner/none', {
              details: { repo: id },
            });
          }
          const memory = { backend, weightBytes: 1, totalBytes: 1, availableBytes: null, fits: true };
          const dtype = backend === 'wasm' ? 'q4' : 'q4f16';
          return { id, title: id, dtype, downloadBytes: 2e6, contextLength: 1, memory } as ModelEstimate;
        },
        load: async (id: string) => {
          loaded.push(id);
          throw new EngineError('download', 'no answer');
        },
        close: async () => {
          engines--;
        },
      } as unknown as EngineApi;
    },
    host: async () => ({}) as Awaited<ReturnType<MeasureApp['provider']['host']>>,
    fetchChoices: async () => [],
    missingFeatures: () => [],
  };
  document.body.append(app);
  await app.updateComplete;
  const root = app.shadowRoot!;
  const buttons = () => [...root.querySelectorAll('button')].map((one) => one.textContent!.trim());
  const select = root.querySelector('select')!;
  select.value = 'others';
  select.dispatchEvent(new Event('change'));
  await app.updateComplete;
  return {
    ...{ app, loaded, root, buttons },
    engines: () => engines,
    press: (name: string) => root.querySelectorAll('button')[buttons().indexOf(name)].click(),
    async type(names: string) {
      const input = root.querySelector<HTMLInputElement>('input[type=text]')!;
      input.value = names;
      input.dispatchEvent(new InputEvent('input'));
      await app.updateComplete;
    },
  };
}

test('models that were typed are measured after their size on both backends was told and agreed to', async () => {
  const { loaded, root, buttons, engines, press, type } = await open();
  await type('owner/name https://huggingface.co/owner/other');
  press('Measure');
  await expect.poll(buttons).toEqual(['Download 8.0 MB', 'Cancel']);
  expect(root.activeElement?.textContent?.trim()).toBe('Download 8.0 MB');
  expect(engines()).toBe(0);
  press('Cancel');
  await expect.poll(buttons).toEqual(['Measure']);
  press('Measure');
  await expect.poll(buttons).toContain('Download 8.0 MB');
  await type('owner/name');
  expect(buttons()).toEqual(['Measure']);
  press('Measure');
  await expect.poll(buttons).toContain('Download 4.0 MB');
  expect(loaded).toEqual([]);
  press('Download 4.0 MB');
  await expect.poll(() => loaded).toEqual(['owner/name']);
});

test.each([
  ['owner/none', 'there is no repository owner/none'],
  ['owner/name/more', 'neither a repository'],
])('of %s the page says what is wrong, and loads nothing', async (names, words) => {
  const { loaded, root, buttons, press, type } = await open();
  await type(names);
  press('Measure');
  await expect.poll(() => root.querySelector('[role=alert]')?.textContent).toContain(words);
  expect(buttons()).toContain('Measure');
  expect(loaded).toEqual([]);
});

test('models of the page are measured at once', async () => {
  const { loaded, press, type } = await open();
  await type('story-draft');
  press('Measure');
  await expect.poll(() => loaded).toEqual(['story-draft']);
});
