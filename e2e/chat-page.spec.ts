import { contentOfBytes, contentsOfFolder, type HubContent } from '../scripts/testing/hub-content.ts';
import { HubServer } from '../scripts/testing/hub-server.ts';
import { axeFindings } from './axe.ts';
import { test as siteTest } from './site.ts';
import { expect, loadMs } from './story-page.ts';

const weights = 'onnx/model_q4.onnx';

/** A bundled model with a chat template, which writes what was said one message after the other. */
async function talking(id: string): Promise<Map<string, HubContent>> {
  const files = await contentsOfFolder(new URL(`../public/models/${id}/`, import.meta.url).pathname);
  const template = "{{ messages | map(attribute='content') | join(' ') }} ";
  return files.set('chat_template.jinja', contentOfBytes(new TextEncoder().encode(template)));
}

const [base, draft] = await Promise.all([talking('story-base'), talking('story-draft')]);

/** A hub on this machine, which has the page's own small models under the names of large ones. */
const test = siteTest.extend<{ readonly hub: HubServer }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures it needs from here
  hub: async ({}, use) => {
    const hub = await HubServer.start();
    hub.commit('onnx-community/Qwen2.5-1.5B-Instruct', base);
    hub.commit('onnx-community/Qwen2.5-0.5B-Instruct', draft);
    await use(hub);
    await hub.stop();
  },
});

test('a chat is one press away: its size is told, a download that was cut goes on, and replies go back and forth', async ({
  page,
  hub,
}) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`chat.html#team=qwen2.5-1.5b-0.5b&hub=${encodeURIComponent(hub.url)}`);
  await expect(page.getByRole('alert')).toContainText(hub.url);
  await expect(page.getByText('Downloads about 2.52 GB once.')).toBeVisible();
  const start = page.getByRole('button', { name: 'Download and chat' });
  await expect(start).toBeDisabled();
  expect(hub.requests).toEqual([]);
  await page.getByRole('button', { name: 'Use it' }).click();
  await expect(page.getByText(/fits this device: about/)).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);

  // The page is closed in the middle of the larger file.
  hub.inject({ place: 'cdn', path: weights }, { kind: 'stall', afterBytes: 2_500_000 });
  await start.click();
  await expect(page.getByText(/2\.\d MB of 5\.\d MB/)).toBeVisible();
  await page.reload();
  await expect(page.getByText(/Still to download: about .* are here already/)).toBeVisible();
  await start.click();
  const message = page.getByLabel('Message');
  await expect(message).toBeVisible({ timeout: loadMs });
  const rest = hub.requests.filter(({ place, range }) => place === 'cdn' && range !== null);
  expect(rest.map(({ status, range }) => [status, range])).toEqual([
    [206, expect.stringMatching(/^bytes=[12]\d{6}-$/)],
  ]);

  await message.fill('Once upon a time');
  await message.press('Enter');
  const turns = page.getByRole('list', { name: 'Conversation' }).getByRole('listitem');
  const note = /% of the words were proposed by the small model|large model answered alone/;
  await expect(turns).toHaveText([/Once upon a time/, note]);
  await page.emulateMedia({ colorScheme: 'dark' });
  await message.fill('And then?');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(turns).toHaveText([/Once/, note, /And then/, note]);
  expect(await axeFindings(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await page.getByRole('button', { name: 'New chat' }).click();
  await expect(turns).toHaveText([/The models are ready/]);
  await expect(message).toBeFocused();
});
