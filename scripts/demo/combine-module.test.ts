import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { serveFolder } from '../static-server.ts';
import { openCombineModule } from './combine-module.ts';

const folder = mkdtempSync(join(tmpdir(), 'antiphon-combine-module-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each(['mix.js', 'half and half.js', 'a#b.js', 'a%23b.js', 'a%20b.js', 'a+b&c=d,e@f.js', 'größe.js'])(
  'the page gets the file %s, and what it imports',
  async (name) => {
    writeFileSync(join(folder, name), `export const name = ${JSON.stringify(name)};`);
    writeFileSync(join(folder, 'half.js'), 'export const half = 0.5;');
    const module = await openCombineModule(join(folder, name));
    const site = await serveFolder({ folder, proxied: [module.proxied] });
    try {
      const url = new URL(module.urlInPage, site.url);
      const answer = await fetch(url);
      expect(await answer.text()).toBe(`export const name = ${JSON.stringify(name)};`);
      expect(answer.headers.get('content-type')).toContain('javascript');
      expect(await (await fetch(new URL('./half.js', url))).text()).toContain('half = 0.5');
      expect((await fetch(new URL('./missing.js', url))).status).toBe(404);
    } finally {
      await site.close();
      module.close();
    }
  },
);
