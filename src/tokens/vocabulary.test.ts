import { describe, expect, test } from 'vitest';
import { EngineError } from '../errors/engine-error.ts';
import { assertSameVocabulary, vocabularyFingerprint } from './vocabulary.ts';

describe('vocabularyFingerprint', () => {
  test('is the SHA-256 of the id -> token lines', () => {
    // printf '0 "a"\n2 "b\\n"\n' | sha256sum
    expect(vocabularyFingerprint(['a', undefined, 'b\n'])).toBe(
      'a1f2e4fed570b76e91a78f405b4d946e1164965ab88536b8ab6e26ca99b221d1',
    );
  });

  test.each([
    ['two entries change places', ['b', 'a']],
    ['an entry moves up by one', ['a', undefined, 'b']],
    ['an entry is added', ['a', 'b', 'c']],
    ['two entries become one with a line feed', ['a"\n1 "b']],
  ])('changes when %s', (_, table) => {
    expect(vocabularyFingerprint(table)).not.toBe(vocabularyFingerprint(['a', 'b']));
  });

  test('does not change with gaps at the end', () => {
    expect(vocabularyFingerprint(['a', 'b', undefined])).toBe(vocabularyFingerprint(['a', 'b']));
  });
});

describe('assertSameVocabulary', () => {
  const table = { vocabSize: 1846, fingerprint: 'aaaaaaaaaaaaaaaa' };
  const first = { name: 'story-base', ...table, scored: table };

  test('accepts another model with the same table', () => {
    expect(() => assertSameVocabulary(first, { ...first, name: 'story-draft' })).not.toThrow();
  });

  test('accepts other added tokens, where neither model scores its own', () => {
    const longer = { ...first, vocabSize: 1847, fingerprint: 'cccccccccccccccc' };
    expect(() => assertSameVocabulary(first, longer)).not.toThrow();
    expect(() => assertSameVocabulary(first, { ...longer, scored: longer })).toThrow(EngineError);
  });

  test('accepts one table of which the models score different parts', () => {
    const longer = { vocabSize: 1847, fingerprint: 'cccccccccccccccc' };
    expect(() =>
      assertSameVocabulary({ ...first, ...longer }, { ...first, ...longer, scored: longer }),
    ).not.toThrow();
  });

  test('names both sizes and fingerprints of different tables', () => {
    const other = { vocabSize: 49_152, fingerprint: 'bbbbbbbbbbbbbbbb' };
    const second = { name: 'smollm2', ...other, scored: other };
    let thrown: unknown;
    try {
      assertSameVocabulary(first, second);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(EngineError);
    expect(thrown).toMatchObject({
      code: 'vocabulary-mismatch',
      message: expect.stringMatching(/story-base.*1846.*aaaa.*smollm2.*49152.*bbbb/),
      details: {
        firstVocabSize: 1846,
        secondVocabSize: 49_152,
        firstFingerprint: first.fingerprint,
        secondFingerprint: second.fingerprint,
      },
    });
  });
});
