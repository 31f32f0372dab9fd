import { expect, test } from 'vitest';
import { titleOf } from './model-choice.ts';

const choices = [{ id: 'story-base', title: 'Story teller' }];

test.each([
  ['story-base', 'Story teller'],
  ['story-base:q8', 'story-base:q8'],
  ['owner/name', 'name'],
  ['owner/name@v1.0:q4f16', 'name@v1.0 (q4f16)'],
  ['https://example.org:8080/models/mine/', 'mine'],
  ['./mine/:q4', 'mine (q4)'],
])('the model %s is called %s', (id, title) => {
  expect(titleOf(id, choices)).toBe(title);
});
