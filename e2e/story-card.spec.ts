import type { Locator, Page } from '@playwright/test';
import { axeFindings } from './axe.ts';
import { openReturning, test } from './site.ts';
import { expect, loadMs, runToEnd, startButton, story } from './story-page.ts';

/** One visit for all journeys, with the default team; each begins with a hot story, so that its members disagree. */
let page: Page;

test.beforeAll(async ({ visited }) => {
  page = await openReturning(visited);
  await page.goto('work.html');
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });
  await page.getByLabel('Seed').fill('18');
  await page.getByRole('slider', { name: 'Temperature' }).fill('1.6');
  await page.getByText('More settings').click();
  await page.getByLabel('Max tokens').fill('80');
  await runToEnd(page);
});

test.afterAll(() => page.close());

const card = (page: Page): Locator => page.locator('antiphon-token-card');
const focusedPlace = (page: Page): Promise<string | null> =>
  page.evaluate(() => {
    let focused = document.activeElement;
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    return focused?.getAttribute('data-place') ?? null;
  });

test('pointing at a token shows its numbers, a tap keeps them and asks what else was likely', async () => {
  const recovered = story(page).locator('ins.recovered').first();
  await recovered.hover();
  await expect(card(page)).toContainText('recovered');
  await expect(card(page)).toContainText('drawn in place of the rejected token');
  await expect(card(page)).toContainText('Click or press Enter');
  await page.mouse.move(2, 2);
  await expect(card(page)).toHaveCount(0);

  const rejected = story(page).locator('del.rejected').first();
  await rejected.click();
  await expect(card(page).locator('.distribution')).toHaveCount(3);
  await expect(card(page).locator('.distribution .who')).toHaveText([
    /A\s*Fairy-tale teller/,
    /B\s*Space-story teller/,
    'Together',
  ]);
  // The rejected token is among its proposer's, with the q it was proposed with.
  const q = await card(page).locator('dd').first().textContent();
  const proposer = (await rejected.getAttribute('class'))?.includes('by-0') ? 0 : 1;
  const share = await card(page).locator('.distribution').nth(proposer).locator('.this .share').textContent();
  expect(Math.abs(Number.parseFloat(share ?? '') / 100 - Number(q))).toBeLessThan(0.006);
  await page.mouse.move(2, 2);
  await expect(card(page)).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  // It grew when it was pinned, and is still whole: the text's edge would cut it off.
  const [cardBox, textBox] = await Promise.all([card(page).boundingBox(), story(page).boundingBox()]);
  expect(cardBox!.x + cardBox!.width).toBeLessThanOrEqual(textBox!.x + textBox!.width + 1);
  await page.keyboard.press('Escape');
  await expect(card(page)).toHaveCount(0);
});

test('what was dropped stands before what took its place, and can be folded away', async () => {
  const dropped = story(page).locator('del.rejected').first();
  const recovered = story(page).locator('ins.recovered').first();
  const isBefore = await dropped.evaluate(
    (one, other) => (one.compareDocumentPosition(other!) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0,
    await recovered.elementHandle(),
  );
  expect(isBefore).toBe(true);
  await page.getByRole('switch', { name: 'Hide rejected' }).check();
  await expect(dropped).toBeHidden();
  await expect(recovered).toBeVisible();
  await page.getByRole('switch', { name: 'Hide rejected' }).uncheck();
  await expect(dropped).toBeVisible();
});

test('the keyboard walks tokens and rounds, opens the card and closes it', async () => {
  const tokens = story(page).locator('[data-place]');
  // One stop of the Tab key.
  await expect(story(page).locator('[tabindex="0"]')).toHaveCount(1);
  await story(page).locator('[tabindex="0"]').focus();
  await page.keyboard.press('Home');
  expect(await focusedPlace(page)).toBe('0.0');
  await page.keyboard.press('ArrowRight');
  expect(await focusedPlace(page)).toMatch(/^1\./);
  await expect(card(page)).toBeVisible();
  await page.keyboard.press('PageDown');
  const later = await focusedPlace(page);
  expect(Number(later?.split('.')[0])).toBeGreaterThan(1);
  await page.keyboard.press('PageUp');
  expect(await focusedPlace(page)).toMatch(/^1\./);
  await page.keyboard.press('Enter');
  await expect(card(page).locator('.distribution')).toHaveCount(3);
  await page.keyboard.press('Escape');
  await expect(card(page)).toHaveCount(0);
  expect(await focusedPlace(page)).toMatch(/^1\./);
  await page.keyboard.press('End');
  expect(await focusedPlace(page)).toBe(await tokens.last().getAttribute('data-place'));
});

test('a listener hears the sentences of the text, and nothing that was dropped', async () => {
  await page.getByRole('slider', { name: 'Temperature' }).fill('1');
  await page.evaluate(() => {
    const root = document
      .querySelector('antiphon-app')
      ?.shadowRoot?.querySelector('antiphon-story')?.shadowRoot;
    const heard: string[] = [];
    Object.assign(window, { heard });
    const region = root?.querySelector('[aria-live]');
    if (!region) throw new Error('no live region');
    new MutationObserver(() => heard.push(region.textContent ?? '')).observe(region, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  await runToEnd(page);
  const heard = await page.evaluate(() => Reflect.get(window, 'heard') as string[]);
  const text = await story(page).evaluate((element) => {
    const copy = element.cloneNode(true) as Element;
    for (const dropped of copy.querySelectorAll('del, .prompt')) dropped.remove();
    return copy.textContent ?? '';
  });
  const words = (value: string): string => value.replace(/\s+/g, '');
  expect(words(heard.join(''))).toBe(words(text));
  expect(heard.length).toBeGreaterThan(1);
  for (const sentence of heard.slice(0, -1)) expect(sentence).toMatch(/[.!?…]["”’')\]]*$/);
});

test('moving the slider changes a running story, marked where it happens', async () => {
  await page.getByRole('button', { name: 'Fairy × Space' }).click();
  await page.getByRole('slider', { name: 'Temperature' }).fill('2');
  await page.getByLabel('Max tokens').fill('400');
  // Within the page, and a hot story, which is long: it must not end before the slider moves.
  await page.getByRole('slider', { name: /^Weight λ/ }).evaluate((slider: HTMLInputElement) => {
    const composer = document.querySelector('antiphon-app')?.shadowRoot?.querySelector('antiphon-composer');
    const moveWhenWriting = (): void => {
      const app = document.querySelector('antiphon-app')?.shadowRoot;
      const shown = app?.querySelector('antiphon-story')?.shadowRoot?.querySelectorAll('.accepted');
      const isWriting = app?.querySelector('[role=status]')?.textContent === 'Writing.';
      if (!isWriting || !shown?.length) {
        requestAnimationFrame(moveWhenWriting);
        return;
      }
      slider.value = slider.max;
      slider.dispatchEvent(new Event('input', { bubbles: true }));
    };
    requestAnimationFrame(moveWhenWriting);
    composer?.shadowRoot?.querySelector('form')?.requestSubmit();
  });
  const change = story(page).locator('.change').last();
  await expect(change).toContainText('λ 0.00 · 1.00');
  await expect(page.getByRole('status')).toHaveText(/after \d+ tokens?\.$/, { timeout: 60_000 });
  // A card behind the change tells the combination that was in force there: the second member alone.
  const after = story(page).locator('.accepted').last();
  await after.click();
  const shares = (index: number): Promise<string[]> =>
    card(page).locator('.distribution').nth(index).locator('.share').allTextContents();
  await expect(card(page).locator('.distribution')).toHaveCount(3);
  expect(await shares(2)).toEqual(await shares(1));
  await page.keyboard.press('Escape');
});
