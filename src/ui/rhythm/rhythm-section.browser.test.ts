import { afterEach, beforeEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { RhythmSection } from './rhythm-section.ts';

const key = 'antiphon.rhythm.folded';
const wide = [1200, 800] as const;
const narrow = [414, 896] as const;

async function mounted(): Promise<{ section: RhythmSection; details: HTMLDetailsElement }> {
  const section = new RhythmSection();
  document.body.append(section);
  await section.updateComplete;
  const details = section.shadowRoot!.querySelector('details')!;
  // An element that is rendered open says so a task later.
  if (details.open) await toggled(details);
  return { section, details };
}

const toggled = (details: HTMLDetailsElement) =>
  new Promise((resolve) => details.addEventListener('toggle', resolve, { once: true }));

async function press(details: HTMLDetailsElement): Promise<void> {
  details.querySelector('summary')!.click();
  await toggled(details);
}

beforeEach(async () => {
  localStorage.clear();
  await page.viewport(...wide);
});
afterEach(() => document.body.replaceChildren());

test('on a narrow screen a section is folded away until it is opened, which the next one keeps to', async () => {
  await page.viewport(...narrow);
  const first = await mounted();
  expect(first.details.open).toBe(false);
  await press(first.details);
  expect((await mounted()).details.open).toBe(true);
});

test('a section is open until it is folded away, which the next one keeps to, and forgets when it is opened', async () => {
  const first = await mounted();
  expect(first.details.open).toBe(true);
  await press(first.details);
  expect(localStorage.getItem(key)).not.toBeNull();
  const second = await mounted();
  expect(second.details.open).toBe(false);
  await press(second.details);
  expect((await mounted()).details.open).toBe(true);
});

test('a section that is merely shown leaves alone what was folded away in another tab meanwhile', async () => {
  const section = new RhythmSection();
  localStorage.setItem(key, '');
  document.body.append(section);
  await section.updateComplete;
  await toggled(section.shadowRoot!.querySelector('details')!);
  expect(localStorage.getItem(key)).not.toBeNull();
});
