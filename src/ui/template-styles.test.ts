import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const source = join(import.meta.dirname, '..');

test('templates set styles as properties, not as attributes, which a strict Content-Security-Policy blocks', () => {
  const blocked = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      /^(ui|player)[/\\].*\.ts$/.test(file) && /\sstyle=/.test(readFileSync(join(source, file), 'utf8')),
  );
  expect(blocked).toEqual([]);
});
