import { afterEach, expect, test } from 'vitest';
import type { Story, StoryToken } from './story.ts';
import { StoryView } from './story-view.ts';
import { storyToken } from './testing/story-token.ts';

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

/** Tokens of the rounds, of which nothing else is looked at. */
const storyOf = (...tokensByRound: readonly (readonly StoryToken[])[]): Story => ({
  rounds: [],
  tokensByRound,
});

async function shown(story: Story, parts: { readonly width?: string } = {}): Promise<StoryView> {
  const view = new StoryView();
  view.style.width = parts.width ?? '40rem';
  Object.assign(view, { prompt: 'Long ago', cast: cast(true), story });
  document.body.append(view);
  await view.updateComplete;
  return view;
}

test('the stop of the Tab key moves on where its token is folded away', async () => {
  const rejected = storyToken({ text: ' fox', fate: 'rejected', proposal: 0 });
  const recovered = storyToken({ text: ' owl', fate: 'recovered', by: null, proposal: 1 });
  const view = await shown(storyOf([rejected, recovered], [storyToken({ text: ' sat', round: 1 })]));
  const stop = () => view.shadowRoot?.querySelector('[tabindex="0"][data-place]')?.getAttribute('data-place');
  expect(stop()).toBe('0.0');
  view.hidesDropped = true;
  await view.updateComplete;
  expect(stop()).toBe('0.1');
});

/** A dropped word above every fifth round, among words of many lengths. */
function manyRounds(count: number): StoryToken[][] {
  return Array.from({ length: count }, (_, round) =>
    round % 5 === 0
      ? [
          storyToken({ text: ' extraordinarily', fate: 'rejected', round, proposal: 0 }),
          storyToken({ text: ' owl', fate: 'recovered', by: null, round, proposal: 1 }),
        ]
      : [storyToken({ text: ' fox'.padEnd(3 + ((7 * round) % 11), 'x'), round })],
  );
}

/** How far the furthest dropped word reaches beyond the text's edge, and how many were moved to be within. */
function overhang({ shadowRoot }: StoryView): { readonly pixels: number; readonly moved: number } {
  const edge = shadowRoot?.querySelector('.page')?.getBoundingClientRect().right ?? 0;
  const above = [...(shadowRoot?.querySelectorAll<HTMLElement>('.above') ?? [])];
  return {
    pixels: Math.max(
      ...above.map((one) => (one.querySelector('del')?.getBoundingClientRect().right ?? 0) - edge),
    ),
    moved: above.filter(({ style }) => style.left !== '').length,
  };
}

test('a dropped word above the end of a line stays within the text, round for round and at another width', async () => {
  const rounds = manyRounds(60);
  const view = await shown(storyOf(rounds[0]), { width: '16rem' });
  for (const [round, tokens] of rounds.entries()) {
    if (round > 0) view.story = storyOf(...view.story.tokensByRound, tokens);
    await view.updateComplete;
    expect(overhang(view).pixels, `as round ${round} comes`).toBeLessThanOrEqual(1);
  }
  expect(overhang(view).moved).toBeGreaterThan(0);
  for (const width of ['11rem', '19rem', '13rem']) {
    view.style.width = width;
    await expect.poll(() => overhang(view).pixels, { message: width }).toBeLessThanOrEqual(1);
  }
});

test('so it does in a story that is there at once', async () => {
  const view = await shown(storyOf(), { width: '16rem' });
  view.story = storyOf(...manyRounds(200));
  await view.updateComplete;
  const { pixels, moved } = overhang(view);
  expect(pixels).toBeLessThanOrEqual(1);
  expect(moved).toBeGreaterThan(8);
});

test('a line break that was recovered has a sign for what it replaced to stand above, which is no text', async () => {
  const view = await shown(
    storyOf(
      [
        storyToken({ text: ' and', fate: 'rejected', proposal: 0 }),
        storyToken({ text: '\n', fate: 'recovered', by: null, proposal: 1 }),
      ],
      [storyToken({ text: 'First', round: 1 })],
    ),
  );
  const [sign, dropped] = [view.shadowRoot?.querySelector('ins'), view.shadowRoot?.querySelector('del')];
  const [below, above] = [sign?.getBoundingClientRect(), dropped?.getBoundingClientRect()];
  expect(below?.width).toBeGreaterThan(4);
  expect(above?.bottom).toBeLessThanOrEqual((below?.bottom ?? 0) - 8);
  const texts = [...(view.shadowRoot?.querySelectorAll('.paragraph') ?? [])].map((one) => one.textContent);
  expect(texts).toEqual(['Long ago and\n', 'First']);
});
