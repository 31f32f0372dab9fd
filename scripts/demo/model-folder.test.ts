import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectFolder } from '../build.ts';
import { type StaticServer, serveFolder } from '../static-server.ts';
import { openModelFolders, requireModel } from './model-folder.ts';

/** A site with the bundled models, and another server with a folder of models. */
let folder: string;
let outside: StaticServer;
let close: (() => Promise<void>)[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'antiphon-folders-'));
  const draft = join(projectFolder, 'public', 'models', 'story-draft');
  for (const name of ['story-draft', 'my-own']) cpSync(draft, join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'catalogue.json'), JSON.stringify({ version: 1, models: [] }));
  outside = await serveFolder({ folder });
  close = [() => outside.close()];
});

afterAll(async () => {
  for (const each of close) await each();
  rmSync(folder, { recursive: true });
});

/** Opens the folder as the terminal does, and looks one model up. */
async function lookUp(model: string, modelsUrl: string | null): Promise<void> {
  const folders = await openModelFolders(modelsUrl === null ? null : new URL(modelsUrl), [model]);
  const site = await serveFolder({ folder: join(projectFolder, 'public'), proxied: folders.proxied });
  close.push(() => site.close());
  await requireModel(folders.nameInPage(model, site.url), folders.locations(site.url));
}

describe('a model is looked up', () => {
  test('among the bundled ones', async () => {
    await expect(lookUp('story-draft', null)).resolves.toBeUndefined();
    await expect(lookUp('my-own', null)).rejects.toMatchObject({ code: 'model-load' });
  });

  test('in a folder of another server, by id and by the name of its folder', async () => {
    await expect(lookUp('story-draft', outside.url)).resolves.toBeUndefined();
    await expect(lookUp('my-own', outside.url)).resolves.toBeUndefined();
    await expect(lookUp('nobody', outside.url)).rejects.toMatchObject({ code: 'model-load' });
  });

  test('that the bundled catalogue knows, and yet only in the folder that was given', async () => {
    await expect(lookUp('story-base', outside.url)).rejects.toMatchObject({
      code: 'download',
      details: { status: 404 },
    });
  });

  test('by the address of its folder', async () => {
    await expect(lookUp(`${outside.url}my-own`, null)).resolves.toBeUndefined();
    await expect(lookUp(`${outside.url}nobody/`, null)).rejects.toMatchObject({ code: 'download' });
  });

  test.each(['story-draft', 'my-own', 'by its address'])(
    'with the weights that are asked for: %s',
    async (name) => {
      const model = name === 'by its address' ? `${outside.url}my-own/` : name;
      await expect(lookUp(`${model}:q4`, outside.url)).resolves.toBeUndefined();
      await expect(lookUp(`${model}:q8`, outside.url)).rejects.toMatchObject({
        code: 'download',
        message: expect.stringContaining('onnx/model_quantized.onnx'),
      });
    },
  );
});

test('a catalogue in the folder stands beside the bundled one, not before it', async () => {
  const folders = await openModelFolders(new URL(outside.url), []);
  const site = await serveFolder({ folder: join(projectFolder, 'public'), proxied: folders.proxied });
  close.push(() => site.close());
  const { modelsUrl, catalogueUrl } = folders.locations(site.url);
  const idsAt = async (url: string) =>
    ((await (await fetch(url)).json()) as { models: { id: string }[] }).models.map(({ id }) => id);
  expect(await idsAt(`${modelsUrl}catalogue.json`)).toEqual([]);
  expect(await idsAt(catalogueUrl)).toContain('story-draft');
});
