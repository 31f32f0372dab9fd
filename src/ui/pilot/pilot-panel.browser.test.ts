import { afterEach, describe, expect, test } from 'vitest';
import { criteriaPresets } from '../../pilot/criteria.ts';
import { casesOf } from '../../pilot/plan.ts';
import { environmentOf } from '../../pilot/plan-key.ts';
import { fakePlan, fakeRun, fivePrompts } from '../../pilot/testing/fake-pilot.ts';
import { criteriaFields, criteriaIn, initialPilotForm } from './pilot-form.ts';
import { PilotPanel } from './pilot-panel.ts';
import { PilotStorage } from './pilot-storage.ts';

const key = 'of an older version';

afterEach(async () => {
  document.body.replaceChildren();
  await new PilotStorage().forget(key);
  await new PilotStorage().keepForm(initialPilotForm);
});

async function openPanel(form: object = {}): Promise<PilotPanel> {
  const panel = new PilotPanel();
  document.body.append(panel);
  await panel.updateComplete;
  panel.form = { ...initialPilotForm, ...form };
  await panel.updateComplete;
  return panel;
}

const fieldOf = <Field extends HTMLElement = HTMLInputElement>(panel: PilotPanel, id: string): Field =>
  panel.shadowRoot!.querySelector<Field>(`#${id}`)!;

async function type(panel: PilotPanel, id: string, value: string): Promise<void> {
  const field = fieldOf(panel, id);
  field.value = value;
  field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? 'change' : 'input'));
  await panel.updateComplete;
}

describe('criteria', () => {
  test('start from a preset, and are one’s own as soon as a number is changed', async () => {
    const panel = await openPanel();
    expect(fieldOf(panel, 'criteria').value).toBe('balanced');
    await type(panel, 'criteria', 'strict');
    expect(criteriaIn(panel.form)).toEqual(criteriaPresets.strict);
    expect(fieldOf(panel, 'minSameTextsPercent').value).toBe('95');
    await type(panel, 'maxPassRateLossPoints', '3');
    expect(fieldOf(panel, 'criteria').value).toBe('own');
    await type(panel, 'maxPassRateLossPoints', '0');
    expect(fieldOf(panel, 'criteria').value).toBe('strict');
  });

  test('are typed at once, however large the plan', async () => {
    const promptsText = Array.from({ length: 1000 }, (_, index) =>
      JSON.stringify({ prompt: `Story ${index}`, expected: { pattern: `\\b${index}\\b` } }),
    ).join('\n');
    const panel = await openPanel({ promptsText, repeats: 100 });
    expect(panel.shadowRoot!.textContent).toContain('1000 prompts, 1000 with an expectation');
    const start = performance.now();
    for (let digit = 0; digit < 50; digit++) await type(panel, 'minSpeedUp', `1.${digit}`);
    // To read the prompts and to estimate the plan takes about 100 ms.
    expect((performance.now() - start) / 50).toBeLessThan(20);
    expect(panel.form.minSpeedUp).toBe(1.49);
  });
});

test('a cost that is none is refused, and so is that of another model', async () => {
  const panel = await openPanel({ promptsText: 'one' });
  const alert = () => panel.shadowRoot!.querySelector('[role=alert]')?.textContent ?? '';
  await type(panel, 'costPerForward', 'story-base');
  expect(alert()).toContain("'story-base' is not a cost");
  await type(panel, 'costPerForward', 'other=1');
  expect(alert()).toContain('no method uses the model other');
  await type(panel, 'costPerForward', '');
  expect(alert()).toBe('');
});

test('an expectation that cannot be read is told by its line', async () => {
  const panel = await openPanel({
    promptsText: '"one"\n{"prompt": "two", "expected": {"pattern": "(a+)+"}}',
  });
  expect(panel.shadowRoot!.querySelector('[role=alert]')!.textContent).toContain(
    'line 2: "expected": the pattern could take too long',
  );
});

test('a pilot that an older version kept is shown, and judged by what is typed', async () => {
  const plan = fakePlan({ prompts: fivePrompts });
  const models = ['base', 'draft'].map((id) => ({ id, title: id, sha256: '0', backend: 'wasm' }));
  const storage = new PilotStorage();
  await storage.begin({
    key,
    plan,
    criteria: { minSpeedUp: 1.2, maxDeviation: 0.01 },
    environment: environmentOf(plan, { models: models as never, threads: 1 }, 'a browser'),
  });
  for (const { number, method } of casesOf(plan)) {
    await storage.add(key, fakeRun({ case: number, msAfterFirst: [100, 50, 40][method] }));
  }
  const panel = await openPanel({ ...criteriaFields(criteriaPresets.fast) });
  const title = () => {
    const result = panel.shadowRoot?.querySelector('antiphon-pilot-result');
    return result?.shadowRoot?.querySelector('h3')?.textContent.replaceAll('\u00a0', ' ');
  };
  await expect.poll(title).toBe('Recommended: draft model, γ = 4, for base');
  await type(panel, 'minSpeedUp', '3');
  await expect.poll(title).toContain('No method meets the criteria');
});
