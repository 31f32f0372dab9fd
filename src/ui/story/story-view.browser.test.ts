import { afterEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import type { Story, StoryToken } from './story.ts';
import { StoryView } from './story-view.ts';
import { storyToken } from './testing/story-token.ts';

const cast = (proposes: boolean) =>
  ['A', 'B'].map((letter) => ({ letter, name: letter, proposes, isTarget: true }));

afterEach(async () => {
  document.body.replaceChildren();
  await page.viewport(414, 896);
});

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

/** A dropped word in every fifth round, among words of many lengths. */
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

/** Boxes of all tokens that are seen, line for line as they follow each other. */
function boxesOf({ shadowRoot }: StoryView): DOMRect[] {
  return [...(shadowRoot?.querySelectorAll('[data-place]') ?? [])]
    .flatMap((element) => [...element.getClientRects()])
    .filter(({ width }) => width > 1);
}

test.each(['11rem', '16rem', '40rem'])(
  'dropped words stand in the line: nothing overlaps and no gap opens at a width of %s',
  async (width) => {
    const view = await shown(storyOf(...manyRounds(60)), { width });
    const edge = view.shadowRoot?.querySelector('.page')?.getBoundingClientRect().right ?? 0;
    const boxes = boxesOf(view);
    expect(boxes.length).toBeGreaterThanOrEqual(72);
    for (const [index, box] of boxes.entries()) {
      expect(box.right).toBeLessThanOrEqual(edge + 1);
      const next = boxes[index + 1];
      if (!next) continue;
      if (next.left < box.left) expect(next.top, 'a line below').toBeGreaterThan(box.top + 8);
      else expect(next.left - box.right, 'a blank at most').toBeLessThan(8);
      if (next.left > box.left) expect(next.left - box.right).toBeGreaterThan(-1);
    }
  },
);

test('a mark that was dropped is crossed out in a box: a line through it would look like a dash', async () => {
  const view = await shown(
    storyOf([
      storyToken({ text: ',', fate: 'rejected', proposal: 0 }),
      storyToken({ text: ' owl', fate: 'discarded', proposal: 1 }),
      storyToken({ text: '.', fate: 'recovered', by: null, proposal: 2 }),
    ]),
  );
  const lines = [...(view.shadowRoot?.querySelectorAll('p.story s') ?? [])].map(
    (one) => getComputedStyle(one).textDecorationLine,
  );
  expect(lines).toEqual(['none', 'line-through']);
});

test('the card of a token lies above it where there is room: the words to come stay in sight', async () => {
  // A phone has it as a sheet at the lower edge.
  await page.viewport(1000, 700);
  const view = await shown(storyOf(...manyRounds(90)), { width: '16rem' });
  const tokens = [...(view.shadowRoot?.querySelectorAll<HTMLElement>('.accepted') ?? [])];
  const lieAbove = [];
  for (const token of [tokens[0], tokens[tokens.length - 1]]) {
    token.scrollIntoView({ block: token === tokens[0] ? 'start' : 'end' });
    token.dispatchEvent(new PointerEvent('pointerover', { bubbles: true, composed: true }));
    await view.updateComplete;
    const card = view.shadowRoot?.querySelector('antiphon-token-card');
    await card?.updateComplete;
    await new Promise(requestAnimationFrame);
    const box = card?.getBoundingClientRect();
    lieAbove.push((box?.bottom ?? 0) <= token.getBoundingClientRect().top);
  }
  expect(lieAbove).toEqual([false, true]);
});
