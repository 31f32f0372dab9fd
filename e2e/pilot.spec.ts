import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../scripts/build.ts';
import type { PilotReport } from '../src/pilot/report.ts';
import { axeFindings } from './axe.ts';
import { poorContrasts } from './contrast.ts';
import { expect, loadMs, test } from './story-page.ts';

test('a pilot on the page: prompts, plan, runs, an interruption by a reload, recommendation, report', async ({
  page,
}) => {
  await page.goto('./');
  await page.getByRole('heading', { name: 'Pilot' }).click();
  const pilot = page.locator('antiphon-pilot');
  const prompts = pilot.getByLabel('One a line, or JSON Lines');
  await prompts.fill('{"prompt": "Long ago"}\n{"question": "Why?"}');
  await expect(pilot.getByRole('alert')).toContainText('line 2: there is no field "prompt"');
  await prompts.fill('{"prompt": "Long ago"}\n{"messages": [{"role": "user", "content": "Hello"}]}');
  await expect(pilot.getByRole('alert')).toContainText(
    /line 2: this is a chat, and story-(base|draft|fairy|space) has no chat template/,
    { timeout: loadMs },
  );

  await prompts.fill('{"prompt": "Long ago"}\n{"prompt": "One spring morning"}');
  await pilot.getByLabel('Draft model').uncheck();
  await pilot.getByLabel('Naive').uncheck();
  await pilot.getByLabel('Exact').uncheck();
  await pilot.getByLabel('Coupled').check();
  await pilot.getByLabel('Max tokens').fill('24');
  await pilot.getByLabel('Min. speed-up').fill('0.01');
  await expect(pilot.locator('.go')).toContainText('2 prompts × 2 methods with references = 4 runs, about', {
    timeout: loadMs,
  });
  const start = pilot.getByRole('button', { name: 'Start the pilot' });
  await expect(start).toBeEnabled({ timeout: loadMs });
  await start.click();
  // The page listens to itself: four short runs may be over between two looks from outside.
  await pilot.evaluate(
    ({ shadowRoot }) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (/^[1-3] of 4 runs/.test(shadowRoot?.querySelector('.sum')?.textContent ?? '')) resolve();
        };
        new MutationObserver(look).observe(shadowRoot as ShadowRoot, {
          childList: true,
          characterData: true,
          subtree: true,
        });
        look();
      }),
  );

  // Whatever had finished when the page went away is there again, and is not run again.
  await page.reload();
  const goOn = pilot.getByRole('button', { name: 'Go on with this pilot' });
  await expect(goOn).toBeEnabled({ timeout: loadMs });
  await goOn.click();
  const result = page.locator('antiphon-pilot-result');
  await expect(result.getByRole('heading', { level: 3 })).toHaveText(
    /^Recommended: alternate \(CoS\), γ.=.1, coupled, for story-fairy × story-space, λ.=.0.5 · 0.5$/,
    { timeout: 60_000 },
  );
  await expect(result).toContainText('All 2 texts are the reference’s, token for token.');
  await expect(result).toContainText('It was run in 2 sessions');
  await expect(result.locator('figure svg')).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  expect(await page.evaluate(poorContrasts)).toEqual([]);

  const saved = page.waitForEvent('download');
  await result.getByRole('button', { name: 'JSON' }).click();
  const report: PilotReport = JSON.parse(readFileSync(await (await saved).path(), 'utf8'));
  expect(report).toMatchObject({ format: 'antiphon-pilot', version: '1.0', planned: 4, runs: { length: 4 } });
  expect(report.methods[1]).toMatchObject({
    finished: 2,
    texts: { compared: 2, identical: 2 },
    deviation: 0,
  });

  // Asking for more changes the verdict, not the runs.
  await pilot.getByLabel('Min. speed-up').fill('99');
  await expect(result.getByRole('heading', { level: 3 })).toContainText('No method meets the criteria');
});

/** The command in a process of its own, on WASM. */
function pilot(args: readonly string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const command = ['--import', 'tsx', 'scripts/pilot.ts', '--backend', 'wasm', ...args];
    const child = spawn(process.execPath, command, { cwd: projectFolder, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

test('a pilot in the terminal goes on where it was interrupted, and writes its report', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'antiphon-pilot-'));
  try {
    const file = join(folder, 'prompts.jsonl');
    writeFileSync(file, '{"prompt": "Long ago"}\n"One day"\n');
    const out = join(folder, 'report');
    const args = [
      file,
      '--methods',
      'ngram',
      '--draft-length',
      '2',
      '--temperature',
      '0',
      '--max-tokens',
      '12',
    ];
    const whole = await pilot([...args, '--json', '--out', out]);
    expect(whole).toMatchObject({ status: 0 });
    const report: PilotReport = JSON.parse(whole.stdout);
    expect(report.runs.length).toBe(4);
    expect(report.methods[1]).toMatchObject({ texts: { compared: 2, identical: 2 } });
    for (const name of ['report.html', 'report.json', 'methods.csv', 'runs.csv']) {
      expect(existsSync(join(out, name))).toBe(true);
    }

    // As an interruption leaves it: three runs, the last one's line cut off.
    const kept = join(out, 'kept-runs.jsonl');
    const lines = readFileSync(kept, 'utf8').split('\n');
    writeFileSync(kept, `${lines.slice(0, 2).join('\n')}\n${lines[2].slice(0, 50)}`);
    const rest = await pilot([...args, '--json', '--out', out]);
    const again: PilotReport = JSON.parse(rest.stdout);
    expect(again.runs.slice(0, 2)).toEqual(report.runs.slice(0, 2));
    expect(new Set(again.runs.map(({ session }) => session)).size).toBe(2);

    writeFileSync(file, '{"prompt": "Long ago"}\n{"prompt": 7}\n');
    expect(await pilot(args)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: 'pilot: invalid-request: prompts, line 2: "prompt" is a number: a string is needed\n',
    });
    writeFileSync(file, '{"messages": [{"role": "user", "content": "Hello"}]}\n');
    const refused = await pilot(args);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('prompts, line 1: this is a chat, and story-base has no chat template');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
