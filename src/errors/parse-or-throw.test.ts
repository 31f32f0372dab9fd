import * as v from 'valibot';
import { expect, test } from 'vitest';
import { parseOrThrow, withoutField } from './parse-or-throw.ts';

const number = (min: number, max: number) => v.pipe(v.number(), v.finite(), v.minValue(min), v.maxValue(max));
const text = v.pipe(v.string(), v.nonEmpty());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(16));

const schema = v.strictObject({
  temperature: v.optional(number(0, 2)),
  above: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1))),
  count: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(Number.MAX_SAFE_INTEGER))),
  stop: v.optional(v.union([text, v.pipe(v.array(text), v.maxLength(4))])),
  length: v.optional(v.union([v.pipe(count, v.minValue(1)), v.literal('adaptive')])),
  backend: v.optional(v.picklist(['wasm', 'webgpu'])),
  flag: v.optional(v.boolean()),
  size: v.nullish(v.number()),
  pair: v.optional(v.tuple([v.string(), v.string()])),
  bias: v.optional(
    v.pipe(
      v.record(v.pipe(v.string(), v.regex(/^\d+$/, 'a token id is needed')), number(-100, 100)),
      v.maxEntries(2),
    ),
  ),
  members: v.optional(v.pipe(v.array(v.object({ model: text })), v.minLength(2), v.maxLength(3))),
  method: v.optional(
    v.variant('kind', [
      v.strictObject({ kind: v.literal('plain'), model: v.string(), size: v.optional(number(0, 1)) }),
      v.strictObject({ kind: v.literal('mixed'), size: v.optional(v.string()) }),
    ]),
  ),
  parts: v.optional(v.union([v.string(), v.array(v.strictObject({ type: v.literal('text') }))])),
  seen: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  name: v.pipe(v.string(), v.nonEmpty('name a loaded model')),
});

/** Every kind of fault, each with its sentence. */
test.each<[object | null, string, string]>([
  [{ temperature: 'hot' }, 'type', 'temperature must be a number from 0 to 2; it is "hot"'],
  [{ temperature: 3 }, 'value', 'temperature must be a number from 0 to 2; it is 3'],
  [{ temperature: Number.NaN }, 'value', 'temperature must be a number from 0 to 2; it is NaN'],
  [{ temperature: Infinity }, 'value', 'temperature must be a number from 0 to 2; it is Infinity'],
  [{ above: 0 }, 'value', 'above must be a number above 0 and at most 1; it is 0'],
  [{ count: 1.5 }, 'value', 'count must be an integer of at least 1; it is 1.5'],
  [{ count: [] }, 'type', 'count must be an integer of at least 1; it is an empty list'],
  [
    { stop: ['a', 'b', 'c', 'd', 'e'] },
    'value',
    'stop must be a non-empty string or a list of at most 4 strings; it is a list of 5',
  ],
  [{ stop: ['a', 5] }, 'type', 'stop.1 must be a non-empty string; it is 5'],
  [{ stop: '' }, 'value', 'stop must be a non-empty string or a list of at most 4 strings; it is ""'],
  [{ stop: 5 }, 'type', 'stop must be a non-empty string or a list of at most 4 strings; it is 5'],
  [{ length: 0 }, 'value', 'length must be an integer from 1 to 16 or "adaptive"; it is 0'],
  [{ length: 'long' }, 'type', 'length must be an integer from 1 to 16 or "adaptive"; it is "long"'],
  [{ backend: 'gpu' }, 'value', 'backend must be "wasm" or "webgpu"; it is "gpu"'],
  [{ flag: 'x'.repeat(99) }, 'type', `flag must be true or false; it is "${'x'.repeat(60)}…"`],
  [{ size: {} }, 'type', 'size must be a number or null; it is an object'],
  [{ pair: ['a', 1] }, 'type', 'pair.1 must be a string; it is 1'],
  [{ bias: { 3: 101 } }, 'value', 'bias.3 must be a number from -100 to 100; it is 101'],
  [{ bias: { cat: 1 } }, 'value', 'bias.cat: a token id is needed; it is "cat"'],
  [{ bias: { 1: 1, 2: 1, 3: 1 } }, 'value', 'bias must be an object of at most 2 entries; it is an object'],
  [{ bias: 'cat' }, 'type', 'bias must be an object of at most 2 entries; it is "cat"'],
  [{ members: [{ model: 'a' }] }, 'value', 'members must be a list of 2 to 3 objects; it is a list of 1'],
  [
    { members: [{ model: 'a' }, { model: null }] },
    'type',
    'members.1.model must be a non-empty string; it is null',
  ],
  [{ members: [{}] }, 'missing', 'members.0.model is missing: it must be a non-empty string'],
  [{ method: { kind: 'other' } }, 'value', 'method.kind must be "plain" or "mixed"; it is "other"'],
  [{ method: { kind: 3 } }, 'type', 'method.kind must be "plain" or "mixed"; it is 3'],
  [{ method: {} }, 'missing', 'method.kind is missing: it must be "plain" or "mixed"'],
  [{ method: 'plain' }, 'type', 'method must be an object; it is "plain"'],
  [{ method: { kind: 'mixed', size: 2 } }, 'type', 'method.size must be a string; it is 2'],
  [{ method: { kind: 'plain' } }, 'missing', 'method.model is missing: it must be a string'],
  [
    { method: { kind: 'mixed', model: 'a' } },
    'unknown',
    'method.model is not a known field: remove it, or use kind or size',
  ],
  [{ parts: [{ type: 'image' }] }, 'value', 'parts.0.type must be "text"; it is "image"'],
  [{ parts: 5 }, 'type', 'parts must be a string or a list of objects; it is 5'],
  [
    { seen: 'today' },
    'value',
    'seen must be a string with a time such as 2026-01-31T12:00:00Z; it is "today"',
  ],
  [{ name: '' }, 'value', 'name: name a loaded model; it is ""'],
  [{ name: undefined }, 'missing', 'name is missing: it must be a non-empty string'],
  [null, 'type', 'request must be an object; it is null'],
])('%o: %s', (change, reason, sentence) => {
  const value = change && { name: 'a', ...change };
  const read = () => parseOrThrow(schema, value, 'request', (fault) => Object.assign(new Error(), { fault }));
  expect(read).toThrow(expect.objectContaining({ fault: expect.objectContaining({ reason, sentence }) }));
});

test('what the schema accepts comes back as it reads it', () => {
  const never = () => new Error('refused');
  expect(parseOrThrow(v.optional(v.number(), 5), undefined, 'value', never)).toBe(5);
});

test.each([
  ['mu must be a number', 'must be a number'],
  ['mu: too large', 'too large'],
  ['the team has no mu', 'the team has no mu'],
])('%s without its field: %s', (message, rest) => {
  expect(withoutField(message, 'mu')).toBe(rest);
});
