import type { Locator, Page } from '@playwright/test';
import { contentsOfFolder } from '../scripts/testing/hub-content.ts';
import { HubServer } from '../scripts/testing/hub-server.ts';
import { axeFindings } from './axe.ts';
import { test as siteTest } from './site.ts';
import { expect, loadMs, runToEnd, startButton } from './story-page.ts';

const bundled = (id: string) =>
  contentsOfFolder(new URL(`../public/models/${id}/`, import.meta.url).pathname);
const [base, draft] = await Promise.all([bundled('story-base'), bundled('story-draft')]);

/** A hub on this machine, which has the page's own small models under the names of large ones. */
const test = siteTest.extend<{ readonly hub: HubServer }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures it needs from here
  hub: async ({}, use) => {
    const hub = await HubServer.start();
    hub.commit('HuggingFaceTB/SmolLM2-360M-Instruct', base);
    hub.commit('HuggingFaceTB/SmolLM2-135M-Instruct', draft);
    hub.commit('somebody/stories', draft);
    await use(hub);
    await hub.stop();
  },
});

/** Waits for the list too: its words move what stands below them, away from under a press that has begun. */
async function openCatalogueFrom(member: Locator, dialog: Locator): Promise<void> {
  await member.selectOption('Another model …');
  await expect(dialog.getByRole('status').first()).toHaveText('16 models and 12 teams');
}

const isNarrow = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

test('a team that was searched for comes from the hub a link names, when the reader agrees, and writes', async ({
  page,
  hub,
}) => {
  await page.goto(`work.html#seed=3&max=24&hub=${encodeURIComponent(hub.url)}`);
  const alert = page.getByRole('alert');
  await expect(alert).toContainText(hub.url);
  await alert.getByRole('button', { name: 'Load it' }).click();
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });

  await page.getByRole('button', { name: 'More teams …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Models and teams' });
  const search = dialog.getByLabel('Search models and teams');
  await expect(search).toBeFocused();
  await expect(dialog.getByRole('status').first()).toHaveText('16 models and 12 teams');
  expect(await axeFindings(page)).toEqual([]);
  await search.fill('smollm2 135m draft');
  await expect(dialog.getByRole('status').first()).toHaveText('1 model and 2 teams');
  await expect(dialog.getByRole('listitem').last()).toContainText('ran here');
  await expect(dialog.getByRole('listitem').last()).toContainText(
    /download of 180 MB · fits this device: about 1\.19 GB of \d+\.\d\d GB/,
  );
  // Looking around asks for nothing.
  expect(hub.requests).toEqual([]);

  await dialog.getByRole('button', { name: 'Use this team: 360M, drafted by 135M' }).click();
  // Nor does the choice, before the reader has seen how much it is.
  const download = dialog.getByRole('button', { name: /^Download \d+ MB$/ });
  await expect(download).toBeFocused();
  expect(hub.requests).toEqual([]);
  await download.click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByLabel('Target model')).toHaveValue('HuggingFaceTB/SmolLM2-360M-Instruct');
  await expect(page.locator('antiphon-composer').getByRole('combobox', { name: 'Draft model' })).toHaveValue(
    'HuggingFaceTB/SmolLM2-135M-Instruct',
  );
  await runToEnd(page);
  await expect(page.locator('antiphon-story')).toContainText('SmolLM2-135M-Instruct');
  await expect(page).toHaveURL(/target=HuggingFaceTB%2FSmolLM2-360M-Instruct&draft-model=/);
});

test('on a phone in dark colours any repository takes the place of a member, by keyboard alone', async ({
  page,
  hub,
}) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto('work.html#seed=3&max=24');
  await page.getByText('Settings', { exact: false }).first().click();
  const member = page.getByLabel('Model of member A');
  const dialog = page.getByRole('dialog', { name: 'Model of member A' });
  await member.focus();
  await openCatalogueFrom(member, dialog);
  await expect(dialog).toContainText(
    'It writes with Space-story teller, so it must have the same vocabulary',
  );
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(member).toHaveValue('story-fairy');
  await expect(member).toBeFocused();

  await openCatalogueFrom(member, dialog);
  await dialog.getByText('Repositories come from').click();
  await dialog.getByLabel('Another hub').fill(hub.url);
  await page.keyboard.press('Enter');
  await expect(dialog.getByText('Repositories come from')).toContainText(hub.url);

  const field = dialog.getByLabel('Any other');
  await field.fill('two words');
  await dialog.getByRole('button', { name: 'Use', exact: true }).click();
  await expect(dialog).toContainText('“two words” is neither a repository');
  await field.fill('somebody/stories');
  await page.keyboard.press('Enter');
  await expect(dialog).toContainText(/stories \(q4\): a download of .* it fits\./, { timeout: loadMs });
  expect(await isNarrow(page)).toBe(true);
  expect(await axeFindings(page)).toEqual([]);

  await field.fill('somebody/nothing');
  await dialog.getByRole('button', { name: 'Use', exact: true }).click();
  await expect(dialog).toContainText('somebody/nothing is private, gated, or does not exist', {
    timeout: loadMs,
  });
  await expect(dialog.getByRole('button', { name: 'Use', exact: true })).toBeVisible();
  await field.fill('somebody/stories:q4');
  await dialog.getByRole('button', { name: 'Use', exact: true }).click();
  await expect(dialog.getByRole('button', { name: /^Download \d\.\d MB$/ })).toBeFocused();
  expect(await isNarrow(page)).toBe(true);
  expect(await axeFindings(page)).toEqual([]);
  expect(hub.requests.filter((request) => request.path.includes('.onnx'))).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(member).toHaveValue('somebody/stories:q4');
  await runToEnd(page);
});

test('code or list of the catalogue that do not arrive are told, and come when they are asked for again', async ({
  page,
}) => {
  const code = '**/catalogue-dialog-*.js';
  const list = '**/teams.json';
  await page.route(code, (route) => route.abort());
  await page.route(list, (route) => route.fulfill({ status: 404, body: 'not here' }));
  await page.goto('work.html');
  await page.getByRole('button', { name: 'More teams …' }).click();
  const notice = page.getByRole('alert').filter({ hasText: 'The catalogue’s code could not be fetched.' });
  await expect(notice).toBeVisible();

  await page.unroute(code);
  await notice.getByRole('button', { name: 'Try again' }).click();
  const dialog = page.getByRole('dialog', { name: 'Models and teams' });
  const failure = dialog.getByRole('alert');
  await expect(failure).toContainText('The list could not be fetched');
  await expect(failure).toContainText('answered 404');
  await expect(failure).toContainText('Code: download');

  await page.unroute(list);
  await failure.getByRole('button', { name: 'Try again' }).click();
  await expect(dialog.getByRole('status').first()).toHaveText('16 models and 12 teams');
});
