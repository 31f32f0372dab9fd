import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { projectFolder } from '../scripts/build.ts';
import { type StaticServer, serveFolder } from '../scripts/static-server.ts';
import type { AntiphonPlayer } from '../src/player/player-api.ts';
import { axeFindings } from './axe.ts';
import { poorContrasts } from './contrast.ts';
import { setUpPlainExample } from './examples.ts';
import { allCores, test } from './site.ts';
import { expect, loadMs } from './story-page.ts';
import { wasmFilesFetched } from './wasm-files.ts';

/** Argmax of story-base after "Once upon a time". */
const greedyStart = [14, 352, 281, 260, 496, 1676, 335, 720];

/** The policy that docs/player.md promises to be enough. */
function documentedPolicy(): string {
  const text = readFileSync(join(projectFolder, 'docs', 'player.md'), 'utf8');
  const policy = /```http\nContent-Security-Policy: ([^`]+)\n```/.exec(text)?.[1];
  if (!policy) throw new Error('docs/player.md names no Content-Security-Policy');
  return policy.replace(/\n\s*/g, ' ');
}

/** What the policy refused, in the page and in its workers. */
async function refusals(page: Page): Promise<readonly string[]> {
  const refused: string[] = [];
  await page.exposeFunction('refused', (what: string) => refused.push(what));
  await page.addInitScript(() => {
    addEventListener(
      'securitypolicyviolation',
      ({ violatedDirective, blockedURI, sourceFile, lineNumber }) => {
        const { refused } = window as unknown as { refused: (what: string) => void };
        refused(`${violatedDirective} ${blockedURI} at ${sourceFile}:${lineNumber}`);
      },
    );
  });
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) refused.push(message.text());
  });
  return refused;
}

const startOf = (player: Locator): Locator => player.getByRole('button', { name: /^Start/ });
const endingOf = (player: Locator): Locator => player.locator('.ending');
const stateOf = (player: Locator): Promise<string> =>
  player.evaluate((element) => (element as AntiphonPlayer).state);

let folder: string;
/** The plain example under a strict policy, with the headers of an isolated page and without. */
let isolated: StaticServer;
let server: StaticServer;

test.beforeAll(async () => {
  folder = setUpPlainExample();
  const headers = { 'Content-Security-Policy': documentedPolicy() };
  isolated = await serveFolder({ folder, headers });
  server = await serveFolder({ folder, headers, isolated: false });
});

test.afterAll(async () => {
  await Promise.all([isolated.close(), server.close()]);
  rmSync(folder, { recursive: true });
});

test(
  'two players share one engine under a strict policy; the second waits its turn',
  allCores,
  async ({ page }) => {
    const refused = await refusals(page);
    const fetched = wasmFilesFetched(page);
    await page.goto(isolated.url);
    const [together, drafted] = [page.locator('#together'), page.locator('#drafted')];
    await expect(together.getByText('Two models take turns')).toBeVisible();
    expect(page.workers()).toHaveLength(0);
    await startOf(together).click();
    await expect(together.getByRole('progressbar').first()).toBeVisible();
    await expect(together.locator('.story .accepted').first()).toBeVisible({ timeout: loadMs });
    await expect(endingOf(together)).toHaveText(/after \d+ tokens\.$/, { timeout: 60_000 });
    await expect(together.locator('antiphon-rhythm canvas').first()).toBeVisible();
    // Pictures are painted when they come into sight.
    await together.locator('antiphon-rhythm-charts').scrollIntoViewIfNeeded();
    await expect(together.locator('antiphon-rhythm-charts canvas').first()).toBeVisible();
    await startOf(drafted).click();
    await expect(endingOf(drafted)).toHaveText(/after \d+ tokens\.$/, { timeout: loadMs });
    // All models are here now, so that the first player's run comes first.
    const both = await page.evaluate(async () => {
      const [together, drafted] = ['together', 'drafted'].map(
        (id) => document.getElementById(id) as AntiphonPlayer,
      );
      let stateAtFirst: string | null = null;
      together.addEventListener('round', () => {
        stateAtFirst ??= drafted.state;
      });
      let said: string | null | undefined;
      const root = drafted.shadowRoot as ShadowRoot;
      new MutationObserver(() => {
        said ??= root.querySelector('[part=waiting]')?.textContent;
      }).observe(root, { childList: true, subtree: true });
      const [, result] = await Promise.all([together.start(), drafted.start()]);
      return { stateAtFirst, said, tokenIds: result?.tokenIds };
    });
    expect(both.stateAtFirst).toBe('waiting');
    expect(both.said).toBe('Another text on this page is being written. This one is next.');
    expect(both.tokenIds?.slice(0, 8)).toEqual(greedyStart);
    expect(await stateOf(together)).toBe('done');
    await expect(page.locator('#finished')).toHaveText(/together, \d+ tokens; drafted, 24 tokens$/);
    expect(await axeFindings(page)).toEqual([]);
    expect(await drafted.evaluate((player) => player.getAttribute('state'))).toBe('done');
    expect(fetched).toHaveLength(1);
    expect(page.workers().filter((worker) => worker.url().endsWith('engine.worker.js'))).toHaveLength(1);
    expect(refused).toEqual([]);
  },
);

test('moved it goes on, removed it stops, and with the last one the worker ends', async ({ page }) => {
  await page.goto(server.url);
  const together = page.locator('#together');
  const moved = await together.evaluate(async (element) => {
    const player = element as AntiphonPlayer;
    let isMoved = false;
    player.addEventListener('round', () => {
      if (isMoved) return;
      isMoved = true;
      const section = document.createElement('section');
      document.querySelector('main')?.append(section);
      section.append(player);
    });
    const result = await player.start();
    return [isMoved, result?.finishReason];
  });
  expect(moved).toEqual([true, 'length']);
  expect(page.workers()).not.toHaveLength(0);
  const removed = await together.evaluate(async (element) => {
    const player = element as AntiphonPlayer;
    Object.assign(window, { kept: player });
    player.addEventListener('round', () => player.remove(), { once: true });
    return [await player.start(), player.state];
  });
  expect(removed).toEqual([null, 'idle']);
  await expect.poll(() => page.workers().length).toBe(0);
  await page.evaluate('window.kept.maxTokens = 12; document.querySelector("main").append(window.kept)');
  await startOf(together).click();
  await expect(endingOf(together)).toHaveText(/after 12 tokens\.$/, { timeout: loadMs });
});

test('follows the color-scheme of the page with enough contrast, and fits a narrow one', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(server.url);
  const together = page.locator('#together');
  await startOf(together).click();
  await expect(endingOf(together)).toBeVisible({ timeout: loadMs });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await page.evaluate(poorContrasts)).toEqual([]);
    const fits = () => document.documentElement.scrollWidth <= document.documentElement.clientWidth;
    expect(await page.evaluate(fits)).toBe(true);
  }
});

for (const kind of ['srcdoc', 'blob'] as const) {
  test(`the library finds worker and models in a ${kind} frame`, async ({ page }) => {
    const open = await serveFolder({ folder });
    await page.goto(open.url);
    const tokenIds = await page.evaluate(async (frameKind) => {
      const script = `
        const { connect } = await import('${location.origin}/antiphon/antiphon.js');
        const engine = await connect({ backend: 'wasm' });
        await engine.load('story-draft');
        const request = { prompt: 'Once upon a time', maxTokens: 4, sampling: { temperature: 0 } };
        const run = engine.decode({ ...request, method: { kind: 'plain', model: 'story-draft' } });
        parent.postMessage((await run.result).tokenIds, '*');
        await engine.close();`;
      const html = `<!doctype html><script type="module">${script}</script>`;
      const frame = document.createElement('iframe');
      const answered = new Promise<unknown>((resolve) => {
        addEventListener('message', ({ data }) => resolve(data), { once: true });
      });
      if (frameKind === 'srcdoc') frame.srcdoc = html;
      else frame.src = URL.createObjectURL(new Blob([html], { type: 'text/html' }));
      document.body.append(frame);
      return answered;
    }, kind);
    expect(tokenIds).toHaveLength(4);
    await open.close();
  });
}
