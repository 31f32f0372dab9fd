import { expect, test } from 'vitest';
import { readGivenModel } from './given-model.ts';

test.each([
  [' owner/name ', 'owner/name'],
  ['owner/name@v1.0:q4f16', 'owner/name@v1.0:q4f16'],
  ['story-base:q8', 'story-base:q8'],
  ['./models/mine/', './models/mine/'],
  ['http://127.0.0.1:8000/mine/', 'http://127.0.0.1:8000/mine/'],
  ['https://huggingface.co/owner/name', 'owner/name'],
  ['https://huggingface.co/owner/name/tree/main', 'owner/name'],
  ['https://hf.co/owner/name/tree/v2:q4', 'owner/name@v2:q4'],
])('%j means the model %s', (text, model) => {
  expect(readGivenModel(text)).toEqual({ model, problem: null });
});

test.each([
  ['two words', 'neither a repository'],
  ['owner/name/more', 'neither a repository'],
  ['owner/name:q5', 'unknown dtype "q5"'],
  ['', 'neither a repository'],
])('%j is refused', (text, problem) => {
  expect(readGivenModel(text)).toEqual({ model: null, problem: expect.stringContaining(problem) });
});
