import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { EngineErrorCode } from './engine-error.ts';

/** Complete, or it does not compile. */
const codes: Readonly<Record<EngineErrorCode, true>> = {
  'model-load': true,
  'model-unsupported': true,
  'vocabulary-mismatch': true,
  'context-full': true,
  'out-of-memory': true,
  'device-lost': true,
  'invalid-request': true,
  'invalid-trace': true,
  'worker-lost': true,
  download: true,
  'storage-full': true,
  integrity: true,
};

test('docs/errors.md gives cause and fix of every code, and of no other', () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const sections = page.split(/^## /m).filter((section) => section.startsWith('`'));
  const told = sections.map((section) => /^`(.+)`\n/.exec(section)?.[1]);
  expect(told.sort()).toEqual(Object.keys(codes).sort());
  for (const section of sections) expect(section).toMatch(/\*\*Cause\.\*\*[\s\S]+\*\*Fix\.\*\*/);
});
