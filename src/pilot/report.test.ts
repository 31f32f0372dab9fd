import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { speedChart } from '../ui/pilot/speed-chart.ts';
import { noCriteria } from './criteria.ts';
import type { PilotPlan, PilotRun } from './pilot.ts';
import { casesOf } from './plan.ts';
import { environmentOf, planKey } from './plan-key.ts';
import { methodsCsv, runsCsv } from './render-csv.ts';
import { reportHtml } from './render-html.ts';
import { type PilotReport, pilotReport, rejudged } from './report.ts';
import { headline, overview, reasons, toneOf, verdictCell } from './report-words.ts';
import { fakePlan, fakeRun, fivePrompts } from './testing/fake-pilot.ts';

const hostile = '</style><script>alert(1)</script>"\'&<img src=x onerror=alert(1)>';
const models = ['base', 'draft', hostile].map((id, index) => ({
  ...{ id, title: `Title of ${id}`, sha256: String(index).repeat(64), backend: 'wasm' as const },
  ...{ contextLength: 512, vocabSize: 10, bytes: 1, notes: [], costs: [{ tokens: 1, ms: 1 }] },
  noise: { mean: 0, max: 0 },
}));

function reportOf(
  plan: PilotPlan,
  change: (prompt: number, method: number) => object = () => ({}),
  count = Infinity,
) {
  const runs = casesOf(plan)
    .slice(0, count)
    .map(
      ({ number, prompt, method }): PilotRun =>
        fakeRun({ case: number, msAfterFirst: [100, 50, 40][method], ...change(prompt, method) }),
    );
  const environment = environmentOf(plan, { models: models as never, threads: 2 }, hostile);
  const criteria = { ...noCriteria, minSpeedUp: 1.2, maxDeviation: 0.01 };
  return pilotReport({ plan, runs, environment, criteria, createdAt: new Date('2026-01-02T03:04:05Z') });
}

/** With enough pairs to name a speed. */
const fivePlan = fakePlan({ prompts: fivePrompts });

/** A prompt, a model and texts that would be markup if anything were. */
const hostilePlan = fakePlan({
  prompts: [
    { text: hostile, id: hostile },
    { text: '=1+2', id: null },
  ],
  speculative: { target: hostile, draft: 'draft', drafters: ['model'], draftLengths: [2, 4] },
  acceptances: [{ kind: 'coupled' }],
  repeats: 3,
});
const hostileReport = reportOf(hostilePlan, (prompt, method) =>
  prompt === 0 && method === 1 ? { text: hostile, tokenIds: [1, 9] } : {},
);

describe('the page', () => {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const chart = speedChart(hostileReport, document as unknown as Document, 600);
  const page = reportHtml(hostileReport, chart?.outerHTML ?? null);
  const parsed = parseHTML(page).document;

  test('takes nothing in a prompt, a text or a name for markup', () => {
    expect(page).not.toContain('<script');
    expect(page).not.toContain('<img');
    // The page's, and in its chart the library's and this project's.
    expect(page.match(/<\/style>/g)?.length).toBe(3);
    expect(parsed.querySelectorAll('script, img, iframe, a, link').length).toBe(0);
    expect(parsed.querySelector('blockquote')?.textContent).toContain(hostile);
  });

  test('may load and run nothing', () => {
    const policy = parsed.querySelector('meta[http-equiv]')?.getAttribute('content');
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('script-src');
    expect(page).not.toMatch(/(?:src|href)="/);
  });

  test('shows the methods with their reference, the recommended one marked, and where texts part', () => {
    const rows = [...parsed.querySelectorAll('table')][0].querySelectorAll('tbody tr');
    expect([...rows].map((row) => row.querySelector('th')?.textContent?.replaceAll('\u00a0', ' '))).toEqual([
      'plain',
      'draft model, γ = 2, coupled',
      'draft model, γ = 4, coupledrecommended',
    ]);
    expect(parsed.querySelector('tr.recommended td')?.textContent).toBe('2.50 × (6 pairs, 2.50 to 2.50 ×)');
    expect(parsed.querySelector('del')?.textContent).toBe('\u0020text');
    expect(parsed.querySelectorAll('.dots-faster circle').length).toBe(12);
  });
});

describe('the words', () => {
  test.each([
    {
      name: 'a method that meets the criteria',
      report: reportOf(fivePlan),
      head: 'Recommended: draft model, γ = 4, for base',
      says:
        '2.50 × the speed of asking the model itself for every token (median of 5 pairs, 2.50 to 2.50 ×). ' +
        '50 model calls instead of 50: 0 % saved. ',
    },
    {
      name: 'one of several',
      report: reportOf(fivePlan),
      head: 'Recommended: draft model, γ = 4, for base',
      says: '2 methods meet the criteria; this one is the fastest.',
    },
    {
      name: 'none that does',
      report: reportOf(fivePlan, () => ({ msAfterFirst: 100 })),
      head: 'No method meets the criteria; the nearest is draft model, γ = 2, for base',
      says: 'It is not clearly faster, but',
    },
    {
      name: 'a median that would do, of texts on both sides',
      report: reportOf(fivePlan, (prompt, method) => ({
        msAfterFirst: method === 1 ? [70, 75, 80, 120, 130][prompt] : 100,
      })),
      head: 'No method meets the criteria; the nearest is draft model, γ = 2, for base',
      says: 'About as fast as asking the model itself for every token: 1.25 × (median of 5 pairs, 0.77 to 1.43 ×).',
    },
    {
      name: 'one that lost',
      report: rejudged(
        reportOf(fivePlan, (_, method) => ({ msAfterFirst: [100, 125, 200][method] })),
        noCriteria,
        null,
      ),
      head: 'Recommended, but not for speed: draft model, γ = 2, for base',
      says:
        'Drafting ahead lost time here: 0.80 × the speed of asking the model itself for every token ' +
        '(median of 5 pairs, 0.80 to 0.80 ×). Asking the model itself for every token would be faster.',
    },
    {
      name: 'too few pairs',
      report: reportOf(fakePlan(), (_, method) => ({
        ...{ targetForwards: 4 + 6 * Number(method === 0), draftForwards: 6 * method },
      })),
      head: 'Not enough pairs to say which method meets the criteria; the nearest so far is draft model, γ = 4',
      says:
        '8 model calls instead of 20: 60 % saved, with 24 cheaper calls of the draft model. ' +
        'Not enough pairs to say how fast it is: 2 texts were compared with the reference’s, 5 are needed.',
    },
    {
      name: 'the only one, which does not',
      report: reportOf(fivePlan, () => ({ msAfterFirst: 100 }), 2),
      head: 'Not enough pairs to say which method meets the criteria; the nearest so far is draft model, γ = 2',
      says: '1 text was compared with the reference’s, 5 are needed.',
    },
    {
      name: 'a pilot that was interrupted',
      report: reportOf(fivePlan, () => ({}), 14),
      // γ = 2 has four pairs.
      head: 'Recommended: draft model, γ = 4, for base',
      says: 'The pilot is not finished: 14 of 15 runs.',
    },
    {
      name: 'nothing that was run',
      report: reportOf(fakePlan(), () => ({}), 0),
      head: 'Nothing to compare yet',
      says: 'No prompt was finished',
    },
    {
      name: 'texts that differ',
      report: hostileReport,
      head: 'Recommended: draft model, γ = 4, coupled',
      says: 'All 6 texts are the reference',
    },
    {
      name: 'several sessions',
      report: reportOf(fivePlan, (prompt) => ({ session: `2026-01-0${prompt + 1}T00:00:00.000Z` })),
      head: 'Recommended',
      says: 'in 5 sessions',
    },
  ])('of $name', ({ report, head, says }) => {
    expect(headline(report)).toContain(head);
    expect(reasons(report, report.recommendations[0]).join(' ').replaceAll('\u00a0', ' ')).toContain(says);
  });

  test('count what is missing in the sample', () => {
    const report = reportOf(fakePlan(), (prompt, method) =>
      method === 2 && prompt === 0 ? { tokensAfterFirst: 2 } : {},
    );
    expect(reasons(report, report.recommendations[0]).join(' ')).toContain(
      '1 text was too short to measure a speed.',
    );
  });
});

describe('the colour of success', () => {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const tones = (of: PilotReport) => {
    const chart = speedChart(of, document as unknown as Document, 600)?.outerHTML ?? null;
    const page = parseHTML(reportHtml(of, chart)).document;
    const count = (selector: string) => page.querySelectorAll(selector).length;
    return {
      tone: toneOf(of, of.recommendations[0]),
      card: page.querySelector('.card')?.className,
      row: page.querySelector('tr.recommended')?.className.trim() ?? null,
      colouredDots: count('.dots-faster circle'),
      dots: count('.dots circle'),
      medians: count('.median line'),
    };
  };
  const ms = (...times: readonly number[]) =>
    rejudged(
      reportOf(fivePlan, (_, method) => ({ msAfterFirst: times[method] })),
      noCriteria,
      null,
    );

  test.each([
    {
      name: 'is for those that are faster',
      of: ms(100, 50, 125),
      is: {
        tone: 'faster',
        card: 'card faster',
        row: 'recommended faster',
        colouredDots: 5,
        dots: 5,
        medians: 2,
      },
    },
    {
      name: 'is not for one that lost, though it is recommended',
      of: ms(100, 125, 200),
      is: {
        tone: 'neutral',
        card: 'card neutral',
        row: 'recommended',
        colouredDots: 0,
        dots: 10,
        medians: 2,
      },
    },
    {
      name: 'is not for too few pairs, which have no median',
      of: reportOf(fakePlan()),
      is: { tone: 'neutral', card: 'card neutral', row: null, colouredDots: 0, dots: 4, medians: 0 },
    },
    {
      name: 'is not for one that misses the criteria',
      of: reportOf(fivePlan, (_, method) => ({ msAfterFirst: [100, 125, 200][method] })),
      is: { tone: 'unmet', card: 'card unmet', row: null, colouredDots: 0 },
    },
  ])('$name', ({ of, is }) => {
    expect(tones(of)).toMatchObject(is);
  });
});

test('a chart says range and pairs of each method, and stays in sight where no speed is asked for', () => {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const chart = speedChart(
    rejudged(reportOf(fivePlan), noCriteria, null),
    document as unknown as Document,
    600,
  );
  expect(chart?.querySelectorAll('circle').length).toBe(10);
  expect([...chart!.querySelectorAll('.detail text')].map((text) => text.textContent)).toEqual([
    'median of 5 pairs, 2.00 to 2.00 ×',
    'median of 5 pairs, 2.50 to 2.50 ×',
  ]);
});

describe('quality', () => {
  const expected = { choices: [hostile, 'yes'], answer: hostile };
  const prompts = ['one', 'two', 'three', 'four'].map((text) => ({ text, id: null, expected }));
  const passing = { text: ` ${hostile}`, tokenIds: [1] };
  const at0 = { request: { seed: 1, maxTokens: 20, sampling: { temperature: 0 } } };
  /** The reference passes three, γ = 2 the first, γ = 4 all. */
  const passes = (prompt: number, method: number): object =>
    prompt < [3, 1, 4][method] ? passing : { text: ' yes' };
  const report = rejudged(reportOf(fakePlan({ prompts, ...at0 }), passes), noCriteria, null);
  const wordsOf = (of: typeof report): string => {
    const [recommendation] = of.recommendations;
    return reasons(of, recommendation).join(' ').replaceAll('\u00a0', ' ');
  };

  test('is in the words, with what only one passes', () => {
    expect(wordsOf(report)).toContain(
      'It passes 4 of 4 (100 %, 51–100 %), plain passes 3 of 4 (75 %, 30–95 %): ' +
        'only this one passes 1, only the reference 0; difference 25 points',
    );
    const strict = rejudged(
      report,
      { ...noCriteria, maxDeviation: 1, maxPassRateLoss: 0, minSpeedUp: 3 },
      null,
    );
    expect(wordsOf(strict)).toContain('Not enough pairs to say how fast it is');
    expect(verdictCell(strict.methods[1])).toBe('not enough pairs, too low in its pass rate');
    expect(strict.methods[1].verdict).toMatchObject({ isGoodEnough: false });
  });

  test.each([
    { name: 'nothing is passed', change: () => ({ text: 'no' }), says: 'The reference passes nothing' },
    { name: 'all is passed', change: () => passing, says: 'The reference passes everything' },
  ])('that cannot show where $name is said to', ({ change, says }) => {
    expect(wordsOf(reportOf(fakePlan({ prompts, ...at0 }), change))).toContain(says);
  });

  test('of draws that follow one distribution is no loss, unless chance does not explain it', () => {
    const many = Array.from({ length: 40 }, (_, index) => ({ text: String(index), id: null, expected: 'a' }));
    const wordsWith = (share: number): string =>
      wordsOf(
        reportOf(fakePlan({ prompts: many }), (prompt, method) => ({
          text: prompt < 40 * (method === 0 ? 1 : share) ? 'a' : 'b',
        })),
      );
    expect(wordsWith(0.95)).toContain('its loss counts as 0');
    expect(wordsWith(0.5)).toContain('repeat it with other seeds');
  });

  test('is in the page, whatever an expectation consists of', () => {
    const page = reportHtml(report, null);
    const { document } = parseHTML(page);
    expect(page).not.toContain('<script');
    const heading = [...document.querySelectorAll('h2')].find(
      ({ textContent }) => textContent === 'Where only one passes',
    );
    expect(heading).toBeDefined();
    const rows = [...heading!.parentElement!.querySelectorAll('table')]
      .find((table) => table.querySelector('th')?.parentElement?.textContent?.includes('Expected'))!
      .querySelectorAll('tbody tr');
    // Two losses of γ = 2 and what γ = 4 gains.
    expect([...rows].map((row) => row.querySelectorAll('b')[1].textContent)).toEqual([
      'fails',
      'fails',
      'passes',
    ]);
    expect(page).toContain('– only this method passes');
  });

  test('is in both CSV files', () => {
    expect(methodsCsv(report)).toMatch(/pass_rate_lower/);
    expect(
      runsCsv(report)
        .split('\r\n')
        .filter((line) => /,true,/.test(line)).length,
    ).toBeGreaterThan(0);
    expect(runsCsv(report)).toContain('” of ');
  });
});

test('costs and criteria judge the same measurements again', () => {
  const report = reportOf(fivePlan, (_, method) => ({
    forwardsByModel:
      method === 0
        ? [{ count: 10, ms: 90 }]
        : [
            { count: 4, ms: 40 },
            { count: 8, ms: 8 },
          ],
  }));
  expect(report.methods.map(({ cost }) => cost?.perToken)).toEqual(
    [9, 4.8, 4.8].map((ms) => expect.closeTo(ms)),
  );
  const again = rejudged(report, { ...noCriteria, minSpeedUp: 99 }, { base: 10, draft: 1 });
  expect(again.methods[2].cost).toEqual({ perToken: expect.closeTo(4.8), ratio: expect.closeTo(0.48) });
  expect(again.recommendations[0].kind).toBe('none-meets');
  expect(again.runs).toBe(report.runs);
  expect(reasons(again, again.recommendations[0]).join(' ')).toContain('a token costs 4.8, 48');
});

test('a method that did the same work at another speed shows the noise', () => {
  const passes = [
    { count: 4, ms: 40 },
    { count: 8, ms: 8 },
  ];
  const wordsWith = (...counts: readonly number[]): string => {
    const report = reportOf(fivePlan, (_, method) => ({
      forwardsByModel: passes.map(({ count, ms }) => ({ count: count * counts[method], ms })),
    }));
    return reasons(report, report.recommendations[0]).join(' ');
  };
  expect(wordsWith(1, 1, 1)).toContain('γ = 2 did the same passes and measured 2.00 ×: differences of');
  expect(wordsWith(1, 1, 2)).not.toContain('did the same passes');
});

test('several groups have a line each, one has none', () => {
  const team = {
    ...{ members: [{ model: 'base' }, { model: 'draft' }], draftLengths: [1], schedules: ['naive'] as const },
    combines: [{ kind: 'weighted' as const, weights: [0.5, 0.5] }],
  };
  const report = reportOf(fakePlan({ team, prompts: fivePrompts }));
  expect(overview(report)?.rows.map((row) => row.slice(0, 3))).toEqual([
    ['base', 'draft model, γ = 4', 'meets all'],
    ['base × draft, λ = 0.5 · 0.5', 'naive, γ = 1', 'meets all'],
  ]);
  expect(headline(report)).toBe('2 of 2 groups have a method that meets the criteria');
  expect(headline(reportOf(fakePlan({ team })))).toBe(
    '0 of 2 groups have a method that meets the criteria; 2 have not enough pairs to say',
  );
  expect(parseHTML(reportHtml(report, null)).document.querySelectorAll('section.card h2').length).toBe(2);
  expect(overview(reportOf(fakePlan()))).toBeNull();
});

describe('CSV', () => {
  const linesOf = (csv: string): string[] => csv.trimEnd().split('\r\n');

  test('has a line a method and a line a run, all with as many cells as the header', () => {
    const report = reportOf(fivePlan);
    for (const [csv, count] of [
      [methodsCsv(report), 3],
      [runsCsv(report), 15],
    ] as const) {
      const lines = linesOf(csv);
      expect(lines.length).toBe(1 + count);
      // No cell of this report has a comma but titles, which are quoted.
      const cells = lines.map((line) => line.replaceAll(/"[^"]*"/g, 'quoted').split(',').length);
      expect(new Set(cells).size).toBe(1);
    }
    expect(linesOf(methodsCsv(report))[3]).toMatch(
      /^base,"draft model, γ = 4",false,5,0,0,5,2.5,2.5,2.5,2.5,2.5,faster,.*,true,true,true,true,true$/,
    );
  });

  test('of a run that failed has as many cells too', () => {
    const report = reportOf(fakePlan());
    const failed = {
      passed: null,
      case: 0,
      session: '2026-01-01T00:00:00.000Z',
      failure: { code: 'context-full', message: '' },
    };
    const [header, first] = linesOf(runsCsv({ ...report, runs: [failed, ...report.runs.slice(1)] }));
    expect(first.split(',').length).toBe(header.split(',').length);
    expect(first).toContain(',context-full,');
  });

  test('keeps texts texts: quotes doubled, formulas held back', () => {
    const csv = runsCsv(hostileReport);
    expect(csv).toContain(`"${hostile.replaceAll('"', '""')}"`);
    expect(csv).toContain(",'=1+2,");
  });
});

test('the key of a plan changes with plan, weights and backend, and with nothing else', async () => {
  const plan = fakePlan();
  const environment = environmentOf(plan, { models: models as never, threads: 2 }, 'one browser');
  const key = await planKey(plan, environment);
  const [base, draft] = environment.models;
  const others = await Promise.all([
    planKey(fakePlan({ repeats: 2 }), environment),
    planKey(fakePlan({ acceptances: [{ kind: 'coupled' }] }), environment),
    planKey(plan, { ...environment, models: [{ ...base, sha256: 'f'.repeat(64) }, draft] }),
    planKey(plan, { ...environment, models: [{ ...base, backend: 'webgpu' }, draft] }),
    planKey(plan, { ...environment, threads: 1 }),
  ]);
  expect(new Set([key, ...others]).size).toBe(6);
  expect(await planKey(fakePlan(), { ...environment, browser: 'its next version' })).toBe(key);
});
