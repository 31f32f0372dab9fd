import { siteFolder } from '../../scripts/build.ts';
import { serveFolder } from '../../scripts/static-server.ts';
import { EnginePage } from '../../scripts/terminal/engine-page.ts';
import { type Quartiles, quartilesOf, withSpread } from '../../src/speed/quartiles.ts';
import type { Bench, BrowserTable } from '../bench-table.ts';
import { type Row, rowOf } from '../collaborative-row.ts';
import { engineCircumstances } from '../engine-circumstances.ts';
import { realModel } from '../peers/peer-sections.ts';
import { measureTrials, speedOf, type Trial } from '../trials.ts';
import { chatCases, type GuidanceCase, methodOf, storyCases } from './guidance-cases.ts';

interface GuidanceRow extends Row {
  /** Tokens per second over those of the first member alone, with its prompt. */
  readonly overPlain: Quartiles;
}

/** One model with two prompts: what α is there, and what it costs over `sequential` and over one prompt alone. */
export const guidanceTable: BrowserTable = {
  name: 'guidance',
  missing: () => null,
  async measureInBrowser({ quick, modelsUrl, log }) {
    const server = await serveFolder({
      folder: siteFolder,
      proxied: modelsUrl ? [{ path: '/given-models/', target: modelsUrl }] : [],
    });
    const chatModel = modelsUrl && `${server.url}given-models/${realModel}/`;
    const cases = [...storyCases, ...(chatModel ? chatCases(chatModel) : [])];
    try {
      const models = [...new Set(cases.map(({ model }) => model))];
      const page = await EnginePage.open(server.url, { engine: { backend: 'wasm' }, models });
      try {
        const bench = { decode: page.decode.bind(page), log };
        const rows: GuidanceRow[] = [];
        for (const temperature of [0, 1]) {
          for (const each of cases) rows.push(await measure(each, temperature, quick, bench));
        }
        return {
          markdown: pageOf(rows),
          data: { rows },
          where: await engineCircumstances(page),
        };
      } finally {
        await page.close();
      }
    } finally {
      await server.close();
    }
  },
};

async function measure(
  each: GuidanceCase,
  temperature: number,
  quick: boolean,
  bench: Pick<Bench, 'decode' | 'log'>,
): Promise<GuidanceRow> {
  const trials: Trial[] = [];
  const overPlain: number[] = [];
  const model = each.model === 'story-base' ? each.model : realModel;
  const name = `${each.use}, ${model}`;
  for (const [index, prompts] of each.prompts.slice(0, quick ? 1 : undefined).entries()) {
    const method = methodOf(each, prompts);
    const reference = { ...method, schedule: 'sequential' as const };
    const request = { ...prompts[0], seed: index + 1, maxTokens: 48, sampling: { temperature } };
    const variant = { name, method, reference };
    const [trial] =
      (await measureTrials(`T = ${temperature}`, [variant], [request], bench)).get(variant) ?? [];
    if (!trial) continue;
    if (temperature === 0) assertSame(name, trial);
    trials.push(trial);
    const plain = await bench.decode({ ...request, method: { kind: 'plain', model: each.model } });
    overPlain.push(speedOf(trial.result) / speedOf(plain));
  }
  return { ...rowOf({ name, temperature }, trials), overPlain: quartilesOf(overPlain) };
}

/** At temperature 0 every schedule writes what `sequential` writes. */
function assertSame(name: string, { result, reference }: Trial): void {
  const [ids, other] = [result, reference[0]].map(({ tokenIds }) => tokenIds.join(' '));
  if (ids !== other) throw new Error(`${name}: alternate wrote ${ids}, sequential ${other}`);
}

function pageOf(rows: readonly GuidanceRow[]): string {
  const lines = rows.map((row) =>
    [
      row.name,
      row.temperature,
      row.acceptanceRates.map((rate) => rate?.toFixed(2) ?? '–').join(' / '),
      withSpread(row.ratio, 2),
      withSpread(row.predicted, 2),
      withSpread(row.overPlain, 2),
      withSpread(row.tokensPerSecond, 1),
      row.forwardsPerToken.toFixed(2),
      row.ratio.count,
    ].join(' | '),
  );
  return `# One model with two prompts

Two members on one model, loaded once: with and without a document, or an instruction (geometric, 1.5 and −0.5), and two
personas (weighted alike). \`alternate\`, γ = 1, at most 48 tokens. "× sequential" compares tokens/s with those of the
\`sequential\` decodes of the same request just before and just after, "× plain" with the first member writing alone:
medians, with the quartiles in brackets. α is that of each member. At temperature 0 all tokens were those of \`sequential\`.

| | T | α | × sequential | predicted | × plain | tokens/s | forwards a token | runs |
|---|---|---|---|---|---|---|---|---|
${lines.map((line) => `| ${line} |`).join('\n')}
`;
}
