import { afterEach, expect, test } from 'vitest';
import { StoryView } from './story-view.ts';

const cast = (proposes: boolean) =>
  ['A', 'B'].map((letter) => ({ letter, name: letter, proposes, isTarget: true }));

afterEach(() => document.body.replaceChildren());

test.each([
  ['is explained where members propose', true],
  ['is left out where nobody does', false],
])('the legend of what was rejected %s', async (_, proposes) => {
  const view = new StoryView();
  Object.assign(view, { prompt: 'Long ago', cast: cast(proposes) });
  document.body.append(view);
  await view.updateComplete;
  const { shadowRoot } = view;
  expect(shadowRoot?.querySelector('[role=switch]') !== null).toBe(proposes);
  expect(shadowRoot?.querySelectorAll('.fates li')).toHaveLength(proposes ? 4 : 0);
  expect(shadowRoot?.querySelector('#walking')).not.toBeNull();
});
