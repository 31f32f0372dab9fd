import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder, siteFolder } from '../scripts/build.ts';
import { serveFolder } from '../scripts/static-server.ts';
import { EnginePage } from '../scripts/terminal/engine-page.ts';
import type { CollaborativeMethod } from '../src/engine/request-types.ts';
import { withSpread } from '../src/speed/quartiles.ts';
import type { Bench, BrowserTable } from './bench-table.ts';
import { type Row, rowOf, tokenTimesInWords } from './collaborative-row.ts';
import {
  draftingColumnsInWords,
  draftingSectionInWords,
  type MeasuredDrafting,
} from './drafting/drafting-page.ts';
import { measureDrafting, withNgrams } from './drafting/drafting-table.ts';
import { engineCircumstances } from './engine-circumstances.ts';
import { realModel } from './peers/peer-sections.ts';
import { measureTrials, type TrialRequest, type Variant } from './trials.ts';

const prompts = ['The capital of France is', 'Once upon a time', 'def fibonacci(n):'];

/** A passage twice, and its first words: what follows has stood there. */
function quotingPrompts(): string[] {
  const licence = readFileSync(join(projectFolder, 'LICENSE'), 'utf8').replaceAll(/\s+/g, ' ').split(' ');
  return [60, 400, 800].map((start) => {
    const passage = licence.slice(start, start + 100);
    return [passage, passage, passage.slice(0, 12)].map((words) => words.join(' ')).join('\n\n');
  });
}

/** Weighted alike, alternate, over `sequential` of the same team. */
function teamOf(name: string, members: CollaborativeMethod['members']): Variant {
  const combine = { kind: 'weighted' as const, weights: members.map(() => 1) };
  const method: CollaborativeMethod = { kind: 'collaborative', members, combine };
  return { name, method, reference: { ...method, schedule: 'sequential' } };
}

async function measureTeams(
  variants: readonly Variant[],
  requests: readonly TrialRequest[],
  bench: Pick<Bench, 'decode' | 'log'>,
): Promise<Row[]> {
  const trials = await measureTrials('Collaborative', variants, requests, bench);
  return [...trials].flatMap(([{ name }, own]) =>
    own.length > 0 ? [rowOf({ name, temperature: 1 }, own)] : [],
  );
}

/** Every method on a model of real size, which is given by `--models-url`. */
export const realModelTable: BrowserTable = {
  name: realModel,
  missing: (modelsUrl) =>
    modelsUrl ? null : `it measures ${realModel}, whose folder's parent is to be given with --models-url`,
  async measureInBrowser({ quick, modelsUrl, log }) {
    if (!modelsUrl) throw new Error(`${realModel}: no --models-url`);
    const server = await serveFolder({
      folder: siteFolder,
      proxied: [{ path: '/given-models/', target: modelsUrl }],
    });
    const [q4, q8] = ['q4', 'q8'].map((dtype) => `${server.url}given-models/${realModel}/:${dtype}`);
    try {
      const page = await EnginePage.open(server.url, {
        engine: { backend: 'wasm' },
        models: quick ? [q4] : [q4, q8],
      });
      try {
        const bench = { decode: page.decode.bind(page), log };
        const maxTokens = quick ? 32 : 64;
        const requests = (of: readonly string[], temperature: number): TrialRequest[] =>
          of.slice(0, quick ? 1 : undefined).map((prompt, index) => ({
            prompt,
            seed: index + 1,
            maxTokens,
            sampling: { temperature },
          }));
        const ngrams = (quick ? [4] : [2, 4, 8, 'adaptive' as const]).map((length) => withNgrams(q4, length));
        const sections: MeasuredDrafting[] = [];
        for (const temperature of quick ? [0] : [0, 1]) {
          const title = `N-gram, prompts that quote, T = ${temperature}`;
          const quoting = requests(quotingPrompts(), temperature);
          sections.push(await measureDrafting({ title, minBest: 1.5 }, ngrams, quoting, bench));
        }
        if (!quick) {
          const title = 'N-gram, other prompts, T = 1';
          sections.push(await measureDrafting({ title, minBest: null }, ngrams, requests(prompts, 1), bench));
        }
        const temperatures = [{ sampling: { temperature: 1 } }, { sampling: { temperature: 0.6 } }];
        const teams = [
          teamOf(
            'T = 1 and T = 0.6',
            temperatures.map((member) => ({ model: q4, ...member })),
          ),
          ...(quick ? [] : [teamOf('4-bit and 8-bit weights', [{ model: q4 }, { model: q8 }])]),
        ];
        const rows = await measureTeams(teams, requests(prompts, 1), bench);
        return {
          markdown: pageOf(sections, rows, maxTokens),
          data: { maxTokens, sections, teams: rows.map((row) => ({ ...row, members: row.members.length })) },
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

function pageOf(sections: readonly MeasuredDrafting[], teams: readonly Row[], maxTokens: number): string {
  const lines = teams.map((row) =>
    [
      row.name,
      withSpread(row.tokensPerSecond, 1),
      withSpread(row.ratio, 2),
      withSpread(row.predicted, 2),
      withSpread(row.measuredOverPredicted, 2),
      row.acceptanceRates.map((rate) => rate?.toFixed(2) ?? '–').join(' / '),
      row.forwardsPerToken.toFixed(2),
      String(row.ratio.count),
    ].join(' | '),
  );
  return `# SmolLM2-135M: drafting and collaboration

${draftingColumnsInWords} At most ${maxTokens} tokens.

${sections.map(draftingSectionInWords).join('\n\n')}

## Two members, weighted alike, alternate, γ = 1, T = 1

| | tokens/s | × sequential | predicted | measured ÷ predicted | α | forwards a token | runs |
|---|---|---|---|---|---|---|---|
${lines.map((line) => `| ${line} |`).join('\n')}

${tokenTimesInWords(teams)}
`;
}
