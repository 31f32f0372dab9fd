import { afterEach, expect, test, vi } from 'vitest';
import { noCriteria } from '../../pilot/criteria.ts';
import { casesOf } from '../../pilot/plan.ts';
import { environmentOf } from '../../pilot/plan-key.ts';
import { pilotReport } from '../../pilot/report.ts';
import { fakePlan, fakeRun } from '../../pilot/testing/fake-pilot.ts';
import { PilotPanel } from './pilot-panel.ts';
import './pilot-result.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

async function alertOf(element: HTMLElement & { updateComplete: Promise<unknown> }): Promise<string> {
  await vi.waitFor(() => expect(element.shadowRoot!.querySelector('[role=alert]')).not.toBeNull());
  return element.shadowRoot!.querySelector('[role=alert]')!.textContent!;
}

test('a report whose code does not arrive says so, and offers to try again', async () => {
  const plan = fakePlan();
  const models = ['base', 'draft'].map((id) => ({ id, title: id, sha256: '0', backend: 'wasm' }));
  const runs = casesOf(plan).map(({ number }) => fakeRun({ case: number }));
  const environment = environmentOf(plan, { models: models as never, threads: 1 }, 'a browser');
  const result = document.createElement('antiphon-pilot-result');
  result.report = pilotReport({ plan, runs, environment, criteria: noCriteria });
  // In place of an import that fails: files share a page, where the code may have arrived for another test.
  vi.spyOn(document, 'createElementNS').mockImplementation(() => {
    throw new Error('not reachable');
  });
  document.body.append(result);
  expect(await alertOf(result)).toMatch(/The report is not complete.*Try again/s);
});

test('prompts that do not arrive say so', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  const panel = new PilotPanel();
  document.body.append(panel);
  await panel.updateComplete;
  const samples = [...panel.shadowRoot!.querySelectorAll('button')].find(({ textContent }) =>
    textContent?.includes('Twenty story prompts'),
  )!;
  samples.click();
  expect(await alertOf(panel)).toContain('Failed to fetch');
});
