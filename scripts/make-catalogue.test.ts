import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectFolder } from './build.ts';

const models = join(projectFolder, 'public', 'models');
const read = (folder: string): unknown => JSON.parse(readFileSync(join(folder, 'catalogue.json'), 'utf8'));

test('describes the bundled models as their catalogue does, without a bundler', () => {
  const folder = mkdtempSync(join(tmpdir(), 'antiphon-catalogue-'));
  try {
    cpSync(models, folder, { recursive: true });
    execFileSync(process.execPath, ['--import', 'tsx', 'scripts/make-catalogue.ts', folder], {
      cwd: projectFolder,
      stdio: ['ignore', 'ignore', 2],
    });
    expect(read(folder)).toEqual(read(models));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
