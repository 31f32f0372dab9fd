import { expect, test } from 'vitest';
import { chatLink, type ModelSource, modelAt, publicHub, readChatLink } from './model-source.ts';

const page = 'https://example.org/antiphon/chat.html';
const mirror: ModelSource = { kind: 'hub', address: 'https://mirror.example' };
const folder: ModelSource = { kind: 'folder', address: 'https://files.example/models/' };

test.each([
  ['', null, publicHub, null],
  ['team=a', null, publicHub, null],
  // What the reader used last.
  ['', mirror, mirror, null],
  // On the page's own site.
  ['models=./models', null, { kind: 'folder', address: 'https://example.org/antiphon/models/' }, null],
  ['hub=/hub/', null, { kind: 'hub', address: 'https://example.org/hub' }, null],
  // Elsewhere: after the reader's word only.
  ['hub=https://mirror.example/', null, publicHub, mirror],
  ['hub=https://mirror.example/', mirror, mirror, null],
  ['models=https://files.example/models', mirror, mirror, folder],
] as const)('the link "%s" of a reader who uses %j', (hash, agreed, source, wanted) => {
  expect(readChatLink(hash, agreed, page)).toMatchObject({ source, wanted, problem: null });
});

test.each(['hub=javascript:alert(1)', 'models=http://', 'hub=file:///tmp'])(
  'an address that is not one is named, and nothing comes from it: %s',
  (hash) => {
    const { source, wanted, problem } = readChatLink(hash, null, page);
    expect([source, wanted]).toEqual([publicHub, null]);
    expect(problem).toContain(`“${hash.slice(hash.indexOf('=') + 1)}”`);
  },
);

test('a link says what was chosen', () => {
  for (const source of [publicHub, mirror, folder]) {
    const link = chatLink('small', source);
    expect(readChatLink(link, source, page)).toMatchObject({ team: 'small', source });
  }
  expect(chatLink(null, publicHub)).toBe('');
});

test('a model is a repository of a hub, and a folder in a folder', () => {
  expect(modelAt(mirror, 'o/m')).toBe('o/m');
  expect(modelAt(folder, 'o/m')).toBe('https://files.example/models/o/m/');
});
